// Weir
// SPDX-License-Identifier: Apache-2.0

/// What became of one evaluation of a script.
package struct ScriptOutcome: Sendable, CustomStringConvertible {
    package enum Verdict: Sendable, Hashable {
        case passed
        /// What differed.
        case failed(String)
        /// It differs, and the query reads metrics that the script does not load (those of native
        /// histograms are left out of a script that keeps its queries).
        case unfounded(String)
    }

    /// Of the command, from 1.
    package let line: Int
    package let query: String
    package let verdict: Verdict

    package var description: String {
        switch self.verdict {
        case .passed: "line \(self.line): passed"
        case .failed(let reason): "line \(self.line): \(self.query): \(reason)"
        case .unfounded(let reason): "line \(self.line): not founded: \(self.query): \(reason)"
        }
    }
}

extension PromQLScript {
    /// Evaluates a parsed query over the series loaded so far. A range query gives `.matrix`.
    package typealias Evaluate = (Expression, ScriptTimes, [Series]) throws -> QueryValue

    /// Runs the script: one outcome for each evaluation.
    ///
    /// As in Prometheus, what an instant query gives is asked for once more as a range query around that
    /// time, where that must give the same.
    package func run(evaluate: Evaluate) -> [ScriptOutcome] {
        var loaded = LoadedSeries()
        var outcomes: [ScriptOutcome] = []
        for (line, command) in self.commands {
            switch command {
            case .clear: loaded = LoadedSeries()
            case .load(let interval, let series): loaded.add(series, interval: interval)
            case .evaluate(let evaluation):
                let difference = Self.difference(evaluation, loaded.series, evaluate)
                let verdict: ScriptOutcome.Verdict =
                    if let difference {
                        loaded.lacks(evaluation.query)
                            ? .unfounded(difference) : .failed(difference)
                    } else {
                        .passed
                    }
                outcomes.append(
                    ScriptOutcome(line: line, query: evaluation.query, verdict: verdict))
            }
        }
        return outcomes
    }

    /// What differs from what is expected; nil where nothing does.
    private static func difference(
        _ evaluation: ScriptEvaluation, _ series: [Series], _ evaluate: Evaluate
    ) -> String? {
        let expression: Expression
        let value: QueryValue
        do {
            expression = try PromQLParser.parse(evaluation.query)
            value = try evaluate(expression, evaluation.times, series)
        } catch {
            return evaluation.differs(inFailure: "\(error)")
        }
        guard evaluation.failure == nil else { return "expected an error and got \(value)" }
        if let difference = evaluation.differs(in: value, at: evaluation.times) {
            return difference
        }
        guard case .instant(let time) = evaluation.times, evaluation.rangeTimes == nil,
            evaluation.string == nil, !evaluation.isOrdered, !Self.asksForTimes(expression)
        else { return nil }
        do {
            let asRange = try evaluate(
                expression,
                .range(from: time - 60_000, through: time + 60_000, step: 60_000), series)
            return evaluation.differs(in: Self.vector(asRange, at: time, like: value), at: nil)
                .map { "as a range query: \($0)" }
        } catch {
            return "as a range query: \(error)"
        }
    }

    /// Whether the query names its own bounds, which a range query has others of.
    private static func asksForTimes(_ expression: Expression) -> Bool {
        switch expression {
        case .call(let call) where ["start", "end", "range", "step"].contains(call.name): true
        case .selector(let selector): selector.at == .start || selector.at == .end
        case .subquery(let subquery) where subquery.at == .start || subquery.at == .end: true
        default: expression.children.contains(where: Self.asksForTimes)
        }
    }

    /// The points of a matrix at one time, as the instant query gave them.
    private static func vector(
        _ value: QueryValue, at time: Int64, like instant: QueryValue
    ) -> QueryValue {
        guard case .matrix(let series) = value else { return value }
        let samples = series.compactMap { series in
            series.points.first { $0.time == time }.map {
                VectorSample(labels: series.labels, time: time, value: $0.value)
            }
        }
        if case .scalar = instant, let only = samples.first { return .scalar(only.value) }
        return .vector(samples)
    }
}

/// The series that a script has loaded.
private struct LoadedSeries {
    private var points: [Labels: [Int64: Double]] = [:]
    private(set) var series: [Series] = []

    /// Adds series; of one label set given twice the last counts.
    mutating func add(
        _ loaded: [(labels: Labels, values: [SeriesNotation.Value])], interval: Int64
    ) {
        var last: [Labels: [SeriesNotation.Value]] = [:]
        for (labels, values) in loaded { last[labels] = values }
        for (labels, values) in last {
            for point in SeriesNotation.points(values, interval: interval) {
                self.points[labels, default: [:]][point.time] = point.value
            }
        }
        self.series = self.points.sorted { $0.key < $1.key }.map { labels, points in
            Series(
                labels: labels,
                points: points.sorted { $0.key < $1.key }
                    .map { Point(time: $0.key, value: $0.value) })
        }
    }

    /// Whether the query has a selector whose metric name no series has.
    func lacks(_ query: String) -> Bool {
        guard let expression = try? PromQLParser.parse(query) else { return false }
        return expression.selectors.contains { selector in
            let names = selector.matchers.filter { $0.name == Labels.metricName }
            return !self.points.keys.contains { labels in
                names.allSatisfy { $0.matches(labels) }
            }
        }
    }
}
