// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMPrimitives
import WeirTestSupport

@testable import Economy

/// A chain that grows, reorganizes and settles at random, and what is canonical on it.
struct ChainWalk {
    private struct Placed {
        var block: Block
        var entries: [Recount.Entry]
    }

    let market: Market
    var random: SeededRandom
    private(set) var settled: [Recount.Entry] = []
    private var window: [Placed] = []
    private var number: UInt64 = 100
    private var time: UInt64 = 1_700_000_000
    private var hashes: UInt64 = 0
    private(set) var reorgs = 0

    init(_ market: Market, seed: UInt64) {
        self.market = market
        self.random = SeededRandom(seed: seed)
    }

    var canonical: [Recount.Entry] { self.settled + self.window.flatMap(\.entries) }

    /// The blocks above the settled one, as a store would hand them over after a restart.
    var stored: [(LogBatch, BlockAnchor)] {
        self.window.map { ($0.block.logs, $0.block.header.anchor) }
    }

    mutating func step() throws -> ChainNotification {
        let choice = Int.random(in: 0..<20, using: &self.random)
        switch choice {
        case 0, 1, 2: return try self.window.isEmpty ? self.page() : self.commit()
        case 3, 4, 5, 6:
            if self.window.isEmpty { return try self.commit() }
            return self.revert()
        case 7, 8, 9:
            guard !self.window.isEmpty else { return .placed(self.anchor()) }
            return self.settle()
        default: return try self.commit()
        }
    }

    private mutating func hash() -> Hash256 {
        self.hashes += 1
        return Hash256(words: self.random.seed, 0, 0, self.hashes)
    }

    private mutating func anchor() -> BlockAnchor {
        BlockAnchor(
            ref: BlockRef(number: BlockNumber(self.number), hash: self.hash()),
            parentHash: .zero, timestamp: BlockTime(self.time))
    }

    /// A few logs of one block. `known` is the time that logs without one get.
    private mutating func logs(
        _ anchor: BlockAnchor, known: BlockTime
    ) throws -> (LogBatch, [Recount.Entry]) {
        var batch = LogBatch()
        var entries: [Recount.Entry] = []
        for index in 0..<UInt32.random(in: 0...6, using: &self.random) {
            let what = Happening.random(&self.random)
            let (address, topics, data) = try what.log(self.market)
            let isTimed = Bool.random(using: &self.random)
            batch.append(
                LogEntry(
                    address: address, topics: TopicList(topics) ?? TopicList(), dataOffset: 0,
                    dataCount: 0, blockNumber: anchor.number, blockHash: anchor.hash,
                    transactionHash: .zero, transactionIndex: 0, logIndex: index,
                    blockTimestamp: isTimed ? anchor.timestamp : BlockTime(0)),
                data: data)
            entries.append(((isTimed ? anchor.timestamp : known).rawValue, what))
        }
        return (batch, entries)
    }

    /// Time goes on, stands still, or, with a bad provider, goes back.
    private mutating func tick() {
        self.number += 1
        switch Int.random(in: 0..<10, using: &self.random) {
        case 0: self.time -= 7
        case 1: break
        default: self.time += UInt64.random(in: 1...40, using: &self.random)
        }
    }

    private mutating func page() throws -> ChainNotification {
        let first = BlockNumber(self.number + 1)
        var anchors: [BlockAnchor] = []
        for _ in 0..<Int.random(in: 1...4, using: &self.random) {
            self.tick()
            anchors.append(self.anchor())
        }
        let last = anchors[anchors.count - 1]
        var all = LogBatch()
        for anchor in anchors {
            let (batch, entries) = try self.logs(anchor, known: last.timestamp)
            all.append(batch)
            self.settled += entries
        }
        return .caughtUp(LogPage(first: first, last: last, logs: all))
    }

    private mutating func commit() throws -> ChainNotification {
        self.tick()
        let anchor = self.anchor()
        let (batch, entries) = try self.logs(anchor, known: anchor.timestamp)
        let header = BlockHeader(
            number: anchor.number, hash: anchor.hash, parentHash: .zero,
            timestamp: anchor.timestamp)
        let block = Block(header: header, logs: batch)
        self.window.append(Placed(block: block, entries: entries))
        return .committed(block)
    }

    private mutating func revert() -> ChainNotification {
        let depth = Int.random(in: 1...self.window.count, using: &self.random)
        self.window.removeLast(depth)
        self.number -= UInt64(depth)
        self.reorgs += 1
        let hash = self.window.last?.block.header.hash ?? .zero
        return .reverted(to: BlockRef(number: BlockNumber(self.number), hash: hash), depth: depth)
    }

    private mutating func settle() -> ChainNotification {
        let count = Int.random(in: 1...self.window.count, using: &self.random)
        let anchor = self.window[count - 1].block.header.anchor
        self.settled += self.window[..<count].flatMap(\.entries)
        self.window.removeFirst(count)
        return .finalized(anchor)
    }
}

/// What a store keeps of the outcomes: an entry for each tracker and key, by their bytes.
struct EntryStore: Equatable {
    struct Place: Hashable {
        var tracker: [UInt8]
        var key: [UInt8]
    }

    private(set) var entries: [Place: [UInt8]] = [:]

    init(_ changes: [StateEntry] = []) { self.apply(changes) }

    mutating func apply(_ changes: [StateEntry]) {
        for change in changes {
            let place = Place(tracker: Array(change.tracker.utf8), key: Array(change.key.utf8))
            self.entries[place] = change.value
        }
    }

    /// All entries, in no order.
    var all: [StateEntry] {
        self.entries.map {
            StateEntry(
                tracker: String(decoding: $0.key.tracker, as: UTF8.self),
                key: String(decoding: $0.key.key, as: UTF8.self), value: $0.value)
        }
    }
}
