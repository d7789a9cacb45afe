// Weir
// SPDX-License-Identifier: Apache-2.0

/// The values of all metrics at one moment.
///
/// Copying is cheap, and nothing in it changes any more.
package struct RegistrySnapshot: Sendable {
    /// By name, aliases among them.
    package let families: [FamilySnapshot]

    /// The family with this name or alias.
    package func family(named name: String) -> FamilySnapshot? {
        var low = 0
        var high = self.families.count
        while low < high {
            let middle = low + (high - low) / 2
            if self.families[middle].descriptor.name < name {
                low = middle + 1
            } else {
                high = middle
            }
        }
        guard low < self.families.count, self.families[low].descriptor.name == name else {
            return nil
        }
        return self.families[low]
    }
}

/// One family's values at one moment; its series stand in the order of their label texts.
package struct FamilySnapshot: Sendable {
    /// Under an alias, with the alias's name.
    package let descriptor: MetricDescriptor
    package let isAlias: Bool
    let openMetricsName: String
    let openMetricsType: MetricType
    /// The length of all label texts.
    let textBytes: Int
    let order: [Int32]
    let texts: [LabelText]
    let numbers: [MetricValue?]
    let histograms: [HistogramValue]

    /// The samples as text 0.0.4 names them, histograms taken apart into buckets, sum and count:
    /// what a rule engine reads. Series without a value are left out.
    package func exposedSamples() -> [ExposedSample] {
        let name = self.descriptor.name
        var samples: [ExposedSample] = []
        samples.reserveCapacity(self.order.count)
        let bounds = self.descriptor.buckets.map(NumberText.canonicalBound) + ["+Inf"]
        for slot in self.order.lazy.map(Int.init) {
            let labels = self.texts[slot].pairs
            guard self.descriptor.type == .histogram else {
                guard let value = self.numbers[slot] else { continue }
                samples.append(ExposedSample(name: name, labels: labels, value: value))
                continue
            }
            let histogram = self.histograms[slot]
            for (bound, count) in zip(bounds, histogram.cumulativeCounts + [histogram.count]) {
                let le = LabelPair(name: "le", value: bound)
                samples.append(
                    ExposedSample(
                        name: name + "_bucket", labels: labels + [le], value: .integer(count)))
            }
            samples.append(
                ExposedSample(name: name + "_sum", labels: labels, value: .double(histogram.sum)))
            samples.append(
                ExposedSample(
                    name: name + "_count", labels: labels, value: .integer(histogram.count)))
        }
        return samples
    }
}

/// One line of the exposition as a value.
package struct ExposedSample: Sendable, Hashable {
    /// The sample's name: `weir_lag_seconds_bucket`.
    package let name: String
    /// Constant labels, the series' own, and `le` for a bucket.
    package let labels: [LabelPair]
    package let value: MetricValue

    package init(name: String, labels: [LabelPair], value: MetricValue) {
        self.name = name
        self.labels = labels
        self.value = value
    }
}
