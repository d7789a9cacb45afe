// Weir
// SPDX-License-Identifier: Apache-2.0

/// One series and its value, as a tracker hands them over.
package struct Sample: Sendable, Hashable {
    /// A value for each label of the metric, in the order of its descriptor.
    package let labelValues: [String]
    package let value: SampleValue

    package init(_ labelValues: [String] = [], _ value: SampleValue) {
        self.labelValues = labelValues
        self.value = value
    }

    /// A sample with a whole number.
    package init(_ labelValues: [String] = [], integer: UInt64) {
        self.init(labelValues, .number(.integer(integer)))
    }

    /// A sample with a `Double`.
    package init(_ labelValues: [String] = [], double: Double) {
        self.init(labelValues, .number(.double(double)))
    }
}

/// The value of a sample: a number, or a whole histogram.
package enum SampleValue: Sendable, Hashable {
    case number(MetricValue)
    case histogram(HistogramValue)
}

/// All series of one family, to replace those it has.
package struct FamilyUpdate: Sendable {
    package let family: MetricFamily
    package let samples: [Sample]

    package init(_ family: MetricFamily, _ samples: [Sample]) {
        self.family = family
        self.samples = samples
    }
}

/// What became of an update.
package struct UpdateOutcome: Sendable, Hashable {
    /// Series that the family has now.
    package var series = 0
    /// Samples that were added into an `other` series because the budget was full.
    package var folded = 0
    /// Counters and histograms that would have gone down and kept their value.
    package var refusedDecreases = 0

    package init(series: Int = 0, folded: Int = 0, refusedDecreases: Int = 0) {
        self.series = series
        self.folded = folded
        self.refusedDecreases = refusedDecreases
    }

    mutating func add(_ other: UpdateOutcome) {
        self.series += other.series
        self.folded += other.folded
        self.refusedDecreases += other.refusedDecreases
    }
}

/// What became of a value handed to a counter or a histogram whose totals are owned elsewhere.
package enum TotalUpdate: Sendable, Hashable {
    /// The series has the value now.
    case updated
    /// The value was lower than the one exposed, which stays: counters never go down.
    case refusedDecrease
    /// The value is not a finite number ≥ 0, or its buckets do not fit the metric's.
    case unfit
    /// The series was removed, or the handle stands for no series.
    case removed
}
