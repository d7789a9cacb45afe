// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import ChainSync
import EVMRPC

/// What it costs to follow a chain for a day, at most: each look at the head is one request, for the
/// tags and for the next block with its logs or receipts. Quiet blocks cost less, as their bloom says
/// that nothing is wanted; catching up on the past costs more, once.
struct FollowingCost: Equatable {
    static let millisecondsPerDay: UInt64 = 86_400_000

    /// Between two blocks, in milliseconds.
    var blockMilliseconds: UInt64
    /// Between two looks at the head.
    var pollMilliseconds: UInt64
    /// HTTP requests a day.
    var requests: UInt64
    /// JSON-RPC calls a day.
    var calls: UInt64
    /// The provider's credits a day.
    var credits: UInt64

    /// - Parameter blockMilliseconds: the chain's mean; zero counts as one.
    init(
        blockMilliseconds: UInt64, sync: SyncConfiguration, verify: VerificationLevel,
        pricing: CreditPricing
    ) {
        let block = max(1, blockMilliseconds)
        self.blockMilliseconds = block
        self.pollMilliseconds = max(1, min(max(block, sync.pollMin), max(1, sync.pollMax)))
        let looks = Self.millisecondsPerDay / self.pollMilliseconds
        // Blocks that came between two looks: a header by number, then header and logs by hash.
        let blocks = Self.millisecondsPerDay / block
        let between = blocks > looks ? blocks - looks : 0
        let logs = verify == .receipts ? "eth_getBlockReceipts" : "eth_getLogs"
        let tags = UInt64(sync.tags.count)
        self.requests = looks + between
        self.calls = looks * (tags + 2) + between * 3
        self.credits = Self.sum([
            (looks * (tags + 1) + between, pricing.cost("eth_getBlockByNumber")),
            (between, pricing.cost("eth_getBlockByHash")),
            (looks + between, pricing.cost(logs)),
        ])
    }

    /// Calls times prices; the largest number where that does not fit.
    private static func sum(_ parts: [(calls: UInt64, price: UInt64)]) -> UInt64 {
        var total: UInt64 = 0
        for part in parts {
            let (cost, tooMuch) = part.calls.multipliedReportingOverflow(by: part.price)
            let (sum, overflow) = total.addingReportingOverflow(cost)
            if tooMuch || overflow { return .max }
            total = sum
        }
        return total
    }
}
