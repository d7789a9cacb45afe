// Weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import JSONBytes
import PromQL
import Testing
import WeirPorts

@testable import Notifiers

@Suite struct PagerDutyEventTests {
    static let event = PagerDutyEvent(
        routingKey: String(repeating: "k", count: 32), source: "weir",
        clientURL: "https://weir.example/")

    @Test(arguments: Samples.all.map(\.name))
    func payloadIsAsRecorded(name: String) throws {
        let sample = try #require(Samples.all.first { $0.name == name })
        try Snapshot.expect(
            Self.event.payload(for: sample.notification), is: "pagerduty-\(name)")
    }

    @Test func resolvesWhenNothingFiresAndUnderTheSameKey() throws {
        func read(_ notification: AlertNotification, _ key: String) throws -> String? {
            try JSONValue(parsing: Self.event.payload(for: notification))[key]?.string
        }
        #expect(try read(Samples.firing, "event_action") == "trigger")
        #expect(try read(Samples.resolved, "event_action") == "resolve")
        #expect(try read(Samples.retraction, "event_action") == "resolve")
        #expect(try read(Samples.many, "event_action") == "trigger")
        #expect(try read(Samples.firing, "dedup_key") == read(Samples.resolved, "dedup_key"))
        var other = Samples.firing
        other.groupKey += "x"
        #expect(try read(Samples.firing, "dedup_key") != read(other, "dedup_key"))
    }

    @Test(arguments: [
        ("critical", "critical"), ("high", "error"), ("odd", "error"), ("medium", "warning"),
        ("warning", "warning"), ("low", "warning"), ("info", "info"),
    ])
    func severities(label: String, expected: String) throws {
        let notification = Samples.notification([Samples.alert(severity: label)])
        let json = try JSONValue(parsing: Self.event.payload(for: notification))
        #expect(json["payload"]?["severity"]?.string == expected)
    }

    @Test func severitiesCanBeNamedOtherwise() throws {
        let event = PagerDutyEvent(routingKey: "k", source: "s", severities: [.high: .critical])
        let notification = Samples.notification([Samples.alert(severity: "high")])
        let json = try JSONValue(parsing: event.payload(for: notification))
        #expect(json["payload"]?["severity"] == "critical")
    }

    @Test func detailsAreDroppedWhereTheEventWouldBeTooLarge() throws {
        let long = String(repeating: "x", count: 900)
        let alerts = (0..<2000).map { index in
            Samples.alert(labels: ["index": "\(index)", "text": long])
        }
        let payload = Self.event.payload(for: Samples.notification(alerts))
        #expect(payload.count < 512_000)
        let details = try JSONValue(parsing: payload)["payload"]?["custom_details"]
        #expect(details?["note"]?.string?.contains("512 kB") == true)
        #expect(details?["alerts"] == nil)
    }

    @Test func hostileTextsKeepTheLimits() throws {
        for (index, text) in HostileCorpus.strings(600, seed: 0x9d).enumerated() {
            let notification = HostileCorpus.notification(text, index: index)
            let payload = Self.event.payload(for: notification)
            #expect(payload.count <= 512_000)
            #expect(foundationJSON(payload) != nil)
            let json = try JSONValue(parsing: payload)
            #expect((1...255).contains(json["dedup_key"]?.string?.utf8.count ?? 0))
            let summary = try #require(json["payload"]?["summary"]?.string)
            #expect((1...1024).contains(summary.utf16.count))
            #expect(!HostileCorpus.holdsInvisible(summary))
            #expect(json["payload"]?["source"] == "weir")
            for link in json["links"]?.array ?? [] {
                #expect(SafeLink("x", link["href"]?.string ?? "") != nil)
            }
        }
    }

    @Test(arguments: [
        (202, "{\"status\":\"success\"}", StatusJudgementTests.Verdict.delivered(nil)),
        (200, "<html>", .retry(nil, .malformed)), (400, "{}", .refused(.clientError)),
        (429, "", .retry(nil, .rateLimited)), (500, "", .retry(nil, .serverError)),
    ])
    func answers(status: Int, body: String, expected: StatusJudgementTests.Verdict) {
        let answer = ChannelAnswer(
            channel: "pagerduty", host: "h", status: status, body: Array(body.utf8))
        #expect(StatusJudgementTests.Verdict(PagerDutyNotifier.judge(answer)) == expected)
    }
}
