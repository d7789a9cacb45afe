// Weir
// SPDX-License-Identifier: Apache-2.0

/// How much of what an endpoint answers is recomputed before it is believed.
package enum VerificationLevel: String, CaseIterable, Sendable, Comparable {
    /// Nothing: the endpoint is trusted.
    case off
    /// The header hashes to the block's hash, and its logs bloom agrees with the logs given: a log
    /// that is left out shows, unless another log of its contract in that block was given.
    case bloom
    /// The receipts hash to the header's root: nothing can be left out, added or changed.
    case receipts

    /// What is proven at a level is proven at every lower one.
    package static func < (left: Self, right: Self) -> Bool { left.rank < right.rank }

    private var rank: Int {
        switch self {
        case .off: 0
        case .bloom: 1
        case .receipts: 2
        }
    }
}
