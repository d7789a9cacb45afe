// Weir
// SPDX-License-Identifier: Apache-2.0

package import EVMPrimitives

/// Which logs are wanted: any of the addresses, and any of the first topics.
///
/// Empty `addresses` means all; empty `topics0` means all. This is the filter of `eth_getLogs`
/// reduced to what following contracts needs.
package struct LogFilter: Sendable, Hashable {
    /// Sorted, without duplicates.
    package let addresses: [Address]
    /// Sorted, without duplicates.
    package let topics0: [Hash256]

    package init(addresses: some Sequence<Address> = [], topics0: some Sequence<Hash256> = []) {
        self.addresses = Set(addresses).sorted()
        self.topics0 = Set(topics0).sorted()
    }

    /// Whether a log passes.
    package func matches(_ entry: LogEntry) -> Bool {
        self.matches(entry.address, topic0: entry.topics.first)
    }

    /// Whether a log of a contract with a first topic passes.
    package func matches(_ address: Address, topic0: Hash256?) -> Bool {
        (self.addresses.isEmpty || Self.contains(self.addresses, address))
            && (self.topics0.isEmpty || topic0.map { Self.contains(self.topics0, $0) } == true)
    }

    /// Looks a value up in a sorted list.
    @inline(__always)
    private static func contains<Value: Comparable>(_ list: [Value], _ value: Value) -> Bool {
        var (low, high) = (0, list.count)
        while low < high {
            let middle = (low + high) / 2
            if list[middle] < value { low = middle + 1 } else { high = middle }
        }
        return low < list.count && list[low] == value
    }
}

/// A block as following needs it: its header, and its logs that pass the filter, by log index.
package struct Block: Sendable, Equatable {
    package var header: BlockHeader
    package var logs: LogBatch
    /// What the trackers wanted besides; nil where they wanted nothing.
    package var extras: BlockExtras?

    package init(header: BlockHeader, logs: LogBatch, extras: BlockExtras? = nil) {
        self.header = header
        self.logs = logs
        self.extras = extras
    }
}

/// The logs of a range of settled blocks, in order, with the anchor of its last block.
package struct LogPage: Sendable, Equatable {
    package var first: BlockNumber
    /// The last block of the range, which the same answer gave.
    package var last: BlockAnchor
    package var logs: LogBatch {
        didSet { self.prepared = nil }
    }
    /// What was computed of the logs beside the request; nil where it has to be computed yet.
    package var prepared: PreparedLogs?
    /// The parent of the first block, where every header from there to the last one hashed to its
    /// name and named the one before; nil where only the last header was asked for.
    package var firstParent: Hash256?
    /// What the trackers wanted of blocks of the range besides, ascending; blocks without have none.
    package var extras: [BlockExtras]

    package init(
        first: BlockNumber, last: BlockAnchor, logs: LogBatch, firstParent: Hash256? = nil,
        extras: [BlockExtras] = []
    ) {
        self.first = first
        self.last = last
        self.logs = logs
        self.prepared = nil
        self.firstParent = firstParent
        self.extras = extras
    }
}

/// What can be computed of a page's logs as soon as they are there, on any core, so that the one
/// who reduces and stores page after page need not.
package struct PreparedLogs: Sendable, Equatable {
    /// As ``LogChecksum/digests(of:)`` gives them.
    package var digests: [Hash256]
    /// The logs as the store packs them; nil where logs are not stored.
    package var packed: PackedLogs?

    package init(digests: [Hash256], packed: PackedLogs?) {
        self.digests = digests
        self.packed = packed
    }
}

/// Packed logs and the checksum of the packed bytes, both in the form of the store.
package struct PackedLogs: Sendable, Equatable {
    package var bytes: [UInt8]
    package var checksum: [UInt8]
    /// How many logs they are.
    package var count: Int

    package init(bytes: [UInt8], checksum: [UInt8], count: Int) {
        self.count = count
        self.bytes = bytes
        self.checksum = checksum
    }
}

/// What the follower tells the reducer and the store. Each case is one step, committed whole.
package enum ChainNotification: Sendable, Equatable {
    /// The block below the first one to read: where a chain without a checkpoint begins.
    case placed(BlockAnchor)
    /// Settled history: a range below finality, in order, right after what came before.
    case caughtUp(LogPage)
    /// One block at the head, whose parent is the block before.
    case committed(Block)
    /// The chain went back: everything above `to` is no longer canonical. `depth` blocks went.
    case reverted(to: BlockRef, depth: Int)
    /// Everything up to this block can no longer be undone.
    case finalized(BlockAnchor)
}

/// The place up to which a chain has been read, and the place up to which its state is settled.
package struct Checkpoint: Sendable, Hashable {
    /// The last block that was reduced and stored.
    package var processed: BlockAnchor
    /// The last block that can no longer be undone; tracker state is stored as of this block.
    package var settled: BlockAnchor

    package init(processed: BlockAnchor, settled: BlockAnchor) {
        self.processed = processed
        self.settled = settled
    }
}
