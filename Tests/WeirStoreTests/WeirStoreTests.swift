// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMPrimitives
import SQLDatabase
import SQLiteDriver
import Testing
import WeirTestSupport

@testable import WeirStore

/// Shows what a step leaves behind, that a revert takes it back, and that the operator's tools
/// move and build state as they say.
@Suite struct WeirStoreTests {
    static let chain = ChainID(8453)

    static func anchor(_ number: UInt64, branch: UInt64 = 0) -> BlockAnchor {
        func hash(_ number: UInt64) -> Hash256 {
            Hash256(words: branch, 0, 0, number)
        }
        return BlockAnchor(
            ref: BlockRef(number: BlockNumber(number), hash: hash(number)),
            parentHash: number == 0 ? .zero : hash(number - 1), timestamp: BlockTime(number &* 12))
    }

    static func log(_ anchor: BlockAnchor, index: UInt32 = 0) -> LogBatch {
        var batch = LogBatch()
        batch.append(
            LogEntry(
                address: Address.zero, topics: TopicList(), dataOffset: 0, dataCount: 0,
                blockNumber: anchor.number, blockHash: anchor.hash, transactionHash: anchor.hash,
                transactionIndex: 0, logIndex: index, blockTimestamp: anchor.timestamp),
            data: anchor.hash.bytes)
        return batch
    }

    static func block(_ number: UInt64, branch: UInt64 = 0, logs: Bool = true) -> Block {
        let anchor = self.anchor(number, branch: branch)
        return Block(
            header: BlockHeader(
                number: anchor.number, hash: anchor.hash, parentHash: anchor.parentHash,
                timestamp: anchor.timestamp),
            logs: logs ? self.log(anchor) : LogBatch())
    }

    static func fact(_ number: UInt64) -> Fact {
        Fact(
            kind: "seen", key: "k\(number)", block: Self.anchor(number).ref, logIndex: 0,
            fields: [
                Fact.Field("amount", "12345678901234567890123456789"), Fact.Field("why", "a\"b"),
            ])
    }

    static func filled() async throws -> WeirStore {
        let store = try await WeirStore.prepare(SQLiteConnection.inMemory())
        try await store.configure(Self.chain, name: "base", filter: "f", trackers: "t")
        var logs = Self.log(Self.anchor(3))
        logs.append(Self.log(Self.anchor(7)))
        try await store.commit(
            Self.chain,
            [
                StepCommit(.placed(Self.anchor(0))),
                StepCommit(
                    .caughtUp(
                        LogPage(first: BlockNumber(1), last: Self.anchor(10), logs: logs)),
                    facts: [Self.fact(3), Self.fact(7)],
                    states: [StateEntry(tracker: "events", key: "a", value: [2])]),
                StepCommit(.committed(Self.block(11)), facts: [Self.fact(11)]),
                StepCommit(.committed(Self.block(12, logs: false))),
                StepCommit(.committed(Self.block(13)), facts: [Self.fact(13)]),
            ])
        return store
    }

    @Test func aStepLeavesItsBlocksLogsFactsAndState() async throws {
        let store = try await Self.filled()
        let stored = try await store.chain(Self.chain)
        #expect(stored.settled == Self.anchor(10))
        #expect(stored.first == BlockNumber(1))
        #expect(stored.window == [11, 12, 13].map { Self.anchor($0) })
        #expect(stored.states == [StateEntry(tracker: "events", key: "a", value: [2])])
        #expect(stored.filter == "f" && stored.trackers == "t")
        let page = try await store.page(Self.chain, above: nil)
        let logs = try page?.logs(Self.chain)
        #expect(logs?.entries.map(\.blockNumber) == [BlockNumber(3), BlockNumber(7)])
        let facts = try await store.facts(
            Self.chain, kind: "seen", in: BlockNumber(0)...BlockNumber(.max))
        #expect(facts == [3, 7, 11, 13].map { Self.fact($0) })
        let statistics = try await store.statistics()
        #expect(statistics.first?.logs == 4 && statistics.first?.pages == 3)
        #expect(statistics.first?.processed == BlockNumber(13))
        let findings = try await store.verify(Self.chain)
        #expect(findings.isEmpty)
    }

    @Test func aRevertTakesBackWhatStoodAbove() async throws {
        let store = try await Self.filled()
        try await store.commit(
            Self.chain,
            [
                StepCommit(
                    .reverted(to: Self.anchor(11).ref, depth: 2),
                    reverted: [StateEntry(tracker: "events", key: "a", value: [1])]),
                StepCommit(
                    .finalized(Self.anchor(11)),
                    states: [StateEntry(tracker: "events", key: "a", value: nil)]),
            ])
        let stored = try await store.chain(Self.chain)
        #expect(stored.window.isEmpty)
        #expect(stored.settled == Self.anchor(11))
        #expect(stored.states.isEmpty)
        #expect(stored.reverted == [StateEntry(tracker: "events", key: "a", value: [1])])
        let facts = try await store.facts(
            Self.chain, kind: "seen", in: BlockNumber(0)...BlockNumber(100))
        #expect(facts.map(\.key) == ["k3", "k7", "k11"])
        let last = try await store.page(Self.chain, atOrBelow: BlockNumber(.max))
        #expect(last?.last == Self.anchor(11))
    }

    /// Many pages in one transaction leave what each in its own would.
    @Test func oneTransactionOrManyMakesNoDifference() async throws {
        func steps() -> [StepCommit] {
            var steps = [StepCommit(.placed(Self.anchor(0)))]
            for number in 1...20 as ClosedRange<UInt64> {
                let anchor = Self.anchor(number)
                steps.append(
                    StepCommit(
                        .caughtUp(
                            LogPage(first: anchor.number, last: anchor, logs: Self.log(anchor))),
                        states: [
                            StateEntry(
                                tracker: "events", key: "a",
                                value: number == 20 ? nil : [UInt8(number)]),
                            StateEntry(
                                tracker: "events", key: "b\(number % 3)", value: [UInt8(number)]),
                        ], reverted: [StateEntry(tracker: "m", key: "a", value: [UInt8(number)])]))
            }
            return steps
        }
        let together = try await WeirStore.prepare(SQLiteConnection.inMemory())
        try await together.commit(Self.chain, steps())
        let apart = try await WeirStore.prepare(SQLiteConnection.inMemory())
        for step in steps() { try await apart.commit(Self.chain, [step]) }
        let (one, many) = (
            try await together.chain(Self.chain), try await apart.chain(Self.chain)
        )
        #expect(one == many)
        #expect(one.states.map(\.key) == ["b0", "b1", "b2"])
        let (first, second) = (try await together.statistics(), try await apart.statistics())
        #expect(first == second && first.first?.logs == nil)
    }

    @Test func withoutPagesTotalsStayAndNothingIsBuiltFromNothing() async throws {
        let store = try await WeirStore.prepare(SQLiteConnection.inMemory(), keepsPages: false)
        try await store.configure(Self.chain, name: "base", filter: "f", trackers: "t")
        try await store.remember(Self.chain, WeirStore.keepsPagesKey, "no")
        try await store.commit(
            Self.chain,
            [
                StepCommit(.placed(Self.anchor(0))),
                StepCommit(
                    .caughtUp(
                        LogPage(
                            first: BlockNumber(1), last: Self.anchor(10),
                            logs: Self.log(Self.anchor(3)))),
                    states: [StateEntry(tracker: "events", key: "a", value: [1])]),
                StepCommit(.committed(Self.block(11))),
            ])
        let stored = try await store.chain(Self.chain)
        #expect(stored.states == [StateEntry(tracker: "events", key: "a", value: [1])])
        #expect(stored.settled == Self.anchor(10))
        // What may still be undone keeps its logs: after a restart they are folded again.
        let statistics = try await store.statistics()
        #expect(statistics.first?.pages == 1 && statistics.first?.logs == 1)
        await #expect(throws: StoreError.noPages(Self.chain)) {
            try await store.rebuild(Self.chain, by: Counter())
        }
        await #expect(throws: StoreError.noPages(Self.chain)) {
            try await store.rewind(Self.chain, to: Self.anchor(10), rebuiltBy: Counter())
        }
        let after = try await store.chain(Self.chain)
        #expect(after == stored)
    }

    @Test func aStepThatFailsLeavesNothing() async throws {
        let store = try await Self.filled()
        let before = try await store.chain(Self.chain)
        await #expect(throws: StoreError.self) {
            try await store.commit(
                Self.chain,
                [StepCommit(.committed(Self.block(14))), StepCommit(.committed(Self.block(13)))])
        }
        let after = try await store.chain(Self.chain)
        #expect(after == before)
        await #expect(throws: StoreError.outOfRange(.max)) {
            try await store.commit(
                Self.chain, [StepCommit(.committed(Self.block(.max)))])
        }
    }

    /// Counts the logs it was given.
    struct Counter: StateBuilder {
        var count: UInt8 = 0
        mutating func reduce(_ logs: LogBatch, _ extras: [BlockExtras]) throws -> [Fact] {
            self.count += UInt8(logs.count)
            return logs.entries.map { WeirStoreTests.fact($0.blockNumber.rawValue) }
        }
        func states() -> [StateEntry] {
            [StateEntry(tracker: "events", key: "count", value: [self.count])]
        }
    }

    @Test func rebuildMakesStateOfSettledLogsAndFactsOfAll() async throws {
        let store = try await Self.filled()
        try await store.rebuild(Self.chain, by: Counter())
        let stored = try await store.chain(Self.chain)
        #expect(stored.states == [StateEntry(tracker: "events", key: "count", value: [2])])
        #expect(stored.window.count == 3)
        let facts = try await store.facts(
            Self.chain, kind: "seen", in: BlockNumber(0)...BlockNumber(100))
        #expect(facts == [3, 7, 11, 13].map { Self.fact($0) })
    }

    @Test(
        arguments: [(13, 13, 4), (12, 12, 3), (11, 11, 3), (10, 10, 2)] as [(UInt64, UInt64, UInt8)]
    )
    func rewindGoesToTheStoredBlockAtOrBelow(asked: UInt64, reached: UInt64, logs: UInt8)
        async throws
    {
        let store = try await Self.filled()
        let target = try await store.rewindTarget(Self.chain, to: BlockNumber(asked))
        #expect(target == Self.anchor(reached))
        try await store.rewind(Self.chain, to: target, rebuiltBy: Counter())
        let stored = try await store.chain(Self.chain)
        #expect(stored.settled == target && stored.window.isEmpty)
        #expect(stored.states == [StateEntry(tracker: "events", key: "count", value: [logs])])
        let findings = try await store.verify(Self.chain)
        #expect(findings.isEmpty)
    }

    @Test func rewindBelowTheFirstPageSaysSo() async throws {
        let store = try await Self.filled()
        await #expect(throws: StoreError.nothingBelow(chain: Self.chain, block: BlockNumber(9))) {
            try await store.rewindTarget(Self.chain, to: BlockNumber(9))
        }
        await #expect(throws: StoreError.unknownChain(ChainID(1))) {
            try await store.rewindTarget(ChainID(1), to: BlockNumber(9))
        }
        try await store.forget(Self.chain)
        let stored = try await store.chain(Self.chain)
        #expect(stored.settled == nil && stored.states.isEmpty && stored.filter.isEmpty)
    }

    @Test func aDamagedPageIsFoundAndNeverServed() async throws {
        let store = try await Self.filled()
        try await store.database.transaction { session throws(SQLError) in
            try session.execute(
                "UPDATE page SET bytes = $1 WHERE last = 11", [.blob([1, 0])])
        }
        let findings = try await store.verify(Self.chain)
        #expect(findings.count == 1 && findings[0].contains("checksum"))
        let page = try await store.page(Self.chain, above: BlockNumber(10))
        #expect(throws: StoreError.self) { try page?.logs(Self.chain) }
        await #expect(throws: StoreError.self) {
            try await store.rebuild(Self.chain, by: Counter())
        }
        let stored = try await store.chain(Self.chain)
        #expect(stored.states == [StateEntry(tracker: "events", key: "a", value: [2])])
    }
}
