// Weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import ChainModel
import EVMPrimitives
import MetricsRegistry
import PromQL
import SQLiteDriver
import Testing
import WeirStore

@testable import WeirApp

/// Rules, groups and outbox together over one store: what is told, once, over restarts too.
@Suite struct AlertDeskTests {
    private static let rules = """
        groups:
          - name: g
            interval: 30s
            rules:
              - alert: StoreLarge
                expr: weir_store_size_bytes > 100
                for: 1m
                labels: { severity: warning }
                annotations: { summary: "{{ $value }} bytes" }
              - alert: Broken
                expr: weir_build_info > on () group_left () weir_build_info
        """

    /// An instance's alerts over a store that outlives it.
    private struct Life {
        let desk: AlertDesk
        let app: AppMetrics
        let store: WeirStore

        init(_ store: WeirStore, _ clock: AlertClock, rules: String = AlertDeskTests.rules)
            async throws
        {
            var configuration = AlertingConfiguration()
            let file = RuleFile.read(Array(rules.utf8), name: "rules.yaml")
            #expect(file.faults.isEmpty, "\(file.faults)")
            configuration.groups = file.groups
            var options = RouteOptions(receiver: "ops")
            options.groupWait = 0
            options.groupInterval = 60_000
            configuration.routing = RoutingConfiguration(
                routes: RouteTree(options), receivers: ["ops"])
            let app = try AlertFixtures.metrics()
            let metrics = NotificationMetrics(app)
            metrics.open("ops", "webhook")
            self.app = app
            self.store = store
            self.desk = try await AlertDesk(
                configuration,
                outlets: [
                    "ops": [
                        ChannelOutlet(
                            channel: "webhook", sendsResolved: true, bell: Bell(),
                            metrics: metrics)
                    ]
                ], store: store, app: app, bell: Bell(), clock: clock.clock,
                logger: AlertFixtures.logger, hushed: { HushedSeries() }, beforeSampling: {})
        }

        func set(bytes: Double) { self.app.family("store_size_bytes").gauge([]).set(bytes) }

        /// One evaluation interval after another.
        func walk(_ clock: AlertClock, steps: Int) async {
            for _ in 0..<steps {
                clock.advance(seconds: 30)
                await self.desk.step()
            }
        }

        /// Causes and names of what waits in the outbox, in order.
        var told: [String] {
            get async throws {
                try await self.store.outbox(receiver: "ops", channel: 0, limit: 999).map { row in
                    let notification = try #require(
                        Self.notification(row.notification.document))
                    let alerts = notification.alerts.map(\.name).joined(separator: "+")
                    return "\(notification.cause.rawValue) \(alerts)"
                }
            }
        }

        private static func notification(_ document: String) -> AlertNotification? {
            AlertMemory.notification(document)
        }
    }

    private static func store() async throws -> WeirStore {
        try await WeirStore.prepare(try SQLiteConnection.inMemory())
    }

    @Test func aRuleFiresAfterItsTimeAndIsToldOnce() async throws {
        let (store, clock) = (try await Self.store(), AlertClock())
        let life = try await Life(store, clock)
        life.set(bytes: 500)
        await life.walk(clock, steps: 2)
        #expect(try await life.told == [])
        let alerts = #"ALERTS{alertname="StoreLarge",alertstate="pending",severity="warning"}"#
        #expect(AlertFixtures.value(alerts, of: life.app.registry) == 1)
        await life.walk(clock, steps: 6)
        #expect(try await life.told == ["firing StoreLarge"])
        life.set(bytes: 5)
        await life.walk(clock, steps: 6)
        #expect(try await life.told == ["firing StoreLarge", "resolved StoreLarge"])
        let history = try await store.alertHistory(from: 0, through: .max)
        #expect(history.map(\.change) == ["firing", "resolved"])
    }

    /// A rule that fails is counted and takes no other one with it.
    @Test func aRuleThatFailsIsCounted() async throws {
        let (store, clock) = (try await Self.store(), AlertClock())
        let life = try await Life(store, clock)
        life.set(bytes: 500)
        life.app.family("build_info").gauge("other").set(1)
        await life.walk(clock, steps: 5)
        let failures = #"weir_rule_evaluation_failures_total{group="g",rule="Broken"}"#
        #expect((AlertFixtures.value(failures, of: life.app.registry) ?? 0) > 0)
        #expect(try await life.told == ["firing StoreLarge"])
    }

    /// The program ends anywhere: what `for` has waited counts, and nothing is told twice.
    @Test(arguments: 0..<8) func overARestartNothingIsLostOrToldTwice(after steps: Int) async throws
    {
        let (store, clock) = (try await Self.store(), AlertClock())
        let first = try await Life(store, clock)
        first.set(bytes: 500)
        await first.walk(clock, steps: steps)
        let second = try await Life(store, clock)
        second.set(bytes: 500)
        await second.walk(clock, steps: 8)
        #expect(try await second.told == ["firing StoreLarge"])
        let third = try await Life(store, clock)
        third.set(bytes: 1)
        await third.walk(clock, steps: 8)
        #expect(try await third.told == ["firing StoreLarge", "resolved StoreLarge"])
    }

    /// A range looks back over a restart: the samples of before are in the store.
    @Test func rangesLookBackOverARestart() async throws {
        let rules = """
            groups:
              - name: g
                interval: 30s
                rules:
                  - alert: WasLarge
                    expr: max_over_time(weir_store_size_bytes[10m]) > 100
            """
        let (store, clock) = (try await Self.store(), AlertClock())
        let first = try await Life(store, clock, rules: rules)
        first.set(bytes: 500)
        await first.walk(clock, steps: 4)
        let second = try await Life(store, clock, rules: rules)
        second.set(bytes: 1)
        await second.walk(clock, steps: 2)
        let groups = await second.desk.groups
        #expect(groups[0].engine.state.rules[0].instances.map(\.state) == [.firing])
    }

    @Test func alertsOfEventsAreTakenFromTheInboxAndTakenBack() async throws {
        let (store, clock) = (try await Self.store(), AlertClock())
        let life = try await Life(store, clock)
        var alert = Alert(
            labels: Labels([("alertname", "Slashed"), ("transaction", "0x1")]),
            startsAt: clock.milliseconds, endsAt: clock.milliseconds + 600_000)
        func arrive(_ alert: Alert, _ step: ChainNotification) async throws {
            try await store.commit(
                ChainID(1), [StepCommit(step, alerts: [AlertMemory.document(alert)])])
            await life.desk.step()
        }
        let anchor = BlockAnchor(
            ref: BlockRef(number: BlockNumber(1), hash: Hash256(words: 1, 2, 3, 4)),
            parentHash: .zero,
            timestamp: BlockTime(1))
        try await arrive(alert, .placed(anchor))
        #expect(try await life.told == ["firing Slashed"])
        #expect(try await store.alertInbox(limit: 9).isEmpty)
        alert.retraction = Retraction(chain: "base", block: 7, blockHash: "0x07")
        alert.endsAt = clock.milliseconds
        try await arrive(alert, .finalized(anchor))
        #expect(try await life.told == ["firing Slashed", "retraction Slashed"])
        let history = try await store.alertHistory(from: 0, through: .max)
        #expect(history.map(\.change) == ["firing", "retracted"])
    }

    /// Silences are durable when they are set, and hold over a restart.
    @Test func aSilenceHoldsOverARestart() async throws {
        let (store, clock) = (try await Self.store(), AlertClock())
        let first = try await Life(store, clock)
        _ = try await first.desk.withSilences { (book, time) throws(SilenceError) in
            try book.set(
                Silence(
                    matchers: [LabelMatcher("alertname", equals: "StoreLarge")], startsAt: time,
                    endsAt: time + 3_600_000, createdBy: "me", comment: "moving"),
                newID: "s", at: time)
        }
        let second = try await Life(store, clock)
        second.set(bytes: 500)
        await second.walk(clock, steps: 6)
        #expect(try await second.told == [])
        try await second.desk.withSilences { (book, time) throws(SilenceError) in
            try book.expire("s", at: time)
        }
        await second.walk(clock, steps: 4)
        #expect(try await second.told == ["firing StoreLarge"])
    }

    /// A file of rules that lost a group forgets its state.
    @Test func aGroupThatIsGoneIsForgotten() async throws {
        let (store, clock) = (try await Self.store(), AlertClock())
        let first = try await Life(store, clock)
        first.set(bytes: 500)
        await first.walk(clock, steps: 6)
        let second = try await Life(store, clock, rules: "groups: []")
        await second.walk(clock, steps: 2)
        #expect(try await store.alertEntries().allSatisfy { $0.part != "group" })
    }
}
