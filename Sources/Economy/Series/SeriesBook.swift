// Weir
// SPDX-License-Identifier: Apache-2.0

import EVMPrimitives
import HashTreeCollections
import MetricsRegistry

/// All series of one tracker, by family and label values: what it counted and what its gauges say.
///
/// Every change is noted, what grew in dropped blocks is found by comparing two books, and the
/// samples are made from it; so a tracker only says what happened:
///
///     self.book.add(Family.slashed, [registry, token], amount, &effects)
struct SeriesBook: Sendable {
    let families: [SeriesFamily]
    /// Bounds of histograms in units, by family and, where they depend on a token, by its place.
    private let bounds: [[[U256]]]
    let tokens: TokenTable
    private(set) var series: [TreeDictionary<String, SeriesState>]

    /// The value of an open label in the series that takes what is beyond the budget.
    static let other = MetricDescriptor.otherLabelValue

    init(_ families: [SeriesFamily], tokens: TokenTable) {
        self.families = families
        self.tokens = tokens
        self.series = families.map { _ in [:] }
        self.bounds = families.map { family in
            guard case .histogram(let buckets) = family.kind else { return [] }
            switch family.scale {
            case .none: return [ValueHistogram.units(of: buckets, decimals: 0)]
            case .decimals(let decimals):
                return [ValueHistogram.units(of: buckets, decimals: decimals)]
            case .token:
                return tokens.tokens.indices.map {
                    ValueHistogram.units(of: buckets, decimals: tokens.decimals($0))
                }
            }
        }
    }

    // MARK: Changes

    /// Counts once.
    mutating func count(
        _ family: some RawRepresentable<Int>, _ labels: [String], by step: UInt64 = 1,
        _ effects: inout TrackerEffects
    ) {
        self.update(family.rawValue, labels, &effects) { $0.add(.count(step)) }
    }

    /// Adds an amount.
    mutating func add(
        _ family: some RawRepresentable<Int>, _ labels: [String], _ units: U256,
        _ effects: inout TrackerEffects
    ) {
        self.update(family.rawValue, labels, &effects) { $0.add(.sum(ExactSum(low: units))) }
    }

    /// Counts an amount in its bucket.
    mutating func observe(
        _ family: some RawRepresentable<Int>, _ labels: [String], _ units: U256,
        _ effects: inout TrackerEffects
    ) {
        let bounds = self.bounds(of: family.rawValue, labels)
        self.update(family.rawValue, labels, &effects) { state in
            guard case .histogram(var histogram) = state else { return }
            // So that the buckets have one owner, and are changed where they stand.
            state = .count(0)
            histogram.observe(units, bounds: bounds)
            state = .histogram(histogram)
        }
    }

    /// Sets a gauge.
    mutating func set(
        _ family: some RawRepresentable<Int>, _ labels: [String], _ units: U256,
        _ effects: inout TrackerEffects
    ) {
        self.update(family.rawValue, labels, &effects) { $0 = .gauge(units) }
    }

    /// Sets a gauge that may be negative.
    mutating func set(
        _ family: some RawRepresentable<Int>, _ labels: [String], _ value: I256,
        _ effects: inout TrackerEffects
    ) {
        self.set(family, labels, value.bits, &effects)
    }

    /// Takes a gauge away.
    mutating func remove(
        _ family: some RawRepresentable<Int>, _ labels: [String], _ effects: inout TrackerEffects
    ) {
        let key = SeriesKey.text(of: labels)
        guard self.families[family.rawValue].isGauge,
            self.series[family.rawValue].removeValue(forKey: key) != nil
        else { return }
        effects.touch(family.rawValue, .text(key))
    }

    /// Makes a series that shows zero before anything happened. To be called from an initialiser:
    /// it leaves no entry in the store.
    mutating func open(_ family: some RawRepresentable<Int>, _ labels: [String]) {
        let key = SeriesKey.text(of: labels)
        self.series[family.rawValue][key] = self.empty(family.rawValue, labels)
    }

    /// The state of a series; nil where there is none.
    func state(_ family: some RawRepresentable<Int>, _ labels: [String]) -> SeriesState? {
        self.series[family.rawValue][SeriesKey.text(of: labels)]
    }

    /// The bits of a gauge; nil where it is not set.
    func gauge(_ family: some RawRepresentable<Int>, _ labels: [String]) -> U256? {
        guard case .gauge(let bits)? = self.state(family, labels) else { return nil }
        return bits
    }

    private mutating func update(
        _ family: Int, _ labels: [String], _ effects: inout TrackerEffects,
        _ change: (inout SeriesState) -> Void
    ) {
        var key = SeriesKey.text(of: labels)
        if self.series[family].count >= self.families[family].seriesMax,
            self.series[family][key] == nil
        {
            let definition = self.families[family]
            let open =
                definition.openLabels.isEmpty ? Array(labels.indices) : definition.openLabels
            key = SeriesKey.text(
                of: labels.enumerated().map { open.contains($0.offset) ? Self.other : $0.element })
            // A gauge of many things at once says nothing.
            if definition.isGauge { return }
        }
        // In its place: one look-up, and nothing is copied.
        let families = self.families
        change(&self.series[family][key, default: Self.empty(families[family])])
        effects.touch(family, .text(key))
    }

    private func bounds(of family: Int, _ labels: [String]) -> [U256] {
        let bounds = self.bounds[family]
        guard case .token(let label) = self.families[family].scale else {
            return bounds.first ?? []
        }
        return self.tokens.place(symbol: labels[label]).map { bounds[$0] } ?? []
    }

    func empty(_ family: Int, _ labels: [String]) -> SeriesState {
        Self.empty(self.families[family])
    }

    private static func empty(_ family: SeriesFamily) -> SeriesState {
        switch family.kind {
        case .count: .count(0)
        case .sum: .sum(ExactSum())
        case .gauge, .signedGauge: .gauge(.zero)
        case .histogram(let buckets): .histogram(ValueHistogram(bounds: buckets.count))
        }
    }

    // MARK: The store

    /// The stored form of a series; nil where there is none any more.
    func bytes(_ family: Int, _ key: String) -> [UInt8]? {
        self.series[family][key].map(StateCoding.encode)
    }

    /// Puts a stored series in its place; false where it does not fit.
    mutating func restore(_ family: Int, _ key: String, _ bytes: [UInt8]) -> Bool {
        guard let state = self.decode(family, key, bytes) else { return false }
        self.series[family][key] = state
        return true
    }

    /// The state of stored bytes; nil where they are damaged or of another kind.
    func decode(_ family: Int, _ key: String, _ bytes: [UInt8]) -> SeriesState? {
        let labels = self.families[family].labels
        guard let values = SeriesKey.values(of: key, count: labels.count) else { return nil }
        var buckets = 0
        if case .histogram(let bounds) = self.families[family].kind { buckets = bounds.count }
        guard let state = StateCoding.decode(bytes, bounds: buckets),
            state.hasKind(of: self.empty(family, values))
        else { return nil }
        return state
    }
}
