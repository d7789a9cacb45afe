// Weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import SQLiteDriver
import Testing
import WeirPorts
import WeirStore

@testable import WeirApp

/// Notifications on their way from the outbox to one channel.
@Suite struct ChannelOutboxTests {
    private static let down = DeliveryFault(.serverError, "answered 503")

    /// Runs a channel until so many tries were made, then until the outbox is as it is awaited.
    private static func run(
        _ notifications: [NewNotification], _ notifier: ScriptedNotifier, tries: Int,
        clock: AlertClock = AlertClock(), left: Int = 0
    ) async throws -> (store: WeirStore, metrics: AppMetrics) {
        let store = try await WeirStore.prepare(try SQLiteConnection.inMemory())
        var step = AlertCommit()
        step.notifications = notifications
        try await store.commit(step)
        let app = try AlertFixtures.metrics()
        let metrics = NotificationMetrics(app)
        metrics.open("ops", "webhook")
        let outbox = ChannelOutbox(
            notifier: notifier, channel: 0, store: store, metrics: metrics, clock: clock.clock,
            logger: AlertFixtures.logger, bell: Bell())
        let running = Task { try await outbox.run() }
        try await notifier.wait(tries: tries)
        while try await store.outbox(receiver: "ops", channel: 0, limit: 99).count > left {
            await Task.yield()
        }
        running.cancel()
        _ = await running.result
        return (store, app)
    }

    @Test func notificationsGoInTheirOrderAndOnce() async throws {
        let notifier = ScriptedNotifier()
        let all = ["1", "2", "3"].map { AlertFixtures.row(AlertFixtures.notification($0)) }
        let (_, app) = try await Self.run(all, notifier, tries: 3)
        #expect(notifier.seen.map(\.id) == ["1", "2", "3"])
        // The group goes on in the message that it was told in.
        #expect(notifier.seen.map(\.handle) == [nil, "message-1", "message-2"])
        let series = #"weir_notifications_total{receiver="ops",channel="webhook"}"#
        #expect(AlertFixtures.value(series, of: app.registry) == 3)
    }

    @Test func aGroupThatIsOverIsNotEditedAnyMore() async throws {
        let notifier = ScriptedNotifier()
        let all = [
            AlertFixtures.notification("1"), AlertFixtures.notification("2", firing: false),
            AlertFixtures.notification("3"),
        ]
        _ = try await Self.run(all.map { AlertFixtures.row($0) }, notifier, tries: 3)
        #expect(notifier.seen.map(\.handle) == [nil, "message-1", nil])
    }

    @Test func whatFailsIsTriedAgainUnderItsNameBeforeAnythingElse() async throws {
        let notifier = ScriptedNotifier(script: [
            .retry(after: nil, Self.down), .retry(after: .seconds(70), Self.down),
        ])
        let clock = AlertClock()
        let all = ["1", "2"].map { AlertFixtures.row(AlertFixtures.notification($0)) }
        let (_, app) = try await Self.run(all, notifier, tries: 4, clock: clock)
        #expect(notifier.seen.map(\.id) == ["1", "1", "1", "2"])
        #expect(clock.slept.contains { $0 >= .seconds(69) })
        let series =
            #"weir_notifications_failed_total{receiver="ops",channel="webhook",reason="server_error"}"#
        #expect(AlertFixtures.value(series, of: app.registry) == 2)
    }

    @Test func whatIsRefusedMakesRoomAndIsCounted() async throws {
        let fault = DeliveryFault(.clientError, "answered 400")
        let notifier = ScriptedNotifier(script: [.refused(fault)])
        let all = ["1", "2"].map { AlertFixtures.row(AlertFixtures.notification($0)) }
        let (_, app) = try await Self.run(all, notifier, tries: 2)
        #expect(notifier.seen.map(\.id) == ["1", "2"])
        let series =
            #"weir_notifications_dropped_total{receiver="ops",channel="webhook",reason="refused"}"#
        #expect(AlertFixtures.value(series, of: app.registry) == 1)
    }

    @Test func aClosedChannelIsLeftAloneAndKeepsWhatWaits() async throws {
        let fault = DeliveryFault(.gone, "answered 410")
        let notifier = ScriptedNotifier(script: [.disabled(fault)])
        let all = ["1", "2"].map { AlertFixtures.row(AlertFixtures.notification($0)) }
        let (store, app) = try await Self.run(all, notifier, tries: 1, left: 2)
        #expect(notifier.seen.count == 1)
        #expect(try await store.outboxFill().map(\.count) == [2])
        let series = #"weir_notification_channel_disabled{receiver="ops",channel="webhook"}"#
        #expect(AlertFixtures.value(series, of: app.registry) == 1)
    }

    /// A day without success is enough.
    @Test func whatCannotBeDeliveredIsGivenUp() async throws {
        let script = Array(repeating: DeliveryOutcome.retry(after: nil, Self.down), count: 5_000)
        let notifier = ScriptedNotifier(script: script)
        let clock = AlertClock()
        let began = clock.milliseconds
        let (_, app) = try await Self.run(
            [AlertFixtures.row(AlertFixtures.notification("1", at: began))], notifier, tries: 100,
            clock: clock)
        let series =
            #"weir_notifications_dropped_total{receiver="ops",channel="webhook",reason="expired"}"#
        #expect(AlertFixtures.value(series, of: app.registry) == 1)
        #expect(clock.milliseconds - began >= 86_400_000)
        #expect(Set(notifier.seen.map(\.id)) == ["1"])
    }

    @Test func whatCannotBeReadIsPassedOver() async throws {
        let notifier = ScriptedNotifier()
        var damaged = AlertFixtures.row(AlertFixtures.notification("1"))
        damaged.document = "{\"id\":"
        let (_, app) = try await Self.run(
            [damaged, AlertFixtures.row(AlertFixtures.notification("2"))], notifier, tries: 1)
        #expect(notifier.seen.map(\.id) == ["2"])
        let series =
            #"weir_notifications_dropped_total{receiver="ops",channel="webhook",reason="damaged"}"#
        #expect(AlertFixtures.value(series, of: app.registry) == 1)
    }

    /// What was tried when the program ended is tried again by the next one, under its name.
    @Test func theNextLifeGoesOn() async throws {
        let store = try await WeirStore.prepare(try SQLiteConnection.inMemory())
        var step = AlertCommit()
        step.notifications = [AlertFixtures.row(AlertFixtures.notification("1"))]
        try await store.commit(step)
        let app = try AlertFixtures.metrics()
        for life in 0..<3 {
            let script: [DeliveryOutcome] =
                life < 2 ? Array(repeating: .retry(after: .seconds(1), Self.down), count: 9) : []
            let notifier = ScriptedNotifier(script: script)
            let outbox = ChannelOutbox(
                notifier: notifier, channel: 0, store: store, metrics: NotificationMetrics(app),
                clock: AlertClock().clock, logger: AlertFixtures.logger, bell: Bell())
            let running = Task { try await outbox.run() }
            try await notifier.wait(tries: life < 2 ? 2 : 1)
            if life == 2 {
                while try await !store.outboxFill().isEmpty { await Task.yield() }
            }
            running.cancel()
            _ = await running.result
            #expect(Set(notifier.seen.map(\.id)) == ["1"])
        }
        #expect(try await store.outboxFill().isEmpty)
    }
}
