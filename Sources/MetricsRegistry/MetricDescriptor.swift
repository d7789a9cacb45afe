// Weir
// SPDX-License-Identifier: Apache-2.0

/// What a metric measures and how its samples are to be read.
package enum MetricType: String, Sendable, Hashable, CaseIterable {
    /// A total that only grows; its full name ends in `_total`.
    case counter
    /// A value that goes up and down.
    case gauge
    /// Observations counted in buckets, with their sum.
    case histogram
    /// Facts as labels of a constant 1; its full name ends in `_info`. A gauge in text 0.0.4.
    case info
    /// A value of which nothing is promised; `untyped` in text 0.0.4.
    case unknown
}

/// A metric family before it has values: everything a scraper is told about it, and its budget.
///
/// Names are in full, as they stand in text 0.0.4: with the namespace and with `_total` or `_info`.
/// OpenMetrics' family name (without the suffix) is derived when the text is written.
package struct MetricDescriptor: Sendable, Hashable {
    /// The full name, for example `weir_events_total`.
    package let name: String
    /// One sentence for the reader of the exposition.
    package let help: String
    package let type: MetricType
    /// The base unit, which must end the family name: `seconds` for `weir_lag_seconds`.
    package let unit: String?
    /// The names of the labels; every series has a value for each, in this order.
    package let labelNames: [String]
    /// The finite upper bounds of a histogram's buckets, rising; `+Inf` is added by itself.
    package let buckets: [Double]
    /// How many series the family may have before further label sets are folded together.
    package let maxSeries: Int
    /// The labels whose value becomes `other` in a folded series; empty means all of them.
    package let limitedLabels: [String]

    /// The budget of a family that names none.
    package static let defaultMaxSeries = 2_000

    /// The value that the limited labels have in the series that takes what is beyond the budget.
    package static let otherLabelValue = "other"

    package init(
        name: String,
        help: String,
        type: MetricType,
        unit: String? = nil,
        labelNames: [String] = [],
        buckets: [Double] = [],
        maxSeries: Int = MetricDescriptor.defaultMaxSeries,
        limitedLabels: [String] = [],
    ) {
        self.name = name
        self.help = help
        self.type = type
        self.unit = unit
        self.labelNames = labelNames
        self.buckets = buckets
        self.maxSeries = maxSeries
        self.limitedLabels = limitedLabels
    }

    /// The name without the suffix that OpenMetrics gives to the sample and not to the family.
    package var familyName: String {
        switch self.type {
        case .counter where self.name.hasSuffix("_total"): String(self.name.dropLast(6))
        case .info where self.name.hasSuffix("_info"): String(self.name.dropLast(5))
        default: self.name
        }
    }

    /// The names under which samples of this metric stand in text 0.0.4.
    package var sampleNames: [String] {
        guard self.type == .histogram else { return [self.name] }
        return [self.name + "_bucket", self.name + "_sum", self.name + "_count"]
    }

    /// The same metric under another name; a unit that no longer ends the name is left out.
    func renamed(_ name: String) -> MetricDescriptor {
        let copy = self.replacing(name: name, unit: nil)
        guard let unit = self.unit, copy.familyName.hasSuffix("_" + unit) else { return copy }
        return self.replacing(name: name, unit: unit)
    }

    private func replacing(name: String, unit: String?) -> MetricDescriptor {
        MetricDescriptor(
            name: name,
            help: self.help,
            type: self.type,
            unit: unit,
            labelNames: self.labelNames,
            buckets: self.buckets,
            maxSeries: self.maxSeries,
            limitedLabels: self.limitedLabels,
        )
    }
}
