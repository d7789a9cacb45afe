// Weir
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing
import WeirTestSupport

/// `weir voucher verify`, as a user calls it.
@Suite("voucher", .enabled(if: WeirBinary.isBuilt, WeirBinary.absence))
struct VoucherTests {
    private static let channel = "0x" + String(repeating: "ab", count: 32)
    // Of another message: any has a signer.
    private static let signature =
        "0x4b591e2be0807f9c18b23f4c27f8a5d34f0b4727ce1e7f89dee2b7a8602670bc"
        + "0b05288fe21f4a52ede88fae4df802389ea4f5ba9a3d0b2afec448055fded0f81b"
    private static let scheme = """
        form: personal_hash
        type: "V(address c,uint256 chain,bytes32 id,uint256 sum)"
        domain: { chain_id: 5, contract: "0x3fa64da3284a0199c27c08850a6f055f37d0bcd9" }
        fields: { channel: id, amount: sum, chain: chain, contract: c }

        """

    private static func voucher(_ more: String = "") -> String {
        #"{"message":{"id":"\#(self.channel)","sum":"12"},"signature":"\#(self.signature)"\#(more)}"#
    }

    /// Runs the command with a scheme and vouchers in files.
    private func run(
        _ vouchers: String, _ arguments: [String], scheme: String = Self.scheme
    ) throws -> WeirBinary.Outcome {
        let folder = try Scratch.folder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let (schemeURL, url) = (
            folder.appendingPathComponent("s.yaml"), folder.appendingPathComponent("v.json")
        )
        try Data(scheme.utf8).write(to: schemeURL)
        try Data(vouchers.utf8).write(to: url)
        return try WeirBinary.run(
            ["voucher", "verify", url.path, "--scheme", schemeURL.path] + arguments)
    }

    /// The account that the sample is found to be signed by.
    private func signer() throws -> String {
        let outcome = try self.run(Self.voucher(), ["--output", "json"])
        let list = try JSONSerialization.jsonObject(with: Data(outcome.output)) as? [[String: Any]]
        return try #require(list?.first?["signer"] as? String)
    }

    @Test func whoSignedIsComparedAndTheCodeSaysTheResult() throws {
        let signer = try self.signer()
        let good = try self.run(Self.voucher(), ["--signer", signer])
        #expect(good.status == 0, "\(good.message)")
        #expect(good.message.isEmpty)
        #expect(good.text.contains("ok       \(signer)  \(Self.channel)      12"), "\(good.text)")

        let stated = Self.voucher(",\"signer\":\"\(signer)\"")
        #expect(try self.run(stated, []).status == 0)

        let uncompared = try self.run(Self.voucher(), [])
        #expect(uncompared.status == 0)
        #expect(uncompared.text.contains("recovered"))
        #expect(uncompared.message.contains("give --signer"))

        let other = "0x0000000000000000000000000000000000000001"
        let wrong = try self.run(stated + "\n" + Self.voucher(), ["--signer", other])
        #expect(wrong.status == 4)
        #expect(wrong.message == "weir: 2 findings\n")
        #expect(wrong.text.contains("wrong_signer"))

        let chain = try self.run(stated, ["--chain-id", "1"])
        #expect(chain.status == 4)
        #expect(chain.text.contains("made for chain 5, expected 1"))

        let mixed = try self.run(stated + "\n{\"message\":5}\n" + stated, ["--output", "csv"])
        #expect(mixed.status == 4)
        #expect(mixed.message == "weir: 1 finding\n")
        #expect(mixed.lines.count == 4)
        #expect(mixed.text.contains("error,"))
    }

    @Test func whatCannotBeReadHasItsCode() throws {
        for (arguments, status, says) in [
            (["voucher", "verify"], 2, "--batch"),
            (["voucher", "verify", "--batch", "x"], 2, "no arguments"),
            (["voucher", "verify", "x", "--signer", "0x1"], 2, "--signer is an address"),
            (["voucher", "verify", "x", "--chain-id", "base"], 2, "--chain-id is a number"),
            (["voucher", "verify", "/nonexistent"], 1, "/nonexistent cannot be read"),
            (["voucher", "verify", "x", "--scheme", "/nonexistent"], 3, "/nonexistent"),
        ] as [([String], Int32, String)] {
            let outcome = try WeirBinary.run(arguments)
            #expect(outcome.status == status, "\(outcome.message)")
            #expect(outcome.message.hasPrefix("weir: "))
            #expect(outcome.message.contains(says), "\(outcome.message)")
            #expect(outcome.output.isEmpty)
        }
        let scheme = Self.scheme.replacing("personal_hash", with: "personal_hsah")
        let outcome = try self.run(Self.voucher(), [], scheme: scheme)
        #expect(outcome.status == 3)
        #expect(outcome.message.contains("s.yaml:1:7"))
    }

    @Test(.enabled(if: Vectors.present, Vectors.absence))
    func typedDataOfTheVectorsHasTheirDigests() throws {
        let vectors = try Vectors.lines("typed-data.ndjson")
        var input: [UInt8] = []
        for vector in vectors {
            var voucher = vector
            voucher["signature"] = voucher["signature"] ?? Self.signature
            input += [UInt8](try JSONSerialization.data(withJSONObject: voucher)) + [10]
            input += Array("nonsense\n".utf8)
        }
        let outcome = try WeirBinary.run(["voucher", "verify", "--batch"], input: input)
        #expect(outcome.status == 0)
        #expect(outcome.message.isEmpty)
        #expect(outcome.lines.count == 2 * vectors.count)
        for (index, line) in outcome.lines.enumerated() {
            let answer = try JSONSerialization.jsonObject(with: Data(line)) as? [String: Any]
            if index % 2 == 0 {
                let digest = vectors[index / 2]["digest"] as? String
                #expect(
                    answer?["digest"] as? String == digest, "\(vectors[index / 2]["name"] ?? "")")
            } else {
                #expect(answer?["error"] is String)
            }
        }
    }
}
