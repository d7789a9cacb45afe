// Weir
// SPDX-License-Identifier: Apache-2.0

import ConfigTree
import EVMRPC

/// What an endpoint may be asked: `budget: 25/s`, or a section with the plan's credits as well.
struct EndpointBudget {
    var rate: RateBudget?
    var creditsPerDay: UInt64?
    /// Nil for that of the provider at the URL's host.
    var pricing: CreditPricing.Plan?
    var costs: [String: UInt64] = [:]

    /// Reads the key `budget` of an endpoint.
    init(_ endpoint: ConfigSection) {
        guard let value = endpoint.value("budget"), value.isSection, let section = value.section()
        else {
            self.rate = endpoint.optional("budget", .budget)
            return
        }
        self.rate = section.optional("rate", .budget)
        self.creditsPerDay = section.optionalUInt64("credits_per_day", in: 1...1 << 50)
        self.pricing = section.optionalEnumeration("pricing")
        for (method, cost) in section.map("costs", .uint64(in: 0...1 << 40)) ?? [] {
            guard !method.isEmpty, method.utf8.count <= 64, method.utf8.allSatisfy(\.isWordByte)
            else {
                section.fail(
                    at: "costs", "\(method.quoted) is no JSON-RPC method",
                    advice: "write names such as eth_getLogs")
                continue
            }
            self.costs[method] = cost
        }
    }
}
