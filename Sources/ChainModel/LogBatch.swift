// Weir
// SPDX-License-Identifier: Apache-2.0

package import EVMPrimitives

/// One log, of fixed size: its data stands in the arena of the batch it belongs to.
package struct LogEntry: Sendable, Equatable {
    package var address: Address
    package var topics: TopicList
    /// Where the data begins in the batch's arena.
    package var dataOffset: Int
    /// How many bytes of data there are.
    package var dataCount: Int
    package var blockNumber: BlockNumber
    package var blockHash: Hash256
    package var transactionHash: Hash256
    package var transactionIndex: UInt32
    /// The index of the log in its block.
    package var logIndex: UInt32
    /// The time of the block where the provider told it with the log; zero where it did not.
    package var blockTimestamp: BlockTime

    @inlinable @inline(__always)
    package init(
        address: Address, topics: TopicList, dataOffset: Int, dataCount: Int,
        blockNumber: BlockNumber, blockHash: Hash256, transactionHash: Hash256,
        transactionIndex: UInt32, logIndex: UInt32, blockTimestamp: BlockTime = BlockTime(0)
    ) {
        self.address = address
        self.topics = topics
        self.dataOffset = dataOffset
        self.dataCount = dataCount
        self.blockNumber = blockNumber
        self.blockHash = blockHash
        self.transactionHash = transactionHash
        self.transactionIndex = transactionIndex
        self.logIndex = logIndex
        self.blockTimestamp = blockTimestamp
    }

    package var block: BlockRef { BlockRef(number: self.blockNumber, hash: self.blockHash) }
}

/// Many logs in two allocations: fixed entries, and one arena with the data of all.
///
/// The hot form of logs from the wire to the reducer. Invariant: every entry's data range lies in
/// the arena.
package struct LogBatch: Sendable, Equatable {
    package var entries: [LogEntry]
    package var arena: [UInt8]

    package init() {
        self.entries = []
        self.arena = []
    }

    package var count: Int { self.entries.count }
    package var isEmpty: Bool { self.entries.isEmpty }

    /// The data of an entry as bytes of its own: for cold paths and tests.
    package func data(of entry: LogEntry) -> [UInt8] {
        Array(self.arena[entry.dataOffset..<(entry.dataOffset + entry.dataCount)])
    }

    /// Appends a log, its data copied into the arena; `entry.dataOffset` and `dataCount` are set here.
    package mutating func append(_ entry: LogEntry, data: some Collection<UInt8>) {
        var entry = entry
        entry.dataOffset = self.arena.count
        entry.dataCount = data.count
        self.arena.append(contentsOf: data)
        self.entries.append(entry)
    }

    /// Appends all logs of another batch.
    package mutating func append(_ other: LogBatch) {
        let base = self.arena.count
        self.arena.append(contentsOf: other.arena)
        self.entries.reserveCapacity(self.entries.count + other.entries.count)
        for var entry in other.entries {
            entry.dataOffset += base
            self.entries.append(entry)
        }
    }

    /// The logs for which a test holds, in order, in a batch of their own.
    package func filter(_ isIncluded: (LogEntry) -> Bool) -> LogBatch {
        var batch = LogBatch()
        for entry in self.entries where isIncluded(entry) {
            batch.append(
                entry,
                data: self.arena[entry.dataOffset..<(entry.dataOffset + entry.dataCount)])
        }
        return batch
    }
}
