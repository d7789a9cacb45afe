// Weir
// SPDX-License-Identifier: Apache-2.0

import PromQL
import Testing

@testable import Alerting

/// Watches what goes into a dispatcher and what comes out of it, and knows nothing of how it works.
/// Of configurations without silences, inhibition, intervals, cooldown and flapping.
struct ToldChecker {
    private struct Line: Hashable {
        let receiver: String
        let group: String
        let alert: Labels
    }

    private let configuration: RoutingConfiguration
    private let seed: UInt64
    private var ids: Set<String> = []
    /// Told as firing, and the end was not told.
    private var firing: Set<Line> = []
    private var lastTold: [ToldKey: Timestamp] = [:]
    /// Since when an alert fires without a break, and how long it is good for.
    private var since: [Labels: (start: Timestamp, validUntil: Timestamp)] = [:]
    /// To whom an alert that fires was told.
    private var informed: [Labels: Set<String>] = [:]

    init(_ configuration: RoutingConfiguration, seed: UInt64) {
        self.configuration = configuration
        self.seed = seed
    }

    mutating func sent(_ alert: Alert, at time: Timestamp) {
        let before = self.since[alert.labels]
        if alert.retraction != nil || alert.isResolved(at: time) {
            if let before { self.expectInformed(alert.labels, before, until: time) }
            self.since[alert.labels] = nil
            return
        }
        let validUntil = alert.endsAt ?? time + self.configuration.resolveTimeout
        var start = time
        if let before {
            if before.validUntil > time {
                start = before.start
            } else {
                self.expectInformed(alert.labels, before, until: before.validUntil)
            }
        }
        self.since[alert.labels] = (start, validUntil)
    }

    /// Groups wait anew after a restart, and alerts are given time to be sent again.
    mutating func restarted(at time: Timestamp) {
        for (labels, state) in self.since where state.validUntil > time {
            let grace = time + self.configuration.resolveTimeout
            self.since[labels] = (time, max(state.validUntil, grace))
        }
    }

    mutating func told(_ notifications: [AlertNotification]) {
        for notification in notifications {
            #expect(self.ids.insert(notification.id).inserted, "seed \(self.seed): an id twice")
            let key = ToldKey(
                receiver: notification.receiver, groupKey: notification.groupKey)
            var news = 0
            for alert in notification.alerts {
                let line = Line(
                    receiver: key.receiver, group: key.groupKey, alert: alert.labels)
                if !alert.isResolved(at: notification.time) {
                    if self.firing.insert(line).inserted { news += 1 }
                    self.informed[alert.labels, default: []].insert(key.receiver)
                } else if notification.cause == .retraction {
                    self.firing.remove(line)
                } else {
                    #expect(
                        self.firing.remove(line) != nil,
                        "seed \(self.seed): an end without a start, \(notification.comparable)")
                }
            }
            switch notification.cause {
            case .firing:
                #expect(news > 0, "seed \(self.seed): no news, \(notification.comparable)")
            case .repetition:
                let routes = self.configuration.routes.match(
                    notification.alerts.first?.labels ?? .empty)
                let options = routes.map { self.configuration.routes.nodes[$0].options }
                    .filter { $0.receiver == key.receiver }
                let least = options.map(\.repeatInterval).min() ?? 0
                #expect(
                    notification.time - (self.lastTold[key] ?? .min / 2) >= least,
                    "seed \(self.seed): repeated too soon, \(notification.comparable)")
                #expect(news == 0, "seed \(self.seed): news in a repetition")
            default: break
            }
            // A retraction names what was taken back only, so it puts off no repetition.
            if notification.cause != .retraction { self.lastTold[key] = notification.time }
        }
    }

    func finish(at time: Timestamp) {
        for (labels, state) in self.since {
            self.expectInformed(labels, state, until: min(time, state.validUntil))
        }
        #expect(
            self.firing.isEmpty || self.since.values.contains { $0.validUntil > time },
            "seed \(self.seed): an end was not told")
    }

    /// An alert that fired long enough was told to all that its routes name.
    private func expectInformed(
        _ labels: Labels, _ state: (start: Timestamp, validUntil: Timestamp),
        until end: Timestamp
    ) {
        for route in self.configuration.routes.match(labels) {
            let options = self.configuration.routes.nodes[route].options
            let longest = max(options.groupWait, options.groupInterval)
            guard min(end, state.validUntil) - state.start > longest else { continue }
            #expect(
                self.informed[labels]?.contains(options.receiver) ?? false,
                "seed \(self.seed): \(labels) was not told to \(options.receiver)")
        }
    }

    /// Of each receiver, group and alert the changes that were told, in their order.
    static func changes(_ notifications: [AlertNotification]) -> [String] {
        var states: [Line: [String]] = [:]
        for notification in notifications {
            for alert in notification.alerts {
                let line = Line(
                    receiver: notification.receiver, group: notification.groupKey,
                    alert: alert.labels)
                let state =
                    notification.cause == .retraction
                    ? "retracted" : alert.isResolved(at: notification.time) ? "resolved" : "firing"
                if state == "firing", states[line]?.last == "firing" { continue }
                states[line, default: []].append(state)
            }
        }
        return states.map { line, states in
            "\(line.receiver) \(line.group) \(line.alert) \(states.joined(separator: " "))"
        }.sorted()
    }
}
