// Weir
// SPDX-License-Identifier: Apache-2.0

import ConfigTree
import Foundation
import PromQL
import Testing
import WeirTestSupport

@testable import Alerting

/// Scenarios from a seed: what our engine does at each minute is written down as what `promtool`, which
/// runs Prometheus' own engine, has to expect.
@Suite struct ScenarioTests {
    private static let minutes = 24

    /// Rules and series of one scenario.
    private struct Scenario {
        var rules = "groups:\n- name: g\n  rules:\n"
        var alerts: [String] = []
        var series: [(name: String, values: String)] = []

        init(_ random: inout SeededRandom) {
            self.rules += "  - { record: 'job:m:sum', expr: sum by (job) (m) }\n"
            self.rules +=
                "  - { record: 'job:n:max', expr: max by (job) (n), labels: { kind: max } }\n"
            let expressions = [
                "m > 2", "m == 0", "job:m:sum > 6", "job:n:max > job:m:sum", "m unless on (job) n",
                "m and on (job) (n > 3)",
                "rate(c[5m]) > 0.05", "increase(c[3m]) > 10", "absent(m{job=\"a\"})",
                "count_over_time(m[3m]) < 3", "changes(n[5m]) > 2",
                "max_over_time(m[4m:2m]) > 4", "m offset 2m > 3",
                "n * on (job) group_left job:m:sum > 8", "delta(n[5m]) < 0", "count(m) < 3",
                "avg by (job) (m) >= 2", "resets(c[10m]) > 0",
                "time() > 600 and on () m", "predict_linear(n[5m], 300) < 0",
                "ALERTS{alertname=\"A0\",alertstate=\"firing\"}",
                "ALERTS_FOR_STATE{alertname=\"A0\"} > 120", "min_over_time(n[3m]) == bool 1 == 1",
                "abs(m - 2) > 1",
            ]
            for index in 0..<5 {
                let expression = expressions.randomElement(using: &random) ?? ""
                let hold = [0, 0, 1, 2, 5].randomElement(using: &random) ?? 0
                let keep = [0, 0, 0, 1, 3].randomElement(using: &random) ?? 0
                self.alerts.append("A\(index)")
                self.rules += """
                      - alert: A\(index)
                        expr: '\(expression)'
                        for: \(hold)m
                        keep_firing_for: \(keep)m
                        labels: { level: '{{ if gt $value 3.0 }}high{{ end }}', x: 'y{{ $labels.job }}' }
                        annotations: { v: '{{ $value | printf "%.4f" }} {{ $labels.i }}' }

                    """
            }
            for (name, job, instance) in [
                ("m", "a", "0"), ("m", "a", "1"), ("m", "b", "2"), ("n", "a", ""), ("n", "b", ""),
                ("c", "a", ""), ("c", "b", ""),
            ] {
                var values: [String] = []
                var value = Int.random(in: 0...4, using: &random)
                for _ in 0...ScenarioTests.minutes {
                    switch Int.random(in: 0..<12, using: &random) {
                    case 0: values.append("_")
                    case 1: values.append("stale")
                    case 2: value = 0
                    default: break
                    }
                    if name == "c" {
                        value += Int.random(in: 0...20, using: &random)
                    } else if Bool.random(using: &random) {
                        value = Int.random(in: 0...6, using: &random)
                    }
                    values.append("\(value)")
                }
                let label = instance.isEmpty ? "" : ",i=\"\(instance)\""
                self.series.append(
                    ("\(name){job=\"\(job)\"\(label)}", values.joined(separator: " ")))
            }
        }

        /// The test file that says what our engine does.
        func tests(rules: String) throws -> String {
            let file = RuleFile.read(Array(self.rules.utf8), name: "r.yaml")
            try #require(file.faults.isEmpty, "\(file.faults)\n\(self.rules)")
            var engine = RuleEngine(group: file.groups[0])
            var source = MemorySource()
            var alerts = ""
            var samples = ""
            let inputs = try self.series.map { one in
                let values = try SeriesNotation.values(one.values)
                return (
                    try SeriesNotation.labels(one.name),
                    SeriesNotation.points(values, interval: 60_000)
                )
            }
            for minute in 0..<ScenarioTests.minutes {
                let time = Int64(minute) * 60_000
                for (labels, points) in inputs {
                    for point in points where point.time == time { source.add(point, to: labels) }
                }
                let outcome = engine.evaluate(at: time, source: source)
                try #require(
                    outcome.health.allSatisfy { $0.error == nil },
                    "\(outcome.health)\n\(self.rules)")
                for sample in outcome.samples {
                    source.add(Point(time: time, value: sample.value), to: sample.labels)
                }
                for name in self.alerts {
                    let firing = engine.state.rules.flatMap(\.instances).filter {
                        $0.state == .firing && $0.labels["alertname"] == name
                    }
                    alerts +=
                        "  - eval_time: \(minute)m\n    alertname: \(name)\n    exp_alerts: [\n"
                    for alert in firing {
                        alerts +=
                            "      { exp_labels: \(Self.map(alert.labels.removing(["alertname"]))), exp_annotations: \(Self.map(alert.annotations)) },\n"
                    }
                    alerts += "    ]\n"
                }
                for name in ["ALERTS", "ALERTS_FOR_STATE", "job:m:sum", "job:n:max"] {
                    samples += "  - { expr: '\(name)', eval_time: \(minute)m, exp_samples: [\n"
                    for sample in outcome.samples
                    where sample.labels[Labels.metricName] == name
                        && !StaleMarker.marks(sample.value)
                    {
                        let text = "\(sample.labels)".replacingOccurrences(of: "'", with: "''")
                        samples += "      { labels: '\(text)', value: \(sample.value) },\n"
                    }
                    samples += "    ] }\n"
                }
            }
            let inputText = self.series.map {
                "  - { series: '\($0.name)', values: '\($0.values)' }\n"
            }
            return
                "rule_files: [\(rules)]\nevaluation_interval: 1m\ntests:\n- interval: 1m\n  input_series:\n"
                + inputText.joined() + "  alert_rule_test:\n" + alerts + "  promql_expr_test:\n"
                + samples
        }

        private static func map(_ labels: Labels) -> String {
            "{ " + labels.pairs.map { "\($0.name): \"\($0.value)\"" }.joined(separator: ", ") + " }"
        }
    }

    @Test(.enabled(if: PromtoolTests.isThere, "promtool is not installed"))
    func prometheusComesToTheSameAlerts() throws {
        var random = SeededRandom(seed: 0x5ce_a210)
        var files: [String: String] = [:]
        var names: [String] = []
        var firing = 0
        for index in 0..<120 {
            let scenario = Scenario(&random)
            let tests = try scenario.tests(rules: "r\(index).yaml")
            firing += tests.components(separatedBy: "exp_labels").count - 1
            files["r\(index).yaml"] = scenario.rules
            files["t\(index).yaml"] = tests
            names.append("t\(index).yaml")
            let ours = RuleTestLab(files: [
                "t/r\(index).yaml": scenario.rules, "t/a.test.yaml": tests,
            ]).run()
            #expect(
                ours.hasPassed, "scenario \(index), seed \(random.seed)\n\(ours.text.prefix(3000))")
        }
        let theirs = try PromtoolTests.run(["test", "rules"] + names, files: files)
        #expect(theirs.passed, "seed \(random.seed)\n\(theirs.printed.prefix(6000))")
        #expect(firing > 3000)
        let passed = theirs.printed.components(separatedBy: "SUCCESS").count - 1
        print(
            "\(passed) of \(names.count) scenarios as Prometheus, \(firing) firing alerts, seed \(random.seed)"
        )
    }
}
