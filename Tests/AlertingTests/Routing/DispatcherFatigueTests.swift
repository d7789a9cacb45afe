// Weir
// SPDX-License-Identifier: Apache-2.0

import PromQL
import Testing

@testable import Alerting

/// Cooldown and flapping: what keeps people from being told too often.
@Suite struct DispatcherFatigueTests {
    private static let minute = RoutingLab.minute

    private static let cooldown = """
        route:
          receiver: ops
          group_by: [alertname]
          group_wait: 0s
          group_interval: 1m
          repeat_interval: 10m
          cooldown: { warning: 1h }
        resolve_timeout: 365d
        """

    /// Fires and ends at the given minutes, and gives what is told until the last one.
    private func told(
        _ text: String, _ words: String, firing: [ClosedRange<Int64>], until end: Int64
    ) throws -> [(minute: Int64, summary: String)] {
        var dispatcher = try RoutingLab.dispatcher(text)
        var told: [AlertNotification] = []
        for range in firing {
            told += dispatcher.run(to: range.lowerBound * Self.minute - 1)
            let start = range.lowerBound * Self.minute
            told += dispatcher.send([RoutingLab.alert(words, startsAt: start)], at: start)
            let end = range.upperBound * Self.minute
            told += dispatcher.run(to: end - 1)
            told += dispatcher.send(
                [RoutingLab.alert(words, startsAt: start, endsAt: end)], at: end)
        }
        told += dispatcher.run(to: end * Self.minute)
        return told.map { ($0.time / Self.minute, $0.summary) }
    }

    @Test func noSecondFireWithinTheCooldown() throws {
        let told = try self.told(
            Self.cooldown, "A severity=warning", firing: [0...5, 20...25, 62...65], until: 70)
        #expect(
            told.map(\.summary) == [
                "ops firing +A", "ops resolved -A", "ops firing +A", "ops resolved -A",
            ])
        #expect(told.map(\.minute) == [0, 5, 62, 65])
    }

    @Test func fireThatOutlastsTheCooldownIsToldThen() throws {
        let told = try self.told(
            Self.cooldown, "A severity=warning", firing: [0...5, 20...90], until: 95)
        #expect(
            told.map(\.summary) == [
                "ops firing +A", "ops resolved -A", "ops firing +A", "ops resolved -A",
            ])
        #expect(told.map(\.minute) == [0, 5, 60, 90])
    }

    @Test func repetitionsWaitForTheCooldownToo() throws {
        let told = try self.told(
            Self.cooldown, "A severity=warning", firing: [0...125], until: 130)
        #expect(
            told.map(\.summary) == [
                "ops firing +A", "ops repetition +A", "ops repetition +A", "ops resolved -A",
            ])
        #expect(told.map(\.minute) == [0, 60, 120, 125])
    }

    @Test func otherSeveritiesHaveNone() throws {
        let told = try self.told(
            Self.cooldown, "A severity=critical", firing: [0...5, 7...9], until: 12)
        #expect(
            told.map(\.summary) == [
                "ops firing +A", "ops resolved -A", "ops firing +A", "ops resolved -A",
            ])
    }

    private static let flap = """
        route:
          receiver: ops
          group_by: [alertname]
          group_wait: 0s
          group_interval: 1m
          repeat_interval: 12h
          flap: { changes: 4, window: 1h }
        resolve_timeout: 365d
        """

    @Test func flappingIsToldOnceAndItsCalmOnce() throws {
        let firing = (0..<10).map { ($0 * 4)...($0 * 4 + 2) } as [ClosedRange<Int64>]
        let told = try self.told(Self.flap, "A", firing: firing, until: 300)
        // Minutes 0, 2, 4, 6 are ordinary; the change at 8 is the fifth. It calms when no more than
        // two changes lie within an hour: those of 36 and 38 at 94.
        #expect(
            told.map(\.summary) == [
                "ops firing +A", "ops resolved -A", "ops firing +A", "ops resolved -A",
                "ops firing +A", "ops resolved -A",
            ])
        #expect(told.map(\.minute) == [0, 2, 4, 6, 8, 94])
    }

    @Test func flappingAlertSaysSo() throws {
        var dispatcher = try RoutingLab.dispatcher(Self.flap)
        var told: [AlertNotification] = []
        for step in Int64(0)..<20 {
            let time = step * Self.minute
            let end = step.isMultiple(of: 2) ? nil : time
            told += dispatcher.send([RoutingLab.alert("A", startsAt: 0, endsAt: end)], at: time)
        }
        let notices = told.map { $0.alerts[0].annotations["flapping"] }
        #expect(notices.prefix(4) == ["", "", "", ""])
        #expect(
            notices.dropFirst(4) == [
                "changed more than 4 times within 1h; told again when it has calmed"
            ])
        // It fires at last, and stays so.
        told = dispatcher.send([RoutingLab.alert("A")], at: 20 * Self.minute)
        told += dispatcher.run(to: 200 * Self.minute)
        #expect(told.map(\.summary) == ["ops firing +A"])
        #expect(told[0].alerts[0].annotations["flapping"] == "has calmed")
        // From then on it is an alert as any other.
        told = dispatcher.send(
            [RoutingLab.alert("A", endsAt: 200 * Self.minute)], at: 200 * Self.minute)
        told += dispatcher.run(to: 210 * Self.minute)
        #expect(told.map(\.summary) == ["ops resolved -A"])
        #expect(told[0].alerts[0].annotations["flapping"].isEmpty)
    }

    @Test func restartKeepsTheFlapping() throws {
        var dispatcher = try RoutingLab.dispatcher(Self.flap)
        var store = MemoryStore()
        var told: [AlertNotification] = []
        for step in Int64(0)..<20 {
            let time = step * Self.minute
            let end = step.isMultiple(of: 2) ? nil : time
            told += dispatcher.send([RoutingLab.alert("A", startsAt: 0, endsAt: end)], at: time)
            try store.apply(dispatcher.takeChanges())
            dispatcher = Dispatcher(
                dispatcher.configuration, restoring: try store.state(), at: time,
                offset: RoutingLab.zones)
        }
        told += dispatcher.run(to: 200 * Self.minute)
        #expect(
            told.map(\.summary) == [
                "ops firing +A", "ops resolved -A", "ops firing +A", "ops resolved -A",
                "ops firing +A", "ops resolved -A",
            ])
    }

    @Test(
        arguments: [
            (3_600_000, "1h"), (5_400_000, "1h30m"), (86_400_000, "1d"), (90_061_000, "1d1h1m1s"),
            (500, "500ms"),
        ] as [(Int64, String)])
    func windowText(milliseconds: Int64, expected: String) {
        #expect(FlapRule(changesMax: 1, window: milliseconds).windowText == expected)
    }
}
