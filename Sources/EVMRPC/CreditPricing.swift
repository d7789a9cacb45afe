// Weir
// SPDX-License-Identifier: Apache-2.0

/// What one call of each method costs at a provider, in the provider's own credits.
///
/// The tables are those of the providers' pages in 2026, as far as Weir uses the methods; prices
/// change, so every one can be set in the configuration.
package struct CreditPricing: Sendable, Equatable {
    /// A provider's table.
    package enum Plan: String, CaseIterable, Sendable {
        /// One credit a call.
        case flat
        /// docs.metamask.io, "Credit costs": 80 where the table names no other.
        case infura
        /// alchemy.com/docs, "Compute Unit Costs".
        case alchemy
    }

    package var plan: Plan
    /// Prices that replace those of the plan.
    package var overrides: [String: UInt64]

    package init(_ plan: Plan = .flat, overrides: [String: UInt64] = [:]) {
        self.plan = plan
        self.overrides = overrides
    }

    /// The table of the provider that serves a host; one credit a call for an unknown one.
    package init(host: String, overrides: [String: UInt64] = [:]) {
        func isAt(_ domain: String) -> Bool { host == domain || host.hasSuffix("." + domain) }
        if isAt("infura.io") {
            self.init(.infura, overrides: overrides)
        } else if isAt("alchemy.com") || isAt("alchemyapi.io") {
            self.init(.alchemy, overrides: overrides)
        } else {
            self.init(.flat, overrides: overrides)
        }
    }

    /// Credits of one call.
    package func cost(_ method: String) -> UInt64 {
        if let price = self.overrides[method] { return price }
        switch self.plan {
        case .flat: return 1
        case .infura: return Self.infura[method] ?? 80
        case .alchemy: return Self.alchemy[method] ?? 20
        }
    }

    /// Credits of some calls; the largest number where the sum does not fit.
    package func cost(_ method: String, times calls: Int) -> UInt64 {
        let (cost, overflow) = self.cost(method)
            .multipliedReportingOverflow(by: UInt64(max(0, calls)))
        return overflow ? .max : cost
    }

    private static let infura: [String: UInt64] = [
        "eth_getLogs": 255, "eth_chainId": 5, "net_version": 5, "web3_clientVersion": 5,
        "eth_getBlockReceipts": 1000,
    ]
    private static let alchemy: [String: UInt64] = [
        "eth_chainId": 0, "net_version": 0, "web3_clientVersion": 10, "eth_blockNumber": 10,
        "eth_feeHistory": 10, "eth_call": 26, "eth_getLogs": 60,
    ]
}
