// Weir
// SPDX-License-Identifier: Apache-2.0

import PromQL

extension Dispatcher {
    /// Turns the clock. Forward it goes as far as it is told. A small step back is waited for; with a
    /// large one all that is under way steps back, so that what was due in a minute still is.
    mutating func turn(to time: Timestamp) {
        let back = Saturating.difference(self.now, time)
        if back <= 0 {
            self.now = time
        } else if back > Self.clockStepMax {
            self.rewind(to: time)
        }
    }

    private mutating func rewind(to time: Timestamp) {
        let milliseconds = Saturating.difference(self.now, time)
        func back(_ time: Timestamp) -> Timestamp { Saturating.difference(time, milliseconds) }
        for id in self.groups.keys {
            if let next = self.groups[id]?.next { self.groups[id]?.next = back(next) }
        }
        for fingerprint in self.alerts.keys {
            guard var held = self.alerts[fingerprint] else { continue }
            held.entry.updatedAt = back(held.entry.updatedAt)
            held.entry.validUntil = back(held.entry.validUntil)
            held.entry.changes = held.entry.changes.map(back)
            held.entry.alert.endsAt = held.entry.alert.endsAt.map { min($0, time) }
            self.alerts[fingerprint] = held
            self.changedAlerts.insert(fingerprint)
        }
        self.log.rewind(by: milliseconds)
        self.nextSweep = back(self.nextSweep)
        self.now = time
    }

    /// Ends the alerts whose time is over, and forgets what nobody asks for.
    mutating func sweep() {
        var next = Saturating.sum(self.now, Self.sweepInterval)
        for fingerprint in self.alerts.keys.sorted() {
            guard let held = self.alerts[fingerprint] else { continue }
            if held.isFiring, held.entry.validUntil <= self.now {
                self.alerts[fingerprint]?.entry.alert.endsAt = held.entry.validUntil
                self.noteChange(fingerprint)
            } else if held.isFiring {
                next = min(next, held.entry.validUntil)
            }
            if let held = self.alerts[fingerprint], self.isOver(held) {
                self.alerts[fingerprint] = nil
                self.changedAlerts.insert(fingerprint)
            }
        }
        let alerts = self.alerts
        let dropped = self.log.prune(
            at: self.now, limit: self.limits.logEntries,
            receivers: self.configuration.receivers
        ) { alerts[$0]?.isFiring ?? false }
        self.counters.logEntriesDropped &+= UInt64(dropped)
        self.silences.prune(at: self.now)
        self.nextSweep = next
    }
}
