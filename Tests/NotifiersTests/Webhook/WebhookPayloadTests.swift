// Weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import JSONBytes
import PromQL
import Testing

@testable import Notifiers

@Suite struct WebhookPayloadTests {
    @Test(arguments: Samples.all.map(\.name))
    func payloadIsAsRecorded(name: String) throws {
        let sample = try #require(Samples.all.first { $0.name == name })
        try Snapshot.expect(
            WebhookPayload.payload(
                for: sample.notification, externalURL: "https://weir.example"),
            is: "webhook-\(name)")
    }

    @Test func alertsBeyondTheLimitAreCounted() throws {
        let json = try JSONValue(
            parsing: WebhookPayload.payload(for: Samples.many, alertsMax: 3))
        #expect(json["alerts"]?.array?.count == 3)
        #expect(json["truncatedAlerts"]?.int == 5 + 11)
        #expect(json["version"] == "4")
    }

    /// Programs get the labels as they are.
    @Test func hostileTextsComeBackUnchanged() throws {
        for (index, text) in HostileCorpus.strings(600, seed: 0x3b).enumerated() {
            let notification = HostileCorpus.notification(text, index: index)
            let payload = WebhookPayload.payload(for: notification)
            #expect(foundationJSON(payload) != nil)
            let json = try JSONValue(parsing: payload)
            let alerts = try #require(json["alerts"]?.array)
            #expect(alerts.count == notification.alerts.count)
            for (alert, shown) in zip(notification.alerts, alerts) {
                let pairs = shown["labels"]?.object?.members.map { ($0.key, $0.value.string ?? "") }
                #expect(Labels(pairs ?? []) == alert.labels)
            }
            #expect(
                Array((json["groupKey"]?.string ?? "").utf8) == Array(notification.groupKey.utf8))
        }
    }
}
