// Weir
// SPDX-License-Identifier: Apache-2.0

import Foundation
import PromQL
import Testing

@testable import Alerting

@Suite struct RoutingAPITests {
    private static let text = """
        route:
          receiver: default
          group_by: [alertname]
          routes:
            - { matchers: [severity=critical], receiver: pager, continue: true }
            - { matchers: [severity=~".*"], receiver: ops }
        inhibit_rules:
          - { source_matchers: [severity=critical], target_matchers: [severity=info] }
        """

    private func dispatcher() throws -> Dispatcher {
        var dispatcher = try RoutingLab.dispatcher(Self.text, at: 1_795_715_100_000)
        var alert = RoutingLab.alert("A severity=critical", startsAt: 1_795_715_100_000)
        alert.annotations = Labels([("summary", "a \"quoted\" text\n")])
        alert.generatorURL = "http://weir/graph"
        let silence = Silence(
            matchers: [LabelMatcher("alertname", equals: "B")], startsAt: 1_795_715_100_000,
            endsAt: 1_795_718_700_000, createdBy: "ann", comment: "moving")
        _ = try dispatcher.silences.set(silence, newID: "one", at: 1_795_715_100_000)
        dispatcher.receive(
            [
                alert, RoutingLab.alert("B severity=warning"),
                RoutingLab.alert("C severity=info"), RoutingLab.alert("D severity=warning"),
                RoutingLab.alert("E severity=warning", endsAt: 1),
            ], at: 1_795_715_100_000)
        return dispatcher
    }

    private func object(_ value: some Encodable) throws -> NSDictionary {
        try #require(
            JSONSerialization.jsonObject(with: JSONEncoder().encode(value)) as? NSDictionary)
    }

    @Test func alertHasTheShapeOfAlertmanager() throws {
        var dispatcher = try self.dispatcher()
        _ = dispatcher.run(to: 1_795_715_140_000)
        let alerts = dispatcher.gettableAlerts(at: 1_795_715_140_000)
        let alert = try #require(alerts.first { $0.labels["alertname"] == "A" })
        let labels = RoutingLab.labels("A severity=critical")
        #expect(
            try self.object(alert) == [
                "annotations": ["summary": "a \"quoted\" text\n"],
                "endsAt": "2026-11-26T17:50:00.000Z", "startsAt": "2026-11-26T17:45:00.000Z",
                "updatedAt": "2026-11-26T17:45:00.000Z",
                "fingerprint": Fingerprint(labels).description,
                "generatorURL": "http://weir/graph",
                "labels": ["alertname": "A", "severity": "critical"],
                "receivers": [["name": "ops"], ["name": "pager"]],
                "status": ["state": "active", "silencedBy": [], "inhibitedBy": []],
            ])
    }

    @Test func statesAreTold() throws {
        var dispatcher = try self.dispatcher()
        func states(_ filter: AlertFilter = AlertFilter()) -> [String] {
            dispatcher.gettableAlerts(filter, at: 1_795_715_140_000)
                .map { "\($0.labels["alertname"]) \($0.status.state.rawValue)" }.sorted()
        }
        #expect(states() == ["A unprocessed", "B suppressed", "C suppressed", "D unprocessed"])
        _ = dispatcher.run(to: 1_795_715_140_000)
        #expect(states() == ["A active", "B suppressed", "C suppressed", "D active"])
        var filter = AlertFilter()
        filter.silenced = false
        #expect(states(filter) == ["A active", "C suppressed", "D active"])
        filter.inhibited = false
        #expect(states(filter) == ["A active", "D active"])
        filter.active = false
        #expect(states(filter) == [])
        filter = AlertFilter()
        filter.matchers = [try LabelMatcher("severity", .matches, "crit.*|info")]
        #expect(states(filter) == ["A active", "C suppressed"])
        filter.receiver = try LabelMatcher("", .matches, "pag.*")
        #expect(states(filter) == ["A active"])
        let alerts = dispatcher.gettableAlerts(at: 1_795_715_140_000)
        let silenced = alerts.first { $0.labels["alertname"] == "B" }
        #expect(silenced?.status.silencedBy == ["one"])
        let inhibited = alerts.first { $0.labels["alertname"] == "C" }
        #expect(
            inhibited?.status.inhibitedBy
                == [Fingerprint(RoutingLab.labels("A severity=critical")).description])
        // What is over is not shown.
        #expect(dispatcher.gettableAlerts(at: 1_795_715_400_000).isEmpty)
    }

    @Test func groupsAreSorted() throws {
        let dispatcher = try self.dispatcher()
        let groups = dispatcher.gettableGroups(at: 1_795_715_140_000)
        #expect(
            groups.map { "\($0.labels["alertname"]) \($0.receiver.name) \($0.alerts.count)" } == [
                "A ops 1", "A pager 1", "B ops 1", "C ops 1", "D ops 1",
            ])
        #expect(try self.object(groups[1])["receiver"] as? NSDictionary == ["name": "pager"])
    }

    @Test func silenceHasTheShapeOfAlertmanager() throws {
        let dispatcher = try self.dispatcher()
        let silence = try #require(dispatcher.silences["one"])
        #expect(
            try self.object(GettableSilence(silence, at: 1_795_715_100_000)) == [
                "id": "one", "status": ["state": "active"], "createdBy": "ann",
                "comment": "moving", "startsAt": "2026-11-26T17:45:00.000Z",
                "endsAt": "2026-11-26T18:45:00.000Z", "updatedAt": "2026-11-26T17:45:00.000Z",
                "matchers": [
                    ["name": "alertname", "value": "B", "isRegex": false, "isEqual": true]
                ],
            ])
    }

    /// What `amtool silence add` sends.
    @Test func postedSilenceIsRead() throws {
        let text = """
            {"matchers":[{"isEqual":true,"isRegex":true,"name":"alertname","value":"A|B"},
            {"isRegex":false,"name":"node","value":"1"}],"startsAt":"2026-11-26T17:45:00.000Z",
            "endsAt":"2026-11-26T18:45:00.000+00:00","createdBy":"ann","comment":"x"}
            """
        let posted = try JSONDecoder().decode(PostableSilence.self, from: Data(text.utf8))
        let silence = try posted.silence()
        #expect(silence.id.isEmpty)
        #expect(silence.matchers.map(\.description) == [#"alertname=~"A|B""#, #"node="1""#])
        #expect(silence.endsAt - silence.startsAt == RoutingLab.hour)
    }

    @Test func faultyPostedSilences() throws {
        let matcher = SilenceMatcher(name: "a", value: "b", isRegex: false)
        func posted(_ matchers: [SilenceMatcher], _ start: String, _ end: String)
            -> PostableSilence
        {
            PostableSilence(
                matchers: matchers, startsAt: start, endsAt: end, createdBy: "", comment: "")
        }
        let time = "2026-11-26T17:45:00Z"
        #expect(throws: SilenceError.invalidTime("now")) {
            _ = try posted([matcher], "now", time).silence()
        }
        #expect(throws: SilenceError.invalidTime("")) {
            _ = try posted([matcher], time, "").silence()
        }
        #expect(throws: SilenceError.tooManyMatchers) {
            _ = try posted(Array(repeating: matcher, count: 101), time, time).silence()
        }
        #expect {
            _ = try posted([SilenceMatcher(name: "a", value: "(", isRegex: true)], time, time)
                .silence()
        } throws: { error in
            guard case .pattern("(", _)? = error as? SilenceError else { return false }
            return true
        }
    }
}
