// Weir
// SPDX-License-Identifier: Apache-2.0

import EVMPrimitives
import EVMSignatures
import Foundation
import Testing
import WeirTestSupport

@Suite("Signed digests, preimages and the bytes of signatures")
struct SignedDigestTests {
    @Test func personalMessagesHaveTheirPublishedHashes() {
        // ethers' hashMessage of these texts.
        for (text, hash) in [
            ("", "0x5f35dce98ba4fba25530a026ed80b2cecdaa31091ba4958b99b52ea1d068adad"),
            (
                "hello world",
                "0xd9eba16ed0ecae432b71fe008c98cc872bb4cc214d3220a36f365326cf807d68"
            ),
        ] {
            #expect("\(SignedDigest.personal(Array(text.utf8)))" == hash)
        }
    }

    @Test func aDigestForAValidatorIsThatOfItsBytes() throws {
        let validator = try #require(Address("0x00000000000000000000000000000000000000ff"))
        #expect(
            SignedDigest.validator(validator, data: [1, 2])
                == Keccak256.hash([0x19, 0] + [UInt8](repeating: 0, count: 19) + [0xff, 1, 2]))
    }

    // MARK: Preimages

    private static func packed(_ line: [String: Any]) throws -> [UInt8] {
        let types = try #require(line["types"] as? [String])
        let values = try #require(line["values"] as? [Any])
        #expect(types.count == values.count)
        var bytes: [UInt8] = []
        for (type, value) in zip(types, values) {
            // Older vectors write uint for uint256.
            let full = type.replacing(/^(u?int)(?=$|\[)/) { "\($0.1)256" }
            try PreimageEncoding.packed.append(
                try TypedDocument.value(value), try TypedDataType(full), to: &bytes)
        }
        return bytes
    }

    @Test(.enabled(if: Vectors.present, Vectors.absence))
    func everyPublishedPackedHashIsThatOfOurBytes() throws {
        var count = 0
        for line in try Vectors.lines("packed-hashes.ndjson") {
            let bytes = try Self.packed(line)
            #expect("\(Keccak256.hash(bytes))" == line["packedHash"] as? String)
            count += 1
        }
        #expect(count == 360)
    }

    @Test(.enabled(if: Vectors.present, Vectors.absence))
    func everyPublishedPackingOfAtomicTypesAndTheirArraysIsOurs() throws {
        var count = 0
        for line in try Vectors.lines("abi-packed.ndjson") {
            let types = try #require(line["types"] as? [String])
            // Arrays of bytes and texts, and tuples, have no packed form in Solidity.
            guard types.allSatisfy({ !$0.contains("(") }),
                !types.contains(where: { $0.hasPrefix("string[") || $0.hasPrefix("bytes[") }),
                !types.contains(where: { $0.contains("fixed") || $0.contains("function") })
            else { continue }
            #expect(Hex.encode(try Self.packed(line)) == line["packed"] as? String, "\(line)")
            count += 1
        }
        #expect(count > 50, "\(count)")
    }

    @Test func whatHasNoPlaceInAPreimageIsRefused() throws {
        let cases: [(PreimageEncoding, String)] = [
            (.packed, "string[]"), (.packed, "bytes[2]"), (.packed, "string[1][]"), (.packed, "S"),
            (.words, "string"), (.words, "bytes"), (.words, "uint8[]"), (.words, "S"),
        ]
        for (encoding, name) in cases {
            var bytes: [UInt8] = []
            let type = try TypedDataType(name)
            #expect(throws: TypedDataError.notEncodable(type: name)) {
                try encoding.append(.list([]), type, to: &bytes)
            }
            #expect(bytes.isEmpty)
        }
    }

    @Test func wordsArePadded() throws {
        var bytes: [UInt8] = []
        try PreimageEncoding.words.append(.word(5), .uint(8), to: &bytes)
        try PreimageEncoding.words.append(.bytes([1, 2]), .fixedBytes(2), to: &bytes)
        #expect(
            bytes == [UInt8](repeating: 0, count: 31) + [5, 1, 2]
                + [UInt8](repeating: 0, count: 30))
    }

    // MARK: Signatures as bytes

    @Test func theExamplesOfEIP2098AreRead() throws {
        let key = try PrivateKey(bytes: try #require(Hex.decode(Self.exampleKey)))
        for (message, full, compact) in Self.examples {
            let hash = SignedDigest.personal(Array(message.utf8))
            let signature = try RecoverableSignature(bytes: try #require(Hex.decode(compact)))
            #expect(try RecoverableSignature(bytes: try #require(Hex.decode(full))) == signature)
            #expect(try SecpContext.shared.recover(hash: hash, signature: signature) == key.address)
            #expect(Hex.encode(signature.bytes) == full)
            #expect(signature.compactBytes.map { Hex.encode($0) } == compact)
        }
    }

    /// The key and the messages of EIP-2098, "Test Cases"; the second holds a parity of 1.
    static let exampleKey =
        "0x1234567890123456789012345678901234567890123456789012345678901234"
    static let examples: [(message: String, full: String, compact: String)] = [
        (
            "Hello World",
            "0x68a020a209d3d56c46f38cc50a33f704f4a9a10a59377f8dd762ac66910e9b90"
                + "7e865ad05c4035ab5792787d4a0297a43617ae897930a6fe4d822b8faea520641b",
            "0x68a020a209d3d56c46f38cc50a33f704f4a9a10a59377f8dd762ac66910e9b90"
                + "7e865ad05c4035ab5792787d4a0297a43617ae897930a6fe4d822b8faea52064"
        ),
        (
            "It's a small(er) world",
            "0x9328da16089fcba9bececa81663203989f2df5fe1faa6291a45381c81bd17f76"
                + "139c6d6b623b42da56557e5e734a43dc83345ddfadec52cbe24d0cc64f5507931c",
            "0x9328da16089fcba9bececa81663203989f2df5fe1faa6291a45381c81bd17f76"
                + "939c6d6b623b42da56557e5e734a43dc83345ddfadec52cbe24d0cc64f550793"
        ),
    ]

    @Test func whatAKeySignsIsReadFromBothForms() throws {
        var random = SeededRandom(seed: 0x2098)
        for round in 0..<50 {
            let key = try PrivateKey(bytes: random.bytes(32))
            let hash = Hash256(random.word())
            let signature = try key.sign(hash: hash)
            var low = signature.bytes
            low[64] -= 27
            for bytes in [signature.bytes, low, try #require(signature.compactBytes)] {
                #expect(
                    try RecoverableSignature(bytes: bytes) == signature,
                    "seed \(random.seed) round \(round)")
            }
        }
    }

    @Test func otherLengthsAndOtherVAreRefused() {
        for count in [0, 1, 32, 63, 66, 97, 100_000] {
            #expect(throws: SignatureError.signatureLength(count)) {
                try RecoverableSignature(bytes: [UInt8](repeating: 1, count: count))
            }
        }
        for v in UInt8.min...UInt8.max where ![0, 1, 27, 28].contains(v) {
            #expect(throws: SignatureError.signatureV(v)) {
                try RecoverableSignature(bytes: [UInt8](repeating: 1, count: 64) + [v])
            }
        }
        let high = RecoverableSignature(
            r: 1, s: Secp256k1.halfOrder.adding(1) ?? 0, recoveryID: 0)
        #expect(high.compactBytes == nil)
    }
}
