// Weir
// SPDX-License-Identifier: Apache-2.0

import Foundation
import PromQL
import Testing
import WeirTestSupport

@testable import Alerting

/// Random rules over random series: what our engine fires at each evaluation, and what it records, is
/// written down as a test, which the engine of Prometheus itself (in `promtool`) has to pass.
@Suite struct PromtoolScenarioTests {
    private static let scenarios = 120
    private static let minutes = 40

    /// Expressions over the series that a scenario makes. Sums are of few numbers with few digits, so
    /// that the order of summing does not show.
    private static let expressions = [
        "m > 5", "m{a=\"x\"} <= 3", "m >= bool 4 == 1", "rate(c_total[5m]) > 0.01",
        "increase(c_total[7m]) > 2", "sum by (a) (m) > 9", "max without (b) (m) < 8",
        "count by (b) (m > 2) >= 2", "absent(gone)", "absent_over_time(m{a=\"x\"}[3m])",
        "m - m offset 2m > 1", "delta(m[5m]) < -2", "avg_over_time(m[4m]) > 4",
        "min_over_time(m[3m]) == max_over_time(m[3m])", "changes(m[6m]) > 3",
        "resets(c_total[20m]) > 0", "topk(1, m) > 3", "bottomk by (a) (1, m) < 4",
        "m and on (a) (n > 2)", "m unless on (a) n > 1", "n or on (a) m > 7",
        "m / on (a) group_left n > 1.5", "m > on (a) group_left n",
        "last_over_time(m[2m]) > 6", "time() > 600 and on () m > 4", "clamp_max(m, 4) == 4",
        "predict_linear(m[5m], 600) < 0", "stddev by (a) (m) > 2",
        "label_replace(m, \"k\", \"$1y\", \"a\", \"(.)\") > 5",
        "sum(m) > 20 and sum(n) > 3", "vector(1) > 0 unless on () m > 8", "timestamp(m) > 900",
        "count_values by (a) (\"v\", m > 5)", "m % 3 == 1", "-m < -7", "abs(delta(n[4m])) > 1",
        "max_over_time(m[10m:2m]) > 8", "sgn(n - 3) == -1", "histogram_quantile(0.9, h_bucket) > 2",
        "quantile_over_time(0.5, m[5m]) >= 6", "present_over_time(n[2m]) > 0", "m == m",
    ]

    /// A scenario: rules and series as texts, and what our engine made of them.
    private struct Scenario {
        var rules = "groups:\n  - name: g\n    rules:\n"
        var series: [(name: String, values: String)] = []
        var alerts: Set<String> = []
        var records: [String] = []

        init(seed: UInt64) {
            var random = SeededRandom(seed: seed)
            for index in 0..<Int.random(in: 3...6, using: &random) {
                let expression =
                    PromtoolScenarioTests.expressions.randomElement(using: &random) ?? "m"
                if Int.random(in: 0..<5, using: &random) == 0 {
                    let name = "r:\(index)"
                    self.records.append(name)
                    self.rules +=
                        "      - record: '\(name)'\n        expr: '\(expression)'\n"
                        + "        labels: { by: us }\n"
                    continue
                }
                let name = "A\(index)"
                self.alerts.insert(name)
                self.rules += "      - alert: \(name)\n        expr: '\(expression)'\n"
                let hold = [0, 0, 1, 2, 3, 5].randomElement(using: &random) ?? 0
                if hold > 0 { self.rules += "        for: \(hold)m\n" }
                self.rules +=
                    "        labels: { severity: s\(index), of: '{{ $labels.a }}' }\n"
                    + "        annotations: { summary: '{{ $labels.a }} {{ $labels.b }} is {{ $value }} "
                    + "({{ humanize $value }})' }\n"
            }
            for a in ["x", "y"] {
                for b in ["p", "q"] {
                    self.add("m{a=\"\(a)\",b=\"\(b)\"}", &random, range: 0...9)
                    self.addCounter("c_total{a=\"\(a)\",b=\"\(b)\"}", &random)
                }
                self.add("n{a=\"\(a)\"}", &random, range: 0...5)
            }
            var total = 0
            for le in ["1", "2", "4", "+Inf"] {
                total += Int.random(in: 0...5, using: &random)
                self.series.append(
                    ("h_bucket{le=\"\(le)\"}", "\(total)x\(PromtoolScenarioTests.minutes)"))
            }
        }

        /// Steps, gaps and ends.
        private mutating func add(
            _ name: String, _ random: inout SeededRandom, range: ClosedRange<Int>
        ) {
            var values: [String] = []
            while values.count < PromtoolScenarioTests.minutes {
                let length = Int.random(in: 1...6, using: &random)
                let kind = Int.random(in: 0..<12, using: &random)
                let text =
                    kind == 0
                    ? "_" : kind == 1 ? "stale" : "\(Int.random(in: range, using: &random))"
                values += Array(repeating: text, count: length)
            }
            self.series.append((name, values.joined(separator: " ")))
        }

        private mutating func addCounter(_ name: String, _ random: inout SeededRandom) {
            var value = 0
            var values: [String] = []
            for _ in 0..<PromtoolScenarioTests.minutes {
                if Int.random(in: 0..<25, using: &random) == 0 { value = 0 }
                value += max(0, Int.random(in: -4...4, using: &random))
                values.append(Int.random(in: 0..<15, using: &random) == 0 ? "_" : "\(value)")
            }
            self.series.append((name, values.joined(separator: " ")))
        }

        /// The file of tests that says what our engine gives.
        func test(named name: String) throws -> String {
            let file = RuleFile.read(Array(self.rules.utf8), name: name)
            #expect(file.faults.isEmpty, "\(file.faults)")
            var engine = RuleEngine(group: try #require(file.groups.first))
            var source = MemorySource()
            let inputs = try self.series.map { one in
                let parsed = try SeriesNotation.line("\(one.name) \(one.values)")
                return (parsed.labels, SeriesNotation.points(parsed.values, interval: 60_000))
            }
            var cases = ""
            for minute in 0..<PromtoolScenarioTests.minutes {
                let time = Int64(minute) * 60_000
                for (labels, points) in inputs {
                    for point in points where point.time == time { source.add(point, to: labels) }
                }
                let outcome = engine.evaluate(at: time, source: source)
                for sample in outcome.samples {
                    source.add(Point(time: sample.time, value: sample.value), to: sample.labels)
                }
                for health in outcome.health { #expect(health.error == nil, "\(name) \(health)") }
                for alert in self.alerts.sorted() {
                    cases += self.case(alert, minute, engine)
                }
            }
            var text = "rule_files: [\(name).rules.yaml]\nevaluation_interval: 1m\ntests:\n"
            text += "  - interval: 1m\n    input_series:\n"
            for one in self.series {
                text += "      - series: '\(one.name)'\n        values: '\(one.values)'\n"
            }
            text += "    alert_rule_test:\n" + cases
            if self.records.isEmpty { return text }
            text += "    promql_expr_test:\n"
            for record in self.records {
                for minute in stride(from: 3, to: PromtoolScenarioTests.minutes, by: 7) {
                    text += try self.sampleCase(record, minute, source)
                }
            }
            return text
        }

        private func `case`(_ alert: String, _ minute: Int, _ engine: RuleEngine) -> String {
            let firing = zip(engine.group.rules, engine.state.rules)
                .filter { $0.0.name == alert }
                .flatMap { $0.1.instances.filter { $0.state == .firing } }
            var text = "      - eval_time: \(minute)m\n        alertname: \(alert)\n"
            if firing.isEmpty { return text }
            text += "        exp_alerts:\n"
            for instance in firing {
                text +=
                    "          - exp_labels: \(Self.map(instance.labels.removing(["alertname"])))\n"
                    + "            exp_annotations: \(Self.map(instance.annotations))\n"
            }
            return text
        }

        private func sampleCase(
            _ record: String, _ minute: Int, _ source: MemorySource
        ) throws -> String {
            let expression = try PromQLParser.parse("{__name__=\"\(record)\"}")
            let value = try Evaluator(source: source, dialect: .rules)
                .instant(expression, at: Int64(minute) * 60_000)
            var text =
                "      - expr: '{__name__=\"\(record)\"}'\n        eval_time: \(minute)m\n"
            guard case .vector(let samples) = value, !samples.isEmpty else { return text }
            text += "        exp_samples:\n"
            for sample in samples {
                let labels = sample.labels.description.replacing("'", with: "''")
                text += "          - labels: '\(labels)'\n            value: \(sample.value)\n"
            }
            return text
        }

        private static func map(_ labels: Labels) -> String {
            "{ "
                + labels.pairs.map { "\($0.name): \"\($0.value)\"" }.joined(separator: ", ") + " }"
        }
    }

    @Test(.enabled(if: PromtoolTests.isThere, "promtool is not installed"))
    func promtoolComesToTheSameAlerts() throws {
        var files: [String: String] = [:]
        var names: [String] = []
        for seed in 1...UInt64(Self.scenarios) {
            let scenario = Scenario(seed: seed)
            let name = "s\(seed)"
            files["\(name).rules.yaml"] = scenario.rules
            files["\(name).test.yaml"] = try scenario.test(named: name)
            names.append("\(name).test.yaml")
        }
        let (passed, printed) = try PromtoolTests.run(["test", "rules"] + names, files: files)
        let failures = printed.split(separator: "\n\n").filter { $0.contains("FAILED") }
        #expect(passed, "\(failures.count) differ; the first: \(failures.first ?? "")")
        #expect(printed.split(separator: "\n").count { $0.contains("SUCCESS") } == Self.scenarios)
    }

    /// The comparison can fail: with one expectation changed it does.
    @Test(.enabled(if: PromtoolTests.isThere, "promtool is not installed"))
    func aDifferenceIsSeen() throws {
        let scenario = Scenario(seed: 3)
        let text = try scenario.test(named: "s").replacing("severity: \"s", with: "severity: \"t")
        let (passed, _) = try PromtoolTests.run(
            ["test", "rules", "s.test.yaml"],
            files: ["s.rules.yaml": scenario.rules, "s.test.yaml": text])
        #expect(!passed)
    }
}
