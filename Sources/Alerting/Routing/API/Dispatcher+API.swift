// Weir
// SPDX-License-Identifier: Apache-2.0

import PromQL

extension Dispatcher {
    /// The alerts that fire and that a filter admits, by fingerprint.
    package func gettableAlerts(
        _ filter: AlertFilter = AlertFilter(), at time: Timestamp
    ) -> [GettableAlert] {
        self.alerts.keys.sorted().compactMap { fingerprint in
            guard let held = self.alerts[fingerprint] else { return nil }
            let receivers = Set(held.homes.map(\.key.receiver)).sorted()
            return self.gettable(held, fingerprint, receivers, filter, at: time)
        }
    }

    /// The groups with the alerts that a filter admits, by labels and receiver; none without an alert.
    package func gettableGroups(
        _ filter: AlertFilter = AlertFilter(), at time: Timestamp
    ) -> [GettableAlertGroup] {
        let groups = self.groups.compactMap { id, group -> GettableAlertGroup? in
            let alerts = group.members.sorted().compactMap { fingerprint in
                self.alerts[fingerprint].flatMap {
                    self.gettable($0, fingerprint, [id.key.receiver], filter, at: time)
                }
            }
            guard !alerts.isEmpty else { return nil }
            return GettableAlertGroup(
                labels: group.labels, receiver: GettableAlert.Receiver(name: id.key.receiver),
                alerts: alerts)
        }
        return groups.sorted { left, right in
            left.labels == right.labels
                ? left.receiver.name < right.receiver.name : left.labels < right.labels
        }
    }

    private func gettable(
        _ held: HeldAlert, _ fingerprint: Fingerprint, _ receivers: [String],
        _ filter: AlertFilter, at time: Timestamp
    ) -> GettableAlert? {
        let (alert, entry) = (held.entry.alert, held.entry)
        guard held.isFiring, entry.validUntil > time else { return nil }
        let silencedBy = self.silences.silences(alert.labels, at: time)
        let inhibitedBy = self.inhibitor.inhibitors(of: alert.labels).map(\.description)
        let isProcessed = held.homes.contains { self.groups[$0]?.hasFlushed ?? false }
        let isSuppressed = !silencedBy.isEmpty || !inhibitedBy.isEmpty
        let result = GettableAlert(
            labels: alert.labels, annotations: alert.annotations,
            startsAt: InternetTime.text(alert.startsAt),
            endsAt: InternetTime.text(entry.validUntil),
            updatedAt: InternetTime.text(entry.updatedAt),
            fingerprint: fingerprint.description, generatorURL: alert.generatorURL,
            receivers: receivers.map { GettableAlert.Receiver(name: $0) },
            status: GettableAlert.Status(
                state: isSuppressed ? .suppressed : isProcessed ? .active : .unprocessed,
                silencedBy: silencedBy, inhibitedBy: inhibitedBy))
        return filter.admits(result) ? result : nil
    }
}
