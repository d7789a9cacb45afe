// Weir
// SPDX-License-Identifier: Apache-2.0

package import Alerting
import PromQL

extension AlertReport {
    /// One alert of a report.
    package struct Item: Sendable {
        package let state: State
        package let severity: AlertSeverity
        /// The `severity` label as the rule has it; empty where there is none.
        package let severityText: String
        /// The `alertname` label, or `Alert`.
        package let name: String
        /// `Firing since …`, `Resolved …`, `Retracted: …`; one line.
        package let status: String
        package let summary: String
        /// Lines.
        package let description: String
        /// Further annotations that are no links, as `name: text`.
        package let remarks: [String]
        /// Labels but for `alertname` and `severity`, sorted by name.
        package let labels: [(name: String, value: String)]
        /// Labels that were left out, since there are too many to show.
        package let omittedLabels: Int
        package let links: [SafeLink]
        package let startsAt: Timestamp

        private static let labelsMax = 60
        private static let remarksMax = 10

        init(_ alert: Alert, at time: Timestamp) {
            self.state =
                alert.retraction != nil
                ? .retracted : alert.isResolved(at: time) ? .resolved : .firing
            let severity = alert.labels["severity"]
            self.severity = AlertSeverity(label: severity)
            self.severityText = ChannelText.line(severity, limit: 40)
            let name = ChannelText.line(alert.name, limit: 200)
            self.name = name.isEmpty ? "Alert" : name
            self.status = Self.status(alert, at: time)
            self.summary = ChannelText.line(alert.annotations["summary"], limit: 2000)
            let text = alert.annotations["description"]
            self.description = ChannelText.block(
                text.isEmpty ? alert.annotations["message"] : text, limit: 4096)
            self.startsAt = alert.startsAt

            let shown = alert.labels.pairs.filter { !["alertname", "severity"].contains($0.name) }
            self.labels = shown.prefix(Self.labelsMax).map {
                (ChannelText.line($0.name, limit: 100), ChannelText.line($0.value, limit: 1000))
            }
            self.omittedLabels = max(0, shown.count - Self.labelsMax)

            let known = Set(["summary", "description", "message"] + SafeLink.annotations.map(\.0))
            self.remarks = alert.annotations.pairs.lazy.filter { !known.contains($0.name) }
                .prefix(Self.remarksMax).map { pair in
                    let name = ChannelText.line(pair.name, limit: 100)
                    return "\(name): \(ChannelText.line(pair.value, limit: 1000))"
                }
            self.links = SafeLink.annotations.compactMap {
                SafeLink($0.1, alert.annotations[$0.0])
            }
        }

        /// The paragraphs below the name, the most telling first.
        package var paragraphs: [String] {
            [self.status, self.summary, self.description].filter { !$0.isEmpty } + self.remarks
        }

        private static func status(_ alert: Alert, at time: Timestamp) -> String {
            let start = UniversalTime.text(alert.startsAt)
            if let retraction = alert.retraction {
                let chain = ChannelText.line(retraction.chain, limit: 40)
                let hash = ChannelText.line(retraction.blockHash, limit: 66)
                return "Retracted: block \(retraction.block) (\(hash)) of \(chain) was dropped by a"
                    + " reorg. Fired at \(start)."
            }
            guard alert.isResolved(at: time), let end = alert.endsAt else {
                return "Firing since \(start)"
            }
            return "Resolved at \(UniversalTime.text(end)), fired at \(start)"
        }
    }
}

extension Alert {
    /// Whether it does not fire at a time, be it that it has ended or that it never was.
    func isOver(at time: Timestamp) -> Bool {
        self.retraction != nil || self.isResolved(at: time)
    }
}
