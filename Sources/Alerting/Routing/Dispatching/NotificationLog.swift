// Weir
// SPDX-License-Identifier: Apache-2.0

import PromQL

/// Who was told what: the memory that keeps a restart from telling twice, and an end from being told
/// to those who never heard of the start.
struct NotificationLog: Sendable {
    /// How long the end of an alert is awaited that nobody sends any more, and how long a suppressed
    /// end is held: five days, as Alertmanager keeps its log; milliseconds.
    static let firingRetention: Int64 = 120 * 3_600_000
    /// How long a told end is remembered, for a reorganisation may still take back its start.
    static let resolvedRetention: Int64 = 24 * 3_600_000

    private(set) var entries: [ToldKey: ToldGroup] = [:]
    /// The entries that speak of an alert.
    private var byAlert: [Fingerprint: Set<ToldKey>] = [:]
    private var changed: Set<ToldKey> = []

    init(_ entries: [ToldGroup], at time: Timestamp) {
        for entry in entries {
            self.entries[entry.key] = entry
            for fingerprint in entry.told.keys {
                self.byAlert[fingerprint, default: []].insert(entry.key)
            }
        }
        // A clock that went back while nobody looked must not hold anything up.
        self.clamp(to: time)
    }

    subscript(_ key: ToldKey) -> ToldGroup? { self.entries[key] }

    func told(_ fingerprint: Fingerprint, _ key: ToldKey) -> ToldAlert? {
        self.entries[key]?.told[fingerprint]
    }

    /// The entries that speak of an alert, sorted.
    func keys(of fingerprint: Fingerprint) -> [ToldKey] {
        self.byAlert[fingerprint]?.sorted() ?? []
    }

    /// Whether a group was told that an alert fires and awaits its end: not where it is about to be
    /// taken back.
    func awaitsEnd(_ fingerprint: Fingerprint, _ key: ToldKey) -> Bool {
        guard let entry = self.entries[key], entry.told[fingerprint]?.isFiring ?? false else {
            return false
        }
        return !entry.retractions.contains { $0.fingerprint == fingerprint }
    }

    func awaitsEndAnywhere(_ fingerprint: Fingerprint) -> Bool {
        self.byAlert[fingerprint]?.contains { self.awaitsEnd(fingerprint, $0) } ?? false
    }

    /// The number of the next notification of a group.
    func sequence(_ key: ToldKey) -> UInt64 { self.entries[key]?.sequence ?? 0 }

    /// Notes a notification of a group.
    mutating func note(
        _ key: ToldKey, groupLabels: Labels, told: [ToldAlert], at time: Timestamp
    ) {
        var entry =
            self.entries.removeValue(forKey: key)
            ?? ToldGroup(key: key, groupLabels: groupLabels, time: time)
        entry.time = time
        entry.sequence &+= 1
        for alert in told {
            entry.told[alert.fingerprint] = alert
            self.byAlert[alert.fingerprint, default: []].insert(key)
        }
        self.entries[key] = entry
        self.changed.insert(key)
    }

    /// Notes that an alert has to be taken back where it was told.
    mutating func noteRetraction(_ alert: Alert, _ key: ToldKey) {
        let fingerprint = alert.fingerprint
        guard let entry = self.entries[key],
            !entry.retractions.contains(where: { $0.fingerprint == fingerprint })
        else { return }
        self.entries[key]?.retractions.append(alert)
        self.changed.insert(key)
    }

    /// What is to be taken back, which is as good as done: the alerts are forgotten.
    mutating func takeRetractions(_ key: ToldKey) -> [Alert] {
        guard let alerts = self.entries[key]?.retractions, !alerts.isEmpty else { return [] }
        self.entries[key]?.retractions = []
        self.entries[key]?.sequence &+= 1
        for alert in alerts { self.forget(alert.fingerprint, key) }
        self.changed.insert(key)
        return alerts.sorted { $0.fingerprint < $1.fingerprint }
    }

    private mutating func forget(_ fingerprint: Fingerprint, _ key: ToldKey) {
        self.entries[key]?.told[fingerprint] = nil
        self.byAlert[fingerprint]?.remove(key)
        if self.byAlert[fingerprint]?.isEmpty ?? false { self.byAlert[fingerprint] = nil }
        self.changed.insert(key)
    }

    /// Forgets what nobody asks for any more, and beyond the limit the oldest entries from which no
    /// end is awaited. Gives the number of the latter.
    mutating func prune(
        at time: Timestamp, limit: Int, receivers: Set<String>,
        isFiring: (Fingerprint) -> Bool
    ) -> Int {
        for (key, entry) in self.entries {
            let isGone = !receivers.contains(key.receiver)
            for told in entry.told.values where isGone || told.keepUntil <= time {
                if isGone || !(told.isFiring && isFiring(told.fingerprint)) {
                    self.forget(told.fingerprint, key)
                }
            }
            let isOver = Saturating.sum(entry.time, Self.resolvedRetention) <= time
            if isGone || isOver, let left = self.entries[key], left.told.isEmpty,
                isGone || left.retractions.isEmpty
            {
                self.remove(key)
            }
        }
        guard self.entries.count > limit else { return 0 }
        let idle = self.entries.values
            .filter { $0.retractions.isEmpty && !$0.told.values.contains(where: \.isFiring) }
            .sorted { ($0.time, $0.key) < ($1.time, $1.key) }
            .prefix(self.entries.count - limit)
        for entry in idle { self.remove(entry.key) }
        return idle.count
    }

    private mutating func remove(_ key: ToldKey) {
        guard let entry = self.entries.removeValue(forKey: key) else { return }
        for fingerprint in entry.told.keys {
            self.byAlert[fingerprint]?.remove(key)
            if self.byAlert[fingerprint]?.isEmpty ?? false { self.byAlert[fingerprint] = nil }
        }
        self.changed.insert(key)
    }

    /// Moves all times back together with the clock.
    mutating func rewind(by milliseconds: Int64) {
        func back(_ time: inout Timestamp) { time = Saturating.difference(time, milliseconds) }
        for key in self.entries.keys {
            guard var entry = self.entries.removeValue(forKey: key) else { continue }
            back(&entry.time)
            for (fingerprint, told) in entry.told {
                var told = told
                back(&told.firedAt)
                back(&told.keepUntil)
                entry.told[fingerprint] = told
            }
            self.entries[key] = entry
            self.changed.insert(key)
        }
    }

    private mutating func clamp(to time: Timestamp) {
        let latest = Saturating.sum(time, Self.firingRetention)
        for key in self.entries.keys {
            guard var entry = self.entries.removeValue(forKey: key) else { continue }
            entry.time = min(entry.time, time)
            for (fingerprint, told) in entry.told {
                var told = told
                told.firedAt = min(told.firedAt, time)
                told.keepUntil = min(told.keepUntil, latest)
                entry.told[fingerprint] = told
            }
            self.entries[key] = entry
        }
    }

    /// The entries that changed since the last call, nil where one is gone.
    mutating func takeChanges() -> [(key: ToldKey, entry: ToldGroup?)] {
        defer { self.changed = [] }
        return self.changed.sorted().map { ($0, self.entries[$0]) }
    }
}
