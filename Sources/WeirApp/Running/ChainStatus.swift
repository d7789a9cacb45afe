// Weir
// SPDX-License-Identifier: Apache-2.0

package import ChainModel
import ChainSync
package import EVMPrimitives

/// What a chain looks like from outside, for status pages.
package struct ChainStatus: Sendable, Equatable {
    package var name: String
    package var id: ChainID
    package var phase: String
    package var isUp: Bool
    /// No endpoint can prove its answers: the chain waits for one that does.
    package var isDisproved = false
    package var haltReason: String?
    package var latest: BlockAnchor?
    package var safe: BlockAnchor?
    package var finalized: BlockAnchor?
    package var settled: BlockAnchor?
    package var processed: BlockAnchor?
    package var reorgs: UInt64
    package var events: UInt64
    package var revertedEvents: UInt64
}

extension SyncMachine.Phase {
    /// The word for a status page.
    var text: String {
        switch self {
        case .looking: "following"
        case .placing: "placing"
        case .checkingTip: "checking_tip"
        case .catchingUp: "catching_up"
        case .following: "following"
        case .unwinding: "unwinding"
        case .finished: "finished"
        case .halted: "halted"
        }
    }
}
