// Weir
// SPDX-License-Identifier: Apache-2.0

import ConfigTree
import EVMRPC
import Testing

@testable import WeirApp

/// What a file says of endpoints: weight, budget, credits, quorum.
@Suite struct EndpointConfigurationTests {
    static func text(_ endpoint: String, _ chain: String = "") -> String {
        "chains:\n  base:\n    id: 1\n    endpoints:\n      - \(endpoint)\n\(chain)"
    }

    static func endpoint(_ text: String) throws -> RPCEndpoint {
        let loaded = try ConfigurationFaultTests.load(Self.text(text))
        return try #require(loaded.configuration.chains.first?.endpoints.first)
    }

    @Test func aBudgetIsARateOrASection() throws {
        let plain = try Self.endpoint("{ url: \"https://rpc.example\", budget: 25/s }")
        #expect(plain.budget == RateBudget(calls: 25) && plain.creditsPerDay == nil)
        #expect(plain.pricing == CreditPricing(.flat))
        let full = try Self.endpoint(
            "{ url: \"https://rpc.example\", weight: 3, budget: { rate: 600/min, "
                + "credits_per_day: 3_000_000, pricing: infura, costs: { eth_call: 7 } } }")
        #expect(full.budget == RateBudget(calls: 600, perSeconds: 60) && full.weight == 3)
        #expect(full.creditsPerDay == 3_000_000)
        #expect(full.pricing == CreditPricing(.infura, overrides: ["eth_call": 7]))
        let none = try Self.endpoint("{ url: \"https://rpc.example\" }")
        #expect(none.budget == nil && none.creditsPerDay == nil)
    }

    @Test func pricesAreThoseOfTheProviderAtTheHost() throws {
        let infura = try Self.endpoint("{ url: \"https://mainnet.infura.io/v3/CANARY\" }")
        #expect(infura.pricing.plan == .infura)
        let own = try Self.endpoint(
            "{ url: \"https://mainnet.infura.io/v3/CANARY\", budget: { pricing: flat } }")
        #expect(own.pricing.plan == .flat)
    }

    @Test(arguments: [
        ("25", "expected a budget such as 25/s"), ("[25/s]", "expected a budget such as 25/s"),
        ("{ rate: fast }", "expected a budget such as 25/s"),
        ("{ credits_per_day: lots }", "expected a whole number"),
        ("{ credits_per_day: 0 }", "credits_per_day"),
        ("{ credits_per_day: -1 }", "credits_per_day"),
        ("{ credits_per_day: 1.5 }", "credits_per_day"),
        ("{ pricing: infuria }", "did you mean \"infura\"?"),
        ("{ costs: { eth_call: dear } }", "expected a whole number"),
        ("{ costs: { \"eth call\": 1 } }", "is no JSON-RPC method"),
        ("{ costs: 5 }", "costs"), ("{ rates: 25/s }", "did you mean \"rate\"?"),
    ])
    func faultsAreTold(_ budget: String, _ expected: String) {
        let faults = ConfigurationFaultTests.faults(
            Self.text("{ url: \"https://rpc.example/CANARY\", budget: \(budget) }"))
        #expect(faults.contains(expected), "\(budget): \(faults)")
        #expect(faults.contains("weir.yaml:5:") && !faults.contains("CANARY"))
    }

    @Test func aQuorumIsReadWithinTheNumberOfEndpoints() throws {
        let two = Self.text(
            "{ name: a, url: \"https://rpc.example\" }",
            "      - { name: b, url: \"https://rpc.example\" }\n    quorum: 2\n")
        #expect(try ConfigurationFaultTests.load(two).configuration.chains.first?.quorum == 2)
        let plain = try ConfigurationFaultTests.load(Self.text("{ url: \"https://rpc.example\" }"))
        #expect(plain.configuration.chains.first?.quorum == 1)
        #expect(plain.tree.render().contains("quorum"))
        for bad in ["0", "3", "-1", "many"] {
            let text = two.replacing("quorum: 2", with: "quorum: \(bad)")
            #expect(ConfigurationFaultTests.faults(text).contains("chains.base.quorum"), "\(bad)")
        }
    }
}
