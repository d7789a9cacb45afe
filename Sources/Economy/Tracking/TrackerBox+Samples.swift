// Weir
// SPDX-License-Identifier: Apache-2.0

import MetricsRegistry

extension TrackerBox {
    /// Adds the samples of all its families, by name without the namespace.
    ///
    /// - Parameter reverted: what dropped blocks had counted, by entry.
    func addSamples(
        to families: inout [String: [Sample]], chain: String, at place: BlockPlace,
        reverted: [String: SeriesState]
    ) {
        let book = self.tracker.book
        for (index, family) in book.families.enumerated() {
            let prefix = "series/\(family.name)/"
            var gone: [String: SeriesState] = [:]
            for (key, state) in reverted {
                if let labels = key.dropping(prefix) { gone[labels] = state }
            }
            let (own, twin) = book.samples(index, chain: chain, reverted: gone)
            families[family.name, default: []] += own
            if let name = family.twinName { families[name, default: []] += twin }
        }
        self.addDerived(to: &families, chain: chain, at: place)
        let skipped = SeriesFamily.skipped
        for reason in SkipReason.allCases {
            var gone: UInt64 = 0
            if case .count(let count)? = reverted["skipped/\(reason.rawValue)"] { gone = count }
            let labels = [
                chain, self.definition.kind.rawValue, self.definition.name, reason.rawValue,
            ]
            families[skipped.name, default: []].append(
                Sample(labels, integer: self.skips[reason] &+ gone))
            families[skipped.twinName ?? "", default: []].append(Sample(labels, integer: gone))
        }
    }

    private func addDerived(
        to families: inout [String: [Sample]], chain: String, at place: BlockPlace
    ) {
        let definitions = type(of: self.tracker).derivedFamilies
        for family in definitions { families[family.name, default: []] += [] }
        for sample in self.tracker.derived(at: place) {
            families[definitions[sample.family].name, default: []].append(
                Sample([chain] + sample.labels, double: sample.value))
        }
    }
}
