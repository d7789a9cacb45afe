// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMPrimitives
import HashTreeCollections

/// What depends on the time, and the comparison with the contract.
extension ChannelsTracker {
    /// How many closing channels are looked at for a scrape.
    private static let endingsMax = 20_000

    func derived(at place: BlockPlace) -> [DerivedSample] {
        var earliest: [String: BlockTime] = [:]
        var stale = 0
        var overdue = 0
        for (key, ending) in self.closings.prefix(Self.endingsMax) {
            let isOver = ending.deadline.map { $0 <= place.time } ?? false
            if ending.isStale, !isOver { stale += 1 }
            if isOver { overdue += 1 }
            guard let deadline = ending.deadline else { continue }
            let label = self.label(key)
            earliest[label] = min(deadline, earliest[label] ?? deadline)
        }
        var samples = earliest.sorted { $0.key < $1.key }.map { label, deadline in
            DerivedSample(Derived.deadline, [self.name, label], Double(deadline.rawValue))
        }
        samples.append(DerivedSample(Derived.staleOpen, [self.name], Double(stale)))
        samples.append(DerivedSample(Derived.overdue, [self.name], Double(overdue)))
        return samples
    }

    func plan(after tip: BlockNumber) -> FetchPlan {
        self.settings.reconciliation?
            .plan(after: tip, of: [Self.kind.rawValue, self.name], self.book) ?? FetchPlan()
    }

    mutating func observe(_ extras: BlockExtras, _ effects: inout TrackerEffects) {
        guard let reconciliation = self.settings.reconciliation else { return }
        let locked = self.book.gauge(Family.locked, [self.name, self.token]) ?? .zero
        reconciliation.compare(
            locked, token: self.token, of: [Self.kind.rawValue, self.name], extras, &self.book,
            &effects)
    }
}
