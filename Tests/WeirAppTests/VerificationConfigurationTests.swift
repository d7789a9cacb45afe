// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import ChainSync
import ConfigTree
import Testing

@testable import WeirApp

/// `verify` of a chain, and what it does to catching up.
@Suite struct VerificationConfigurationTests {
    private func chain(_ lines: String) throws -> ChainConfiguration {
        let text = """
            chains:
              base:
                id: 1
                endpoints: [{ url: "https://a.example" }]

            """
        let loaded = try ConfigurationFaultTests.load(text + lines)
        return try #require(loaded.configuration.chains.first)
    }

    @Test(
        arguments: [
            ("", VerificationLevel.bloom, 512),
            ("    verify: off\n", .off, 10_000),
            ("    verify: bloom\n", .bloom, 512),
            ("    verify: receipts\n", .receipts, 128),
            ("    verify: receipts\n    catch_up: { span_max: 2000 }\n", .receipts, 2_000),
            ("    verify: receipts\n    catch_up: { span: 300 }\n", .receipts, 300),
        ] as [(String, VerificationLevel, UInt64)])
    func aLevelHasItsOwnLargestRange(
        _ lines: String, _ level: VerificationLevel, _ spanMax: UInt64
    ) throws {
        let chain = try self.chain(lines)
        #expect(chain.verify == level)
        #expect(chain.sync.spanMax == spanMax)
    }

    @Test func theDemoProvesAllItReads() throws {
        let demo = try DemoConfiguration.configuration(endpoint: "http://127.0.0.1:1")
        #expect(demo.chains.map(\.verify) == [.receipts])
    }
}
