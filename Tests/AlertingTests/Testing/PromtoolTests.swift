// Weir
// SPDX-License-Identifier: Apache-2.0

import ConfigTree
import Foundation
import PromQL
import Testing
import WeirTestSupport

@testable import Alerting

/// Our verdicts against those of `promtool`, where it is installed.
@Suite struct PromtoolTests {
    static let promtool: String? =
        ((ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin")
        .split(separator: ":").map { "\($0)/promtool" }
        + [Vectors.projectRoot.appendingPathComponent(".build/tools/promtool").path])
        .first { FileManager.default.isExecutableFile(atPath: $0) }

    /// Runs promtool with files in a folder of its own; gives its verdict and what it printed.
    static func run(
        _ arguments: [String], files: [String: String]
    ) throws -> (passed: Bool, printed: String) {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("weir-promtool-\(UInt64.random(in: 0 ... .max))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        for (name, text) in files {
            try Data(text.utf8).write(to: folder.appendingPathComponent(name))
        }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: try #require(Self.promtool))
        process.arguments = arguments
        process.currentDirectoryURL = folder
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus == 0, String(decoding: data, as: UTF8.self))
    }

    static let isThere = Self.promtool != nil

    // MARK: - Files of rules

    /// The rest of a rule, in a group beside a good one.
    static let ruleBodies = [
        "alert: A\n    expr: m > 0", "alert: A\n    expr: m >", "alert: A", "expr: m",
        "record: r\n    expr: m",
        "record: r\n    alert: A\n    expr: m", "record: r\n    expr: m\n    for: 5m",
        "record: r\n    expr: m\n    annotations: { a: b }",
        "record: r-s\n    expr: m", "record: 'r:s'\n    expr: m", "record: '1r'\n    expr: m",
        "alert: A\n    expr: m\n    for: 5", "alert: A\n    expr: m\n    for: 1h30m",
        "alert: A\n    expr: m\n    for: 30m1h", "alert: A\n    expr: m\n    labels: { 'a b': c }",
        "alert: A\n    expr: m\n    labels: { __name__: c }",
        "alert: A\n    expr: m\n    labels: { a: '{{ $labels.x }}' }",
        "alert: A\n    expr: m\n    labels: { a: '{{ $label.x }}' }",
        "alert: A\n    expr: m\n    annotations: { a: '{{ $value | humanize }}' }",
        "alert: A\n    expr: m\n    annotations: { a: '{{ $value | humanise }}' }",
        "alert: A\n    expr: m\n    annotations: { a: '{{ if }}{{ end }}' }",
        "alert: A\n    expr: m\n    annotations: { a: '{{ if $value }}x' }",
        "alert: A\n    expr: m\n    annotations: { a: '{{ range query \"m\" }}{{ .Value }}{{ else }}n{{ end }}' }",
        "alert: A\n    expr: m\n    annotations: { a: '{{ 1 | 2 }}' }",
        "alert: A\n    expr: m\n    annotations: { a: '{{ $value | }}' }",
        "alert: A\n    expr: m\n    annotations: { a: '{{ define \"x\" }}{{ . }}{{ end }}{{ template \"x\" $value }}' }",
        "alert: A\n    expr: m\n    annotations: { a: '{{/* c */}}{{- 1 -}} ' }",
        "alert: A\n    expr: m\n    annotations: { a: '{{ (1 }}' }",
        "alert: A\n    expr: m\n    annotations: { a: '{{ break }}' }",
        "alert: A\n    expr: m\n    annotations: { a: '{{ nil }}' }",
        "alert: A\n    expr: m\n    annotations: { a: '{{ $x := 1 }}{{ $x }}' }",
        "alert: A\n    expr: m\n    annotations: { a: '{{ $x = 1 }}' }",
        "alert: A\n    expr: m\n    annotations: { a: '{{ .Labels.a.b }}' }",
        "alert: A\n    expr: m\n    annotations: { a: '{{ \"x\".a }}' }",
        "alert: A\n    expr: m\n    annotations: { 'a-b': c }",
        "alert: A\n    expr: m\n    runbook: x", "alert: A\n    expr: m\n    keep_firing_for: 5m",
        "alert: A\n    expr: m\n    for:", "alert: A\n    expr: 1", "alert: A\n    expr: '\"x\"'",
        "alert: A\n    expr: sum by (a) (rate(m[5m])) / on (a) group_left n",
        "alert: A\n    expr: rate(m)", "alert: A\n    expr: m and 1", "alert: ''\n    expr: m",
        "alert: A\n    expr: m\n    labels: {}",
    ]

    @Test(.enabled(if: isThere, "promtool is not installed"), arguments: ruleBodies)
    func sameVerdictOnRules(_ body: String) throws {
        let text = "groups:\n- name: g\n  rules:\n  - { record: good, expr: m }\n  - \(body)\n"
        let theirs = try Self.run(
            ["check", "rules", "--lint=none", "r.yaml"], files: ["r.yaml": text])
        let ours = RuleFile.read(Array(text.utf8), name: "r.yaml")
        #expect(ours.faults.isEmpty == theirs.passed, "\(body)\n\(ours.faults)\n\(theirs.printed)")
    }

    // MARK: - Texts

    /// What templates come to: promtool is shown our texts as what it has to expect.
    @Test(.enabled(if: isThere, "promtool is not installed"))
    func sameTexts() throws {
        let templates = [
            "{{ $value }}", "{{ .Value }} {{ $labels.job }}{{ $labels.no }}", "{{ $labels }}",
            "{{ . }}",
            "{{ printf \"%.3f|%8.2f|%-8.2f|%e|%g|%v\" $value $value $value $value $value $value }}",
            "{{ printf \"%d %s %q %x\" 7 \"a\" \"b\\n\" 255 }}", "{{ printf \"%d %s\" 1.5 }}",
            "{{ printf \"%d\" \"hi\" }}", "{{ printf \"x\" 1 \"a\" }}",
            "{{ printf \"%05d|%+d|%x|%X|%o|%b|%c|%U|%q\" 7 3 \"hi\" 255 8 5 97 97 97 }}",
            "{{ printf \"%t %v %T %T\" true nil 1 1.5 }}",
            "{{ printf \"%6.2f%%|%08.3f|% d|%+.1e\" $value -1.5 5 $value }}",
            "{{ printf \"%s|%10s|%-10s|%.2s\" \"a\" \"b\" \"c\" \"def\" }}",
            "{{ printf \"%z %!\" 1 }}", "{{ printf \"100%\" }}",
            "{{ $value | humanize }} {{ $value | humanize1024 }} {{ $value | humanizeDuration }} {{ $value | humanizePercentage }} {{ $value | humanizeTimestamp }}",
            "{{ humanize 0.00123 }} {{ humanize 999.95 }} {{ humanize1024 1023.99 }} {{ humanizeDuration 59.996 }} {{ humanizeDuration 0.0459 }} {{ humanizePercentage 0.99995 }}",
            "{{ range query \"n\" | sortByLabel \"i\" }}{{ .Labels.i }}={{ .Value }};{{ end }}",
            "{{ query \"n\" | first | label \"job\" }}",
            "{{ range $i, $s := query \"n\" | sortByLabel \"i\" }}{{ $i }}{{ $s.Labels.i }}{{ end }}",
            "{{ with query \"absent_metric\" }}x{{ else }}none{{ end }}",
            "{{ if gt $value 5.0 }}big{{ else if eq $value 5.0 }}five{{ else }}small{{ end }}",
            "{{ and 1 0 }} {{ or 0 \"x\" }} {{ not 1 }} {{ len \"é\" }} {{ index $labels \"job\" }}",
            "{{ html \"<a>'&\\\"\" }} {{ js \"it's <b>=\" }} {{ urlquery \"a b/ü\" }}",
            "{{ title \"aa bb-cc_d 1x\" }} {{ toUpper \"aß\" }} {{ toLower \"ÀB\" }}",
            "{{ match \"^a+$\" \"aaa\" }} {{ match \"a\" \"bab\" }} {{ reReplaceAll \"(a)(b)?\" \"<$1|${2}>\" \"abca\" }}",
            "{{ graphLink \"up > 1\" }} {{ tableLink \"up\" }}",
            "{{ print 1 2 \"a\" \"b\" 3 4 }}|{{ println 1 \"a\" }}|",
            "{{ 1e6 }} {{ 123456.0 }} {{ 1e20 }} {{ 1e21 }} {{ 0.0001 }} {{ 1e-5 }} {{ 0x1F }} {{ 'a' }} {{ 1_000 }} {{ 010 }} {{ 2. }} {{ .5 }}",
            "a {{- 1 -}} b {{/* c */}} {{- /* d */ -}} e",
            "{{ stripPort \"a.b:80\" }} {{ stripPort \"[::1]:80\" }} {{ stripPort \"::1\" }}",
            "{{ define \"x\" }}<{{ .arg0 }}|{{ .arg1 }}|{{ .arg2 }}>{{ end }}{{ template \"x\" (args 1 \"2\") }}",
            "{{ eq 1 2 1 }} {{ ne \"a\" \"b\" }} {{ lt 1 2 }} {{ le 2.0 2.0 }} {{ gt \"b\" \"a\" }} {{ ge 1 2 }}",
            "{{ slice \"abcd\" 1 3 }} {{ index \"abc\" 1 }}",
            "{{ $externalLabels.site }} {{ .ExternalLabels.no }}|",
            "{{ $x := 1 }}{{ if true }}{{ $x = 2 }}{{ end }}{{ $x }}",
            "{{ range $k, $v := $labels }}{{ $k }}={{ $v }},{{ end }}",
            "{{ (query \"n{i='a'}\" | first).Value }}", "{{ query \"n{i='a'}\" | first }}",
            "{{ query \"count(n)\" | first | value | printf \"%.0f\" }}",
            "{{ \"2.5\" | humanize }} {{ humanizeDuration \"90\" }} {{ 90 | humanizeDuration }}",
            "{{ safeHtml \"<b>\" }} {{ strvalue (query \"n\" | first) }}|",
            "{{ printf \"%v %v\" .Labels (slice \"ab\" 1) }}", "{{ println }}{{ print nil }}",
            "{{ range query \"n\" | sortByLabel \"i\" }}{{ if eq .Labels.i \"b\" }}{{ break }}{{ end }}{{ .Labels.i }}{{ end }}",
        ]
        for value in ["1234567", "0.00012345", "5", "-2.5", "9e+08", "98765.4321"] {
            var rules =
                "groups:\n- name: g\n  rules:\n  - alert: A\n    expr: m != 0\n    annotations:\n"
            for (index, template) in templates.enumerated() {
                rules += "      t\(index): \(Self.yaml(template))\n"
            }
            let head = """
                rule_files: [r.yaml]
                tests:
                - interval: 1m
                  external_labels: { site: x }
                  input_series:
                  - { series: 'm{job="j"}', values: "\(value)" }
                  - { series: 'n{job="j",i="b"}', values: "2" }
                  - { series: 'n{job="j",i="a"}', values: "1.5" }
                  alert_rule_test:
                  - eval_time: 0s
                    alertname: A
                    exp_alerts:
                    - exp_labels: { job: j }
                      exp_annotations:

                """
            // What ours come to, out of the answer to an expectation of nothing.
            let lab = RuleTestLab(files: ["t/r.yaml": rules, "t/a.test.yaml": head])
            let report = lab.run()
            try #require(report.failures.count == 1, "\(report.text)")
            let texts = try Self.texts(rules, value)
            let tests = head + texts.map { "        \($0.0): \(Self.yaml($0.1))\n" }.joined()
            let theirs = try Self.run(
                ["test", "rules", "a.yaml"], files: ["r.yaml": rules, "a.yaml": tests])
            #expect(theirs.passed, "value \(value)\n\(theirs.printed)\nours:\n\(texts)")
            let again = RuleTestLab(files: ["t/r.yaml": rules, "t/a.test.yaml": tests]).run()
            #expect(again.hasPassed, "\(again.text)")
        }
    }

    /// The annotations that our engine gives.
    private static func texts(_ rules: String, _ value: String) throws -> [(String, String)] {
        let file = RuleFile.read(Array(rules.utf8), name: "r.yaml")
        try #require(file.faults.isEmpty, "\(file.faults)")
        var settings = RuleSettings()
        settings.externalLabels = ["site": "x"]
        var engine = RuleEngine(group: file.groups[0], settings: settings)
        let source = InstantSource(samples: [
            (.init([("__name__", "m"), ("job", "j")]), try #require(Double(value))),
            (.init([("__name__", "n"), ("i", "b"), ("job", "j")]), 2),
            (.init([("__name__", "n"), ("i", "a"), ("job", "j")]), 1.5),
        ])
        let outcome = engine.evaluate(at: 0, source: source)
        return try #require(outcome.alerts.first).annotations.pairs.map { ($0.name, $0.value) }
    }

    /// A text as YAML in double quotes.
    private static func yaml(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }

    // MARK: - Files of tests

    private static let rules = """
        groups:
        - name: one
          rules:
          - { record: 'job:m:sum', expr: sum by (job) (m) }
          - alert: High
            expr: job:m:sum > 10
            for: 2m
            labels: { severity: warning }
            annotations: { summary: '{{ $labels.job }} {{ $value }}' }
          - { alert: Kept, expr: m == 1, keep_firing_for: 3m }
          - { alert: State, expr: 'ALERTS{alertname="High",alertstate="pending"}', labels: { x: y } }
          - { alert: Rate, expr: 'rate(c[5m]) > 0.5' }
        """

    /// Cases behind the series: each is a verdict of its own.
    static let cases = [
        "alert_rule_test: [ { eval_time: 3m, alertname: High } ]",
        "alert_rule_test: [ { eval_time: 4m, alertname: High } ]",
        "alert_rule_test: [ { eval_time: 5m, alertname: High, exp_alerts: [ { exp_labels: { job: a, severity: warning }, exp_annotations: { summary: 'a 17' } } ] } ]",
        "alert_rule_test: [ { eval_time: 5m, alertname: High, exp_alerts: [ { exp_labels: { job: a, severity: warning }, exp_annotations: { summary: 'a 18' } } ] } ]",
        "alert_rule_test: [ { eval_time: 5m, alertname: High, exp_alerts: [ { exp_labels: { job: a } } ] } ]",
        "alert_rule_test: [ { eval_time: 5m30s, alertname: High, exp_alerts: [ { exp_labels: { job: a, severity: warning }, exp_annotations: { summary: 'a 17' } } ] } ]",
        "alert_rule_test: [ { eval_time: 1m, alertname: Kept } ]",
        "alert_rule_test: [ { eval_time: 9m, alertname: Kept } ]",
        "alert_rule_test: [ { eval_time: 10m, alertname: Kept, exp_alerts: [ { exp_labels: { job: b, i: '2' } } ] } ]",
        "alert_rule_test: [ { eval_time: 12m, alertname: Kept, exp_alerts: [ { exp_labels: { job: b, i: '2' } } ] } ]",
        "alert_rule_test: [ { eval_time: 13m, alertname: Kept, exp_alerts: [ { exp_labels: { job: b, i: '2' } } ] } ]",
        "alert_rule_test: [ { eval_time: 14m, alertname: Kept } ]",
        "alert_rule_test: [ { eval_time: 4m, alertname: State } ]",
        "alert_rule_test: [ { eval_time: 3m, alertname: State } ]",
        "alert_rule_test: [ { eval_time: 5m, alertname: Absent } ]",
        "alert_rule_test: [ { eval_time: 8m, alertname: Rate } ]",
        "alert_rule_test: [ { eval_time: 6m, alertname: Rate, exp_alerts: [ { exp_labels: {} } ] } ]",
        "alert_rule_test: [ { eval_time: 5m } ]",
        "alert_rule_test: [ { eval_time: 5m, alertname: High, exp_alert: [] } ]",
        "promql_expr_test: [ { expr: 'job:m:sum', eval_time: 2m, exp_samples: [ { labels: 'job:m:sum{job=\"a\"}', value: 14 } ] } ]",
        "promql_expr_test: [ { expr: 'job:m:sum{job=\"a\"}', eval_time: 2m, exp_samples: [ { labels: 'job:m:sum{job=\"a\"}', value: 15 } ] } ]",
        "promql_expr_test: [ { expr: 'job:m:sum{job=\"a\"}', eval_time: 2m, exp_samples: [ { labels: '{job=\"a\"}', value: 14 } ] } ]",
        "promql_expr_test: [ { expr: '1 + 1', eval_time: 2m, exp_samples: [ { labels: '', value: 2 } ] } ]",
        "promql_expr_test: [ { expr: '1 + 1', eval_time: 2m, exp_samples: [ { value: 2 } ] } ]",
        "promql_expr_test: [ { expr: 'ALERTS_FOR_STATE', eval_time: 5m, exp_samples: [ { labels: 'ALERTS_FOR_STATE{alertname=\"High\",job=\"a\",severity=\"warning\"}', value: 180 } ] } ]",
        "promql_expr_test: [ { expr: 'ALERTS{alertname=\"High\"}', eval_time: 3m, exp_samples: [ { labels: 'ALERTS{alertname=\"High\",alertstate=\"pending\",job=\"a\",severity=\"warning\"}', value: 1 } ] } ]",
        "promql_expr_test: [ { expr: 'm{i=\"3\"}', eval_time: 4m } ]",
        "promql_expr_test: [ { expr: 'm{i=\"3\"}', eval_time: 2m } ]",
        "promql_expr_test: [ { expr: 'm[', eval_time: 2m } ]",
        "promql_expr_test: [ { expr: 'm[5m]', eval_time: 2m } ]",
        "promql_expr_test: [ { expr: '0/0', eval_time: 2m, exp_samples: [ { value: .nan } ] } ]",
        "promql_expr_test: [ { expr: '1/0', eval_time: 2m, exp_samples: [ { value: .inf } ] } ]",
        "promql_expr_test: [ { expr: 'count_over_time(c[5m:])', eval_time: 6m, exp_samples: [ { labels: '{}', value: 6 } ] } ]",
        "promql_expr_test: [ { expr: 'count_over_time(c[5m:])', eval_time: 6m, exp_samples: [ { labels: '{}', value: 5 } ] } ]",
        "promql_expr_test: [ { expr: 'increase(c[5m])', eval_time: 6m, exp_samples: [ { labels: '{}', value: 300 } ] } ]",
        "promql_expr_test: [ { expr: 'c', eval_time: 3m30s, exp_samples: [ { labels: c, value: 180 } ] } ]",
        "interval_: 5m", "alert_rule_test: []",
    ]

    @Test(.enabled(if: isThere, "promtool is not installed"), arguments: cases)
    func sameVerdictOnTests(_ body: String) throws {
        let tests = """
            rule_files: [r.yaml]
            evaluation_interval: 1m
            tests:
            - interval: 1m
              input_series:
              - { series: 'm{job="a",i="0"}', values: "5+1x20" }
              - { series: 'm{job="a",i="1"}', values: "0 0 7x20" }
              - { series: 'm{job="b",i="2"}', values: "0x9 1 0x10" }
              - { series: 'm{job="c",i="3"}', values: "1 2 3 stale" }
              - { series: 'c', values: "0+60x20" }
              \(body)
            """
        let theirs = try Self.run(
            ["test", "rules", "a.yaml"], files: ["r.yaml": Self.rules, "a.yaml": tests])
        let ours = RuleTestLab(files: ["t/r.yaml": Self.rules, "t/a.test.yaml": tests]).run()
        #expect(ours.hasPassed == theirs.passed, "\(body)\n\(ours.text)\n\(theirs.printed)")
    }
}
