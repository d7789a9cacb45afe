// Weir
// SPDX-License-Identifier: Apache-2.0

@testable import PromQL

/// Series written as in Prometheus' test scripts, and expressions over them.
struct EvaluatorLab {
    var source = MemorySource()
    var dialect = Dialect.scripts
    var maxSamples = 50_000_000

    init(dialect: Dialect = .scripts) {
        self.dialect = dialect
    }

    /// The labels of `name{a="b"}`.
    static func labels(_ text: String) throws -> Labels {
        guard case .selector(let selector) = try PromQLParser.parse(text) else { return .empty }
        return Labels(selector.matchers.map { ($0.name, $0.value) })
    }

    /// Adds a series with one value every `step` milliseconds from 0; nil leaves one out.
    mutating func load(_ text: String, step: Int64 = 60_000, _ values: [Double?]) throws {
        let labels = try Self.labels(text)
        for (index, value) in values.enumerated() {
            guard let value else { continue }
            self.source.add(Point(time: Int64(index) * step, value: value), to: labels)
        }
    }

    var evaluator: Evaluator {
        Evaluator(source: self.source, dialect: self.dialect, maxSamples: self.maxSamples)
    }

    func instant(_ text: String, at time: Int64 = 0) throws -> QueryValue {
        try self.evaluator.instant(try PromQLParser.parse(text), at: time)
    }

    /// The elements as `{labels} value`, in the order of evaluation.
    func elements(_ text: String, at time: Int64 = 0) throws -> [String] {
        switch try self.instant(text, at: time) {
        case .scalar(let value): ["\(value)"]
        case .string(let text): [text]
        case .vector(let samples): samples.map { "\($0.labels) \($0.value)" }
        case .matrix(let series): series.map { "\($0.labels) \($0.points.map(\.value))" }
        }
    }

    /// The one value of a vector or a scalar; nil where there is not exactly one.
    func value(_ text: String, at time: Int64 = 0) throws -> Double? {
        switch try self.instant(text, at: time) {
        case .scalar(let value): value
        case .vector(let samples): samples.count == 1 ? samples[0].value : nil
        case .string, .matrix: nil
        }
    }

    /// The error of an evaluation; nil where there is none.
    func failure(_ text: String, at time: Int64 = 0) throws -> EvaluationError? {
        let expression = try PromQLParser.parse(text)
        do {
            _ = try self.evaluator.instant(expression, at: time)
            return nil
        } catch {
            return error
        }
    }

    /// The series of a range query, as `{labels} time:value …` in seconds.
    func range(
        _ text: String, from: Int64, through: Int64, step: Int64
    ) throws -> [String] {
        try self.evaluator.range(
            try PromQLParser.parse(text), from: from, through: through, step: step
        ).map { series in
            let points = series.points.map { "\($0.time / 1000):\($0.value)" }
            return "\(series.labels) " + points.joined(separator: " ")
        }
    }
}
