// Weir
// SPDX-License-Identifier: Apache-2.0

/// Dropped metric names: elements that a name told apart are one then, and that is an error.
extension EvaluationRun {
    /// Marks the metric name of all elements as dropped.
    func dropNames(_ elements: inout [Element], place: SourceRange) throws(EvaluationError) {
        // While names are the same, the other labels tell elements apart.
        let mayCollide = !self.dialect.delaysNameRemoval && Self.namesDiffer(elements)
        for index in elements.indices { elements[index].dropsName = true }
        if mayCollide { try self.checkDistinct(elements, place: place) }
    }

    /// The labels of an element as operators see them.
    func visibleLabels(_ element: Element) -> Labels {
        self.dialect.delaysNameRemoval ? element.labels : element.finalLabels
    }

    /// The elements as they are seen in the end.
    func final(_ elements: [Element], place: SourceRange) throws(EvaluationError) -> [Element] {
        if self.dialect.delaysNameRemoval, elements.contains(where: \.dropsName),
            Self.namesDiffer(elements) || elements.contains(where: { !$0.dropsName })
        {
            try Self.checkDistinct(elements.map(\.finalLabels), place: place)
        }
        return elements.map { element in
            guard element.dropsName else { return element }
            return Element(labels: element.finalLabels, value: element.value)
        }
    }

    /// The metric name of an element as operators see it; empty where there is none.
    func visibleName(_ element: Element) -> String {
        element.dropsName && !self.dialect.delaysNameRemoval
            ? "" : element.labels[Labels.metricName]
    }

    /// Fails where two elements have the same labels.
    func checkDistinct(_ elements: [Element], place: SourceRange) throws(EvaluationError) {
        try Self.checkDistinct(elements.map { self.visibleLabels($0) }, place: place)
    }

    private static func checkDistinct(
        _ all: [Labels], place: SourceRange
    ) throws(EvaluationError) {
        var seen: Set<Labels> = []
        seen.reserveCapacity(all.count)
        for labels in all {
            guard seen.insert(labels).inserted else {
                throw EvaluationError(.duplicateLabelSet(labels.withoutMetricName), at: place)
            }
        }
    }

    private static func namesDiffer(_ elements: [Element]) -> Bool {
        guard let first = elements.first?.labels[Labels.metricName] else { return false }
        let dropped = elements.first?.dropsName
        return elements.contains {
            $0.dropsName != dropped || !Labels.same($0.labels[Labels.metricName], first)
        }
    }
}
