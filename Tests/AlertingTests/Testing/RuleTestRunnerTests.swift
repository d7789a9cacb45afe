// Weir
// SPDX-License-Identifier: Apache-2.0

import ConfigTree
import Foundation
import Testing
import WeirTestSupport

@testable import Alerting

/// Files of rules and tests in memory.
struct RuleTestLab {
    var files: [String: String]

    func run(_ path: String = "t/a.test.yaml") -> RuleTestReport {
        let files = self.files
        let surroundings = ConfigSurroundings(readFile: { path, _ in
            files[path].map { .success(Array($0.utf8)) } ?? .failure(.missing)
        })
        let runner = RuleTestRunner(surroundings: surroundings) { pattern in
            let parts = pattern.split(separator: "*", omittingEmptySubsequences: false)
            return files.keys.filter {
                $0.hasPrefix(parts.first ?? "") && $0.hasSuffix(parts.last ?? "")
            }.sorted()
        }
        return runner.run(path: path)
    }

    /// One rule file and one test file.
    static func report(_ rules: String, _ tests: String) -> RuleTestReport {
        RuleTestLab(files: ["t/rules.yaml": rules, "t/a.test.yaml": tests]).run()
    }
}

@Suite struct RuleTestRunnerTests {
    private static let rules = """
        groups:
          - name: one
            rules:
              - { record: "job:m:sum", expr: sum by (job) (m) }
              - alert: High
                expr: job:m:sum > 10
                for: 2m
                labels: { severity: warning }
                annotations: { summary: "{{ $labels.job }} has {{ $value }} {{ $externalLabels.site }}" }
        """

    private static func tests(
        value: String = "12", summary: String = "a has 12 x", sample: String = "12"
    ) -> String {
        """
        rule_files: [rules.yaml]
        evaluation_interval: 1m
        group_eval_order: [one]
        tests:
          - name: sums
            interval: 1m
            external_labels: { site: x }
            input_series:
              - { series: 'm{job="a",i="0"}', values: "5+1x10" }
              - { series: 'm{job="a",i="1"}', values: "0 0 \(value)x10 stale" }
            alert_rule_test:
              - { eval_time: 3m, alertname: High }
              - eval_time: 5m
                alertname: High
                exp_alerts:
                  - exp_labels: { job: a, severity: warning }
                    exp_annotations: { summary: "\(summary)" }
            promql_expr_test:
              - expr: job:m:sum
                eval_time: 2m
                exp_samples: [ { labels: 'job:m:sum{job="a"}', value: \(sample) } ]
              - { expr: "vector(1) < 0", eval_time: 1m }
              - { expr: "1 + 1", eval_time: 1m, exp_samples: [ { labels: '', value: 2 } ] }
        """
    }

    @Test func passesWhatIsAsExpected() {
        let report = RuleTestLab.report(Self.rules, Self.tests(summary: "a has 22 x", sample: "19"))
        #expect(report.hasPassed, "\(report.text)")
        #expect(report.cases == 5)
        #expect(report.text == "Unit Testing:  t/a.test.yaml\n  SUCCESS")
    }

    @Test func saysWhatDiffers() {
        let report = RuleTestLab.report(Self.rules, Self.tests())
        #expect(!report.hasPassed)
        #expect(
            report.failures.map(\.text) == [
                """
                    name: sums,
                    alertname: High, time: 5m, 
                        exp:[
                            0:
                              Labels:{alertname="High", job="a", severity="warning"}
                              Annotations:{summary="a has 12 x"}
                            ], 
                        got:[
                            0:
                              Labels:{alertname="High", job="a", severity="warning"}
                              Annotations:{summary="a has 22 x"}
                            ]
                """,
                """
                    expr: "job:m:sum", time: 2m,
                        exp: {__name__="job:m:sum", job="a"} 1.2E+01
                        got: {__name__="job:m:sum", job="a"} 1.9E+01
                """,
            ])
        #expect(report.failures.map(\.place.line) == [13, 19])
    }

    @Test func alertThatDoesNotFireIsMissed() {
        let report = RuleTestLab.report(Self.rules, Self.tests(value: "0", sample: "7"))
        #expect(report.failures.count == 1)
        #expect(report.text.contains("got:[]"))
    }

    @Test func ruleThatFailsEndsTheTest() {
        let rules = "groups:\n- name: g\n  rules:\n  - { alert: A, expr: 'm / on (job) n' }\n"
        let tests = """
            rule_files: [rules.yaml]
            tests:
              - interval: 1m
                input_series:
                  - { series: 'm{job="a"}', values: 1x5 }
                  - { series: 'n{job="a",i="0"}', values: _x2 1x5 }
                  - { series: 'n{job="a",i="1"}', values: _x2 1x5 }
                alert_rule_test: [ { eval_time: 5m, alertname: A } ]
            """
        let report = RuleTestLab.report(rules, tests)
        #expect(report.failures.count == 1)
        #expect(report.text.contains("    rule: A, time: 2m, err: found duplicate series"))
    }

    @Test(arguments: [
        ("tests: [ { input_seriess: [] } ]", "did you mean \"input_series\"?"),
        ("rule_file: []", "did you mean \"rule_files\"?"),
        ("tests: [ { input_series: [ { series: 'm{', values: 1 } ] } ]", "a.test.yaml:1:38: error"),
        ("tests: [ { input_series: [ { series: m, values: x } ] } ]", "is no value of a series"),
        (
            "tests: [ { alert_rule_test: [ { eval_time: 1m } ] } ]",
            "misses required attribute alertname"
        ),
        (
            "tests: [ { alert_rule_test: [ { eval_time: x, alertname: A } ] } ]",
            "expected a duration"
        ),
        (
            "tests: [ { promql_expr_test: [ { expr: 'm[', eval_time: 1m } ] } ]",
            "expr: \"m[\", time: 1m, err: 1:3"
        ),
        (
            "tests: [ { promql_expr_test: [ { expr: m, exp_samples: [ { labels: '{', value: 1 } ] } ] } ]",
            "error"
        ),
        (
            "tests: [ { promql_expr_test: [ { expr: m, exp_samples: [ { labels: m, value: x } ] } ] } ]",
            "expected a number"
        ),
        (
            "tests: [ { promql_expr_test: [ { expr: 'm[5m]' } ] } ]",
            "rule result is not a vector or scalar"
        ),
        ("group_eval_order: [a, b, a]", "group name repeated in evaluation order: a"),
        ("rule_files: [no.yaml]", "does not exist"),
        (
            "evaluation_interval: 1ms\ntests: [ { alert_rule_test: [ { eval_time: 100y, alertname: A } ] } ]",
            "more than 1000000 evaluations"
        ),
        ("tests: [", "a.test.yaml:2:1: error: YAML"),
    ])
    func faultyFiles(_ tests: String, _ message: String) {
        let report = RuleTestLab.report(Self.rules, tests)
        #expect(!report.hasPassed)
        #expect(report.text.contains(message), "\(report.text)")
    }

    @Test func faultyRuleFailsTheFile() {
        let report = RuleTestLab.report(
            "groups: [ { name: g, rules: [ { alert: A, expr: m[ } ] } ]", Self.tests())
        #expect(report.text.contains("t/rules.yaml:1:"), "\(report.text)")
    }

    @Test func patternsNameFiles() {
        var lab = RuleTestLab(files: [
            "t/a.yaml": "", "t/b.yaml": "", "t/a.test.yaml": "rule_files: ['[ab].yaml', '*.txt']",
        ])
        #expect(
            lab.run().warnings == [
                "no file match pattern t/[ab].yaml", "no file match pattern t/*.txt",
            ])
        lab.files["t/x.txt"] = "groups: [ { name: g, rules: [ { alert: A } ] } ]"
        #expect(lab.run().text.contains("t/x.txt:1:"))
    }

    @Test func groupsAreEvaluatedInTheOrderAsked() {
        let rules = """
            groups:
              - { name: last, rules: [ { alert: A, expr: r > 0 } ] }
              - { name: first, rules: [ { record: r, expr: m } ] }
            """
        func tests(_ order: String) -> String {
            """
            rule_files: [rules.yaml]
            group_eval_order: [\(order)]
            tests:
              - interval: 1m
                input_series: [ { series: m, values: 1 } ]
                alert_rule_test: [ { eval_time: 0s, alertname: A, exp_alerts: [ { } ] } ]
            """
        }
        #expect(RuleTestLab.report(rules, tests("first, last")).hasPassed)
        #expect(!RuleTestLab.report(rules, tests("last, first")).hasPassed)
    }

    @Test func shippedTestsPass() throws {
        let path = Vectors.projectRoot.appendingPathComponent(
            "config/rules/tests/economy.test.yaml"
        ).path
        let report = RuleTestRunner(surroundings: .process).run(path: path)
        #expect(report.hasPassed && report.cases > 5, "\(report.text)")
    }

    /// A checker must be able to find fault: each changed expectation is one.
    @Test(arguments: [
        (
            "is none", "alertname: WeirSlashed }",
            "alertname: WeirSlashed, exp_alerts: [ { exp_labels: { severity: critical } } ] }"
        ),
        ("drift", "-3 FAB", "-4 FAB"), ("runway", "30d 0h", "31d 0h"),
        ("labels", "severity: critical, chain: base", "severity: warning, chain: base"),
        ("time", "eval_time: 80m", "eval_time: 60m"),
    ])
    func changedExpectationsFail(_ name: String, _ from: String, _ to: String) throws {
        let folder = Vectors.projectRoot.appendingPathComponent("config/rules")
        let rules = try String(
            contentsOf: folder.appendingPathComponent("economy.yaml"), encoding: .utf8)
        let tests = try String(
            contentsOf: folder.appendingPathComponent("tests/economy.test.yaml"), encoding: .utf8)
        let changed = tests.replacingOccurrences(of: from, with: to)
        try #require(changed != tests)
        let lab = RuleTestLab(files: ["t/../economy.yaml": rules, "t/a.test.yaml": changed])
        #expect(!lab.run().hasPassed, "\(name)")
        let good = RuleTestLab(files: ["t/../economy.yaml": rules, "t/a.test.yaml": tests])
        #expect(good.run().hasPassed)
    }
}
