// Weir
// SPDX-License-Identifier: Apache-2.0

package import PromQL

/// An alert in the shape of Alertmanager's API v2 (`gettableAlert` of its `openapi.yaml`): encode it
/// as JSON and it is what `amtool` and Grafana read.
package struct GettableAlert: Sendable, Hashable, Encodable {
    package struct Status: Sendable, Hashable, Encodable {
        package enum State: String, Sendable, Hashable, Encodable {
            case unprocessed, active, suppressed
        }

        package var state: State
        /// Ids of silences.
        package var silencedBy: [String]
        /// Fingerprints of alerts.
        package var inhibitedBy: [String]
    }

    package struct Receiver: Sendable, Hashable, Encodable {
        package var name: String
    }

    package var labels: Labels
    package var annotations: Labels
    package var startsAt: String
    /// Of a firing alert when it is over unless it is sent again.
    package var endsAt: String
    package var updatedAt: String
    package var fingerprint: String
    package var generatorURL: String
    package var receivers: [Receiver]
    package var status: Status
}

/// A group in the shape of Alertmanager's API v2 (`alertGroup`).
package struct GettableAlertGroup: Sendable, Hashable, Encodable {
    package var labels: Labels
    package var receiver: GettableAlert.Receiver
    package var alerts: [GettableAlert]
}

/// Which alerts the API is asked for.
package struct AlertFilter: Sendable {
    /// Alerts that are neither silenced nor inhibited.
    package var active = true
    package var silenced = true
    package var inhibited = true
    /// Alerts of whose groups none was looked at yet.
    package var unprocessed = true
    /// All have to fit.
    package var matchers: [LabelMatcher] = []
    /// Has to fit the name of one of its receivers; the matcher's own name is of no account.
    package var receiver: LabelMatcher?

    package init() {}

    func admits(_ alert: GettableAlert) -> Bool {
        let status = alert.status
        if !self.silenced, !status.silencedBy.isEmpty { return false }
        if !self.inhibited, !status.inhibitedBy.isEmpty { return false }
        if !self.active, status.state == .active { return false }
        if !self.unprocessed, status.state == .unprocessed { return false }
        guard self.matchers.allSatisfy({ $0.matches(alert.labels) }) else { return false }
        guard let receiver = self.receiver else { return true }
        return alert.receivers.contains { receiver.matches($0.name) }
    }
}
