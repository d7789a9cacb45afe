// Weir
// SPDX-License-Identifier: Apache-2.0

import PromQL
import Testing
import WeirTestSupport

@testable import Alerting

/// Clocks that jump, limits, restarts and other configurations.
@Suite struct DispatcherEdgeTests {
    private static let minute = RoutingLab.minute
    private static let hour = RoutingLab.hour
    private static let text = """
        route:
          receiver: ops
          group_by: [alertname]
          group_wait: 30s
          group_interval: 5m
          repeat_interval: 1h
        resolve_timeout: 365d
        """

    @Test func clockThatGoesBackKeepsWhatIsUnderWay() throws {
        var dispatcher = try RoutingLab.dispatcher(Self.text, at: 10 * Self.hour)
        _ = dispatcher.send(
            [RoutingLab.alert("A", startsAt: 10 * Self.hour)], at: 10 * Self.hour)
        // Back by nine hours, with thirty seconds to go.
        #expect(dispatcher.advance(to: Self.hour).isEmpty)
        #expect(dispatcher.nextDeadline == Self.hour + 30_000)
        #expect(dispatcher.run(to: Self.hour + 30_000).map(\.summary) == ["ops firing +A"])
        #expect(dispatcher.run(to: 2 * Self.hour).isEmpty)
        #expect(
            dispatcher.run(to: 2 * Self.hour + 30_000).map(\.summary) == ["ops repetition +A"])
    }

    @Test func smallStepBackIsWaitedFor() throws {
        var dispatcher = try RoutingLab.dispatcher(Self.text)
        _ = dispatcher.send([RoutingLab.alert("A")], at: 0)
        _ = dispatcher.advance(to: 29_000)
        #expect(dispatcher.advance(to: 25_000).isEmpty)
        #expect(dispatcher.nextDeadline == 30_000)
        #expect(dispatcher.advance(to: 30_000).count == 1)
    }

    @Test func clockThatJumpsForwardTellsOnce() throws {
        var dispatcher = try RoutingLab.dispatcher(Self.text)
        _ = dispatcher.send([RoutingLab.alert("A")], at: 0)
        #expect(dispatcher.advance(to: 100 * Self.hour).map(\.summary) == ["ops firing +A"])
        #expect(dispatcher.advance(to: 100 * Self.hour).isEmpty)
    }

    @Test func anyClockIsBorne() throws {
        for seed in UInt64(0)..<40 {
            var random = SeededRandom(seed: seed)
            var dispatcher = try RoutingLab.dispatcher(
                Self.text.replacing(
                    "receiver: ops", with: "receiver: ops\n  flap: {changes: 2, window: 1h}"))
            let times: [Timestamp] = [
                .min, .max, 0, -1, .max - 1, .min + 1, 1_800_000_000_000,
            ]
            for _ in 0..<60 {
                let time = times.randomElement(using: &random) ?? 0
                let end = Bool.random(using: &random) ? times.randomElement(using: &random) : nil
                var alert = RoutingLab.alert(
                    ["A", "B"].randomElement(using: &random) ?? "",
                    startsAt: times.randomElement(using: &random) ?? 0, endsAt: end)
                if Int.random(in: 0..<6, using: &random) == 0 {
                    alert.retraction = Retraction(chain: "c", block: .max, blockHash: "")
                }
                dispatcher.receive([alert], at: time)
                for notification in dispatcher.advance(
                    to: times.randomElement(using: &random) ?? 0)
                {
                    #expect(!notification.alerts.isEmpty, "seed \(seed)")
                }
                _ = dispatcher.gettableGroups(at: time)
            }
        }
    }

    @Test func alertsBeyondTheLimitAreCountedAndFindRoomLater() throws {
        var limits = DispatcherLimits()
        limits.alerts = 2
        var dispatcher = try RoutingLab.dispatcher(Self.text, limits: limits)
        let alerts = ["A", "B", "C"].map { RoutingLab.alert($0) }
        _ = dispatcher.send(alerts, at: 0)
        #expect(dispatcher.counters.alertsRefused == 1)
        #expect(
            dispatcher.run(to: Self.minute).map(\.summary) == ["ops firing +A", "ops firing +B"])
        // Ends are never refused.
        _ = dispatcher.send([RoutingLab.alert("A", endsAt: Self.minute)], at: Self.minute)
        #expect(dispatcher.run(to: 10 * Self.minute).map(\.summary) == ["ops resolved -A"])
        dispatcher.receive(Array(alerts.suffix(1)), at: 10 * Self.minute)
        #expect(dispatcher.run(to: 20 * Self.minute).map(\.summary) == ["ops firing +C"])
        #expect(dispatcher.counters.alertsRefused == 1)
    }

    @Test func groupsBeyondTheLimitAreCountedAndFindRoomLater() throws {
        var limits = DispatcherLimits()
        limits.groups = 1
        var dispatcher = try RoutingLab.dispatcher(Self.text, limits: limits)
        let alerts = ["A", "B"].map { RoutingLab.alert($0) }
        _ = dispatcher.send(alerts, at: 0)
        #expect(dispatcher.counters.groupsRefused == 1)
        #expect(dispatcher.run(to: Self.minute).map(\.summary) == ["ops firing +A"])
        _ = dispatcher.send([RoutingLab.alert("A", endsAt: Self.minute)], at: Self.minute)
        #expect(dispatcher.run(to: 10 * Self.minute).map(\.summary) == ["ops resolved -A"])
        dispatcher.receive(Array(alerts.suffix(1)), at: 10 * Self.minute)
        #expect(dispatcher.run(to: 20 * Self.minute).map(\.summary) == ["ops firing +B"])
    }

    @Test func largeGroupIsCutAndCounted() throws {
        var limits = DispatcherLimits()
        limits.alertsPerNotification = 3
        var dispatcher = try RoutingLab.dispatcher(Self.text, limits: limits)
        let alerts = (0..<8).map { RoutingLab.alert("A node=\($0)") }
        _ = dispatcher.send(alerts, at: 0)
        let told = dispatcher.run(to: Self.minute)
        #expect(told.count == 1)
        #expect(told[0].alerts.count == 3 && told[0].truncatedAlerts == 5)
        let prints = told[0].alerts.map(\.fingerprint)
        #expect(prints == prints.sorted())
        // What changed is named before what did not.
        var ended = try #require(alerts.max { $0.fingerprint < $1.fingerprint })
        ended.endsAt = Self.minute
        _ = dispatcher.send([ended, RoutingLab.alert("A node=new")], at: Self.minute)
        let next = dispatcher.run(to: 10 * Self.minute)
        #expect(next.count == 1)
        #expect(next[0].alerts.contains { $0.labels["node"] == "new" })
        #expect(next[0].alerts.last?.labels == ended.labels)
        #expect(next[0].truncatedAlerts == 6)
        // The rest was told as a count, and its end is as well.
        _ = dispatcher.send(
            (alerts + [RoutingLab.alert("A node=new")]).map {
                RoutingLab.alert("A node=\($0.labels["node"])", endsAt: 10 * Self.minute)
            }, at: 10 * Self.minute)
        let last = dispatcher.run(to: 30 * Self.minute)
        #expect(last.map(\.status) == ["resolved"])
        #expect(last[0].alerts.count + last[0].truncatedAlerts == 8)
    }

    @Test func tenThousandAlertsAreOneNotificationAndNoEndIsLost() throws {
        for grouping in ["[alertname]", "[node]", "['...']"] {
            var dispatcher = try RoutingLab.dispatcher(
                Self.text.replacing("[alertname]", with: grouping))
            let alerts = (0..<10_000).map {
                RoutingLab.alert("A node=\($0 % 50) id=\($0) severity=warning")
            }
            for step in Int64(0)..<4 {
                #expect(dispatcher.send(alerts, at: step * 5000).isEmpty)
            }
            let told = dispatcher.run(to: 4 * Self.minute)
            let groups = grouping == "[alertname]" ? 1 : grouping == "[node]" ? 50 : 10_000
            #expect(told.count == groups)
            #expect(told.map { $0.alerts.count + $0.truncatedAlerts }.reduce(0, +) == 10_000)
            #expect(told.allSatisfy { $0.alerts.count <= 200 })
            #expect(Set(told.map(\.id)).count == groups)
            let ended = alerts.map { alert in
                var alert = alert
                alert.endsAt = 4 * Self.minute
                return alert
            }
            _ = dispatcher.send(ended, at: 4 * Self.minute)
            let ends = dispatcher.run(to: 30 * Self.minute)
            #expect(ends.count == groups)
            #expect(ends.map { $0.alerts.count + $0.truncatedAlerts }.reduce(0, +) == 10_000)
            #expect(ends.allSatisfy { $0.cause == .resolved })
            #expect(dispatcher.alerts.isEmpty && dispatcher.groups.isEmpty)
            #expect(dispatcher.counters == DispatcherCounters())
        }
    }

    @Test func sendingAgainWritesNothing() throws {
        var dispatcher = try RoutingLab.dispatcher(Self.text)
        var store = MemoryStore()
        _ = dispatcher.send([RoutingLab.alert("A")], at: 0)
        _ = dispatcher.run(to: Self.minute)
        try store.apply(dispatcher.takeChanges())
        #expect(store.writes == 2)
        for step in Int64(1)...10 {
            _ = dispatcher.send([RoutingLab.alert("A")], at: step * Self.minute)
        }
        #expect(dispatcher.takeChanges().isEmpty)
    }

    @Test func restartGivesTheSameIDs() throws {
        var dispatcher = try RoutingLab.dispatcher(Self.text)
        var store = MemoryStore()
        _ = dispatcher.send([RoutingLab.alert("A"), RoutingLab.alert("B")], at: 0)
        _ = dispatcher.run(to: Self.minute)
        _ = dispatcher.send([RoutingLab.alert("A", endsAt: Self.minute)], at: Self.minute)
        try store.apply(dispatcher.takeChanges())
        func again() throws -> [String] {
            var dispatcher = Dispatcher(
                dispatcher.configuration, restoring: try store.state(), at: 2 * Self.minute,
                offset: RoutingLab.zones)
            return dispatcher.run(to: 3 * Self.hour).map(\.id)
        }
        let ids = try again()
        #expect(ids.count > 2)
        #expect(try again() == ids)
    }

    @Test func alertsOutliveALongOutageLongEnoughToBeSentAgain() throws {
        var dispatcher = try RoutingLab.dispatcher(Self.text.replacing("365d", with: "5m"))
        var store = MemoryStore()
        _ = dispatcher.send([RoutingLab.alert("A"), RoutingLab.alert("B")], at: 0)
        _ = dispatcher.run(to: Self.minute)
        try store.apply(dispatcher.takeChanges())
        let start = 20 * Self.hour
        var again = Dispatcher(
            dispatcher.configuration, restoring: try store.state(), at: start,
            offset: RoutingLab.zones)
        #expect(again.run(to: start + Self.minute).map(\.cause) == [.repetition, .repetition])
        _ = again.send([RoutingLab.alert("A")], at: start + 2 * Self.minute)
        // B is sent no more.
        #expect(
            again.run(to: start + 6 * Self.minute).map(\.summary) == ["ops resolved -B"])
    }

    @Test func endIsToldWhereTheFireWasThoughRoutesChanged() throws {
        var dispatcher = try RoutingLab.dispatcher(Self.text)
        _ = dispatcher.send([RoutingLab.alert("A")], at: 0)
        _ = dispatcher.run(to: Self.minute)
        dispatcher.adopt(
            try RoutingLab.configuration(Self.text.replacing("ops", with: "pager")),
            at: Self.minute)
        #expect(
            dispatcher.run(to: 10 * Self.minute).map(\.summary) == ["pager firing +A"])
        _ = dispatcher.send([RoutingLab.alert("A", endsAt: 10 * Self.minute)], at: 10 * Self.minute)
        #expect(
            dispatcher.run(to: 20 * Self.minute).map(\.summary).sorted()
                == ["ops resolved -A", "pager resolved -A"])
        #expect(dispatcher.nextDeadline == nil)
    }

    @Test func receiverThatIsGoneIsForgotten() throws {
        var dispatcher = try RoutingLab.dispatcher(Self.text)
        _ = dispatcher.send([RoutingLab.alert("A")], at: 0)
        _ = dispatcher.run(to: Self.minute)
        dispatcher.adopt(
            try RoutingLab.configuration(
                Self.text.replacing("ops", with: "pager"), receivers: ["pager"]),
            at: Self.minute)
        _ = dispatcher.send([RoutingLab.alert("A", endsAt: Self.minute)], at: Self.minute)
        #expect(dispatcher.run(to: 20 * Self.minute).isEmpty)
        #expect(dispatcher.log.entries.isEmpty)
    }

    @Test func logForgetsWhatNobodyAsksFor() throws {
        var limits = DispatcherLimits()
        limits.logEntries = 5
        var dispatcher = try RoutingLab.dispatcher(Self.text, limits: limits)
        for index in Int64(0)..<20 {
            let time = index * 10 * Self.minute
            _ = dispatcher.send([RoutingLab.alert("A\(index)", startsAt: time)], at: time)
            _ = dispatcher.run(to: time + Self.minute)
            let end = time + 2 * Self.minute
            _ = dispatcher.send([RoutingLab.alert("A\(index)", endsAt: end)], at: end)
            _ = dispatcher.run(to: time + 8 * Self.minute)
        }
        #expect(dispatcher.log.entries.count <= 6)
        #expect(dispatcher.counters.logEntriesDropped >= 14)
        _ = dispatcher.advance(to: 20 * 10 * Self.minute + 25 * Self.hour)
        #expect(dispatcher.log.entries.isEmpty)
    }
}
