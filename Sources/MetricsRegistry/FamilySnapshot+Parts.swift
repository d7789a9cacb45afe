// Weir
// SPDX-License-Identifier: Apache-2.0

/// One of the samples that each series of a family has in text 0.0.4.
package struct SamplePart: Sendable, Hashable {
    /// The sample's name: `weir_lag_seconds_bucket`.
    package let name: String
    /// The `le` of a bucket.
    package let bound: String?
}

/// A snapshot series by series, for those who look at every one of them again and again: a slot keeps
/// its text from snapshot to snapshot, and comparing the texts of two snapshots costs nothing while
/// they are the same, since both stand in one place in memory.
extension FamilySnapshot {
    /// One part for a number; buckets, sum and count for a histogram.
    package var parts: [SamplePart] {
        let name = self.descriptor.name
        guard self.descriptor.type == .histogram else {
            return [SamplePart(name: name, bound: nil)]
        }
        let bounds = self.descriptor.buckets.map(NumberText.canonicalBound) + ["+Inf"]
        return bounds.map { SamplePart(name: name + "_bucket", bound: $0) }
            + [SamplePart(name: name + "_sum", bound: nil)]
            + [SamplePart(name: name + "_count", bound: nil)]
    }

    /// The slots that hold a series, in the order of their texts. A series may be without a value.
    package var slots: [Int32] { self.order }

    /// The labels of a slot's series, constant ones included.
    package func labelText(slot: Int) -> LabelText { self.texts[slot] }

    /// The value of a slot of a family that is no histogram; nil where there is none.
    package func number(slot: Int) -> Double? { self.numbers[slot]?.doubleValue }

    /// The values of a histogram's slot, in the order of ``parts``.
    package func histogramValues(slot: Int) -> [Double] {
        let histogram = self.histograms[slot]
        return histogram.cumulativeCounts.map { Double($0) }
            + [Double(histogram.count), histogram.sum, Double(histogram.count)]
    }
}
