// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMPrimitives
import SQLDatabase
import SQLiteDriver
import Testing

@testable import WeirStore

/// Shows that what was fetched of a block beside its logs is stored with it, goes with it, and is
/// handed to whoever builds state again, in the order of the chain.
@Suite struct StoredExtrasTests {
    static let chain = WeirStoreTests.chain
    static let everything = BlockNumber(0)...BlockNumber(.max)

    static func extras(_ number: UInt64, branch: UInt64 = 0) -> BlockExtras {
        let anchor = WeirStoreTests.anchor(number, branch: branch)
        return BlockExtras(
            block: anchor.ref, time: anchor.timestamp,
            fees: BlockFees(gasUsed: number, gasLimit: 30_000_000, baseFeeWei: U256(number)),
            readings: [Reading(key: "supply", outcome: .data([UInt8](repeating: 1, count: 32)))])
    }

    static func block(_ number: UInt64, branch: UInt64 = 0, logs: Bool = true) -> Block {
        var block = WeirStoreTests.block(number, branch: branch, logs: logs)
        block.extras = Self.extras(number, branch: branch)
        return block
    }

    static func page(_ range: ClosedRange<UInt64>, logs: [UInt64], extras: [UInt64]) -> LogPage {
        var batch = LogBatch()
        for number in logs { batch.append(WeirStoreTests.log(WeirStoreTests.anchor(number))) }
        return LogPage(
            first: BlockNumber(range.lowerBound), last: WeirStoreTests.anchor(range.upperBound),
            logs: batch, extras: extras.map { Self.extras($0) })
    }

    /// Two pages with logs, one without, and four blocks above.
    static func filled() async throws -> WeirStore {
        let store = try await WeirStore.prepare(SQLiteConnection.inMemory())
        try await store.configure(Self.chain, name: "base", filter: "f", trackers: "t")
        try await store.commit(
            Self.chain,
            [
                StepCommit(.placed(WeirStoreTests.anchor(0))),
                StepCommit(.caughtUp(Self.page(1...10, logs: [3, 7], extras: [1, 3, 10]))),
                StepCommit(.caughtUp(Self.page(11...20, logs: [], extras: [12, 20]))),
                StepCommit(.caughtUp(Self.page(21...30, logs: [25], extras: [30]))),
                StepCommit(.caughtUp(Self.page(31...40, logs: [], extras: [40]))),
                StepCommit(.committed(Self.block(41))),
                StepCommit(.committed(WeirStoreTests.block(42))),
                StepCommit(.committed(Self.block(43, logs: false))),
                StepCommit(.committed(Self.block(44))),
            ])
        return store
    }

    static func numbers(_ store: WeirStore) async throws -> [UInt64] {
        try await store.extras(Self.chain, in: Self.everything).map(\.block.number.rawValue)
    }

    @Test func extrasAreStoredWithTheirStep() async throws {
        let store = try await Self.filled()
        let all = try await store.extras(Self.chain, in: Self.everything)
        #expect(all == [1, 3, 10, 12, 20, 30, 40, 41, 43, 44].map { Self.extras($0) })
        let some = try await store.extras(Self.chain, in: BlockNumber(3)...BlockNumber(12))
        #expect(some == [3, 10, 12].map { Self.extras($0) })
        let none = try await store.extras(ChainID(1), in: Self.everything)
        #expect(none.isEmpty)
        let findings = try await store.verify(Self.chain)
        #expect(findings.isEmpty)
    }

    @Test func aRevertTakesThemBackAndAnotherBranchTakesTheirPlace() async throws {
        let store = try await Self.filled()
        try await store.commit(
            Self.chain,
            [
                StepCommit(.reverted(to: WeirStoreTests.anchor(42).ref, depth: 2)),
                StepCommit(.committed(Self.block(43, branch: 9))),
            ])
        let all = try await store.extras(Self.chain, in: BlockNumber(41)...BlockNumber(99))
        #expect(all == [Self.extras(41), Self.extras(43, branch: 9)])
    }

    @Test func settlingKeepsThem() async throws {
        let store = try await Self.filled()
        try await store.commit(Self.chain, [StepCommit(.finalized(WeirStoreTests.anchor(43)))])
        #expect(try await Self.numbers(store) == [1, 3, 10, 12, 20, 30, 40, 41, 43, 44])
    }

    @Test func aStepThatFailsLeavesNone() async throws {
        let store = try await Self.filled()
        await #expect(throws: StoreError.self) {
            try await store.commit(
                Self.chain,
                [StepCommit(.committed(Self.block(45))), StepCommit(.committed(Self.block(44)))])
        }
        #expect(try await Self.numbers(store).last == 44)
    }

    @Test func withoutPagesOnlyThoseOfBlocksThatMayBeUndoneAreKept() async throws {
        let store = try await WeirStore.prepare(SQLiteConnection.inMemory(), keepsPages: false)
        try await store.configure(Self.chain, name: "base", filter: "f", trackers: "t")
        try await store.commit(
            Self.chain,
            [
                StepCommit(.placed(WeirStoreTests.anchor(0))),
                StepCommit(.caughtUp(Self.page(1...10, logs: [3], extras: [1, 10]))),
                StepCommit(.committed(Self.block(11))),
            ])
        #expect(try await Self.numbers(store) == [11])
    }

    /// Writes down what it is given, and counts it.
    struct Recorder: StateBuilder {
        var seen = ""
        mutating func reduce(_ logs: LogBatch, _ extras: [BlockExtras]) throws -> [Fact] {
            let logs = logs.entries.map { "\($0.blockNumber)" }.joined(separator: ",")
            let extras = extras.map { "\($0.block.number)" }.joined(separator: ",")
            self.seen += "[\(logs)|\(extras)]"
            return []
        }
        func states() -> [StateEntry] {
            [StateEntry(tracker: "seen", key: "all", value: Array(self.seen.utf8))]
        }
    }

    private func seen(_ store: WeirStore) async throws -> String {
        let states = try await store.chain(Self.chain).states
        return String(decoding: states.first?.value ?? [], as: UTF8.self)
    }

    @Test func rebuildGivesThemBesideTheLogsUpToTheSettledBlock() async throws {
        let store = try await Self.filled()
        try await store.rebuild(Self.chain, by: Recorder())
        #expect(try await self.seen(store) == "[3,7|1,3,10][|12,20][25|30][|40]")
        try await store.commit(Self.chain, [StepCommit(.finalized(WeirStoreTests.anchor(43)))])
        try await store.rebuild(Self.chain, by: Recorder())
        #expect(
            try await self.seen(store) == "[3,7|1,3,10][|12,20][25|30][|40][41|41][42|][|43]")
    }

    /// More rows without logs than are read at once, on both sides of the settled block.
    @Test func manyBlocksWithoutLogsAreGivenInParts() async throws {
        let store = try await WeirStore.prepare(SQLiteConnection.inMemory())
        try await store.configure(Self.chain, name: "base", filter: "f", trackers: "t")
        var steps = [
            StepCommit(.placed(WeirStoreTests.anchor(0))),
            StepCommit(.caughtUp(Self.page(1...1_300, logs: [], extras: Array(1...1_300)))),
        ]
        for number in 1_301...1_310 as ClosedRange<UInt64> {
            steps.append(StepCommit(.committed(Self.block(number, logs: false))))
        }
        try await store.commit(Self.chain, steps)
        try await store.rebuild(Self.chain, by: Recorder())
        let seen = try await self.seen(store)
        #expect(seen.split(separator: "[").count == 3)
        let numbers = seen.split(whereSeparator: { !$0.isNumber }).compactMap { UInt64($0) }
        #expect(numbers == Array(1...1_300))
    }

    @Test(arguments: [(43, 43), (41, 41), (40, 40), (35, 30), (10, 10)] as [(UInt64, UInt64)])
    func rewindForgetsThoseAbove(asked: UInt64, reached: UInt64) async throws {
        let store = try await Self.filled()
        let target = try await store.rewindTarget(Self.chain, to: BlockNumber(asked))
        try #require(target.number.rawValue == reached)
        try await store.rewind(Self.chain, to: target, rebuiltBy: Recorder())
        let left = [1, 3, 10, 12, 20, 30, 40, 41, 43, 44].filter { $0 <= reached }
        #expect(try await Self.numbers(store) == left)
        let findings = try await store.verify(Self.chain)
        #expect(findings.isEmpty)
        try await store.forget(Self.chain)
        #expect(try await Self.numbers(store).isEmpty)
    }

    @Test(
        arguments: [
            ("UPDATE extras SET bytes = $1 WHERE number = 41", [.blob([1, 0])], "checksum"),
            ("UPDATE extras SET hash = $1 WHERE number = 41", [.hash(.zero)], "is of block"),
            ("UPDATE extras SET number = 99 WHERE number = $1", [.integer(41)], "is of block"),
        ] as [(String, [SQLValue], String)]
    )
    func damagedRowsAreFoundAndNeverServed(
        sql: String, values: [SQLValue], words: String
    ) async throws {
        let store = try await Self.filled()
        try await store.database.transaction { session throws(SQLError) in
            try session.execute(sql, values)
        }
        let findings = try await store.verify(Self.chain)
        #expect(findings.contains { $0.contains(words) && $0.contains("beside its logs") })
        await #expect(throws: StoreError.self) {
            try await store.extras(Self.chain, in: Self.everything)
        }
        await #expect(throws: StoreError.self) {
            try await store.rebuild(Self.chain, by: Recorder())
        }
        #expect(try await store.chain(Self.chain).states.isEmpty)
    }

    /// A store as the version before left it is taken on, with what it holds.
    @Test func aStoreOfTheSchemaBeforeIsTakenOn() async throws {
        let database = try SQLiteConnection.inMemory()
        let before = Array(Schema.migrations.prefix { $0.name != "002_extras" })
        try #require(before.count == 1)
        try await Migrator.migrate(database, before)
        let old = WeirStore(database)
        try await old.configure(Self.chain, name: "base", filter: "f", trackers: "t")
        try await old.commit(
            Self.chain,
            [
                StepCommit(.placed(WeirStoreTests.anchor(0))),
                StepCommit(.caughtUp(Self.page(1...10, logs: [3], extras: []))),
                StepCommit(.committed(WeirStoreTests.block(11))),
            ])
        let held = try await old.chain(Self.chain)
        let store = try await WeirStore.prepare(database)
        #expect(try await store.chain(Self.chain) == held)
        #expect(try await Self.numbers(store).isEmpty)
        try await store.commit(Self.chain, [StepCommit(.committed(Self.block(12)))])
        #expect(try await Self.numbers(store) == [12])
        let findings = try await store.verify(Self.chain)
        #expect(findings.isEmpty)
    }
}
