// Weir
// SPDX-License-Identifier: Apache-2.0

/// A registered metric: gives handles to its series.
///
/// A family is fed in one of two ways, not both: through handles, each of which stands for one
/// series, or by `MetricsTransaction.replace`, which sets all its series at once.
package struct MetricFamily: Sendable {
    package let descriptor: MetricDescriptor
    let registry: MetricsRegistry
    let index: Int

    /// The counter with these label values; a new one starts at 0 and is exposed from now on.
    ///
    /// The number of values must be that of the descriptor's labels, and the family a counter.
    package func counter(_ labelValues: String...) -> CounterHandle {
        self.counter(labelValues)
    }

    /// The counter with these label values.
    package func counter(_ labelValues: [String]) -> CounterHandle {
        precondition(self.descriptor.type == .counter, "\(self.descriptor.name) is no counter")
        return CounterHandle(series: self.resolve(labelValues))
    }

    /// The gauge (or info, or unknown) with these label values; exposed when it is first set.
    ///
    /// Beyond the budget the handle stands for no series: what it is set to is dropped, because
    /// the last of many values would be a wrong one.
    package func gauge(_ labelValues: String...) -> GaugeHandle {
        self.gauge(labelValues)
    }

    /// The gauge (or info, or unknown) with these label values.
    package func gauge(_ labelValues: [String]) -> GaugeHandle {
        let type = self.descriptor.type
        precondition(
            type != .counter && type != .histogram, "\(self.descriptor.name) is no gauge")
        return GaugeHandle(series: self.resolve(labelValues))
    }

    /// The histogram with these label values; a new one is empty and is exposed from now on.
    package func histogram(_ labelValues: String...) -> HistogramHandle {
        self.histogram(labelValues)
    }

    /// The histogram with these label values.
    package func histogram(_ labelValues: [String]) -> HistogramHandle {
        precondition(self.descriptor.type == .histogram, "\(self.descriptor.name) is no histogram")
        return HistogramHandle(series: self.resolve(labelValues))
    }

    private func resolve(_ labelValues: [String]) -> SeriesHandle {
        precondition(
            labelValues.count == self.descriptor.labelNames.count,
            "\(self.descriptor.name) has \(self.descriptor.labelNames.count) labels")
        return self.registry.transaction { $0.resolve(self, labelValues) }
    }
}

/// One series of one registry, found once.
struct SeriesHandle: Sendable {
    let registry: MetricsRegistry
    let family: Int
    /// Negative if the handle stands for no series.
    let slot: Int
    let generation: UInt32
}

/// A counter's series. Every operation takes the registry's lock for a moment; a handle whose
/// series was removed does nothing.
package struct CounterHandle: Sendable {
    let series: SeriesHandle

    /// Adds `amount`, exactly.
    package func increment(by amount: UInt64 = 1) {
        self.series.registry.transaction { $0.increment(self, by: amount) }
    }

    /// Adds `amount`; false if it is negative or not finite, and the counter stays.
    @discardableResult
    package func add(_ amount: Double) -> Bool {
        self.series.registry.transaction { $0.add(self, amount) }
    }

    /// Sets a total that is owned elsewhere; never lets it go down.
    @discardableResult
    package func set(total: MetricValue) -> TotalUpdate {
        self.series.registry.transaction { $0.set(self, total: total) }
    }

    /// Takes the series out of the exposition.
    package func remove() {
        self.series.registry.transaction { $0.remove(self.series) }
    }

    /// The present total; nil if the series was removed.
    package var value: MetricValue? {
        self.series.registry.transaction { $0.number(of: self.series) }
    }
}

/// A gauge's series.
package struct GaugeHandle: Sendable {
    let series: SeriesHandle

    package func set(_ value: Double) {
        self.series.registry.transaction { $0.set(self, to: .double(value)) }
    }

    /// Sets a whole number, exact up to 2^64.
    package func set(integer value: UInt64) {
        self.series.registry.transaction { $0.set(self, to: .integer(value)) }
    }

    package func add(_ delta: Double) {
        self.series.registry.transaction { $0.add(self, delta) }
    }

    /// Takes the series out of the exposition, and ends the handle.
    package func remove() {
        self.series.registry.transaction { $0.remove(self.series) }
    }

    /// The present value; nil if it was never set or the series was removed.
    package var value: MetricValue? {
        self.series.registry.transaction { $0.number(of: self.series) }
    }
}

/// A histogram's series.
package struct HistogramHandle: Sendable {
    let series: SeriesHandle

    /// Takes in `value`, `times` times; false if it is NaN.
    @discardableResult
    package func observe(_ value: Double, times: UInt64 = 1) -> Bool {
        self.series.registry.transaction { $0.observe(self, value, times: times) }
    }

    /// Sets a histogram that is owned elsewhere; never lets a count go down.
    @discardableResult
    package func set(_ value: HistogramValue) -> TotalUpdate {
        self.series.registry.transaction { $0.set(self, to: value) }
    }

    /// Takes the series out of the exposition.
    package func remove() {
        self.series.registry.transaction { $0.remove(self.series) }
    }

    /// The present value; nil if the series was removed.
    package var value: HistogramValue? {
        self.series.registry.transaction { $0.histogram(of: self.series) }
    }
}
