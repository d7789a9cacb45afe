// Weir
// SPDX-License-Identifier: Apache-2.0

import PromQL
import Testing

@Suite struct PromQLScriptTests {
    /// What an evaluator would say: fixed answers by the text of the query.
    private static func outcomes(
        _ text: String, _ answers: [String: QueryValue] = [:]
    ) throws -> [ScriptOutcome] {
        try PromQLScript.parse(text).run { expression, _, _ in
            guard let answer = answers[expression.description] else { throw Missing() }
            return answer
        }
    }

    private struct Missing: Error, CustomStringConvertible {
        var description: String { "found nothing of the kind" }
    }

    private static func vector(_ samples: (String, Double)...) -> QueryValue {
        .vector(
            samples.map {
                VectorSample(
                    labels: (try? SeriesNotation.labels($0.0)) ?? .empty, time: 0, value: $0.1)
            })
    }

    private static func passed(_ outcome: ScriptOutcome?) -> Bool { outcome?.verdict == .passed }

    @Test func loadsAddUpUntilTheyAreCleared() throws {
        let script = """
            # A comment.
            load 10s
              a{x="1"} 1+1x2
              a{x="2"} 5 _ 7

            load 1m
              a{x="1"} 100 200 300
              b 1

            eval instant at 1m a
              a{x="1"} 1

            CLEAR
            eval instant at 1m a
              a{x="1"} 1
            """
        var seen: [[Series]] = []
        _ = try PromQLScript.parse(script).run { _, times, series in
            if case .instant = times { seen.append(series) }
            return Self.vector(("a{x=\"1\"}", 1))
        }
        #expect(seen.count == 2)
        let times = seen[0].map { $0.points.map(\.time) }
        #expect(times == [[0, 10_000, 20_000, 60_000, 120_000], [0, 20_000], [0]])
        #expect(seen[0][0].points.map(\.value) == [100, 2, 3, 200, 300])
        #expect(seen[1].isEmpty)
    }

    @Test func differencesAreFound() throws {
        let script = "eval instant at 5m a\n  a{x=\"1\"} 1\n  a{x=\"2\"} 2\n"
        let good = Self.vector(("a{x=\"2\"}", 2), ("a{x=\"1\"}", 1))
        #expect(try Self.passed(Self.outcomes("load 1m\n a 1\n\n" + script, ["a": good]).first))
        let bad = [
            Self.vector(("a{x=\"1\"}", 1)), Self.vector(("a{x=\"1\"}", 1), ("a{x=\"2\"}", 3)),
            Self.vector(("a{x=\"1\"}", 1), ("a{x=\"2\"}", 2), ("a{x=\"3\"}", 2)),
            Self.vector(("a{x=\"1\"}", 1), ("a{x=\"2\"}", 2), ("a{x=\"2\"}", 2)), .scalar(1),
            .string(""), .matrix([]),
        ]
        for answer in bad {
            let outcome = try Self.outcomes("load 1m\n a 1\n\n" + script, ["a": answer]).first
            guard case .failed = outcome?.verdict else {
                Issue.record("\(answer) passes")
                continue
            }
            #expect(outcome?.line == 4)
        }
        // Without the series it is the script that is at fault.
        guard case .unfounded = try Self.outcomes(script, ["a": bad[0]]).first?.verdict else {
            Issue.record("a failure without series counts")
            return
        }
        #expect(try Self.passed(Self.outcomes(script, ["a": good]).first))
    }

    @Test func orderCountsWhereItIsAsked() throws {
        let lines = "  a{x=\"1\"} 1\n  a{x=\"2\"} 2\n"
        let answer = Self.vector(("a{x=\"2\"}", 2), ("a{x=\"1\"}", 1))
        for head in ["eval_ordered instant at 5m a\n", "eval instant at 5m a\n expect ordered\n"] {
            #expect(try !Self.passed(Self.outcomes(head + lines, ["a": answer]).first))
        }
        #expect(
            try Self.passed(Self.outcomes("eval instant at 5m a\n" + lines, ["a": answer]).first))
    }

    @Test func scalarsStringsAndRanges() throws {
        let script = """
            eval instant at 5m 1 + 1
              2

            eval instant at 5m "x"
              expect string "x"

            eval range from 0 to 2m step 1m a
              a 1 _ 3

            eval instant at 2m a[2m]
              expect range vector from 1m to 2m step 1m
              a 2 3
            """
        let points = [Point(time: 0, value: 1), Point(time: 120_000, value: 3.000_000_1)]
        let last = [Point(time: 60_000, value: 2), Point(time: 120_000, value: 3)]
        let name = Labels([("__name__", "a")])
        let outcomes = try Self.outcomes(
            script,
            [
                "1 + 1": .scalar(2), "\"x\"": .string("x"),
                "a": .matrix([Series(labels: name, points: points)]),
                "a[2m]": .matrix([Series(labels: name, points: last)]),
            ])
        #expect(outcomes.count == 4)
        for outcome in outcomes { #expect(Self.passed(outcome), "\(outcome)") }
    }

    @Test func failuresAreExpectedWithTheirText() throws {
        let passes = [
            "eval_fail instant at 5m a", "eval instant at 5m a\n expect fail",
            "eval instant at 5m a\n expect fail msg: nothing of the kind",
            "eval instant at 5m a\n expect fail regex: found .* kind$",
            "eval_fail instant at 5m a\n expected_fail_message found nothing of the kind",
            "eval_fail instant at 5m a\n expected_fail_regexp noth(ing)?",
            "eval_fail instant at 5m a +",
        ]
        for text in passes { #expect(try Self.passed(Self.outcomes(text).first), "\(text)") }
        let failures = [
            "eval instant at 5m a", "eval instant at 5m a\n expect fail msg: something",
            "eval instant at 5m a\n expect fail regex: ^nothing",
        ]
        for text in failures { #expect(try !Self.passed(Self.outcomes(text).first), "\(text)") }
        let answer = ["a": Self.vector()]
        #expect(
            try !Self.passed(
                Self.outcomes("load 1m\n a 1\n\neval_fail instant at 5m a", answer).first))
    }

    @Test func numbersAreAlmostEqual() {
        #expect(ScriptOutcome.almostEqual(1, 1.000_000_1))
        #expect(!ScriptOutcome.almostEqual(1, 1.000_01))
        #expect(ScriptOutcome.almostEqual(.nan, -.nan))
        #expect(!ScriptOutcome.almostEqual(.nan, StaleMarker.value))
        #expect(ScriptOutcome.almostEqual(StaleMarker.value, StaleMarker.value))
        #expect(ScriptOutcome.almostEqual(.infinity, .infinity))
        #expect(!ScriptOutcome.almostEqual(.infinity, -.infinity))
        #expect(!ScriptOutcome.almostEqual(0, 1e-300))
        #expect(ScriptOutcome.almostEqual(1e308, 1.000_000_000_1e308))
    }

    static let faultsHaveTheirLineCases: [(String, Int)] = [
        ("frobnicate", 1), ("load", 1), ("load 5x", 1), ("load 5m\n a{", 2), ("load 5m\n a 1y", 2),
        ("eval instant at x a", 1), ("eval sometimes a", 1), ("eval range from 0 to 5m a", 1),
        ("eval range from 5m to 0 step 1m a", 1), ("eval range from 0 to 5m step 0 a", 1),
        ("\n\neval instant at 0 a\n a 1 2", 4), ("eval instant at 0 a\n expect joy", 2),
        ("eval instant at 0 a\n expect string x", 2), ("eval_maybe instant at 0 a", 1),
        ("eval instant at 0 a\n expect range vector from 0 to 1", 2),
        ("eval instant at 0 a\n expect fail regex: (", 2),
        ("load 1m\n a {{schema:0}}", 2),
    ]

    @Test(arguments: faultsHaveTheirLineCases)
    func faultsHaveTheirLine(text: String, line: Int) {
        let error = #expect(throws: ScriptError.self) { try PromQLScript.parse(text) }
        #expect(error?.line == line, "\(error?.description ?? "")")
    }
}
