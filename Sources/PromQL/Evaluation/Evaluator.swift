// Weir
// SPDX-License-Identifier: Apache-2.0

/// Evaluates PromQL over a source of samples, with the semantics of Prometheus' engine.
///
/// It holds nothing between evaluations and looks at no clock: the times are given. What a hostile or
/// careless expression can cost is bounded by ``maxSamples``.
package struct Evaluator {
    private let source: any SampleSource
    /// How long a series counts as there after its last point, in milliseconds.
    package let lookback: Int64
    /// The step of `[5m:]`, in milliseconds.
    package let defaultSubqueryStep: Int64
    package let dialect: Dialect
    /// How many samples one evaluation may touch, each step of each selector counted.
    package let maxSamples: Int

    package init(
        source: some SampleSource, lookback: Int64 = 300_000, defaultSubqueryStep: Int64 = 60_000,
        dialect: Dialect = .scripts, maxSamples: Int = 50_000_000
    ) {
        self.source = source
        self.lookback = lookback
        self.defaultSubqueryStep = defaultSubqueryStep
        self.dialect = dialect
        self.maxSamples = maxSamples
    }

    /// The value at one time. A vector comes in the order of its evaluation, which `sort`, `topk` and
    /// `bottomk` decide; ``QueryValue/sorted()`` puts any other in order.
    package func instant(
        _ expression: Expression, at time: Int64
    ) throws(EvaluationError) -> QueryValue {
        let times = EvaluationTimes(at: time)
        let run = self.run(over: times, step: 0)
        let node = try Planner(run: run).plan(expression, times: times)
        switch node.type {
        case .scalar: return .scalar(try run.scalar(node, at: time))
        case .string:
            if case .text(let text) = node { return .string(text) }
            return .string("")
        case .vector:
            let elements = try run.final(run.vector(node, at: time), place: expression.place)
            return .vector(
                elements.map { VectorSample(labels: $0.labels, time: time, value: $0.value) })
        case .matrix:
            guard case .range(let selection) = node else { return .matrix([]) }
            return .matrix(try run.window(of: selection, at: time))
        }
    }

    /// The series over `from`, `from + step`, … up to `through`, sorted by labels. A step below one
    /// millisecond is taken as one.
    package func range(
        _ expression: Expression, from: Int64, through: Int64, step: Int64
    ) throws(EvaluationError) -> [Series] {
        let times = EvaluationTimes(start: from, end: through, step: step)
        let run = self.run(over: times, step: times.step)
        let node = try Planner(run: run).plan(expression, times: times)
        switch node.type {
        case .scalar:
            return try run.scalarSeries(node, over: times, place: expression.place)
        case .vector:
            let series = try run.matrix(node, over: times, place: expression.place)
            return try run.merged(series, place: expression.place)
                .sorted { $0.labels < $1.labels }
        case .string, .matrix:
            throw EvaluationError(.notForRange(node.type), at: expression.place)
        }
    }

    private func run(over times: EvaluationTimes, step: Int64) -> EvaluationRun {
        EvaluationRun(
            source: self.source, lookback: self.lookback,
            defaultSubqueryStep: self.defaultSubqueryStep, dialect: self.dialect,
            maxSamples: self.maxSamples, queryTimes: times, queryStep: step)
    }
}
