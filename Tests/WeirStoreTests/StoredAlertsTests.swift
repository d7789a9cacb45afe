// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMPrimitives
import SQLiteDriver
import Testing

@testable import WeirStore

/// Alerts in the store: what waits to be taken up, what is known, and what is on its way.
@Suite struct StoredAlertsTests {
    private static let chain = ChainID(1)

    private static func notification(
        _ name: String, receiver: String = "ops", channel: Int = 0, at time: Int64 = 5
    ) -> NewNotification {
        NewNotification(
            notification: name, receiver: receiver, channel: channel, groupKey: "{}",
            created: time, document: "{\"id\":\"\(name)\"}")
    }

    private static func store() async throws -> WeirStore {
        try await WeirStore.prepare(try SQLiteConnection.inMemory())
    }

    @Test func alertsOfABlockComeInItsTransactionAndAreTakenOnce() async throws {
        let store = try await Self.store()
        try await store.commit(
            Self.chain,
            [
                StepCommit(.placed(WeirStoreTests.anchor(0))),
                StepCommit(.committed(WeirStoreTests.block(1)), alerts: ["a", "b"]),
                StepCommit(.reverted(to: WeirStoreTests.anchor(0).ref, depth: 1), alerts: ["c"]),
            ])
        let inbox = try await store.alertInbox(limit: 10)
        #expect(inbox.map(\.document) == ["a", "b", "c"])
        #expect(inbox.allSatisfy { $0.chain == Self.chain })
        #expect(try await store.alertInbox(limit: 1).map(\.document) == ["a"])
        var step = AlertCommit()
        step.takenThrough = inbox[1].id
        try await store.commit(step)
        #expect(try await store.alertInbox(limit: 10).map(\.document) == ["c"])
    }

    /// A block that cannot be stored leaves no alert behind.
    @Test func noAlertOfABlockThatWasNotStored() async throws {
        let store = try await Self.store()
        try await store.commit(Self.chain, [StepCommit(.placed(WeirStoreTests.anchor(0)))])
        let twice = StepCommit(.committed(WeirStoreTests.block(1)), alerts: ["x"])
        await #expect(throws: StoreError.self) {
            try await store.commit(Self.chain, [twice, twice])
        }
        #expect(try await store.alertInbox(limit: 10).isEmpty)
    }

    @Test func entriesAreReplacedAndDeleted() async throws {
        let store = try await Self.store()
        var step = AlertCommit()
        step.entries = [
            AlertStateEntry(part: "rule", key: "b", value: [1]),
            AlertStateEntry(part: "rule", key: "a", value: [2]),
            AlertStateEntry(part: "silence", key: "a", value: []),
        ]
        try await store.commit(step)
        step.entries = [
            AlertStateEntry(part: "rule", key: "b", value: nil),
            AlertStateEntry(part: "rule", key: "a", value: [3]),
        ]
        try await store.commit(step)
        #expect(
            try await store.alertEntries() == [
                AlertStateEntry(part: "rule", key: "a", value: [3]),
                AlertStateEntry(part: "silence", key: "a", value: []),
            ])
    }

    @Test func outboxKeepsTheOrderOfEachChannelAndTakesANotificationOnce() async throws {
        let store = try await Self.store()
        var step = AlertCommit()
        step.notifications = [
            Self.notification("1"), Self.notification("1", channel: 1), Self.notification("2"),
            Self.notification("1", at: 9),
        ]
        try await store.commit(step)
        var rows = try await store.outbox(receiver: "ops", channel: 0, limit: 9)
        #expect(rows.map(\.notification.notification) == ["1", "2"])
        #expect(rows.map(\.due) == [5, 5])
        #expect(rows.allSatisfy { $0.attempts == 0 && $0.handle == nil })

        try await store.postpone(rows[0], to: 100)
        rows = try await store.outbox(receiver: "ops", channel: 0, limit: 9)
        #expect(rows[0].attempts == 1 && rows[0].due == 100)

        try await store.settle(rows[0], handle: "message-7")
        rows = try await store.outbox(receiver: "ops", channel: 0, limit: 9)
        #expect(rows.map(\.notification.notification) == ["2"])
        #expect(rows[0].handle == "message-7")
        let other = try await store.outbox(receiver: "ops", channel: 1, limit: 9)
        #expect(other.map(\.handle) == [nil])
        try await store.settle(rows[0], handle: nil)
        step.notifications = [Self.notification("3")]
        try await store.commit(step)
        rows = try await store.outbox(receiver: "ops", channel: 0, limit: 9)
        #expect(rows.map(\.handle) == [nil])
    }

    @Test func whatWaitsForNobodyIsDropped() async throws {
        let store = try await Self.store()
        var step = AlertCommit()
        step.notifications = [
            Self.notification("1"), Self.notification("1", channel: 1),
            Self.notification("1", receiver: "old"), Self.notification("2", receiver: "old"),
        ]
        try await store.commit(step)
        #expect(try await store.dropOutbox(notIn: ["ops": 1]) == 3)
        #expect(
            try await store.outboxFill() == [OutboxFill(receiver: "ops", channel: 0, count: 1)])
        #expect(try await store.dropOutbox(notIn: ["ops": 1]) == 0)
    }

    @Test func historyIsReadByTime() async throws {
        let store = try await Self.store()
        let changes = [3, 1, 2].map { time in
            AlertChange(
                time: time, name: "A", fingerprint: "f", change: "firing", labels: "{}")
        }
        var step = AlertCommit()
        step.changes = changes
        try await store.commit(step)
        #expect(try await store.alertHistory(from: 1, through: 2).map(\.time) == [1, 2])
        #expect(try await store.alertHistory(from: 4, through: 9).isEmpty)
    }
}
