// Weir
// SPDX-License-Identifier: Apache-2.0

import EVMPrimitives
import Foundation
import Testing
import WeirTestSupport

@testable import EVMSignatures

@Suite("Typed data (EIP-712)")
struct TypedDataTests {
    @Test(.enabled(if: Vectors.present, Vectors.absence))
    func everyPublishedMessageGivesItsThreeHashes() throws {
        var count = 0
        for line in try Vectors.lines("typed-data.ndjson") {
            let name = "\(line["name"] ?? "?")"
            let data = try TypedDocument.typedData(line)
            #expect(
                "\(data.domain.separator)" == line["domainSeparator"] as? String, "\(name)")
            #expect("\(try data.structHash())" == line["structHash"] as? String, "\(name)")
            #expect("\(try data.digest())" == line["digest"] as? String, "\(name)")
            count += 1
        }
        #expect(count == 75)
    }

    @Test(.enabled(if: Vectors.present, Vectors.absence))
    func thePublishedSignatureIsMadeAgainAndRecovered() throws {
        let signed = try Vectors.lines("typed-data.ndjson").filter { $0["signature"] != nil }
        #expect(signed.count == 1)
        for line in signed {
            let secret = try #require((line["privateKey"] as? String).flatMap { Hex.decode($0) })
            let key = try PrivateKey(bytes: secret)
            let bytes = try #require((line["signature"] as? String).flatMap { Hex.decode($0) })
            let digest = try TypedDocument.typedData(line).digest()
            let signature = try RecoverableSignature(bytes: bytes)
            let found = try SecpContext.shared.recover(hash: digest, signature: signature)
            #expect(found == key.address)
            #expect(try key.sign(hash: digest).bytes == bytes)
        }
    }

    // MARK: Types

    @Test func theTextOfATypeNamesWhatItRefersToInOrder() throws {
        for (text, expected) in [
            (
                "Mail(Person from,Person to,string contents)Person(string name,address wallet)",
                "Mail(Person from,Person to,string contents)Person(string name,address wallet)"
            ),
            ("Z(B b,A[2][] a)A(C c)C(uint8 n)B(C c)", "Z(B b,A[2][] a)A(C c)B(C c)C(uint8 n)"),
            ("Z(uint8 n)Unused(uint8 n)", "Z(uint8 n)"),
            ("Node(uint256 id,Node[] children)", "Node(uint256 id,Node[] children)"),
            ("Empty()", "Empty()"),
            ("Exchange:Order(int8 a)", "Exchange:Order(int8 a)"),
        ] {
            let (types, primary) = try TypedDataTypes.parse(text)
            #expect(types.text(of: primary) == expected)
            #expect(types.hash(of: primary) == Keccak256.hash(text: expected))
        }
    }

    static let badTypes: [(String, TypedDataError)] = [
        ("", .badDeclaration("")), ("Mail", .badDeclaration("Mail")),
        ("Mail(uint256 a", .badDeclaration("Mail(uint256 a")), (")(", .badDeclaration(")(")),
        ("Mail(uint256)", .badDeclaration("uint256")), ("Mail(uint8 a,)", .badDeclaration("")),
        ("Mail(uint8 a b)", .badDeclaration("uint8 a b")),
        ("(uint8 a)", .badName("")), ("Ma il(uint8 a)", .badName("Ma il")),
        ("uint8(uint8 a)", .badName("uint8")), ("uint9(uint8 a)", .badName("uint9")),
        ("Mail(Person a)", .unknownType("Person")), ("Mail(uint a)", .unknownType("uint")),
        ("Mail(uint7 a)", .unknownType("uint7")), ("Mail(int264 a)", .unknownType("int264")),
        ("Mail(uint08 a)", .unknownType("uint08")), ("Mail(bytes0 a)", .unknownType("bytes0")),
        ("Mail(bytes33 a)", .unknownType("bytes33")),
        ("Mail(uint8[0] a)", .unknownType("uint8[0]")),
        ("Mail(uint8[-1] a)", .unknownType("uint8[-1]")),
        ("Mail(uint8[99999999999999999999] a)", .unknownType("uint8[99999999999999999999]")),
        ("Mail(uint8] a)", .unknownType("uint8]")), ("Mail([] a)", .unknownType("[]")),
        ("Mail(uint8 a,uint8 a)", .duplicateName("a")),
        ("Mail(uint8 a)Mail(uint8 a)", .duplicateName("Mail")),
        ("Mail(uint8 a[])", .badName("a[]")),
    ]

    @Test(arguments: TypedDataTests.badTypes)
    func aTypeThatIsNoneIsRefusedByName(text: String, error: TypedDataError) {
        #expect(throws: error) { try TypedDataTypes.parse(text) }
        #expect("\(error)".utf8.count < 300)
    }

    @Test func moreThanIsReadIsRefused() {
        let manyStructs = (0...64).map { "S\($0)()" }.joined()
        let manyFields = "S(" + (0...512).map { "uint8 f\($0)" }.joined(separator: ",") + ")"
        let longName = "S(uint8 \(String(repeating: "n", count: 129)))"
        let manyArrays = "S(uint8\(String(repeating: "[]", count: 9)) a)"
        #expect(throws: TypedDataError.tooLarge(what: "structs", limit: 64)) {
            try TypedDataTypes.parse(manyStructs)
        }
        #expect(throws: TypedDataError.tooLarge(what: "fields", limit: 512)) {
            try TypedDataTypes.parse(manyFields)
        }
        for text in [longName, manyArrays, String(repeating: "(", count: 200_000)] {
            #expect(throws: TypedDataError.self) { try TypedDataTypes.parse(text) }
        }
    }

    // MARK: Values

    private func hash(_ type: String, _ message: TypedValue) throws(TypedDataError) -> Hash256 {
        let (types, primary) = try TypedDataTypes.parse(type)
        return try TypedData(
            types: types, domain: TypedDataDomain(), primaryType: primary, message: message
        ).structHash()
    }

    static let badValues: [(String, TypedValue, TypedDataError)] = [
        ("uint8", .text("256"), .outOfRange(type: "uint8", path: "message.a")),
        ("uint8", .text("-1"), .outOfRange(type: "uint8", path: "message.a")),
        ("uint8", .signed(-1), .outOfRange(type: "uint8", path: "message.a")),
        ("uint8", .text("0x100"), .outOfRange(type: "uint8", path: "message.a")),
        (
            "uint256", .text("1" + String(repeating: "0", count: 90)),
            .outOfRange(type: "uint256", path: "message.a")
        ),
        ("int8", .text("128"), .outOfRange(type: "int8", path: "message.a")),
        ("int8", .text("-129"), .outOfRange(type: "int8", path: "message.a")),
        ("int256", .word(.max), .outOfRange(type: "int256", path: "message.a")),
        ("uint8", .text(""), .mismatch(type: "uint8", found: "an empty text", path: "message.a")),
        ("uint8", .text("1e2"), .mismatch(type: "uint8", found: "another text", path: "message.a")),
        ("uint8", .bool(true), .mismatch(type: "uint8", found: "a boolean", path: "message.a")),
        ("uint8", .list([]), .mismatch(type: "uint8", found: "a list", path: "message.a")),
        ("bool", .word(1), .mismatch(type: "bool", found: "a number", path: "message.a")),
        ("bool", .text("True"), .mismatch(type: "bool", found: "another text", path: "message.a")),
        (
            "address", .text("0x12"),
            .mismatch(type: "address", found: "another text", path: "message.a")
        ),
        (
            "address", .text("0xCD2a3d9F938E13CD947Ec05AbC7FE734Df8DD827"),
            .mismatch(
                type: "address", found: "an address with a wrong checksum (EIP-55)",
                path: "message.a")
        ),
        ("bytes", .text("abc"), .mismatch(type: "bytes", found: "another text", path: "message.a")),
        (
            "bytes", .text("0xabc"),
            .mismatch(type: "bytes", found: "another text", path: "message.a")
        ),
        ("string", .word(1), .mismatch(type: "string", found: "a number", path: "message.a")),
        ("bytes4", .text("0xaabbcc"), .length(found: 3, expected: 4, path: "message.a")),
        ("bytes4", .text("0xaabbccddee"), .length(found: 5, expected: 4, path: "message.a")),
        ("uint8[2]", .list([.word(1)]), .length(found: 1, expected: 2, path: "message.a")),
        ("uint8[]", .word(1), .mismatch(type: "uint8[]", found: "a number", path: "message.a")),
        (
            "uint8[][2]", .list([.list([]), .list([.word(1), .word(256)])]),
            .outOfRange(type: "uint8", path: "message.a[1][1]")
        ),
        ("S", .word(1), .mismatch(type: "S", found: "a number", path: "message.a")),
        ("S", .members([:]), .missing(path: "message.a.b")),
        ("S", .members(["b": .bool(true), "c": .word(1)]), .unexpected(path: "message.a.c")),
        (
            "S[]", .list([.members(["b": .bool(true)]), .members(["b": .text("x")])]),
            .mismatch(type: "bool", found: "another text", path: "message.a[1].b")
        ),
    ]

    @Test(arguments: TypedDataTests.badValues)
    func aValueThatIsNotOfItsTypeIsRefusedWithItsPlace(
        type: String, value: TypedValue, error: TypedDataError
    ) {
        #expect(throws: error) {
            try self.hash("M(\(type) a)S(bool b)", .members(["a": value]))
        }
        #expect("\(error)".contains("message.a"))
    }

    @Test func aMessageOfAnotherShapeIsRefused() {
        #expect(throws: TypedDataError.missing(path: "message.a")) {
            try self.hash("M(uint8 a)", .members([:]))
        }
        #expect(throws: TypedDataError.mismatch(type: "M", found: "a list", path: "message")) {
            try self.hash("M(uint8 a)", .list([]))
        }
        let (types, domain) = (try? TypedDataTypes.parse("M(uint8 a)").types, TypedDataDomain())
        #expect(throws: TypedDataError.unknownType("N")) {
            try TypedData(
                types: try #require(types), domain: domain, primaryType: "N", message: .list([])
            ).digest()
        }
    }

    @Test func depthAndSizeEndInAnError() throws {
        func nested(_ depth: Int) -> TypedValue {
            (0..<depth).reduce(TypedValue.members(["children": .list([])])) { value, _ in
                .members(["children": .list([value])])
            }
        }
        _ = try self.hash("Node(Node[] children)", nested(30))
        for depth in [33, 2000] {
            #expect(throws: TypedDataError.tooLarge(what: "values inside each other", limit: 64)) {
                try self.hash("Node(Node[] children)", nested(depth))
            }
        }
        let huge = TypedValue.list(Array(repeating: .word(1), count: 200_001))
        #expect(throws: TypedDataError.tooLarge(what: "values", limit: 200_000)) {
            try self.hash("M(uint8[] a)", .members(["a": huge]))
        }
    }

    @Test func oneValueWrittenInSeveralWaysIsOneValue() throws {
        let address = try #require(Address("0xcd2a3d9f938e13cd947ec05abc7fe734df8dd826"))
        let cases: [(String, [TypedValue])] = [
            ("uint64", [.word(31), .signed(31), .text("31"), .text("0x1f"), .text("0x001f")]),
            ("int64", [.word(31), .signed(31), .text("31"), .text("0x1f")]),
            ("int64", [.signed(-31), .text("-31")]),
            ("int8", [.signed(-128), .text("-128")]),
            ("bool", [.bool(true), .text("true")]),
            ("address", [.address(address), .text("\(address)"), .text(address.lowercaseText)]),
            (
                "bytes32",
                [
                    .word(7), .bytes(U256(7 as UInt64).bigEndianBytes),
                    .text("\(Hash256(U256(7 as UInt64)))"),
                ]
            ),
            ("string", [.text("é")]), ("bytes", [.text("0x"), .bytes([])]),
        ]
        for (type, values) in cases {
            let hashes = try values.map { try self.hash("M(\(type) a)", .members(["a": $0])) }
            #expect(Set(hashes).count == 1, "\(type)")
        }
    }

    @Test func aDomainIsOfTheMembersThatItHas() throws {
        #expect(TypedDataDomain().typeText == "EIP712Domain()")
        let domain = TypedDataDomain(version: "1", chainID: 5, salt: .zero)
        #expect(domain.typeText == "EIP712Domain(string version,uint256 chainId,bytes32 salt)")
        var separators: Set<Hash256> = [TypedDataDomain().separator, domain.separator]
        for change in [
            TypedDataDomain(version: "2", chainID: 5, salt: .zero),
            TypedDataDomain(version: "1", chainID: 6, salt: .zero),
            TypedDataDomain(version: "1", chainID: 5),
            TypedDataDomain(name: "", version: "1", chainID: 5, salt: .zero),
            TypedDataDomain(version: "1", chainID: 5, contract: .zero, salt: .zero),
        ] {
            #expect(separators.insert(change.separator).inserted)
        }
    }
}
