// Weir
// SPDX-License-Identifier: Apache-2.0

import PromQL

@testable import Alerting

/// The rules of the dispatcher again, written to be plain: lists, no index, everything looked at each
/// time. It has no limits, no retention, and a clock that only goes forward.
struct NaiveDispatcher {
    private struct State {
        var alert: Alert
        var validUntil: Timestamp
        var changes: [Timestamp]
        var fires: Bool { self.alert.endsAt == nil }
    }

    private struct Group {
        let route: Int
        let receiver: String
        let key: String
        let labels: Labels
        var next: Timestamp
        var hasFlushed = false
        var members: [Labels]
    }

    private struct Told {
        let receiver: String
        let key: String
        let alert: Labels
        var fires: Bool
        var startsAt: Timestamp
        var firedAt: Timestamp
        var flaps: Bool
    }

    let configuration: RoutingConfiguration
    var silences: [Silence] = []
    private var now: Timestamp = 0
    private var states: [State] = []
    private var groups: [Group] = []
    private var told: [Told] = []
    private var lastTold: [(receiver: String, key: String, time: Timestamp)] = []
    private var retractions: [(receiver: String, key: String, alert: Labels)] = []

    init(_ configuration: RoutingConfiguration) {
        self.configuration = configuration
    }

    var nextDeadline: Timestamp? {
        self.retractions.isEmpty ? self.groups.map(\.next).min() : self.now
    }

    mutating func receive(_ alerts: [Alert], at time: Timestamp) {
        self.now = time
        for alert in alerts { self.receive(alert) }
    }

    private mutating func receive(_ alert: Alert) {
        let index = self.states.firstIndex { $0.alert.labels == alert.labels }
        if alert.retraction != nil {
            if let index { self.states.remove(at: index) }
            for place in self.groups.indices {
                self.groups[place].members.removeAll { $0 == alert.labels }
            }
            self.groups.removeAll { $0.members.isEmpty }
            for entry in self.told
            where entry.alert == alert.labels && (entry.fires || entry.startsAt == alert.startsAt)
                && !self.retractions.contains(where: {
                    $0.alert == entry.alert && $0.receiver == entry.receiver && $0.key == entry.key
                })
            {
                self.retractions.append((entry.receiver, entry.key, entry.alert))
            }
            return
        }
        if let endsAt = alert.endsAt, endsAt <= self.now {
            guard let index, self.states[index].fires else { return }
            let start = min(alert.startsAt, self.states[index].alert.startsAt)
            self.states[index].alert = alert
            self.states[index].alert.startsAt = start
            self.states[index].changes.append(self.now)
            return
        }
        var state = State(
            alert: alert,
            validUntil: alert.endsAt ?? self.now + self.configuration.resolveTimeout, changes: [])
        state.alert.endsAt = nil
        guard let index else {
            state.changes = [self.now]
            self.states.append(state)
            return self.place(state.alert)
        }
        state.changes = self.states[index].changes
        if self.states[index].fires {
            state.alert.startsAt = min(alert.startsAt, self.states[index].alert.startsAt)
            self.states[index] = state
        } else {
            state.changes.append(self.now)
            self.states[index] = state
            self.place(state.alert)
        }
    }

    private mutating func place(_ alert: Alert) {
        for route in self.configuration.routes.match(alert.labels) {
            let node = self.configuration.routes.nodes[route]
            let labels: Labels
            switch node.options.grouping {
            case .all: labels = alert.labels
            case .labels(let names):
                labels = Labels(
                    alert.labels.pairs.filter { names.contains($0.name) }
                        .map { ($0.name, $0.value) })
            }
            var place = self.groups.firstIndex { $0.route == route && $0.labels == labels }
            if place == nil {
                self.groups.append(
                    Group(
                        route: route, receiver: node.options.receiver,
                        key: "\(node.key):\(labels)", labels: labels,
                        next: self.now + node.options.groupWait, members: []))
                place = self.groups.count - 1
            }
            guard let place else { continue }
            if !self.groups[place].members.contains(alert.labels) {
                self.groups[place].members.append(alert.labels)
            }
            if !self.groups[place].hasFlushed, alert.startsAt + node.options.groupWait < self.now {
                self.groups[place].next = self.now
            }
        }
    }

    /// What is told, as texts that ``AlertNotification/comparable`` gives too.
    mutating func advance(to time: Timestamp) -> [String] {
        self.now = time
        var texts: [String] = []
        var seen: [(String, String)] = []
        for (receiver, key, _) in self.retractions.sorted(by: {
            ($0.receiver, $0.key) < ($1.receiver, $1.key)
        }) where !seen.contains(where: { $0 == (receiver, key) }) {
            seen.append((receiver, key))
            let alerts = self.retractions.filter { $0.receiver == receiver && $0.key == key }
                .map(\.alert)
            self.told.removeAll {
                $0.receiver == receiver && $0.key == key && alerts.contains($0.alert)
            }
            texts.append(
                Self.text(time, receiver, key, "retraction", firing: [], resolved: alerts))
        }
        self.retractions = []
        for index in self.states.indices
        where self.states[index].fires && self.states[index].validUntil <= time {
            self.states[index].alert.endsAt = self.states[index].validUntil
            self.states[index].changes.append(time)
        }
        let due = self.groups.filter { $0.next <= time }
            .sorted {
                ($0.next, $0.receiver, $0.key, $0.route) < ($1.next, $1.receiver, $1.key, $1.route)
            }
        for group in due {
            if let text = self.flush(group) { texts.append(text) }
        }
        return texts
    }

    private mutating func flush(_ group: Group) -> String? {
        let options = self.configuration.routes.nodes[group.route].options
        var firing: [(labels: Labels, news: Bool, flaps: Bool, cool: Bool)] = []
        var resolved: [Labels] = []
        var gone: [Labels] = []
        for labels in group.members {
            guard let state = self.states.first(where: { $0.alert.labels == labels }) else {
                gone.append(labels)
                continue
            }
            let record = self.record(group, labels)
            var flaps = false
            if let flap = options.flap {
                let recent = state.changes.filter { $0 > self.now - flap.window }.count
                let wasFlapping = record.map { $0.fires && $0.flaps } ?? false
                flaps = recent > (wasFlapping ? flap.changesMax / 2 : flap.changesMax)
            }
            let isTold = record?.fires ?? false
            if !state.fires, !flaps {
                if !isTold {
                    gone.append(labels)
                } else if !self.isSuppressed(labels, options) {
                    resolved.append(labels)
                }
                continue
            }
            if self.isSuppressed(labels, options) { continue }
            let cooldown =
                options.cooldown.bySeverity[labels["severity"]] ?? options.cooldown.standard
            let cool = record.map { $0.firedAt + cooldown <= self.now } ?? true
            if !isTold, !cool { continue }
            firing.append(
                (labels, !isTold || (record?.flaps ?? false) != flaps, flaps, cool))
        }
        var cause: String?
        let last = self.lastTold.last { $0.receiver == group.receiver && $0.key == group.key }
        if firing.contains(where: \.news) {
            cause = "firing"
        } else if !resolved.isEmpty {
            cause = "resolved"
        } else if firing.contains(where: \.cool), let last,
            last.time + options.repeatInterval <= self.now
        {
            cause = "repetition"
        }
        if cause != nil {
            gone += resolved
            self.note(group, firing: firing.map { ($0.labels, $0.flaps) }, resolved: resolved)
        }
        if let place = self.groups.firstIndex(where: {
            $0.route == group.route && $0.labels == group.labels
        }) {
            self.groups[place].members.removeAll { gone.contains($0) }
            self.groups[place].hasFlushed = true
            self.groups[place].next = self.now + options.groupInterval
            if self.groups[place].members.isEmpty { self.groups.remove(at: place) }
        }
        return cause.map {
            Self.text(
                self.now, group.receiver, group.key, $0, firing: firing.map(\.labels),
                resolved: resolved)
        }
    }

    private func record(_ group: Group, _ labels: Labels) -> Told? {
        self.told.first {
            $0.receiver == group.receiver && $0.key == group.key && $0.alert == labels
        }
    }

    private mutating func note(
        _ group: Group, firing: [(labels: Labels, flaps: Bool)], resolved: [Labels]
    ) {
        self.lastTold.append((group.receiver, group.key, self.now))
        for (labels, flaps) in firing {
            let start = self.states.first { $0.alert.labels == labels }?.alert.startsAt ?? 0
            self.told.removeAll {
                $0.receiver == group.receiver && $0.key == group.key && $0.alert == labels
            }
            self.told.append(
                Told(
                    receiver: group.receiver, key: group.key, alert: labels, fires: true,
                    startsAt: start, firedAt: self.now, flaps: flaps))
        }
        for index in self.told.indices
        where self.told[index].receiver == group.receiver && self.told[index].key == group.key
            && resolved.contains(self.told[index].alert)
        {
            self.told[index].fires = false
            self.told[index].flaps = false
        }
    }

    private func isSuppressed(_ labels: Labels, _ options: RouteOptions) -> Bool {
        func within(_ names: [String]) -> Bool {
            names.contains { name in
                (self.configuration.intervals.byName[name] ?? []).contains {
                    $0.contains(self.now) { _, _ in nil } ?? false
                }
            }
        }
        if within(options.muteTimeIntervals) { return true }
        if !options.activeTimeIntervals.isEmpty, !within(options.activeTimeIntervals) {
            return true
        }
        for silence in self.silences
        where silence.startsAt <= self.now && self.now < silence.endsAt
            && silence.matchers.allSatisfy({ $0.matches(labels) })
        {
            return true
        }
        for rule in self.configuration.inhibitRules where rule.target.matches(labels) {
            for state in self.states where state.fires {
                let source = state.alert.labels
                guard rule.source.matches(source),
                    rule.equal.allSatisfy({ source[$0] == labels[$0] }),
                    !(rule.source.matches(labels) && rule.target.matches(source))
                else { continue }
                return true
            }
        }
        return false
    }

    static func text(
        _ time: Timestamp, _ receiver: String, _ key: String, _ cause: String, firing: [Labels],
        resolved: [Labels]
    ) -> String {
        let alerts = firing.map { "+\($0)" }.sorted() + resolved.map { "-\($0)" }.sorted()
        return "\(time) \(receiver) \(key) \(cause) \(alerts.joined(separator: " "))"
    }
}

extension AlertNotification {
    /// The text that ``NaiveDispatcher`` gives for it.
    var comparable: String {
        NaiveDispatcher.text(
            self.time, self.receiver, self.groupKey, self.cause.rawValue,
            firing: self.firing.map(\.labels), resolved: self.resolved.map(\.labels))
    }
}
