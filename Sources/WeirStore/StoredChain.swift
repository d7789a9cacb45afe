// Weir
// SPDX-License-Identifier: Apache-2.0

package import ChainModel
package import EVMPrimitives
package import SQLDatabase

/// What the store knows of a chain when it is opened.
package struct StoredChain: Sendable, Equatable {
    /// The settled block; nil where nothing was read yet.
    package var settled: BlockAnchor?
    /// The first block whose logs the store holds, if any were.
    package var first: BlockNumber?
    /// The blocks above the settled one, ascending, linked.
    package var window: [BlockAnchor]
    /// What the log filter was when the chain was last read, in the words of the caller.
    package var filter: String
    /// What the trackers were, in the words of the caller.
    package var trackers: String
    package var states: [StateEntry]
    package var reverted: [StateEntry]
    package var memory: [String: String]
}

/// One step of a chain, to be stored whole or not at all.
package struct StepCommit: Sendable {
    /// Nil where only vouchers came.
    package var notification: ChainNotification?
    /// Vouchers that came; each is the best of its channel and signer.
    package var vouchers: [StoredVoucher] = []
    package var facts: [Fact]
    /// State entries that changed, as of the settled block after this step.
    package var states: [StateEntry]
    package var reverted: [StateEntry]
    /// Alerts of the block's events, or their retractions, as JSON; they go into the inbox.
    package var alerts: [String]
    /// What rules on events know of the blocks after this step, as far as it changed.
    package var alertEntries: [AlertStateEntry]

    package init(
        _ notification: ChainNotification?, facts: [Fact] = [], states: [StateEntry] = [],
        reverted: [StateEntry] = [], vouchers: [StoredVoucher] = [], alerts: [String] = [],
        alertEntries: [AlertStateEntry] = []
    ) {
        self.alerts = alerts
        self.alertEntries = alertEntries
        self.vouchers = vouchers
        self.notification = notification
        self.facts = facts
        self.states = states
        self.reverted = reverted
    }
}

/// Why the store cannot do what was asked.
package enum StoreError: Error, Equatable, Sendable {
    case database(SQLError)
    /// A row that this store wrote cannot be read back.
    case damaged(chain: ChainID, block: BlockNumber, detail: String)
    /// Nothing was read of this chain.
    case unknownChain(ChainID)
    /// There is no stored block to go back to.
    case nothingBelow(chain: ChainID, block: BlockNumber)
    /// The raw logs that state would be built from were never stored.
    case noPages(ChainID)
    /// A number that a database integer cannot hold.
    case outOfRange(UInt64)
}

extension StoreError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .database(let error):
            error.description
        case .damaged(let chain, let block, let detail):
            "chain \(chain), page of block \(block): \(detail); restore a backup, or read the "
                + "blocks again with `weir rewind`"
        case .unknownChain(let chain):
            "the store holds nothing of chain \(chain); check `--chain` and the store's path"
        case .nothingBelow(let chain, let block):
            "the store holds no block of chain \(chain) at or below \(block) to go back to; "
                + "start again with an empty store and a `start:` in the configuration"
        case .noPages(let chain):
            "the store holds what the logs of chain \(chain) add up to, and not the logs: it can "
                + "be followed on from, but not moved back or built again; use a new store"
        case .outOfRange(let value):
            "the number \(value) is beyond what the store can hold"
        }
    }
}
