// Weir
// SPDX-License-Identifier: Apache-2.0

import PromQL

extension Dispatcher {
    /// Takes alerts as a rule sends them, again and again: firing ones, with an `endsAt` in the future
    /// or none, and resolved ones. Of one alert given twice the last counts.
    package mutating func receive(_ alerts: [Alert], at time: Timestamp) {
        self.turn(to: time)
        for alert in alerts {
            let fingerprint = alert.fingerprint
            if alert.retraction != nil {
                self.takeBack(alert, fingerprint)
            } else if alert.isResolved(at: self.now) {
                self.resolve(alert, fingerprint)
            } else {
                self.fire(alert, fingerprint)
            }
        }
    }

    private mutating func fire(_ alert: Alert, _ fingerprint: Fingerprint) {
        let validUntil =
            alert.endsAt ?? Saturating.sum(self.now, self.configuration.resolveTimeout)
        var alert = alert
        alert.endsAt = nil
        self.nextSweep = min(self.nextSweep, validUntil)
        guard var held = self.alerts[fingerprint] else {
            guard self.alerts.count < self.limits.alerts else {
                self.counters.alertsRefused &+= 1
                return
            }
            self.alerts[fingerprint] = HeldAlert(
                entry: AlertEntry(alert: alert, updatedAt: self.now, validUntil: validUntil))
            return self.begin(fingerprint)
        }
        let before = held.entry.alert
        if held.isFiring {
            alert.startsAt = min(alert.startsAt, before.startsAt)
            if alert.startsAt != before.startsAt { self.changedAlerts.insert(fingerprint) }
        }
        held.entry.alert = alert
        held.entry.updatedAt = self.now
        held.entry.validUntil = validUntil
        self.alerts[fingerprint] = held
        if before.endsAt != nil {
            self.begin(fingerprint)
        } else if held.isHomeless {
            self.place(fingerprint, isFresh: true)
        } else if held.isRestored {
            self.alerts[fingerprint]?.isRestored = false
            for id in held.homes { self.hasten(id, for: alert) }
        }
    }

    /// An alert that was none fires.
    private mutating func begin(_ fingerprint: Fingerprint) {
        self.noteChange(fingerprint)
        self.place(fingerprint, isFresh: true)
    }

    private mutating func resolve(_ alert: Alert, _ fingerprint: Fingerprint) {
        guard var held = self.alerts[fingerprint] else {
            // Unknown here, but told: somebody waits for its end.
            guard self.log.awaitsEndAnywhere(fingerprint) else { return }
            self.alerts[fingerprint] = HeldAlert(
                entry: AlertEntry(alert: alert, updatedAt: self.now, validUntil: self.now))
            self.noteChange(fingerprint)
            return self.place(fingerprint, isFresh: true)
        }
        // Rules send an end again and again; the first one counts.
        guard held.isFiring else { return }
        var alert = alert
        alert.startsAt = min(alert.startsAt, held.entry.alert.startsAt)
        held.entry.alert = alert
        held.entry.updatedAt = self.now
        self.alerts[fingerprint] = held
        self.noteChange(fingerprint)
    }

    /// Notes that an alert changed between firing and resolved.
    mutating func noteChange(_ fingerprint: Fingerprint) {
        guard let held = self.alerts[fingerprint] else { return }
        self.changedAlerts.insert(fingerprint)
        self.inhibitor.set(held.entry.alert.labels, fingerprint, isFiring: held.isFiring)
        guard self.flapChangesMax > 0 else { return }
        let changes = held.entry.changes.suffix(self.flapChangesMax)
        self.alerts[fingerprint]?.entry.changes = changes + [self.now]
    }

    /// Puts an alert into its groups: one for each route that takes it, and one for each receiver that
    /// awaits its end though no route leads there any more.
    ///
    /// - Parameter isFresh: it comes from a rule, and not from a store.
    mutating func place(_ fingerprint: Fingerprint, isFresh: Bool) {
        guard let held = self.alerts[fingerprint] else { return }
        let alert = held.entry.alert
        var keys: Set<ToldKey> = []
        var isHomeless = false
        for route in self.configuration.routes.match(alert.labels) {
            let node = self.configuration.routes.nodes[route]
            let labels = node.options.grouping.labels(of: alert.labels)
            let key = ToldKey(
                receiver: node.options.receiver, groupKey: "\(node.key):\(labels)")
            let id = GroupID(route: route, key: key)
            keys.insert(key)
            if self.groups[id] == nil {
                // The end of what was told always finds room.
                guard
                    self.groups.count < self.limits.groups
                        || self.log.awaitsEnd(fingerprint, key)
                else {
                    self.counters.groupsRefused &+= 1
                    isHomeless = true
                    continue
                }
                self.groups[id] = AlertGroup(
                    labels: labels, next: Saturating.sum(self.now, node.options.groupWait))
            }
            self.join(fingerprint, id)
            if isFresh { self.hasten(id, for: alert) }
        }
        for key in self.log.keys(of: fingerprint)
        where !keys.contains(key) && self.configuration.receivers.contains(key.receiver) {
            guard self.log.awaitsEnd(fingerprint, key), let labels = self.log[key]?.groupLabels
            else { continue }
            let id = GroupID(route: nil, key: key)
            if self.groups[id] == nil {
                self.groups[id] = AlertGroup(labels: labels, next: self.now)
            }
            self.join(fingerprint, id)
        }
        self.alerts[fingerprint]?.isHomeless = isHomeless
        self.alerts[fingerprint]?.isRestored = !isFresh
    }

    /// A group that was not looked at yet does not wait for an alert that began long ago.
    private mutating func hasten(_ id: GroupID, for alert: Alert) {
        guard let group = self.groups[id], !group.hasFlushed,
            Saturating.sum(alert.startsAt, self.options(id).groupWait) < self.now
        else { return }
        self.groups[id]?.next = min(group.next, self.now)
    }

    private mutating func join(_ fingerprint: Fingerprint, _ id: GroupID) {
        guard self.groups[id]?.members.insert(fingerprint).inserted ?? false else { return }
        self.alerts[fingerprint]?.homes.append(id)
    }

    /// Takes an alert out of a group, and forgets it where it is over and nobody asks for it.
    mutating func leave(_ fingerprint: Fingerprint, _ id: GroupID) {
        self.groups[id]?.members.remove(fingerprint)
        self.alerts[fingerprint]?.homes.removeAll { $0 == id }
        if let held = self.alerts[fingerprint], self.isOver(held) {
            self.alerts[fingerprint] = nil
            self.changedAlerts.insert(fingerprint)
        }
    }

    /// Whether an alert has ended, no group holds it, and no `flap` looks back at it.
    func isOver(_ held: HeldAlert) -> Bool {
        guard !held.isFiring, held.homes.isEmpty else { return false }
        guard let last = held.entry.changes.last else { return true }
        return Saturating.sum(last, self.flapWindow) <= self.now
    }
}
