// Weir
// SPDX-License-Identifier: Apache-2.0

extension EvaluationRun {
    /// An arithmetic operator or a comparison between two vectors.
    ///
    /// Each element of the "many" side meets the one of the other side that agrees in the matching labels.
    func evaluate(
        _ operation: VectorOperation, at time: Int64
    ) throws(EvaluationError) -> [Element] {
        let left = try self.vector(operation.left, at: time)
        if left.isEmpty { return [] }
        let right = try self.vector(operation.right, at: time)
        if right.isEmpty { return [] }
        let isSwapped = operation.matching.cardinality == .oneToMany
        let many = isSwapped ? right : left
        let one = isSwapped ? left : right

        var index = GroupIndex(operation.selection, dialect: self.dialect)
        for (position, element) in one.enumerated() {
            let (group, isNew) = index.insert(element)
            guard isNew else {
                throw EvaluationError(
                    .manyToMany(
                        group: index.labels(of: group), side: isSwapped ? "left" : "right",
                        one[position].finalLabels, one[group].finalLabels),
                    at: operation.place)
            }
        }
        var merger = MatchMerger(operation: operation, run: self, groups: index.count)
        merger.checksLabels = self.canCollide(many, in: operation)
        var result: [Element] = []
        result.reserveCapacity(many.count)
        for element in many {
            // Groups were numbered as the elements came, so the number is the place.
            guard let group = index.group(of: element) else { continue }
            let other = one[group]
            let merged = try merger.merge(
                element, other, group: group,
                left: isSwapped ? other.value : element.value,
                right: isSwapped ? element.value : other.value)
            if let merged { result.append(merged) }
        }
        return result
    }

    /// Whether elements of the "many" side can become one although their labels differ: by a name that
    /// goes away, or by a label that is taken over.
    private func canCollide(_ many: [Element], in operation: VectorOperation) -> Bool {
        if operation.matching.cardinality == .oneToOne { return false }
        if !operation.matching.include.isEmpty { return true }
        guard let first = many.first else { return false }
        let name = self.visibleName(first)
        return many.contains { !Labels.same(self.visibleName($0), name) }
    }
}

/// Makes results of matched pairs and watches that no two of them are one.
struct MatchMerger {
    private struct Key: Hashable {
        let group: Int
        let labels: Labels
    }

    private let operation: VectorOperation
    private let dialect: Dialect
    private var matched: [Bool]
    private var seen: Set<Key> = []
    var checksLabels = false

    init(operation: VectorOperation, run: EvaluationRun, groups: Int) {
        self.operation = operation
        self.dialect = run.dialect
        self.matched = [Bool](repeating: false, count: groups)
    }

    /// The result of one pair; nil where a comparison fails.
    mutating func merge(
        _ many: Element, _ one: Element, group: Int, left: Double, right: Double
    ) throws(EvaluationError) -> Element? {
        let operation = self.operation
        var value: Double
        var holds = true
        if operation.operation.isComparison {
            holds = operation.operation.compares(left, right)
            value = operation.returnsBool ? (holds ? 1 : 0) : left
        } else {
            value = operation.operation.calculates(left, right)
        }
        let isKept = holds || operation.returnsBool
        if !isKept, self.dialect.version == .two { return nil }
        if operation.matching.cardinality == .oneToOne {
            guard !self.matched[group] else {
                throw EvaluationError(.manyToOne, at: operation.place)
            }
            self.matched[group] = true
            guard isKept else { return nil }
        } else if !isKept, !self.checksLabels {
            return nil
        }
        let labels = self.labels(many, one.labels)
        if self.checksLabels {
            guard self.seen.insert(Key(group: group, labels: labels)).inserted else {
                throw EvaluationError(.groupingNotUnique, at: operation.place)
            }
        }
        guard isKept else { return nil }
        let drops =
            self.dialect.delaysNameRemoval && (operation.returnsBool || many.dropsName)
        return Element(labels: labels, value: value, dropsName: drops)
    }

    /// The labels of a result: of the "many" side, of one-to-one only the matching ones, and those taken
    /// over from the "one" side.
    private func labels(_ many: Element, _ one: Labels) -> Labels {
        let matching = self.operation.matching
        let dropsName =
            !self.operation.operation.isComparison
            || !self.dialect.delaysNameRemoval && (many.dropsName || self.operation.returnsBool)
        let isOneToOne = matching.cardinality == .oneToOne
        var labels = Labels(
            sorted: many.labels.pairs.filter { pair in
                if dropsName, pair.name == Labels.metricName { return false }
                return !isOneToOne || matching.labels.contains(pair.name) == matching.on
            })
        for name in matching.include { labels = labels.setting(name, to: one[name]) }
        return labels
    }
}
