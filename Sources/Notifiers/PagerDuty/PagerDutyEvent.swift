// Weir
// SPDX-License-Identifier: Apache-2.0

package import Alerting
import JSONBytes
import PromQL

/// An event of PagerDuty's Events API v2: `trigger` while an alert of the group fires, else `resolve`.
///
/// Limits: `dedup_key` 255, `summary` 1 024, the whole 512 kB; where it would be larger the details are
/// left out, which the event then says.
package struct PagerDutyEvent: Sendable {
    /// The four severities that PagerDuty has.
    package enum Severity: String, Sendable, CaseIterable {
        case critical, error, warning, info
    }

    let routingKey: String
    let source: String
    let clientURL: String
    let severities: [AlertSeverity: Severity]

    static let summaryMax = 1024
    static let bytesMax = 512_000
    private static let fieldMax = 255
    private static let linksMax = 10

    init(
        routingKey: String, source: String, clientURL: String = "",
        severities: [AlertSeverity: Severity] = [:]
    ) {
        self.routingKey = routingKey
        self.source = source
        self.clientURL = clientURL
        self.severities = severities
    }

    /// PagerDuty's word for how grave an alert is.
    package static func severity(_ severity: AlertSeverity) -> Severity {
        switch severity {
        case .critical: .critical
        case .high, .unknown: .error
        case .medium, .low: .warning
        case .info: .info
        }
    }

    /// The key of a group's incident: the same for the same group always, whatever its length.
    static func dedupKey(_ groupKey: String) -> String {
        if let name = KeyedHash.name(of: groupKey) { return "weir-" + name }
        return "weir-" + ChannelText.line(groupKey, limit: 240)
    }

    package func payload(for notification: AlertNotification) -> [UInt8] {
        let whole = self.payload(for: notification, hasDetails: true)
        return whole.count <= Self.bytesMax
            ? whole : self.payload(for: notification, hasDetails: false)
    }

    private func payload(for notification: AlertNotification, hasDetails: Bool) -> [UInt8] {
        let report = AlertReport(notification)
        var json = JSONWriter()
        json.beginObject()
        json.key("routing_key")
        json.string(self.routingKey)
        json.key("event_action")
        json.string(report.state == .firing ? "trigger" : "resolve")
        json.key("dedup_key")
        json.string(Self.dedupKey(notification.groupKey))
        json.key("client")
        json.string("Weir")
        if let link = SafeLink("Weir", self.clientURL) {
            json.key("client_url")
            json.string(link.url)
        }
        json.key("payload")
        json.beginObject()
        json.key("summary")
        json.string(Self.summary(report))
        json.key("source")
        json.string(ChannelText.line(self.source, limit: Self.fieldMax))
        json.key("severity")
        let severity = self.severities[report.severity] ?? Self.severity(report.severity)
        json.string(severity.rawValue)
        if let start = report.items.map(\.startsAt).min() {
            json.key("timestamp")
            json.string(UniversalTime.text(start))
        }
        for (key, label) in [("component", "chain"), ("group", "job"), ("class", "alertname")] {
            let value = notification.commonLabels[label]
            guard !value.isEmpty else { continue }
            json.key(key)
            json.string(ChannelText.line(value, limit: Self.fieldMax))
        }
        json.key("custom_details")
        if hasDetails {
            Self.writeDetails(report, to: &json)
        } else {
            json.beginObject()
            json.key("note")
            json.string("The details were left out: the event would be larger than 512 kB.")
            json.endObject()
        }
        json.endObject()
        self.writeLinks(report, to: &json)
        json.endObject()
        return json.bytes
    }

    private static func summary(_ report: AlertReport) -> String {
        let first = report.items.first?.summary ?? ""
        let text = first.isEmpty ? report.headline : "\(report.headline): \(first)"
        return Truncation.cut(text, to: self.summaryMax)
    }

    private static func writeDetails(_ report: AlertReport, to json: inout JSONWriter) {
        json.beginObject()
        for state in AlertReport.State.allCases {
            json.key("num_\(state.word.lowercased())")
            json.int(report.items.count { $0.state == state })
        }
        if let remainder = report.remainder(shown: report.items.count) {
            json.key("not_shown")
            json.string(remainder)
        }
        json.key("alerts")
        json.beginArray()
        for item in report.items {
            json.beginObject()
            json.key("name")
            json.string(item.name)
            json.key("text")
            json.string(item.paragraphs.joined(separator: "\n"))
            json.key("labels")
            json.beginObject()
            if !item.severityText.isEmpty {
                json.key("severity")
                json.string(item.severityText)
            }
            for (name, value) in item.labels {
                json.key(name)
                json.string(value)
            }
            json.endObject()
            json.endObject()
        }
        json.endArray()
        json.endObject()
    }

    private func writeLinks(_ report: AlertReport, to json: inout JSONWriter) {
        var links: [SafeLink] = []
        for item in report.items {
            for link in item.links where links.count < Self.linksMax && !links.contains(link) {
                links.append(link)
            }
        }
        guard !links.isEmpty else { return }
        json.key("links")
        json.beginArray()
        for link in links {
            json.beginObject()
            json.key("href")
            json.string(link.url)
            json.key("text")
            json.string(link.name)
            json.endObject()
        }
        json.endArray()
    }
}
