// Weir
// SPDX-License-Identifier: Apache-2.0

import PromQL
import Testing

@testable import Alerting

@Suite struct DispatcherTests {
    private static let second = RoutingLab.second
    private static let minute = RoutingLab.minute
    private static let hour = RoutingLab.hour

    private static let plain = """
        route:
          receiver: ops
          group_by: [alertname]
          group_wait: 30s
          group_interval: 5m
          repeat_interval: 1h
        resolve_timeout: 365d
        """

    @Test func firstAlertWaitsForOthersOfItsGroup() throws {
        var dispatcher = try RoutingLab.dispatcher(Self.plain)
        #expect(dispatcher.nextDeadline == nil)
        #expect(dispatcher.send([RoutingLab.alert("A node=1")], at: 0).isEmpty)
        #expect(dispatcher.nextDeadline == 30_000)
        #expect(
            dispatcher.send(
                [RoutingLab.alert("A node=2"), RoutingLab.alert("B")], at: 10_000
            ).isEmpty)
        #expect(dispatcher.advance(to: 29_999).isEmpty)
        let told = dispatcher.run(to: 40_000)
        #expect(told.map(\.summary) == ["ops firing +A1 +A2", "ops firing +B"])
        #expect(told.map(\.time) == [30_000, 40_000])
        #expect(told[0].groupKey == #"{}:{alertname="A"}"#)
        #expect(told[0].groupLabels == Labels([("alertname", "A")]))
        #expect(told[0].status == "firing")
    }

    @Test func changesWaitForTheGroupInterval() throws {
        var dispatcher = try RoutingLab.dispatcher(Self.plain)
        _ = dispatcher.send([RoutingLab.alert("A node=1")], at: 0)
        #expect(dispatcher.run(to: 30_000).count == 1)
        #expect(dispatcher.send([RoutingLab.alert("A node=2")], at: 31_000).isEmpty)
        let told = dispatcher.run(to: 10 * Self.minute)
        #expect(told.map(\.summary) == ["ops firing +A1 +A2"])
        #expect(told.map(\.time) == [30_000 + 5 * Self.minute])
    }

    @Test func oldAlertDoesNotWait() throws {
        var dispatcher = try RoutingLab.dispatcher(Self.plain, at: Self.hour)
        let told = dispatcher.send(
            [RoutingLab.alert("A", startsAt: Self.hour - 30_001)], at: Self.hour)
        #expect(told.map(\.summary) == ["ops firing +A"])
    }

    @Test func repeatedAfterTheRepeatIntervalOnly() throws {
        var dispatcher = try RoutingLab.dispatcher(Self.plain)
        _ = dispatcher.send([RoutingLab.alert("A")], at: 0)
        let told = dispatcher.run(to: 3 * Self.hour)
        #expect(
            told.map(\.summary) == [
                "ops firing +A", "ops repetition +A", "ops repetition +A",
            ])
        #expect(
            told.map(\.time) == [30_000, 30_000 + Self.hour, 30_000 + 2 * Self.hour])
        #expect(Set(told.map(\.id)).count == 3)
    }

    @Test func endIsToldOnceAndRepeatedEndsAreNot() throws {
        var dispatcher = try RoutingLab.dispatcher(Self.plain)
        _ = dispatcher.send([RoutingLab.alert("A")], at: 0)
        _ = dispatcher.run(to: 30_000)
        var told: [AlertNotification] = []
        for minute in 1...15 {
            let time = Timestamp(minute) * Self.minute
            told += dispatcher.run(to: time)
            told += dispatcher.send(
                [RoutingLab.alert("A", endsAt: Self.minute)], at: time)
        }
        #expect(told.map(\.summary) == ["ops resolved -A"])
        #expect(told[0].alerts[0].endsAt == Self.minute)
        #expect(told[0].status == "resolved")
        #expect(dispatcher.nextDeadline == nil)
        #expect(dispatcher.alerts.isEmpty)
    }

    @Test func endOfWhatWasNotToldIsNotTold() throws {
        var dispatcher = try RoutingLab.dispatcher(Self.plain)
        _ = dispatcher.send([RoutingLab.alert("A node=1"), RoutingLab.alert("A node=2")], at: 0)
        _ = dispatcher.send([RoutingLab.alert("A node=2", endsAt: 1000)], at: 1000)
        #expect(dispatcher.run(to: Self.minute).map(\.summary) == ["ops firing +A1"])
        _ = dispatcher.send([RoutingLab.alert("B", endsAt: 1000)], at: Self.minute)
        #expect(dispatcher.run(to: Self.hour).isEmpty)
    }

    @Test func alertThatIsNoLongerSentEnds() throws {
        var dispatcher = try RoutingLab.dispatcher(Self.plain)
        _ = dispatcher.send([RoutingLab.alert("A", endsAt: 4 * Self.minute)], at: 0)
        #expect(dispatcher.run(to: 3 * Self.minute).map(\.summary) == ["ops firing +A"])
        dispatcher.receive([RoutingLab.alert("A", endsAt: 7 * Self.minute)], at: 3 * Self.minute)
        let told = dispatcher.run(to: 20 * Self.minute)
        #expect(told.map(\.summary) == ["ops resolved -A"])
        #expect(told[0].alerts[0].endsAt == 7 * Self.minute)
    }

    @Test func alertWithoutAnEndIsHeldForTheResolveTimeout() throws {
        var dispatcher = try RoutingLab.dispatcher(
            Self.plain.replacing("365d", with: "2m"))
        _ = dispatcher.send([RoutingLab.alert("A")], at: 0)
        let told = dispatcher.run(to: 20 * Self.minute)
        #expect(told.map(\.summary) == ["ops firing +A", "ops resolved -A"])
        #expect(told.last?.alerts[0].endsAt == 2 * Self.minute)
    }

    @Test func alertThatFiresAnewBetweenTwoLooksIsNoNews() throws {
        var dispatcher = try RoutingLab.dispatcher(Self.plain)
        _ = dispatcher.send([RoutingLab.alert("A")], at: 0)
        _ = dispatcher.run(to: 30_000)
        _ = dispatcher.send([RoutingLab.alert("A", endsAt: 60_000)], at: 60_000)
        _ = dispatcher.send([RoutingLab.alert("A", startsAt: 90_000)], at: 90_000)
        #expect(dispatcher.run(to: 30 * Self.minute).isEmpty)
    }

    @Test func everyRouteTellsItsReceiver() throws {
        var dispatcher = try RoutingLab.dispatcher(
            """
            route:
              receiver: default
              group_wait: 0s
              routes:
                - { matchers: [severity=critical], receiver: pager, continue: true }
                - { matchers: [severity=~".*"], receiver: ops }
            """)
        let told = dispatcher.send(
            [RoutingLab.alert("A severity=critical"), RoutingLab.alert("B severity=info")], at: 0)
        #expect(told.map(\.summary) == ["ops firing +A +B", "pager firing +A"])
        #expect(
            told.map(\.groupKey) == [#"{}/{severity=~".*"}:{}"#, #"{}/{severity="critical"}:{}"#])
    }

    @Test func silencedAlertIsToldWhenTheSilenceEnds() throws {
        var dispatcher = try RoutingLab.dispatcher(Self.plain)
        let silence = Silence(
            matchers: [LabelMatcher("alertname", equals: "A")], startsAt: 0, endsAt: Self.hour)
        _ = try dispatcher.silences.set(silence, newID: "s", at: 0)
        _ = dispatcher.send([RoutingLab.alert("A"), RoutingLab.alert("B")], at: 0)
        let told = dispatcher.run(to: 2 * Self.hour)
        #expect(told.map(\.summary).prefix(2) == ["ops firing +B", "ops firing +A"])
        #expect(told[1].time == 30_000 + Self.hour)
    }

    @Test func endWithinASilenceIsToldAfterIt() throws {
        var dispatcher = try RoutingLab.dispatcher(Self.plain)
        _ = dispatcher.send([RoutingLab.alert("A"), RoutingLab.alert("B")], at: 0)
        _ = dispatcher.run(to: Self.minute)
        let silence = Silence(
            matchers: [LabelMatcher("alertname", equals: "A")], startsAt: 0, endsAt: Self.hour)
        let id = try dispatcher.silences.set(silence, newID: "s", at: Self.minute)
        _ = dispatcher.send(
            [RoutingLab.alert("A", endsAt: Self.minute)], at: Self.minute)
        #expect(dispatcher.run(to: 10 * Self.minute).isEmpty)
        try dispatcher.silences.expire(id, at: 10 * Self.minute)
        #expect(dispatcher.run(to: 20 * Self.minute).map(\.summary) == ["ops resolved -A"])
    }

    @Test func inhibitedAlertWaitsForItsSource() throws {
        var dispatcher = try RoutingLab.dispatcher(
            Self.plain + """

                inhibit_rules:
                  - source_matchers: [severity=critical]
                    target_matchers: [severity=warning]
                    equal: [node]
                """)
        _ = dispatcher.send(
            [
                RoutingLab.alert("A severity=critical node=1"),
                RoutingLab.alert("B severity=warning node=1"),
                RoutingLab.alert("C severity=warning node=2"),
            ], at: 0)
        #expect(
            dispatcher.run(to: Self.minute).map(\.summary)
                == ["ops firing +A1", "ops firing +C2"])
        _ = dispatcher.send(
            [RoutingLab.alert("A severity=critical node=1", endsAt: Self.minute)],
            at: Self.minute)
        #expect(
            dispatcher.run(to: 10 * Self.minute).map(\.summary)
                == ["ops resolved -A1", "ops firing +B1"])
    }

    @Test func mutedRouteTellsWhenTheNightIsOver() throws {
        var dispatcher = try RoutingLab.dispatcher(
            """
            route:
              receiver: default
              routes:
                - matchers: [severity=info]
                  mute_time_intervals: [nights]
                - matchers: [severity=low]
                  active_time_intervals: [days]
            resolve_timeout: 365d
            time_intervals:
              - name: nights
                time_intervals: [{ times: [{ start_time: "00:00", end_time: "06:00" }] }]
              - name: days
                time_intervals: [{ times: [{ start_time: "08:00", end_time: "20:00" }] }]
            """)
        _ = dispatcher.send(
            [
                RoutingLab.alert("A severity=critical"), RoutingLab.alert("B severity=info"),
                RoutingLab.alert("C severity=low"),
            ], at: 0)
        let told = dispatcher.run(to: 9 * Self.hour).filter { $0.cause == .firing }
        #expect(
            told.map(\.summary) == [
                "default firing +A", "default firing +B", "default firing +C",
            ])
        #expect(told.map(\.time) == [30_000, 6 * Self.hour + 30_000, 8 * Self.hour + 30_000])
    }

    @Test func endsWithinTheNightAreToldInTheMorning() throws {
        var dispatcher = try RoutingLab.dispatcher(
            """
            route:
              receiver: default
              routes:
                - matchers: [severity=info]
                  mute_time_intervals: [nights]
            resolve_timeout: 365d
            time_intervals:
              - name: nights
                time_intervals: [{ times: [{ start_time: "00:00", end_time: "06:00" }] }]
            """, at: -Self.hour)
        _ = dispatcher.send([RoutingLab.alert("A severity=info")], at: -Self.hour)
        #expect(dispatcher.run(to: -1).map(\.cause) == [.firing])
        _ = dispatcher.send([RoutingLab.alert("A severity=info", endsAt: 1)], at: 1)
        let told = dispatcher.run(to: 9 * Self.hour)
        #expect(told.map(\.cause) == [.resolved])
        #expect((6 * Self.hour...6 * Self.hour + 5 * Self.minute).contains(told[0].time))
    }

    @Test func annotationsAreTheLatest() throws {
        var dispatcher = try RoutingLab.dispatcher(Self.plain)
        var alert = RoutingLab.alert("A")
        for value in 1...3 {
            alert.annotations = Labels([("summary", "\(value)")])
            dispatcher.receive([alert], at: Timestamp(value) * Self.second)
        }
        let told = dispatcher.run(to: Self.minute)
        #expect(told[0].alerts[0].annotations["summary"] == "3")
    }
}
