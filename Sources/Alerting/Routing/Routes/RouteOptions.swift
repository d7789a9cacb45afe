// Weir
// SPDX-License-Identifier: Apache-2.0

package import PromQL

/// How the alerts of a route are told. Times are milliseconds.
package struct RouteOptions: Sendable, Hashable {
    /// Which labels make a group.
    package enum Grouping: Sendable, Hashable {
        case labels(Set<String>)
        /// `...`: every alert is a group of its own.
        case all

        func labels(of labels: Labels) -> Labels {
            switch self {
            case .labels(let names): labels.keeping(names)
            case .all: labels
            }
        }
    }

    package var receiver: String
    package var grouping = Grouping.labels([])
    /// How long the first alert of a group waits for others.
    package var groupWait: Int64 = 30_000
    /// How long a group that was told waits before it is looked at again.
    package var groupInterval: Int64 = 5 * 60_000
    /// How long until a group in which nothing changed is told again.
    package var repeatInterval: Int64 = 4 * 3_600_000
    package var muteTimeIntervals: [String] = []
    package var activeTimeIntervals: [String] = []
    package var cooldown = CooldownRule()
    package var flap: FlapRule?

    package init(receiver: String) {
        self.receiver = receiver
    }
}

/// How long an alert that was told as firing is not told as firing again, once it has ended.
package struct CooldownRule: Sendable, Hashable {
    /// The label that tells how grave an alert is.
    package static let label = "severity"

    /// Milliseconds for severities that ``bySeverity`` does not name.
    package var standard: Int64
    package var bySeverity: [String: Int64]

    package init(standard: Int64 = 0, bySeverity: [String: Int64] = [:]) {
        self.standard = standard
        self.bySeverity = bySeverity
    }

    package func milliseconds(_ labels: Labels) -> Int64 {
        self.bySeverity[labels[Self.label]] ?? self.standard
    }
}

/// When an alert flaps: it changed between firing and resolved more than so many times in a while.
///
/// It has calmed when no more than half as many changes lie in the while.
package struct FlapRule: Sendable, Hashable {
    /// The most changes that are taken for ordinary.
    package var changesMax: Int
    /// Milliseconds.
    package var window: Int64

    package init(changesMax: Int, window: Int64) {
        self.changesMax = changesMax
        self.window = window
    }

    /// - Parameter changes: when the alert changed.
    func isFlapping(_ changes: [Timestamp], at time: Timestamp, before: Bool) -> Bool {
        let start = Saturating.difference(time, self.window)
        let count = changes.count { $0 > start && $0 <= time }
        return count > (before ? self.changesMax / 2 : self.changesMax)
    }
}
