// Weir
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// Wrong calls and wrong surroundings: one message, the right code, and no trap.
@Suite("exit codes", .enabled(if: WeirBinary.isBuilt, WeirBinary.absence))
struct ExitCodeTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var arguments: [String]
        var status: Int32
        /// What the message says.
        var says: String

        init(_ arguments: String, _ status: Int32, _ says: String) {
            self.arguments = arguments.split(separator: " ").map(String.init)
            self.status = status
            self.says = says
        }

        var testDescription: String { self.arguments.joined(separator: " ") }
    }

    static let cases: [Case] = [
        Case("bogus", 2, "bogus"),
        Case("status --bogus", 2, "--bogus"),
        Case("rewind -c x.yaml --chain base --to never", 2, "never"),
        Case("doctor", 2, "either --rpc URL or -c FILE"),
        Case("doctor --rpc gopher://x", 2, "http:// or https://"),
        Case("store stats", 2, "either -c FILE or --store PATH"),
        Case("abi decode", 2, "the types"),
        Case("abi decode --batch uint256", 2, "no arguments"),
        Case("status --output yaml", 2, "yaml"),
        Case("abi decode uint256 0x00", 1, "needs 32"),
        Case("abi decode uint257 0x00", 1, "uint257"),
        Case("abi encode uint8 256", 1, "uint8"),
        Case("abi encode uint8", 1, "1 values are expected"),
        Case("abi logs --abi /nonexistent", 1, "/nonexistent"),
        Case("verify", 2, "--batch"),
        Case("verify --batch file.json", 2, "no arguments"),
        Case("verify /nonexistent.json", 1, "/nonexistent.json"),
        Case("verify block 17", 2, "--rpc"),
        Case("verify block pending --rpc http://127.0.0.1:1", 2, "names no block"),
        Case("verify block 17 --rpc gopher://x/canary", 2, "http:// or https://"),
        Case("verify block 17 --rpc http://127.0.0.1:1/v3/canary", 5, "127.0.0.1"),
        Case("check -c /nonexistent.yaml", 3, "/nonexistent.yaml"),
        Case("store verify --store /nonexistent.db", 6, "no store at /nonexistent.db"),
        Case("store backup --store /nonexistent.db /tmp/x", 6, "no store"),
        // Port 1 of loopback: nobody listens there, and no name is resolved.
        Case("status --url http://127.0.0.1:1", 5, "weir run"),
        Case("doctor --rpc http://127.0.0.1:1/v3/canary", 5, "127.0.0.1"),
    ]

    @Test(arguments: ExitCodeTests.cases)
    func wrongInputGivesItsCodeAndOneMessage(_ wrong: Case) throws {
        let outcome = try WeirBinary.run(wrong.arguments)
        #expect(outcome.status == wrong.status, "\(outcome.message)")
        #expect(outcome.message.hasPrefix("weir: "), "\(outcome.message)")
        #expect(outcome.message.contains(wrong.says), "\(outcome.message)")
        #expect(!(outcome.text + outcome.message).contains("canary"), "a URL is a secret")
    }

    @Test func aForeignFileIsNoStore() throws {
        let folder = try Scratch.folder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appendingPathComponent("x.db").path
        try Data("hello, this is a text".utf8).write(to: URL(fileURLWithPath: path))
        let outcome = try WeirBinary.run(["store", "verify", "--store", path])
        #expect(outcome.status == 6)
        #expect(outcome.message.contains("is not a database"))
    }

    @Test func everyFaultOfAConfigurationIsPrintedWithItsPlace() throws {
        let folder = try Scratch.folder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appendingPathComponent("weir.yaml").path
        try Data(
            """
            chains:
              base:
                idd: 8453
                endpoints: [{ url: "http://127.0.0.1:1" }]
            contracts:
              Token: { chain: base, address: "0x12", abi: missing.json }

            """.utf8
        ).write(to: URL(fileURLWithPath: path))
        let outcome = try WeirBinary.run(["check", "-c", path])
        #expect(outcome.status == 3)
        for place in ["weir.yaml:3:", "weir.yaml:6:"] {
            #expect(outcome.message.contains(place), "\(outcome.message)")
        }
        #expect(outcome.message.contains("idd"))
    }
}
