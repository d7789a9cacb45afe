// Weir
// SPDX-License-Identifier: Apache-2.0

extension EvaluationRun {
    /// An arithmetic operator or a comparison between two vectors.
    ///
    /// Each element of the "many" side meets the one of the other side that agrees in the matching labels.
    func evaluate(
        _ operation: VectorOperation, at time: Int64
    ) throws(EvaluationError) -> [Element] {
        // Both sides are evaluated before either is looked at: an error is one on any side.
        let left = try self.vector(operation.left, at: time)
        let right = try self.vector(operation.right, at: time)
        if left.isEmpty || right.isEmpty { return [] }
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

    private let operation: BinaryOperator
    private let isComparison: Bool
    private let returnsBool: Bool
    private let isOneToOne: Bool
    private let on: Bool
    private let matchingLabels: [String]
    private let include: [String]
    private let place: SourceRange
    private let dialect: Dialect
    private var matched: [Bool]
    private var seen: Set<Key> = []
    var checksLabels = false

    init(operation: VectorOperation, run: EvaluationRun, groups: Int) {
        // Field by field: a copy of the whole for each pair costs more than the pair.
        self.operation = operation.operation
        self.isComparison = operation.operation.isComparison
        self.returnsBool = operation.returnsBool
        self.isOneToOne = operation.matching.cardinality == .oneToOne
        self.on = operation.matching.on
        self.matchingLabels = operation.matching.labels
        self.include = operation.matching.include
        self.place = operation.place
        self.dialect = run.dialect
        self.matched = [Bool](repeating: false, count: groups)
    }

    /// The result of one pair; nil where a comparison fails.
    mutating func merge(
        _ many: Element, _ one: Element, group: Int, left: Double, right: Double
    ) throws(EvaluationError) -> Element? {
        var value = left
        var holds = true
        if self.isComparison {
            holds = self.operation.compares(left, right)
            if self.returnsBool { value = holds ? 1 : 0 }
        } else {
            value = self.operation.calculates(left, right)
        }
        let isKept = holds || self.returnsBool
        if !isKept, self.dialect.version == .two { return nil }
        if self.isOneToOne {
            guard !self.matched[group] else {
                throw EvaluationError(.manyToOne, at: self.place)
            }
            self.matched[group] = true
            guard isKept else { return nil }
        } else if !isKept, !self.checksLabels {
            return nil
        }
        let labels = self.labels(many, one.labels)
        if self.checksLabels {
            guard self.seen.insert(Key(group: group, labels: labels)).inserted else {
                throw EvaluationError(.groupingNotUnique, at: self.place)
            }
        }
        guard isKept else { return nil }
        let drops = self.dialect.delaysNameRemoval && (self.returnsBool || many.dropsName)
        return Element(labels: labels, value: value, dropsName: drops)
    }

    /// The labels of a result: of the "many" side, of one-to-one only the matching ones, and those taken
    /// over from the "one" side.
    private func labels(_ many: Element, _ one: Labels) -> Labels {
        let dropsName =
            !self.isComparison
            || !self.dialect.delaysNameRemoval && (many.dropsName || self.returnsBool)
        let keepsAll = !self.isOneToOne || !self.on && self.matchingLabels.isEmpty
        var labels: Labels
        if keepsAll {
            labels = dropsName ? many.labels.withoutMetricName : many.labels
        } else {
            labels = Labels(
                sorted: many.labels.pairs.filter { pair in
                    if dropsName, pair.name == Labels.metricName { return false }
                    return self.matchingLabels.contains(pair.name) == self.on
                })
        }
        for name in self.include { labels = labels.setting(name, to: one[name]) }
        return labels
    }
}
