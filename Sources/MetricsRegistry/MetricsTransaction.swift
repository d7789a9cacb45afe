// Weir
// SPDX-License-Identifier: Apache-2.0

/// The registry's families under its lock. What one transaction changes, a scrape sees whole.
///
/// Not copyable, so it cannot be carried out of the closure that it was handed to. Handles and
/// families must be those of the same registry.
package struct MetricsTransaction: ~Copyable, Sendable {
    /// One family: its descriptor, its place for series, what its scrapes have in common.
    struct Family: Sendable {
        let descriptor: MetricDescriptor
        var store: SeriesStore
    }

    var families: [Family] = []
    /// The constant labels, as they begin every label text.
    let constantText: [UInt8]
    /// The family that counts what did not fit in the budgets; set by the registry at its start.
    var droppedFamily: Int?

    init(constantText: [UInt8]) {
        self.constantText = constantText
    }

    // MARK: Handles

    package mutating func increment(_ handle: CounterHandle, by amount: UInt64 = 1) {
        guard self.isLive(handle.series) else { return }
        self.addNumber(.integer(amount), to: handle.series)
    }

    /// False if `amount` is negative or not finite; the counter stays.
    @discardableResult
    package mutating func add(_ handle: CounterHandle, _ amount: Double) -> Bool {
        guard amount.isFinite, amount >= 0 else { return false }
        guard self.isLive(handle.series) else { return true }
        self.addNumber(.double(amount), to: handle.series)
        return true
    }

    @discardableResult
    package mutating func set(_ handle: CounterHandle, total: MetricValue) -> TotalUpdate {
        guard total.isCounterTotal else { return .unfit }
        guard self.isLive(handle.series) else { return .removed }
        let series = handle.series
        if let old = self.families[series.family].store.numbers[series.slot],
            total.isLess(than: old)
        {
            return .refusedDecrease
        }
        self.families[series.family].store.numbers[series.slot] = total
        return .updated
    }

    package mutating func set(_ handle: GaugeHandle, to value: MetricValue) {
        guard self.isLive(handle.series) else { return }
        self.families[handle.series.family].store.numbers[handle.series.slot] = value
    }

    package mutating func add(_ handle: GaugeHandle, _ delta: Double) {
        guard self.isLive(handle.series) else { return }
        self.addNumber(.double(delta), to: handle.series)
    }

    @discardableResult
    package mutating func observe(
        _ handle: HistogramHandle, _ value: Double, times: UInt64 = 1,
    ) -> Bool {
        guard !value.isNaN else { return false }
        guard self.isLive(handle.series) else { return true }
        let series = handle.series
        let bounds = self.families[series.family].descriptor.buckets
        self.families[series.family].store.histograms[series.slot]
            .observe(value, bounds: bounds, times: times)
        return true
    }

    @discardableResult
    package mutating func set(_ handle: HistogramHandle, to value: HistogramValue) -> TotalUpdate {
        guard self.isLive(handle.series) else { return .removed }
        let series = handle.series
        let bounds = self.families[series.family].descriptor.buckets
        guard value.cumulativeCounts.count == bounds.count, value.isConsistent else {
            return .unfit
        }
        let old = self.families[series.family].store.histograms[series.slot]
        guard !value.isBelow(old) else { return .refusedDecrease }
        self.families[series.family].store.histograms[series.slot] = value
        return .updated
    }

    package mutating func remove(_ handle: GaugeHandle) { self.remove(handle.series) }
    package mutating func remove(_ handle: CounterHandle) { self.remove(handle.series) }
    package mutating func remove(_ handle: HistogramHandle) { self.remove(handle.series) }

    mutating func remove(_ series: SeriesHandle) {
        guard self.isLive(series) else { return }
        self.families[series.family].store.remove(slot: series.slot)
    }

    func number(of series: SeriesHandle) -> MetricValue? {
        guard self.isLive(series) else { return nil }
        return self.families[series.family].store.numbers[series.slot]
    }

    func histogram(of series: SeriesHandle) -> HistogramValue? {
        guard self.isLive(series) else { return nil }
        return self.families[series.family].store.histograms[series.slot]
    }

    /// The live series of a family.
    package func seriesCount(of family: MetricFamily) -> Int {
        self.families[family.index].store.count
    }

    // MARK: Finding series

    /// Finds or makes the series of these label values, within the family's budget.
    mutating func resolve(_ family: MetricFamily, _ labelValues: [String]) -> SeriesHandle {
        let text = self.text(labelValues, of: family.index)
        var slot = self.families[family.index].store.slot(of: text)
        if slot == nil {
            slot =
                self.place(
                    text, labelValues, of: family.index,
                    mayFold: !family.descriptor.type.isGaugeLike
                )?.slot
        }
        guard let slot else {
            return SeriesHandle(
                registry: family.registry, family: family.index, slot: -1, generation: 0)
        }
        return SeriesHandle(
            registry: family.registry,
            family: family.index,
            slot: slot,
            generation: self.families[family.index].store.generation(of: slot),
        )
    }

    /// Makes a series for a text that has none. Beyond the budget it answers with the series that
    /// takes the rest (nil unless `mayFold`), and counts the drop.
    mutating func place(
        _ text: LabelText, _ labelValues: [String], of family: Int, mayFold: Bool,
    ) -> (slot: Int, folded: Bool)? {
        let descriptor = self.families[family].descriptor
        let initial: MetricValue? = descriptor.type == .counter ? .integer(0) : nil
        if self.families[family].store.budgeted < descriptor.maxSeries {
            return (self.families[family].store.insert(text, initial: initial), false)
        }
        self.countDrop(of: descriptor.name)
        guard mayFold, !descriptor.labelNames.isEmpty else { return nil }
        // The labels that are not limited come from the configuration, so the folded series are
        // few; should they be many after all, everything goes into one.
        let fewFolds = self.families[family].store.folds.count < descriptor.maxSeries
        let limited = fewFolds ? descriptor.limitedLabels : []
        let values = zip(descriptor.labelNames, labelValues).map { name, value in
            limited.isEmpty || limited.contains(name) ? MetricDescriptor.otherLabelValue : value
        }
        let rest = self.text(values, of: family)
        if let slot = self.families[family].store.slot(of: rest) { return (slot, true) }
        return (self.families[family].store.insert(rest, initial: initial, fold: true), true)
    }

    func text(_ labelValues: [String], of family: Int) -> LabelText {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(96)
        self.write(labelValues, of: family, to: &bytes)
        return LabelText(bytes: bytes)
    }

    func write(_ labelValues: [String], of family: Int, to bytes: inout [UInt8]) {
        bytes.append(contentsOf: self.constantText)
        for (name, value) in zip(self.families[family].descriptor.labelNames, labelValues) {
            LabelText.append(name: name, value: value, to: &bytes)
        }
    }

    private mutating func countDrop(of metric: String) {
        guard let droppedFamily else { return }
        let text = self.text([metric], of: droppedFamily)
        let slot =
            self.families[droppedFamily].store.slot(of: text)
            ?? self.families[droppedFamily].store.insert(text, initial: .integer(0))
        let old = self.families[droppedFamily].store.numbers[slot] ?? .integer(0)
        self.families[droppedFamily].store.numbers[slot] = old.adding(.integer(1))
    }

    private func isLive(_ series: SeriesHandle) -> Bool {
        series.slot >= 0 && series.family < self.families.count
            && self.families[series.family].store.isLive(
                slot: series.slot, generation: series.generation)
    }

    private mutating func addNumber(_ amount: MetricValue, to series: SeriesHandle) {
        let old = self.families[series.family].store.numbers[series.slot] ?? .integer(0)
        self.families[series.family].store.numbers[series.slot] = old.adding(amount)
    }
}

extension MetricType {
    /// Whether its values are set and may fall: a gauge, or what is exposed like one.
    var isGaugeLike: Bool {
        self != .counter && self != .histogram
    }
}
