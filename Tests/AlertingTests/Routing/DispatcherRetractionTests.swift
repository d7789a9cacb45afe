// Weir
// SPDX-License-Identifier: Apache-2.0

import PromQL
import Testing

@testable import Alerting

@Suite struct DispatcherRetractionTests {
    private static let minute = RoutingLab.minute
    private static let text = """
        route:
          receiver: ops
          group_by: [alertname]
          routes:
            - { matchers: [severity=critical], receiver: pager, continue: true, group_wait: 10m }
            - { matchers: [severity=~".*"] }
        resolve_timeout: 365d
        """

    private func retracted(_ words: String, startsAt: Timestamp = 0) -> Alert {
        var alert = RoutingLab.alert(words, startsAt: startsAt)
        alert.retraction = Retraction(chain: "base", block: 7, blockHash: "0x07")
        return alert
    }

    @Test func toldAtOnceExactlyWhereTheFireWas() throws {
        var dispatcher = try RoutingLab.dispatcher(Self.text)
        _ = dispatcher.send([RoutingLab.alert("A severity=critical")], at: 0)
        #expect(dispatcher.run(to: Self.minute).map(\.summary) == ["ops firing +A"])
        dispatcher.receive([self.retracted("A severity=critical")], at: Self.minute)
        #expect(dispatcher.nextDeadline == Self.minute)
        let told = dispatcher.advance(to: Self.minute)
        #expect(told.map(\.summary) == ["ops retraction -A"])
        #expect(told[0].alerts[0].retraction?.block == 7)
        #expect(told[0].status == "resolved")
        // The pager never heard of it.
        #expect(dispatcher.run(to: 60 * Self.minute).isEmpty)
        #expect(
            dispatcher.send([self.retracted("A severity=critical")], at: 61 * Self.minute)
                .isEmpty)
        #expect(dispatcher.nextDeadline == nil)
    }

    @Test func alertThatWasNotToldVanishes() throws {
        var dispatcher = try RoutingLab.dispatcher(Self.text)
        _ = dispatcher.send(
            [RoutingLab.alert("A severity=critical"), RoutingLab.alert("A severity=info")], at: 0)
        dispatcher.receive([self.retracted("A severity=critical")], at: 1000)
        let told = dispatcher.run(to: 30 * Self.minute)
        #expect(told.map(\.summary) == ["ops firing +A"])
        #expect(told[0].alerts[0].labels["severity"] == "info")
    }

    @Test func neitherSilenceNorInhibitionHoldsItBack() throws {
        var dispatcher = try RoutingLab.dispatcher(
            Self.text + """

                inhibit_rules:
                  - { source_matchers: [alertname=B], target_matchers: [alertname=A] }
                """)
        _ = dispatcher.send([RoutingLab.alert("A severity=info")], at: 0)
        _ = dispatcher.run(to: Self.minute)
        dispatcher.receive(
            [RoutingLab.alert("B severity=info", startsAt: Self.minute)], at: Self.minute)
        let silence = Silence(
            matchers: [LabelMatcher("alertname", equals: "A")], startsAt: 0,
            endsAt: 60 * Self.minute)
        _ = try dispatcher.silences.set(silence, newID: "s", at: Self.minute)
        let told = dispatcher.send([self.retracted("A severity=info")], at: Self.minute)
        #expect(told.map(\.summary) == ["ops retraction -A"])
    }

    @Test func firesAnewAsNews() throws {
        var dispatcher = try RoutingLab.dispatcher(
            Self.text.replacing("receiver: ops", with: "receiver: ops\n  cooldown: 1h"))
        _ = dispatcher.send([RoutingLab.alert("A severity=info")], at: 0)
        _ = dispatcher.run(to: Self.minute)
        // The new chain holds the same event again, in one go.
        let told = dispatcher.send(
            [
                self.retracted("A severity=info"),
                RoutingLab.alert("A severity=info", startsAt: Self.minute),
            ], at: Self.minute)
        #expect(told.map(\.summary) == ["ops retraction -A"])
        #expect(dispatcher.run(to: 3 * Self.minute).map(\.summary) == ["ops firing +A"])
    }

    @Test func endedAlertIsTakenBackToo() throws {
        var dispatcher = try RoutingLab.dispatcher(Self.text)
        _ = dispatcher.send([RoutingLab.alert("A severity=info")], at: 0)
        _ = dispatcher.run(to: Self.minute)
        _ = dispatcher.send(
            [RoutingLab.alert("A severity=info", endsAt: Self.minute)], at: Self.minute)
        #expect(dispatcher.run(to: 20 * Self.minute).map(\.summary) == ["ops resolved -A"])
        #expect(
            dispatcher.send([self.retracted("A severity=info")], at: 20 * Self.minute)
                .map(\.summary) == ["ops retraction -A"])
    }

    /// The first fire was told and ended; the second was not told, so there is nothing to take back.
    @Test func untoldSecondFireIsNotTakenForTheFirst() throws {
        var dispatcher = try RoutingLab.dispatcher(Self.text)
        _ = dispatcher.send([RoutingLab.alert("A severity=info")], at: 0)
        _ = dispatcher.run(to: Self.minute)
        _ = dispatcher.send(
            [RoutingLab.alert("A severity=info", endsAt: Self.minute)], at: Self.minute)
        _ = dispatcher.run(to: 20 * Self.minute)
        let start = 20 * Self.minute
        dispatcher.receive([RoutingLab.alert("A severity=info", startsAt: start)], at: start)
        #expect(
            dispatcher.send([self.retracted("A severity=info", startsAt: start)], at: start + 1)
                .isEmpty)
    }

    @Test func survivesACrashBeforeItIsTold() throws {
        var dispatcher = try RoutingLab.dispatcher(Self.text)
        var store = MemoryStore()
        _ = dispatcher.send([RoutingLab.alert("A severity=info")], at: 0)
        _ = dispatcher.run(to: Self.minute)
        dispatcher.receive([self.retracted("A severity=info")], at: Self.minute)
        try store.apply(dispatcher.takeChanges())
        var again = Dispatcher(
            dispatcher.configuration, restoring: try store.state(), at: 2 * Self.minute,
            offset: RoutingLab.zones)
        #expect(again.nextDeadline == 2 * Self.minute)
        #expect(again.advance(to: 2 * Self.minute).map(\.summary) == ["ops retraction -A"])
        try store.apply(again.takeChanges())
        var third = Dispatcher(
            dispatcher.configuration, restoring: try store.state(), at: 3 * Self.minute,
            offset: RoutingLab.zones)
        #expect(third.run(to: 60 * Self.minute).isEmpty)
    }
}
