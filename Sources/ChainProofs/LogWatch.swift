// Weir
// SPDX-License-Identifier: Apache-2.0

package import ChainModel
package import EVMPrimitives

/// A log filter made ready to be asked of many blooms and receipts: everything watched is hashed
/// once.
package struct LogWatch: Sendable {
    package let filter: LogFilter
    private let addresses: Set<Address>
    private let topics: Set<Hash256>
    private let addressHashes: [Address: Hash256]
    private let topicHashes: [Hash256: Hash256]

    package init(_ filter: LogFilter) {
        self.filter = filter
        self.addresses = Set(filter.addresses)
        self.topics = Set(filter.topics0)
        self.addressHashes = Dictionary(
            uniqueKeysWithValues: filter.addresses.map { ($0, Keccak256.hash($0.bytes)) })
        self.topicHashes = Dictionary(
            uniqueKeysWithValues: filter.topics0.map { ($0, Keccak256.hash($0.bytes)) })
    }

    /// Whether a log is wanted.
    package func matches(_ address: Address, _ topic: Hash256?) -> Bool {
        (self.addresses.isEmpty || self.addresses.contains(address))
            && (self.topics.isEmpty || topic.map(self.topics.contains) == true)
    }

    // MARK: Blooms

    /// False where a block with this bloom has certainly no log that is wanted.
    package func mayMatch(_ bloom: LogsBloom) -> Bool {
        if bloom.isEmpty { return false }
        return Self.mayContain(self.addressHashes, bloom)
            && Self.mayContain(self.topicHashes, bloom)
    }

    private static func mayContain(_ hashes: [some Hashable: Hash256], _ bloom: LogsBloom) -> Bool {
        hashes.isEmpty || hashes.values.contains { bloom.mayContain(hash: $0) }
    }

    /// Whether the bloom says that a watched contract or topic may have a log of which none was
    /// given: a chance hit, or a log that was left out.
    package func isUnanswered(_ bloom: LogsBloom, by logs: ArraySlice<LogEntry>) -> Bool {
        guard self.mayMatch(bloom) else { return false }
        if self.addresses.isEmpty, self.topics.isEmpty { return logs.isEmpty }
        let openAddress = self.addressHashes.contains { address, hash in
            bloom.mayContain(hash: hash) && !logs.contains { $0.address == address }
        }
        if openAddress { return true }
        return self.topicHashes.contains { topic, hash in
            bloom.mayContain(hash: hash) && !logs.contains { $0.topics.first == topic }
        }
    }

    /// Checks logs that were given for a block whose header has been proven: each is of this block,
    /// and its contract and all its topics are in the bloom.
    package func check(
        _ logs: ArraySlice<LogEntry>, of header: BlockHeader
    ) throws(BlockDisproof) {
        for entry in logs {
            guard entry.block == header.ref else { throw BlockDisproof(.logBlock, header.ref) }
            let hash = self.addressHashes[entry.address] ?? Keccak256.hash(entry.address.bytes)
            guard header.logsBloom.mayContain(hash: hash) else {
                throw BlockDisproof(.logNotInBloom, header.ref)
            }
            for index in 0..<entry.topics.count
            where !header.logsBloom.mayContain(topic: entry.topics[index]) {
                throw BlockDisproof(.logNotInBloom, header.ref)
            }
        }
    }

    // MARK: Receipts

    /// How many logs of receipts are wanted.
    package func count(_ receipts: [Receipt]) -> Int {
        receipts.reduce(0) { count, receipt in
            count &+ receipt.logs.count { self.matches($0.address, $0.topics.first) }
        }
    }

    /// Appends the wanted logs of all receipts of a block, each with its place and the block's time.
    package func append(
        _ receipts: [Receipt], of header: BlockHeader, to batch: inout LogBatch
    ) {
        var logIndex: UInt32 = 0
        for (index, receipt) in receipts.enumerated() {
            for log in receipt.logs {
                if self.matches(log.address, log.topics.first), let topics = TopicList(log.topics) {
                    batch.append(
                        LogEntry(
                            address: log.address, topics: topics, dataOffset: 0, dataCount: 0,
                            blockNumber: header.number, blockHash: header.hash,
                            transactionHash: receipt.transactionHash,
                            transactionIndex: UInt32(truncatingIfNeeded: index),
                            logIndex: logIndex, blockTimestamp: header.timestamp),
                        data: log.data)
                }
                logIndex &+= 1
            }
        }
    }
}
