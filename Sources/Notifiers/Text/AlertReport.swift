// Weir
// SPDX-License-Identifier: Apache-2.0

package import Alerting
import PromQL

/// A notification as people are told it, before any channel's markup and limits: clean texts, the
/// gravest alert first.
package struct AlertReport: Sendable {
    /// What has become of an alert.
    package enum State: Int, Sendable, Comparable, CaseIterable {
        case firing, retracted, resolved

        package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }

        package var word: String {
            switch self {
            case .firing: "FIRING"
            case .retracted: "RETRACTED"
            case .resolved: "RESOLVED"
            }
        }
    }

    /// `[FIRING:2, RESOLVED:1] NodeSlashed`, one line.
    package let headline: String
    package let state: State
    /// The gravest of those that fire; of all where none does.
    package let severity: AlertSeverity
    /// Firing ones, then retracted ones, then resolved ones; the gravest of each first.
    package let items: [Item]
    /// How many alerts of the group the notification does not hold.
    package let omitted: Int

    package init(_ notification: AlertNotification) {
        let items = notification.alerts.enumerated()
            .map { (offset: $0.offset, item: Item($0.element, at: notification.time)) }
            .sorted { left, right in
                (left.item.state, left.item.severity, left.offset)
                    < (right.item.state, right.item.severity, right.offset)
            }
            .map(\.item)
        self.items = items
        self.omitted = max(0, notification.truncatedAlerts)
        let state = items.first?.state ?? .resolved
        self.state = state
        self.severity =
            items.lazy.filter { $0.state == state }.map(\.severity).min() ?? .unknown
        self.headline = Self.headline(notification, items)
    }

    private static func headline(_ notification: AlertNotification, _ items: [Item]) -> String {
        let counts = State.allCases.compactMap { state -> String? in
            let count = items.count { $0.state == state }
            return count == 0 ? nil : "\(state.word):\(count)"
        }
        let test = notification.cause == .test ? ["TEST"] : []
        let mark = "[" + (test + counts).joined(separator: ", ") + "]"
        return "\(mark) \(Self.subject(notification, items))"
    }

    /// The name that all alerts share, else what the group has in common.
    private static func subject(_ notification: AlertNotification, _ items: [Item]) -> String {
        if let first = items.first, items.allSatisfy({ $0.name == first.name }) {
            return first.name
        }
        let values = notification.groupLabels.pairs.map { "\($0.name)=\($0.value)" }
        return ChannelText.line(
            values.isEmpty ? "several alerts" : values.joined(separator: " "), limit: 200)
    }

    /// `… 12 more alerts` for what is not shown, nil where all is.
    package func remainder(shown: Int) -> String? {
        let (sum, overflow) = self.omitted.addingReportingOverflow(max(0, self.items.count - shown))
        let count = overflow ? Int.max : sum
        guard count > 0 else { return nil }
        return count == 1 ? "… 1 more alert" : "… \(count) more alerts"
    }

    /// The colour of an alert or of a whole message.
    package static func colour(_ state: State, _ severity: AlertSeverity) -> Int {
        switch state {
        case .firing: severity.colour
        case .retracted: 0x9b59b6
        case .resolved: 0x2eb886
        }
    }
}
