// Weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import JSONBytes
import PromQL
import Testing

@testable import Notifiers

@Suite struct AlertmanagerPayloadTests {
    @Test(arguments: Samples.all.map(\.name))
    func payloadIsAsRecorded(name: String) throws {
        let sample = try #require(Samples.all.first { $0.name == name })
        try Snapshot.expect(
            AlertmanagerPayload.payload(
                for: sample.notification, now: Samples.time + 10_000, resend: .seconds(60)),
            is: "alertmanager-\(name)")
    }

    /// A firing alert ends four times `resend` after the try, not after the notification.
    @Test(arguments: [
        (Duration.seconds(60), "2023-11-14T22:17:20Z"),
        (.milliseconds(250), "2023-11-14T22:13:21Z"),
        (.seconds(Int64.max), "9999-12-31T23:59:59.999Z"),
    ])
    func firingAlertsEndUnlessSentAgain(resend: Duration, expected: String) throws {
        let json = try JSONValue(
            parsing: AlertmanagerPayload.payload(
                for: Samples.firing, now: Samples.time, resend: resend))
        #expect(json[0]?["endsAt"]?.string == expected)
    }

    @Test func retractedAlertIsOverThoughItNeverEnded() throws {
        let alert = Samples.alert(retraction: Retraction(chain: "base", block: 1, blockHash: "0x"))
        let json = try JSONValue(
            parsing: AlertmanagerPayload.payload(
                for: Samples.notification([alert], cause: .retraction), now: Samples.time + 5000,
                resend: .seconds(60)))
        #expect(json[0]?["endsAt"] == "2023-11-14T22:13:20Z")
    }

    @Test func hostileTextsComeBackUnchanged() throws {
        for (index, text) in HostileCorpus.strings(600, seed: 0xa1).enumerated() {
            let notification = HostileCorpus.notification(text, index: index)
            let payload = AlertmanagerPayload.payload(
                for: notification, now: Samples.time, resend: .seconds(60))
            #expect(foundationJSON(payload) != nil)
            let json = try JSONValue(parsing: payload)
            for (alert, shown) in zip(notification.alerts, json.array ?? []) {
                let pairs = shown["labels"]?.object?.members.map { ($0.key, $0.value.string ?? "") }
                #expect(Labels(pairs ?? []) == alert.labels)
            }
        }
    }
}
