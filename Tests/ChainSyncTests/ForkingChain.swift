// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import ChainSync
import EVMPrimitives
import WeirTestSupport

/// A chain in memory that grows and goes back, with one log in some blocks: the model that the
/// machine is compared with. Hashes are names, not proofs.
struct ForkingChain {
    static let contract = Address(words: 0xc0ffee, 0, 1)

    private(set) var canonical: [BlockHeader]
    private(set) var byHash: [Hash256: BlockHeader] = [:]
    private(set) var logs: [Hash256: LogBatch] = [:]
    private var salt: UInt64 = 0

    init() {
        let genesis = BlockHeader(
            number: .zero, hash: Keccak256.hash([0]), parentHash: .zero, timestamp: BlockTime(1_000)
        )
        self.canonical = [genesis]
        self.byHash[genesis.hash] = genesis
    }

    var head: BlockHeader { self.canonical[self.canonical.count - 1] }

    /// Adds a block with `logCount` logs.
    mutating func grow(logCount: Int) {
        let parent = self.head
        self.salt += 1
        var bytes = parent.hash.bytes
        appendWord(self.salt, to: &bytes)
        var header = BlockHeader(
            number: parent.number.next, hash: Keccak256.hash(bytes), parentHash: parent.hash,
            timestamp: BlockTime(parent.timestamp.rawValue + 2))
        var batch = LogBatch()
        for index in 0..<logCount {
            header.logsBloom.insert(Self.contract)
            batch.append(
                LogEntry(
                    address: Self.contract, topics: TopicList(), dataOffset: 0, dataCount: 0,
                    blockNumber: header.number, blockHash: header.hash,
                    transactionHash: header.hash, transactionIndex: 0, logIndex: UInt32(index)),
                data: header.hash.bytes)
        }
        self.canonical.append(header)
        self.byHash[header.hash] = header
        self.logs[header.hash] = batch
    }

    /// Drops the last blocks of the canonical chain; they stay known by hash.
    mutating func drop(_ count: Int) {
        self.canonical.removeLast(min(count, self.canonical.count - 1))
    }

    func block(at number: BlockNumber) -> BlockHeader? {
        number.rawValue < UInt64(self.canonical.count)
            ? self.canonical[Int(number.rawValue)] : nil
    }

    /// What an honest node answers, as far as `headLimit` (a lagging replica sees less).
    func answer(
        _ kind: SyncRequest.Kind, finalized: UInt64, headLimit: BlockNumber, spanMax: UInt64
    ) -> SyncAnswer {
        let head = self.block(at: min(headLimit, self.head.number)) ?? self.head
        func heads(_ tags: [HeadTag]) -> [HeadTag: BlockHeader] {
            var heads: [HeadTag: BlockHeader] = [:]
            for tag in tags {
                switch tag {
                case .latest: heads[tag] = head
                case .safe: heads[tag] = self.block(at: head.number.lowered(by: finalized / 2))
                case .finalized: heads[tag] = self.block(at: head.number.lowered(by: finalized))
                }
            }
            return heads
        }
        switch kind {
        case .heads(let tags):
            return .heads(heads(tags))
        case .look(let tags, let tip):
            let next = tip.number < head.number ? self.block(at: tip.number.next) : nil
            return .look(
                ChainLook(
                    heads: heads(tags),
                    next: next.map { Block(header: $0, logs: self.logs[$0.hash] ?? LogBatch()) }))
        case .headers(let range):
            return .headers(
                self.canonical.filter { range.contains($0.number) && $0.number <= head.number })
        case .header(let hash):
            return .header(self.byHash[hash])
        case .blocks(let refs):
            return .blocks(
                refs.map { ref in
                    self.byHash[ref.hash].map {
                        Block(header: $0, logs: self.logs[ref.hash] ?? LogBatch())
                    }
                })
        case .logs(let range):
            guard range.upperBound <= head.number, let last = self.block(at: range.upperBound)
            else { return .failed(.behind) }
            if range.upperBound.distance(above: range.lowerBound) + 1 > spanMax {
                return .failed(.shrink(blocks: spanMax % 2 == 0 ? spanMax : 0))
            }
            var batch = LogBatch()
            for header in self.canonical where range.contains(header.number) {
                if let logs = self.logs[header.hash] { batch.append(logs) }
            }
            return .logs(
                LogPage(
                    first: range.lowerBound, last: last.anchor, logs: batch,
                    firstParent: self.block(at: range.lowerBound)?.parentHash))
        }
    }

    /// The logs that count: those of canonical blocks from `start` up to `end`.
    func truth(from start: BlockNumber, to end: BlockNumber) -> [Hash256] {
        self.canonical.filter { $0.number >= start && $0.number <= end }
            .flatMap { (self.logs[$0.hash]?.entries ?? []).map(\.blockHash) }
    }
}
