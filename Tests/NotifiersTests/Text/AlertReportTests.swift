// Weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import PromQL
import Testing

@testable import Notifiers

@Suite struct AlertReportTests {
    @Test func headlineCountsAndNames() {
        #expect(AlertReport(Samples.firing).headline == "[FIRING:1] NodeSlashed")
        #expect(AlertReport(Samples.resolved).headline == "[RESOLVED:1] NodeSlashed")
        #expect(AlertReport(Samples.retraction).headline == "[RETRACTED:1] NodeSlashed")
        #expect(AlertReport(Samples.many).headline == "[FIRING:13, RESOLVED:1] chain=base")
        #expect(AlertReport(Samples.test).headline == "[TEST, FIRING:1] Test")
        #expect(AlertReport(Samples.notification([])).headline == "[] alertname=NodeSlashed")
    }

    @Test func gravestComesFirstAndWhatIsOverLast() {
        let report = AlertReport(Samples.many)
        #expect(report.items.first?.severity == .critical)
        #expect(report.items.last?.state == .resolved)
        #expect(report.severity == .critical)
        let keys = report.items.map { [$0.state.rawValue, $0.severity.rawValue] }
        #expect(keys == keys.sorted { $0.lexicographicallyPrecedes($1) })
    }

    @Test func statusSaysWhatHappened() {
        let status = { (notification: AlertNotification) in
            AlertReport(notification).items.first?.status ?? ""
        }
        #expect(status(Samples.firing) == "Firing since 2023-11-14T22:11:49.500Z")
        #expect(
            status(Samples.resolved)
                == "Resolved at 2023-11-14T22:13:19.500Z, fired at 2023-11-14T22:11:49.500Z")
        #expect(status(Samples.retraction).hasPrefix("Retracted: block 21000000 (0xabab"))
        #expect(status(Samples.retraction).contains("of base was dropped by a reorg"))
    }

    @Test func remainderCountsAllThatIsNotShown() {
        let report = AlertReport(Samples.many)
        #expect(report.remainder(shown: 10) == "… 9 more alerts")
        #expect(report.remainder(shown: 14) == "… 5 more alerts")
        #expect(AlertReport(Samples.firing).remainder(shown: 1) == nil)
        let two = Samples.notification([Samples.alert(), Samples.alert()])
        #expect(AlertReport(two).remainder(shown: 1) == "… 1 more alert")
        let odd = Samples.notification([Samples.alert(), Samples.alert()], truncated: .max)
        #expect(AlertReport(odd).remainder(shown: 0) == "… \(Int.max) more alerts")
    }

    @Test func linksComeFromTheirAnnotationsOnly() {
        let alert = Samples.alert(annotations: [
            "runbook_url": "javascript:x", "dashboard_url": "https://grafana.example/d/1",
            "summary": "https://evil.example", "note": "seen",
        ])
        let item = AlertReport(Samples.notification([alert])).items.first
        #expect(item?.links.map(\.url) == ["https://grafana.example/d/1"])
        #expect(item?.remarks == ["note: seen"])
    }

    @Test func alertWithoutNameOrTextsIsOneToo() {
        let alert = Alert(labels: .empty, startsAt: 0)
        let item = AlertReport(Samples.notification([alert])).items.first
        #expect(item?.name == "Alert")
        #expect(item?.paragraphs == ["Firing since 1970-01-01T00:00:00Z"])
    }
}
