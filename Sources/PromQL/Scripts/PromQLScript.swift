// Weir
// SPDX-License-Identifier: Apache-2.0

/// A test script for engines of PromQL, in the language of Prometheus' own tests.
///
/// Source: prometheus/prometheus `promql/promqltest/README.md`. Warnings and infos (`expect warn`,
/// `eval_info` …) are read and not checked: an evaluator gives none here.
package struct PromQLScript: Sendable {
    enum Command: Sendable {
        case clear
        /// Milliseconds between the values.
        case load(interval: Int64, series: [(labels: Labels, values: [SeriesNotation.Value])])
        case evaluate(ScriptEvaluation)
    }

    let commands: [(line: Int, command: Command)]

    /// How many evaluations the script has.
    package var evaluationCount: Int {
        self.commands.count {
            if case .evaluate = $0.command { return true }
            return false
        }
    }

    /// The queries of the script, with their lines.
    package var queries: [(line: Int, query: String, mustFail: Bool)] {
        self.commands.compactMap { line, command in
            guard case .evaluate(let evaluation) = command else { return nil }
            return (line, evaluation.query, evaluation.failure != nil)
        }
    }
}

/// Why a script cannot be read.
package struct ScriptError: Error, Sendable, Hashable, CustomStringConvertible {
    /// From 1.
    package let line: Int
    package let reason: String

    package var description: String { "line \(self.line): \(self.reason)" }
}

/// When a query is evaluated; milliseconds since 1970.
package enum ScriptTimes: Sendable, Hashable {
    case instant(Int64)
    case range(from: Int64, through: Int64, step: Int64)
}

/// An evaluation and what has to come out.
struct ScriptEvaluation: Sendable {
    struct ExpectedSeries: Sendable {
        let labels: Labels
        let values: [SeriesNotation.Value]
    }

    enum FailureText: Sendable {
        case any
        case message(String)
        case pattern(RegularExpression)
    }

    let query: String
    var times: ScriptTimes
    /// Whether, and with which text, it must fail.
    var failure: FailureText?
    var isOrdered = false
    /// In the order of the lines.
    var series: [ExpectedSeries] = []
    var scalar: Double?
    var string: String?
    /// Where an instant query gives ranges: when their points are.
    var rangeTimes: ScriptTimes?
}
