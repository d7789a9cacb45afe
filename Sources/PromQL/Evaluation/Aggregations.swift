// Weir
// SPDX-License-Identifier: Apache-2.0

import MetricsRegistry

/// Aggregations. Groups come in the order in which their first elements do.
extension EvaluationRun {
    func evaluate(
        _ plan: AggregationPlan, at time: Int64
    ) throws(EvaluationError) -> [Element] {
        var parameter = Double.nan
        if let node = plan.parameter { parameter = try self.scalar(node, at: time) }
        let elements = try self.vector(plan.vector, at: time)
        switch plan.operation {
        case .topk, .bottomk:
            guard let count = try Self.elementCount(parameter, place: plan.place) else {
                return []
            }
            return self.extremes(of: elements, count: count, plan: plan)
        case .countValues: return self.countValues(of: elements, plan: plan)
        case .quantile: return self.quantiles(parameter, of: elements, plan: plan)
        default: return self.folds(of: elements, plan: plan)
        }
    }

    private func folds(of elements: [Element], plan: AggregationPlan) -> [Element] {
        var index = GroupIndex(plan.selection, dialect: self.dialect)
        var folds: [AggregationFold] = []
        var drops: [Bool] = []
        for element in elements {
            let (group, isNew) = index.insert(element)
            if isNew {
                folds.append(AggregationFold(element.value))
                drops.append(element.dropsName)
                if plan.operation == .stddev || plan.operation == .stdvar {
                    folds[group].startVariance(dialect: self.dialect)
                }
            } else {
                folds[group].add(element.value, operation: plan.operation)
                if element.dropsName { drops[group] = true }
            }
        }
        return folds.indices.map { group in
            self.element(
                of: group, in: index, value: folds[group].result(of: plan.operation),
                drops: drops[group])
        }
    }

    private func quantiles(
        _ quantile: Double, of elements: [Element], plan: AggregationPlan
    ) -> [Element] {
        var index = GroupIndex(plan.selection, dialect: self.dialect)
        var values: [[Double]] = []
        var drops: [Bool] = []
        for element in elements {
            let (group, isNew) = index.insert(element)
            if isNew {
                values.append([])
                drops.append(false)
            }
            values[group].append(element.value)
            if element.dropsName { drops[group] = true }
        }
        return values.indices.map { group in
            self.element(
                of: group, in: index, value: Quantile.of(values[group], at: quantile),
                drops: drops[group])
        }
    }

    private func countValues(of elements: [Element], plan: AggregationPlan) -> [Element] {
        var index = GroupIndex(plan.selection, dialect: self.dialect)
        var counts: [Double] = []
        for element in elements {
            var counted = element
            counted.labels = element.labels.setting(
                plan.valueLabel, to: NumberText.fixed(element.value))
            if plan.valueLabel == Labels.metricName { counted.dropsName = false }
            let (group, isNew) = index.insert(counted)
            if isNew { counts.append(0) }
            counts[group] += 1
        }
        return counts.indices.map { group in
            self.element(of: group, in: index, value: counts[group], drops: false)
        }
    }

    /// The elements of a group that are greatest or least, in order; NaN is neither.
    private func extremes(
        of elements: [Element], count: Int, plan: AggregationPlan
    ) -> [Element] {
        var index = GroupIndex(plan.selection, dialect: self.dialect)
        var chosen: [ExtremeValues] = []
        for (position, element) in elements.enumerated() {
            let (group, isNew) = index.insert(element)
            if isNew {
                chosen.append(
                    ExtremeValues(count: count, takesGreatest: plan.operation == .topk))
            }
            chosen[group].add(element.value, position: position)
        }
        return chosen.flatMap { $0.positions.map { elements[$0] } }
    }

    private func element(
        of group: Int, in index: GroupIndex, value: Double, drops: Bool
    ) -> Element {
        Element(
            labels: index.labels(of: group), value: value,
            dropsName: drops && self.dialect.delaysNameRemoval)
    }

    /// The `k` of `topk`; nil where it takes nothing.
    private static func elementCount(
        _ parameter: Double, place: SourceRange
    ) throws(EvaluationError) -> Int? {
        if parameter < 1 { return nil }
        guard !parameter.isNaN else { throw EvaluationError(.parameterIsNaN, at: place) }
        guard let count = Int(exactly: parameter.rounded(.towardZero)) else {
            throw EvaluationError(.parameterOverflows(parameter), at: place)
        }
        return count
    }
}
