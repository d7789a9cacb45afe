// Weir
// SPDX-License-Identifier: Apache-2.0

/// One evaluation: what holds for all parts of the expression, and how much it may still touch.
final class EvaluationRun {
    let source: any SampleSource
    let lookback: Int64
    let defaultSubqueryStep: Int64
    let dialect: Dialect
    /// The times that the query asks for; `start()` and `end()` mean these.
    let queryTimes: EvaluationTimes
    /// Milliseconds; 0 in an evaluation at one time.
    let queryStep: Int64
    private let maxSamples: Int
    private var left: Int

    init(
        source: any SampleSource, lookback: Int64, defaultSubqueryStep: Int64, dialect: Dialect,
        maxSamples: Int, queryTimes: EvaluationTimes, queryStep: Int64
    ) {
        self.source = source
        self.lookback = lookback
        self.defaultSubqueryStep = defaultSubqueryStep
        self.dialect = dialect
        self.maxSamples = maxSamples
        self.left = maxSamples
        self.queryTimes = queryTimes
        self.queryStep = queryStep
    }

    /// Counts samples that are touched.
    func spend(_ count: Int, at place: SourceRange) throws(EvaluationError) {
        self.left -= count
        guard self.left >= 0 else {
            throw EvaluationError(.tooManySamples(limit: self.maxSamples), at: place)
        }
    }

    /// The first time that a window back from a time takes in.
    func oldest(before time: Int64, reach: Int64) -> Int64 {
        let edge = time.clampedSubtracting(reach)
        return self.dialect.isLeftOpen ? edge.clampedSubtracting(-1) : edge
    }

    /// Whether a text may be a label's name.
    func isLabelName(_ text: String) -> Bool {
        guard self.dialect.version == .two else { return !text.isEmpty }
        guard let first = text.utf8.first, !(0x30...0x39).contains(first) else { return false }
        return text.utf8.allSatisfy {
            (0x61...0x7a).contains($0) || (0x41...0x5a).contains($0) || (0x30...0x39).contains($0)
                || $0 == 0x5f
        }
    }

    /// The value of a scalar at a time.
    func scalar(_ node: PlanNode, at time: Int64) throws(EvaluationError) -> Double {
        switch node {
        case .constant(let value): return value
        case .time: return Double(time) / 1000
        case .scalarNegation(let inner): return -(try self.scalar(inner, at: time))
        case .scalarOperation(let operation, let left, let right):
            return operation.ofScalars(
                try self.scalar(left, at: time), try self.scalar(right, at: time))
        case .scalarExtremum(let isMaximum, let left, let right):
            let one = try self.scalar(left, at: time)
            let other = try self.scalar(right, at: time)
            if one.isNaN || other.isNaN { return .nan }
            return isMaximum ? max(one, other) : min(one, other)
        case .scalarOf(let inner):
            let elements = try self.vector(inner, at: time)
            return elements.count == 1 ? elements[0].value : .nan
        default:
            throw EvaluationError(
                .notEvaluated("a \(node.type.rawValue) as scalar"), at: SourceRange(0, 0))
        }
    }

    /// The elements of an instant vector at a time.
    func vector(_ node: PlanNode, at time: Int64) throws(EvaluationError) -> [Element] {
        switch node {
        case .selector(let selection):
            return try selection.elements(at: time, takesTime: false, run: self)
        case .timestamps(let selection, let place):
            var elements = try selection.elements(at: time, takesTime: true, run: self)
            try self.dropNames(&elements, place: place)
            return elements
        case .evaluationTimes(let inner, let place):
            let seconds = Double(time) / 1000
            return try self.mapped(inner, at: time, place: place) { _ in seconds }
        case .vectorOf(let inner):
            return [Element(labels: .empty, value: try self.scalar(inner, at: time))]
        case .negation(let inner, let place):
            return try self.mapped(inner, at: time, place: place) { -$0 }
        case .scalarOfVectors(let operation):
            return try self.evaluate(operation, at: time)
        case .vectors(let operation):
            return try self.evaluate(operation, at: time)
        case .sets(let operation):
            return try self.evaluate(operation, at: time)
        case .aggregation(let aggregation):
            return try self.evaluate(aggregation, at: time)
        case .elementwise(let function, let inner, let parameters, let place):
            let values = try self.scalars(parameters, at: time)
            guard function.hasValue(values) else { return [] }
            return try self.mapped(inner, at: time, place: place) { function.apply($0, values) }
        case .date(let field, let inner, let place):
            guard let inner else {
                return [Element(labels: .empty, value: field.of(Double(time) / 1000))]
            }
            return try self.mapped(inner, at: time, place: place) { field.of($0) }
        case .overRange(let function, let selection, let parameters, let place):
            let values = try self.scalars(parameters, at: time)
            try function.check(values, place: place)
            var elements = try self.evaluate(function, over: selection, values: values, at: time)
            if function.dropsName { try self.dropNames(&elements, place: place) }
            return elements
        case .absent(let inner, let labels):
            let isThere = !(try self.vector(inner, at: time)).isEmpty
            return isThere ? [] : [Element(labels: labels, value: 1)]
        case .absentOverTime(let selection, let labels):
            let window = selection.window(at: time)
            for series in try selection.series(self)
            where !selection.points(of: series, in: window, run: self).isEmpty {
                return []
            }
            return [Element(labels: labels, value: 1)]
        case .sorted(let inner, let descending):
            return Self.sorted(try self.vector(inner, at: time), descending: descending)
        case .relabelled(let rewrite, let inner, let place):
            return try self.evaluate(rewrite, of: inner, at: time, place: place)
        case .histogramQuantile(let quantile, let inner, let place):
            return try self.histogramQuantile(
                try self.scalar(quantile, at: time), of: try self.vector(inner, at: time),
                place: place)
        case .constant, .time, .scalarNegation, .scalarOperation, .scalarExtremum, .scalarOf,
            .text, .range:
            throw EvaluationError(
                .notEvaluated("a \(node.type.rawValue) as vector"), at: SourceRange(0, 0))
        }
    }

    func scalars(_ nodes: [PlanNode], at time: Int64) throws(EvaluationError) -> [Double] {
        var values: [Double] = []
        for node in nodes { values.append(try self.scalar(node, at: time)) }
        return values
    }

    /// A vector with each value changed and its metric name dropped.
    private func mapped(
        _ node: PlanNode, at time: Int64, place: SourceRange, _ change: (Double) -> Double
    ) throws(EvaluationError) -> [Element] {
        var elements = try self.vector(node, at: time)
        for index in elements.indices { elements[index].value = change(elements[index].value) }
        try self.dropNames(&elements, place: place)
        return elements
    }

    /// By value, NaN last; equal values keep their order.
    private static func sorted(_ elements: [Element], descending: Bool) -> [Element] {
        elements.enumerated().sorted { one, other in
            let (left, right) = (one.element.value, other.element.value)
            if left.isNaN || right.isNaN {
                return left.isNaN == right.isNaN ? one.offset < other.offset : right.isNaN
            }
            if left == right { return one.offset < other.offset }
            return descending ? left > right : left < right
        }.map(\.element)
    }
}
