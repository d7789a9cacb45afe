// Weir
// SPDX-License-Identifier: Apache-2.0

import PromQL

/// What a look at a group gave.
private struct Selection {
    /// An alert that fires, as it is to be told.
    struct Firing {
        var alert: Alert
        /// Whether the receiver does not know it as it is.
        var isNews: Bool
        var isFlapping: Bool
        /// Whether it may be told again.
        var isRepeatable: Bool
    }

    var firing: [Firing] = []
    /// Ends that are to be told.
    var resolved: [Alert] = []
    /// Members of which nothing is left to tell.
    var leaving: [Fingerprint] = []
}

extension Dispatcher {
    /// Looks at a group: tells what there is to tell, and lets those go that are over.
    ///
    /// Source: prometheus/alertmanager `dispatch/dispatch.go` (`flush`) and `notify/notify.go`
    /// (`DedupStage`).
    mutating func flush(_ id: GroupID) -> AlertNotification? {
        guard let group = self.groups[id] else { return nil }
        let options = self.options(id)
        let selection = self.select(group, id, options)
        let notification = self.tell(selection, group, id, options)
        for fingerprint in selection.leaving { self.leave(fingerprint, id) }
        if notification != nil {
            for alert in selection.resolved { self.leave(alert.fingerprint, id) }
        }
        self.groups[id]?.hasFlushed = true
        self.groups[id]?.next = Saturating.sum(self.now, options.groupInterval)
        if self.groups[id]?.members.isEmpty ?? false { self.groups[id] = nil }
        return notification
    }

    func options(_ id: GroupID) -> RouteOptions {
        let nodes = self.configuration.routes.nodes
        guard let route = id.route, nodes.indices.contains(route) else {
            return RouteOptions(receiver: id.key.receiver)
        }
        return nodes[route].options
    }

    private func select(
        _ group: AlertGroup, _ id: GroupID, _ options: RouteOptions
    ) -> Selection {
        var selection = Selection()
        let isMuted = !self.mutingIntervals(options).isEmpty || !self.isActive(options)
        let entry = self.log[id.key]
        for fingerprint in group.members.sorted() {
            guard let held = self.alerts[fingerprint] else {
                selection.leaving.append(fingerprint)
                continue
            }
            let told = entry?.told[fingerprint]
            let isTold = told?.isFiring ?? false
            let isFlapping =
                options.flap?.isFlapping(
                    held.entry.changes, at: self.now, before: isTold && told?.isFlapping ?? false)
                ?? false
            let hasEnded = !held.isFiring && !isFlapping
            if hasEnded, !isTold {
                selection.leaving.append(fingerprint)
                continue
            }
            if id.route == nil, !hasEnded {
                if !isTold { selection.leaving.append(fingerprint) }
                continue
            }
            if isMuted || self.isSuppressed(held.entry.alert.labels) { continue }
            if hasEnded {
                selection.resolved.append(held.entry.alert)
                continue
            }
            let cooldown = options.cooldown.milliseconds(held.entry.alert.labels)
            let isCool = told.map { Saturating.sum($0.firedAt, cooldown) <= self.now } ?? true
            guard isTold || isCool else { continue }
            let isChange = isTold && told?.isFlapping != isFlapping
            selection.firing.append(
                Selection.Firing(
                    alert: Self.shown(held.entry, options.flap, isFlapping, isChange: isChange),
                    isNews: !isTold || isChange, isFlapping: isFlapping, isRepeatable: isCool))
        }
        return selection
    }

    private mutating func tell(
        _ selection: Selection, _ group: AlertGroup, _ id: GroupID, _ options: RouteOptions
    ) -> AlertNotification? {
        guard let cause = self.cause(selection, id, options) else { return nil }
        let news = selection.firing.filter(\.isNews).map(\.alert)
        let known = selection.firing.filter { !$0.isNews }.map(\.alert)
        let sequence = self.log.sequence(id.key)
        let notification = self.notification(
            id.key, group.labels, sequence: sequence, alerts: news + selection.resolved + known,
            cause: cause)
        var told = selection.firing.map { firing in
            ToldAlert(
                fingerprint: firing.alert.fingerprint, isFiring: true,
                startsAt: firing.alert.startsAt, firedAt: self.now,
                isFlapping: firing.isFlapping,
                keepUntil: Saturating.sum(self.now, NotificationLog.firingRetention))
        }
        for alert in selection.resolved {
            guard var record = self.log.told(alert.fingerprint, id.key) else { continue }
            let cooldown = options.cooldown.milliseconds(alert.labels)
            record.isFiring = false
            record.isFlapping = false
            record.keepUntil = max(
                Saturating.sum(record.firedAt, cooldown),
                Saturating.sum(self.now, NotificationLog.resolvedRetention))
            told.append(record)
        }
        self.log.note(id.key, groupLabels: group.labels, told: told, at: self.now)
        return notification
    }

    /// Why a group is told now; nil: it is not.
    private func cause(
        _ selection: Selection, _ id: GroupID, _ options: RouteOptions
    ) -> AlertNotification.Cause? {
        if selection.firing.contains(where: \.isNews) { return .firing }
        if !selection.resolved.isEmpty { return .resolved }
        guard selection.firing.contains(where: \.isRepeatable), let entry = self.log[id.key],
            Saturating.sum(entry.time, options.repeatInterval) <= self.now
        else { return nil }
        return .repetition
    }

    /// The time intervals that mute a route now; one of an unknown zone mutes nothing.
    func mutingIntervals(_ options: RouteOptions) -> [String] {
        self.configuration.intervals.names(
            options.muteTimeIntervals, at: self.now, offset: self.offset, unknown: false)
    }

    /// Whether a route is within one of its active time intervals, if it has any.
    func isActive(_ options: RouteOptions) -> Bool {
        options.activeTimeIntervals.isEmpty
            || !self.configuration.intervals.names(
                options.activeTimeIntervals, at: self.now, offset: self.offset, unknown: true
            ).isEmpty
    }

    private func isSuppressed(_ labels: Labels) -> Bool {
        self.inhibitor.inhibits(labels) || self.silences.isSilenced(labels, at: self.now)
    }

    /// An alert as it is told: one that flaps fires, and says that it does.
    private static func shown(
        _ entry: AlertEntry, _ flap: FlapRule?, _ isFlapping: Bool, isChange: Bool
    ) -> Alert {
        var alert = entry.alert
        alert.endsAt = nil
        if isFlapping, let flap {
            alert.annotations = alert.annotations.setting(
                "flapping",
                to: "changed more than \(flap.changesMax) times within \(flap.windowText); "
                    + "told again when it has calmed")
        } else if isChange {
            alert.annotations = alert.annotations.setting("flapping", to: "has calmed")
        }
        return alert
    }
}

extension FlapRule {
    /// The window as a configuration writes it: `1h30m`.
    var windowText: String {
        var rest = self.window
        var text = ""
        for (unit, length) in [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000)]
            as [(String, Int64)] where rest >= length
        {
            text += "\(rest / length)\(unit)"
            rest %= length
        }
        return text.isEmpty ? "\(self.window)ms" : text
    }
}
