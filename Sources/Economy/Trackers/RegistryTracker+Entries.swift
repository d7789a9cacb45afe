// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMPrimitives

/// What is registered.
extension RegistryTracker {
    mutating func register(
        _ event: RoleEvent, _ effects: inout TrackerEffects
    ) throws(SkipReason) {
        let key = try event.key(Field.key)
        if self.entries[key] != nil { throw .duplicate }
        if self.entries.count >= self.settings.entriesMax { throw .full }
        let entry = Entry(
            owner: event.optionalAddress(Field.owner), since: event.time,
            status: event.text(Field.status) ?? self.settings.statuses.first ?? "")
        self.entries.set(entry, for: key, &effects)
        self.move(from: nil, to: entry.status, &effects)
        self.count(&effects)
        self.book.count(Family.registrations, [self.name], &effects)
        self.tell("registered", entry, event, &effects)
    }

    mutating func unregister(
        _ event: RoleEvent, _ effects: inout TrackerEffects
    ) throws(SkipReason) {
        let key = try event.key(Field.key)
        guard let entry = self.entries[key] else { throw .unknownKey }
        self.entries.set(nil, for: key, &effects)
        self.move(from: entry.status, to: nil, &effects)
        self.count(&effects)
        self.book.count(Family.deregistrations, [self.name], &effects)
        self.tell("unregistered", entry, event, &effects)
    }

    mutating func change(
        _ event: RoleEvent, _ effects: inout TrackerEffects
    ) throws(SkipReason) {
        let key = try event.key(Field.key)
        guard let status = event.text(Field.status) else { throw .unusable }
        guard var entry = self.entries[key] else { throw .unknownKey }
        let old = entry.status
        entry.status = status
        self.entries.set(entry, for: key, &effects)
        if old != status { self.move(from: old, to: status, &effects) }
        self.tell("status", entry, event, &effects)
    }

    private mutating func count(_ effects: inout TrackerEffects) {
        self.book.set(
            Family.registered, [self.name], U256(UInt64(self.entries.count)), &effects)
    }

    /// Moves one entry from a status to another.
    private mutating func move(
        from old: String?, to new: String?, _ effects: inout TrackerEffects
    ) {
        if self.settings.statuses.isEmpty { return }
        if let old {
            let labels = [self.name, old]
            let less = self.book.gauge(Family.entries, labels)?.subtracting(.one) ?? .zero
            self.book.set(Family.entries, labels, less, &effects)
        }
        if let new {
            let labels = [self.name, new]
            let more = (self.book.gauge(Family.entries, labels) ?? .zero).adding(.one) ?? .max
            self.book.set(Family.entries, labels, more, &effects)
        }
    }

    private func tell(
        _ change: String, _ entry: Entry, _ event: RoleEvent, _ effects: inout TrackerEffects
    ) {
        var fields = [
            ("change", change), ("key", event.text(Field.key) ?? ""),
            ("contract", self.contract(event).name), ("time", event.time.description),
        ]
        if let owner = entry.owner { fields.append(("owner", owner.description)) }
        if !entry.status.isEmpty { fields.append(("status", entry.status)) }
        if change == "unregistered" { fields.append(("since", entry.since.description)) }
        if let by = event.optionalAddress(Field.by) { fields.append(("by", by.description)) }
        effects.fact("registration", fields)
    }
}
