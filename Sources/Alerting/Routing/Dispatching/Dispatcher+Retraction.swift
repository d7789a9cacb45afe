// Weir
// SPDX-License-Identifier: Apache-2.0

import PromQL

extension Dispatcher {
    /// Takes an alert back that never was true: where it was told that is told at the next
    /// ``advance(to:)``, and where it was not it just vanishes.
    mutating func takeBack(_ alert: Alert, _ fingerprint: Fingerprint) {
        if let held = self.alerts.removeValue(forKey: fingerprint) {
            self.changedAlerts.insert(fingerprint)
            self.inhibitor.set(held.entry.alert.labels, fingerprint, isFiring: false)
            for id in held.homes {
                self.groups[id]?.members.remove(fingerprint)
                if self.groups[id]?.members.isEmpty ?? false { self.groups[id] = nil }
            }
        }
        var notice = alert
        notice.endsAt = min(alert.endsAt ?? self.now, self.now)
        for key in self.log.keys(of: fingerprint)
        where self.configuration.receivers.contains(key.receiver) {
            guard let told = self.log.told(fingerprint, key) else { continue }
            // Where its end was told, it may have fired anew since, which was not told.
            guard told.isFiring || told.startsAt == alert.startsAt else { continue }
            self.log.noteRetraction(notice, key)
            self.retracting.insert(key)
        }
    }

    /// Tells what is to be taken back.
    mutating func retract() -> [AlertNotification] {
        guard !self.retracting.isEmpty else { return [] }
        defer { self.retracting = [] }
        return self.retracting.sorted().compactMap { key in
            guard let labels = self.log[key]?.groupLabels,
                self.configuration.receivers.contains(key.receiver)
            else { return nil }
            let sequence = self.log.sequence(key)
            let alerts = self.log.takeRetractions(key)
            guard !alerts.isEmpty else { return nil }
            return self.notification(
                key, labels, sequence: sequence, alerts: alerts, cause: .retraction)
        }
    }

    /// A notification of alerts in the order of their importance; those beyond the limit are counted.
    func notification(
        _ key: ToldKey, _ labels: Labels, sequence: UInt64, alerts: [Alert],
        cause: AlertNotification.Cause
    ) -> AlertNotification {
        let limit = max(1, self.limits.alertsPerNotification)
        let shown = alerts.prefix(limit).map { ($0, $0.isResolved(at: self.now), $0.fingerprint) }
            .sorted { left, right in
                left.1 == right.1 ? left.2 < right.2 : !left.1
            }
            .map(\.0)
        return AlertNotification(
            id: NotificationID.text(
                key, sequence: sequence, alerts: shown, cause: cause, time: self.now),
            receiver: key.receiver, groupKey: key.groupKey, groupLabels: labels, alerts: shown,
            truncatedAlerts: alerts.count - shown.count, cause: cause, time: self.now)
    }
}
