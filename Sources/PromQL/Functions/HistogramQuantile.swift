// Weir
// SPDX-License-Identifier: Apache-2.0

extension EvaluationRun {
    /// `histogram_quantile` over classic buckets: elements that differ in `le` only are one histogram.
    /// Elements whose `le` is no number are left out.
    func histogramQuantile(
        _ quantile: Double, of elements: [Element], place: SourceRange
    ) throws(EvaluationError) -> [Element] {
        let selection = LabelSelection(names: ["le"], keeps: false)
        var index = GroupIndex(selection, dialect: self.dialect)
        var buckets: [[Quantile.Bucket]] = []
        var first: [Element] = []
        for element in elements {
            guard let bound = Self.bound(element.labels["le"]) else { continue }
            let (group, isNew) = index.insert(element)
            if isNew {
                buckets.append([])
                first.append(element)
            }
            buckets[group].append(Quantile.Bucket(upperBound: bound, count: element.value))
        }
        var result: [Element] = []
        for (group, element) in first.enumerated() {
            let value = Quantile.of(buckets[group], at: quantile, dialect: self.dialect)
            var labels = index.labels(of: group)
            if element.dropsName, !self.dialect.delaysNameRemoval {
                labels = labels.withoutMetricName
            }
            result.append(Element(labels: labels, value: value, dropsName: element.dropsName))
        }
        try self.dropNames(&result, place: place)
        return result
    }

    /// The bound that `le` names. Only an infinity that is spelled out is one.
    private static func bound(_ text: String) -> Double? {
        guard let bound = Double(text), !bound.isNaN else { return nil }
        if bound.isInfinite, text.utf8.contains(where: { (0x30...0x39).contains($0) }) {
            return nil
        }
        return bound
    }
}
