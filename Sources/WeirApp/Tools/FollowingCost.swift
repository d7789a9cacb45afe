// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainSync
import EVMRPC

/// What it costs to follow a chain for a day, at most: one look at the head for each poll, and for
/// each block one request for its header and its logs. Blocks whose bloom rules events out cost
/// less; catching up on the past costs more, once.
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
    init(blockMilliseconds: UInt64, sync: SyncConfiguration, pricing: CreditPricing) {
        let block = max(1, blockMilliseconds)
        self.blockMilliseconds = block
        self.pollMilliseconds = max(1, min(max(block, sync.pollMin), max(1, sync.pollMax)))
        let looks = Self.millisecondsPerDay / self.pollMilliseconds
        let blocks = Self.millisecondsPerDay / block
        let tags = UInt64(sync.tags.count)
        self.requests = looks + blocks
        self.calls = looks * tags + blocks * 2
        let (perLook, lookOverflow) = pricing.cost("eth_getBlockByNumber")
            .multipliedReportingOverflow(by: tags)
        let (perBlock, blockOverflow) = pricing.cost("eth_getBlockByHash")
            .addingReportingOverflow(pricing.cost("eth_getLogs"))
        let (ofLooks, a) = perLook.multipliedReportingOverflow(by: looks)
        let (ofBlocks, b) = perBlock.multipliedReportingOverflow(by: blocks)
        let (sum, c) = ofLooks.addingReportingOverflow(ofBlocks)
        self.credits = lookOverflow || blockOverflow || a || b || c ? .max : sum
    }
}
