// Weir
// SPDX-License-Identifier: Apache-2.0

import EVMPrimitives
import MetricsRegistry
import Testing

@testable import Economy

@Suite("TreasuryTracker: configuration")
struct TreasuryConfigTests {
    typealias Setup = TreasuryLab

    @Test func metricsPassTheLint() {
        let descriptors = TrackerCatalog.descriptors([.treasury], namespace: "weir")
        #expect(descriptors.count == 22)
        for descriptor in descriptors {
            #expect(MetricLint.findings(descriptor).isEmpty, "\(descriptor.name)")
        }
    }

    @Test(arguments: [
        ("every: 0\nfeeds: { GEM: { feed: FAB, heartbeat: 1h } }", "has no token \"GEM\""),
        ("feeds: { FAB: { feed: Nothing, heartbeat: 1h } }", "has no contract \"Nothing\""),
        ("feeds: { FAB: { feed: FAB } }", "missing key \"heartbeat\""),
        ("feeds: { FAB: { feed: FAB, heartbeat: soon } }", "expected a duration"),
        ("feeds: { FAB: { feed: FAB, heartbeat: 1h, decimals: 78 } }", "decimals"),
        ("feeds: { FAB: { feed: FAB, heartbeat: 1h, every: 0 } }", "every"),
        ("every: often", "every"),
        ("color: red", "color"),
        (
            "budget: { event: Main.FundsReceived, category: sender, amount: amount }",
            "missing key \"categories\""
        ),
        ("wallets: { main: \"\(TreasuryLab.main.lowercaseText)\" }", "listed twice"),
    ])
    func faultsAreNamed(line: String, message: String) throws {
        let faults = TrackerLab.faults(try Setup.contracts(), Setup.yaml(line))
        #expect(faults.contains(message), "\(faults)")
    }

    @Test(arguments: [
        ("exchange: [", "other: [", "cannot be called \"other\""),
        ("exchange: [", "internal: [", "cannot be called \"internal\""),
        (
            "exchange: [\"\(TreasuryLab.exchange.lowercaseText)\"]",
            "exchange: [\"\(TreasuryLab.grantee.lowercaseText)\"]", "listed under"
        ),
        (
            "exchange: [\"\(TreasuryLab.exchange.lowercaseText)\"]",
            "exchange: [\"\(TreasuryLab.main.lowercaseText)\"]", "account of the treasury itself"
        ),
        ("exchange: [\"0x00", "exchange: [\"0x", "an address"),
        ("tokens: [FAB, USDC, WETH, ETH]", "tokens: [FAB, USDC, WETH, GEM]", "no token \"GEM\""),
        ("tokens: [FAB, USDC, WETH, ETH]", "tokens: [FAB, USDC, ETH]", "WETH is no token of"),
        ("tokens: [FAB, USDC, WETH, ETH]", "tokens: []", "at least one token"),
        ("tokens: [FAB, USDC,", "tokens: [FAB, FAB, USDC,", "listed twice"),
        ("accounts:", "acounts:", "acounts"),
        ("account: dst, ", "", "WETH is no account of the treasury"),
        ("from: from, to: to", "from: form, to: to", "no argument \"form\""),
        ("to: to, amount: value", "to: value, amount: value", "needs an address"),
        ("{ event: WETH.Transfer, from: src,", "{ event: WETH.Transfer,", "missing key \"from\""),
    ])
    func faultsOfFlowsAreNamed(text: String, faulty: String, message: String) throws {
        let flows = Setup.flows.replacing(text, with: faulty, maxReplacements: 1)
        #expect(flows != Setup.flows)
        let faults = TrackerLab.faults(try Setup.contracts(), Setup.yaml(flows: flows))
        #expect(faults.contains(message), "\(faults)")
    }
}
