// Weir
// SPDX-License-Identifier: Apache-2.0

package import PromQL

/// What one receiver is told: one group of alerts, at one time.
///
/// A value that says the same after it was stored and read again: the outbox keeps it, receivers turn it
/// into their channel's payload. Its ``id`` stays the same over every try, so that a receiver can see
/// that it has it already.
package struct AlertNotification: Sendable, Hashable, Codable {
    /// The same for every try of this notification and for no other: what goes out as `webhook-id`.
    package var id: String
    /// The receiver's name in the configuration.
    package var receiver: String
    /// The group, as Alertmanager writes it: `{}/{severity="critical"}:{alertname="X"}`.
    package var groupKey: String
    package var groupLabels: Labels
    /// Firing ones first, then resolved ones; each by fingerprint.
    package var alerts: [Alert]
    /// How many alerts of the group were left out, because the group is larger than is told at once.
    package var truncatedAlerts: Int
    package var cause: Cause
    /// When the group was flushed.
    package var time: Timestamp

    /// Why the receiver is told.
    package enum Cause: String, Sendable, Hashable, Codable {
        /// An alert of the group fires that was not told of before.
        case firing
        /// Nothing new, and `repeat_interval` has passed.
        case repetition
        /// An alert that was told of has ended.
        case resolved
        /// An alert that was told of rested on a block that the chain dropped.
        case retraction
        /// Somebody tries the channel (`weir alert test`).
        case test
    }

    package init(
        id: String, receiver: String, groupKey: String, groupLabels: Labels, alerts: [Alert],
        truncatedAlerts: Int = 0, cause: Cause, time: Timestamp
    ) {
        self.id = id
        self.receiver = receiver
        self.groupKey = groupKey
        self.groupLabels = groupLabels
        self.alerts = alerts
        self.truncatedAlerts = truncatedAlerts
        self.cause = cause
        self.time = time
    }

    package var firing: [Alert] { self.alerts.filter { !$0.isResolved(at: self.time) } }
    package var resolved: [Alert] { self.alerts.filter { $0.isResolved(at: self.time) } }

    /// `firing` while one alert fires, else `resolved`.
    package var status: String { self.firing.isEmpty ? "resolved" : "firing" }

    /// The labels that all alerts have with the same value.
    package var commonLabels: Labels { Self.common(self.alerts.map(\.labels)) }
    /// The annotations that all alerts have with the same value.
    package var commonAnnotations: Labels { Self.common(self.alerts.map(\.annotations)) }

    private static func common(_ sets: [Labels]) -> Labels {
        guard let first = sets.first else { return .empty }
        let shared = first.pairs.filter { pair in sets.allSatisfy { $0[pair.name] == pair.value } }
        return Labels(shared.map { ($0.name, $0.value) })
    }
}
