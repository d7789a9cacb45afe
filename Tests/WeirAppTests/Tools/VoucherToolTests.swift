// Weir
// SPDX-License-Identifier: Apache-2.0

import ConfigTree
import EVMSignatures
import Foundation
import Testing

@testable import WeirApp

/// Vouchers as documents, schemes as configuration, and what is answered.
@Suite("vouchers")
struct VoucherToolTests {
    /// A voucher that a contract took.
    static let voucher = #"""
        {"types":{"Voucher":[{"name":"channelId","type":"bytes32"},
        {"name":"cumulativeAmount","type":"uint256"},{"name":"nonce","type":"uint256"}]},
        "primaryType":"Voucher","domain":{"name":"DevnetChannel","version":"1","chainId":31337,
        "verifyingContract":"0x3fa64da3284a0199c27c08850a6f055f37d0bcd9"},
        "message":{"channelId":"0xa958235a9118bc8b020b46bbe8d1083e8d2b515f7d68d9f5d9a11179cb97dbd1",
        "cumulativeAmount":"6584665362281649109","nonce":1},
        "signature":"0x4b591e2be0807f9c18b23f4c27f8a5d34f0b4727ce1e7f89dee2b7a8602670bc0b05288fe21f4a52ede88fae4df802389ea4f5ba9a3d0b2afec448055fded0f81b",
        "signer":"0xffefda59fc1ffdd346d4918ad5f97178f7900c1b"}
        """#

    static let scheme = """
        type: "Voucher(bytes32 channelId,uint256 cumulativeAmount,uint256 nonce)"
        domain: { name: DevnetChannel, version: "1", chain_id: 31337, contract: "0x3fa64da3284a0199c27c08850a6f055f37d0bcd9" }
        fields: { channel: channelId, amount: cumulativeAmount, nonce: nonce }

        """

    static func request(
        scheme: String? = nil, signer: String? = nil, chainID: String? = nil,
        contract: String? = nil
    ) throws -> VoucherRequest {
        let bytes = Array((scheme ?? "").utf8)
        return try VoucherRequest(
            scheme: scheme == nil ? nil : "scheme.yaml", signer: signer, chainID: chainID,
            contract: contract,
            surroundings: ConfigSurroundings(readFile: { path, _ in
                path == "scheme.yaml" ? .success(bytes) : .failure(.missing)
            }))
    }

    /// The members of an answer.
    static func answer(
        _ document: String, _ request: VoucherRequest
    ) throws -> [String: String] {
        let json = VoucherAnswer(Array(document.utf8), request).json
        let object = try JSONSerialization.jsonObject(with: Data(json)) as? [String: Any]
        return try #require(object).compactMapValues { $0 as? String }
    }

    @Test func aVoucherThatWasTakenIsOk() throws {
        let expected = [
            "verdict": "ok", "signer": "0xFFEFDA59Fc1FFDD346d4918ad5F97178f7900C1B",
            "channel": "0xa958235a9118bc8b020b46bbe8d1083e8d2b515f7d68d9f5d9a11179cb97dbd1",
            "amount": "6584665362281649109", "nonce": "1",
        ]
        for request in [
            try Self.request(), try Self.request(scheme: Self.scheme),
            try Self.request(
                signer: "0xFFEFDA59Fc1FFDD346d4918ad5F97178f7900C1B", chainID: "0x7a69",
                contract: "0x3fa64da3284a0199c27c08850a6f055f37d0bcd9"),
        ] {
            let answer = try Self.answer(Self.voucher, request)
            #expect(answer.filter { $0.key != "digest" } == expected)
            #expect(answer["digest"]?.count == 66)
        }
    }

    /// A change of the voucher, and what is answered then.
    struct Case: Sendable, CustomTestStringConvertible {
        var from: String
        var to: String
        var verdict: String?
        var says: String

        init(_ from: String, _ to: String, _ verdict: String?, _ says: String) {
            (self.from, self.to, self.verdict, self.says) = (from, to, verdict, says)
        }

        var testDescription: String { "\(self.from) → \(self.to.prefix(60))" }
    }

    static let cases: [Case] = [
        Case("\"nonce\":1}", "\"nonce\":2}", "wrong_signer", "and not by 0xFFEF"),
        Case("DevnetChannel", "Devnet", "wrong_signer", "and not by"),
        Case("0xffefda", "0xffefdb", "wrong_signer", "and not by 0x"),
        Case("d0f81b\"", "d0f81d\"", "bad_signature", "v of a signature is 29"),
        // 64 bytes are a form of their own (EIP-2098), and this parity is 0 in both.
        Case("d0f81b\"", "d0f8\"", "ok", "nothing"),
        Case("d0f81b\"", "d0\"", "bad_signature", "63 bytes"),
        Case("0b05288f", "fb05288f", "bad_signature", "upper half"),
        Case("\"0x4b59", "\"4b59", nil, "signature is not 0x"),
        Case("\"0x4b59", "\"0x4b5", nil, "signature is not 0x"),
        Case("\"signature\"", "\"sig\"", nil, "signature is missing"),
        Case("\"message\":{", "\"massage\":{", nil, "message is missing"),
        Case("\"nonce\":1}", "\"nonce\":-1}", nil, "nonce does not fit into uint256"),
        Case("\"nonce\":1}", "\"nonce\":1.5}", nil, "message.nonce is not a whole number"),
        Case("\"nonce\":1}", "\"nonce\":1e3}", nil, "message.nonce is not a whole number"),
        Case("\"nonce\":1}", "\"nonce\":null}", nil, "message.nonce is not a value"),
        Case("\"nonce\":1}", "\"nonce\":1,\"nonce\":1}", nil, "message.nonce is there twice"),
        Case("\"nonce\":1}", "\"nonce\":1,\"x\":1}", nil, "x is no field"),
        Case(",\"nonce\":1}", "}", nil, "nonce is missing"),
        Case("\"message\":{", "\"message\":[],\"m\":{", nil, "message is not an object"),
        Case("\"chainId\":31337", "\"chainId\":\"x\"", nil, "domain.chainId is not"),
        Case("\"chainId\":31337", "\"chainId\":31337,\"chain\":1", nil, "domain.chain is no field"),
        Case("\"version\":\"1\"", "\"version\":1", nil, "domain.version is not a text"),
        Case("\"0x3fa64da3", "\"0x3FA64da3", nil, "domain.verifyingContract is not an address"),
        Case("\"version\":\"1\"", "\"salt\":\"0x12\"", nil, "domain.salt is not 0x"),
        Case("\"domain\":{", "\"d\":{", nil, "--scheme"),
        Case("\"types\":{", "\"t\":{", nil, "--scheme"),
        Case("\"primaryType\":\"Voucher\"", "\"primaryType\":\"V\"", nil, "'V' is no type"),
        Case("\"type\":\"bytes32\"", "\"type\":\"bytes33\"", nil, "'bytes33' is no type"),
        Case("\"type\":\"bytes32\"", "\"typ\":\"bytes32\"", nil, "types.Voucher[0] is not a field"),
        Case(
            "\"types\":{", "\"types\":{\"EIP712Domain\":[],", nil, "EIP712Domain does not declare"),
        Case("\"types\":{", "\"types\":{\"X\":1,", nil, "types.X is not a list"),
        Case("\"types\":{", "\"types\":{\"Voucher\":[],", nil, "'Voucher' is declared twice"),
        Case("\"signer\":\"0xff", "\"signer\":\"0x", nil, "signer is not an address"),
        Case("{\"types\"", "[{\"types\"", nil, "JSON"),
    ]

    @Test(arguments: VoucherToolTests.cases)
    func aChangedVoucherIsToldFromAGoodOne(_ change: Case) throws {
        #expect(Self.voucher.contains(change.from))
        let text = Self.voucher.replacing(change.from, with: change.to, maxReplacements: 1)
        let answer = try Self.answer(text, try Self.request())
        #expect(answer["verdict"] == change.verdict)
        let said = answer["reason"] ?? answer["error"] ?? "nothing"
        #expect(said.contains(change.says), "\(said)")
        #expect(said.utf8.count < 300)
    }

    @Test func whatItIsForIsComparedWithTheOptionsAndTheScheme() throws {
        let elsewhere = "0x0000000000000000000000000000000000000001"
        for (request, verdict, says) in [
            (try Self.request(chainID: "1"), "wrong_chain", "made for chain 31337, expected 1"),
            (try Self.request(contract: elsewhere), "wrong_contract", "expected \(elsewhere)"),
            (
                try Self.request(scheme: Self.scheme.replacing("31337", with: "1")), "wrong_chain",
                "made for chain 31337, expected 1"
            ),
            (
                try Self.request(scheme: Self.scheme.replacing("0x3fa6", with: "0x4fa6")),
                "wrong_contract", "made for contract 0x3Fa64Da3"
            ),
            (
                try Self.request(scheme: Self.scheme.replacing("DevnetChannel", with: "Other")),
                "wrong_domain", "made for the domain name DevnetChannel, expected Other"
            ),
        ] {
            let answer = try Self.answer(Self.voucher, request)
            #expect(answer["verdict"] == verdict)
            #expect(answer["reason"]?.contains(says) == true, "\(answer)")
        }
        // A domain without a chain is bound to none.
        let unbound = Self.voucher.replacing("\"chainId\":31337,", with: "")
        let answer = try Self.answer(unbound, try Self.request(chainID: "31337"))
        #expect(answer["reason"] == "made for chain none, expected 31337")
        let other = Self.voucher.replacing(
            "\"primaryType\":\"Voucher\"", with: "\"primaryType\":\"P\"")
        #expect(
            try Self.answer(other, try Self.request(scheme: Self.scheme))["error"]
                == "primaryType is not Voucher, of which the scheme is")
    }

    @Test func withoutASignerToCompareWithNothingIsOk() throws {
        let text = Self.voucher.replacing("\"signer\"", with: "\"by\"")
        let answer = try Self.answer(text, try Self.request())
        #expect(answer["verdict"] == "recovered")
        #expect(answer["signer"] == "0xFFEFDA59Fc1FFDD346d4918ad5F97178f7900C1B")
    }

    // MARK: Schemes

    @Test func aSchemeOfPackedFieldsIsRead() throws {
        let request = try Self.request(
            scheme: """
                form: personal
                encoding: packed
                type: "P(address t,uint256 c,uint256 kind,uint256 channel,bytes32 hash,uint64 n)"
                domain: { chain_id: 5, contract: "0x3fa64da3284a0199c27c08850a6f055f37d0bcd9" }
                fields: { channel: channel, nonce: n, chain: c, contract: t }
                constants: { kind: 1 }
                """)
        let scheme = try #require(request.scheme)
        #expect(scheme.form == .personal)
        #expect(scheme.roles.isCumulative)
        let word = "0x" + String(repeating: "ab", count: 32)
        // Any signature has a signer.
        let signature = try #require(Self.voucher.firstMatch(of: /0x[0-9a-f]{130}/)).output
        let answer = try Self.answer(
            #"{"message":{"channel":7,"hash":"\#(word)","n":3},"signature":"\#(signature)"}"#,
            request)
        #expect(answer["verdict"] == "recovered")
        #expect(answer["channel"] == "7")
        #expect(answer["nonce"] == "3")
        #expect(answer["amount"] == nil)
    }

    static let badSchemes: [(from: String, to: String, says: String)] = [
        ("type:", "typ:", "missing key \"type\""), ("type:", "form: eip71\ntype:", "eip712"),
        ("type:", "encoding: dense\ntype:", "packed, words"),
        ("type:", "amount_is: total\ntype:", "cumulative, relative"),
        ("uint256 nonce)", "uint nonce)", "'uint' is no type"), ("domain:", "dom:", "domain"),
        ("31337", "0", "chain_id"), ("31337", "1.5", "chain_id"), ("0x3fa6", "0x3f", "contract"),
        ("version: \"1\"", "salt: \"0x1\"", "salt"), ("fields:", "field:", "fields"),
        ("channel: channelId, ", "", "missing key \"channel\""),
        ("channel: channelId", "channel: id", "the channel names the field 'id'"),
        ("nonce: nonce", "nonce: x", "the nonce names the field 'x'"),
        ("amount: cumulativeAmount, nonce: nonce", "", "no order"),
        ("fields:", "constants: { x: 1 }\nfields:", "the constant names the field 'x'"),
        ("fields:", "constants: { nonce: x }\nfields:", "a constant does not fit: nonce"),
    ]

    @Test(arguments: VoucherToolTests.badSchemes)
    func aBadSchemeSaysWhereAndWhy(from: String, to: String, says: String) throws {
        #expect(Self.scheme.contains(from))
        let text = Self.scheme.replacing(from, with: to, maxReplacements: 1)
        let error = #expect(throws: ConfigDiagnostics.self) { try Self.request(scheme: text) }
        let said = "\(try #require(error))"
        #expect(said.contains("scheme.yaml:"), "\(said)")
        #expect(said.contains(says), "\(said)")
    }

    @Test func optionsThatCannotBeReadAreUsage() {
        for make in [
            { try Self.request(signer: "0x12") }, { try Self.request(chainID: "base") },
            { try Self.request(contract: "x") },
            { try Self.request(signer: "0xffEFDA59Fc1FFDD346d4918ad5F97178f7900C1B") },
        ] as [() throws -> VoucherRequest] {
            let error = #expect(throws: ToolError.self) { try make() }
            #expect(error.map { ExitStatus($0) } == .usage)
        }
    }

    // MARK: Lines

    @Test func aBatchAnswersEveryLineInOrder() throws {
        let folder = FileManager.default.temporaryDirectory
        let (source, target) = (
            folder.appendingPathComponent("weir-voucher-\(UUID().uuidString)").path,
            folder.appendingPathComponent("weir-voucher-\(UUID().uuidString)").path
        )
        defer {
            for path in [source, target] { try? FileManager.default.removeItem(atPath: path) }
        }
        let line = Self.voucher.replacing("\n", with: "")
        let long = String(repeating: "x", count: 3 << 20)
        try Data("\(line)\n\n\(long)\n{}\n\(line)".utf8).write(to: URL(fileURLWithPath: source))
        try Data().write(to: URL(fileURLWithPath: target))
        let handle = try #require(FileHandle(forWritingAtPath: target))
        try VoucherTool.batch(
            try Self.request(),
            ByteInput(path: source, boundary: .line, limitBytes: 1 << 20),
            ByteOutput(descriptor: handle.fileDescriptor))
        let lines = try String(contentsOfFile: target, encoding: .utf8).split(separator: "\n")
        #expect(lines.count == 5)
        for (line, start) in zip(
            lines,
            [
                #"{"verdict":"ok""#, #"{"error":"JSON ends"#, #"{"error":"a line of the input"#,
                #"{"error":"message is missing"}"#, #"{"verdict":"ok""#,
            ])
        {
            #expect(line.hasPrefix(start), "\(line)")
        }
    }
}
