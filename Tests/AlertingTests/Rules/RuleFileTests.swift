// Weir
// SPDX-License-Identifier: Apache-2.0

import ConfigTree
import Foundation
import PromQL
import Testing
import WeirTestSupport

@testable import Alerting

@Suite struct RuleFileTests {
    private static func read(_ text: String) -> RuleFile {
        RuleFile.read(Array(text.utf8), name: "r.yaml")
    }

    @Test func everythingAGroupMaySay() throws {
        let file = Self.read(
            """
            groups:
              - name: g
                interval: 30s
                limit: 5
                query_offset: 1m
                rules:
                  - record: job:m:sum
                    expr: sum by (job) (m)
                    labels: { team: "a$b ${env:HOME}" }
                  - alert: A
                    expr: |
                      m > 0
                        and on (job) up
                    for: 1h30m
                    keep_firing_for: 5m
                    labels: { severity: critical, number: 1 }
                    annotations: { summary: "{{ $labels.job }} {{ $value }}" }
              - name: empty
                rules: []
              - name: nothing
                rules:
            """)
        #expect(file.faults.isEmpty && file.warnings.isEmpty, "\(file.faults)")
        #expect(file.groups.map(\.name) == ["g", "empty", "nothing"])
        let group = file.groups[0]
        #expect(group.interval == 30_000 && group.limit == 5 && group.queryOffset == 60_000)
        #expect(group.key == "r.yaml;g")
        guard case .recording(let recording) = group.rules[0],
            case .alerting(let alerting) = group.rules[1]
        else {
            Issue.record("\(group.rules)")
            return
        }
        #expect(recording.labels["team"] == "a$b ${env:HOME}", "nothing is taken from outside")
        #expect(alerting.hold == 5_400_000 && alerting.keepFiring == 300_000)
        #expect(alerting.labels.map(\.name) == ["number", "severity"])
        #expect(alerting.place.line == 10)
    }

    @Test func emptyFilesAreFilesWithoutGroups() {
        for text in ["", "# nothing\n", "groups:\n", "groups: []\n"] {
            let file = Self.read(text)
            #expect(file.groups.isEmpty && file.faults.isEmpty, "\(text): \(file.faults)")
        }
    }

    /// Each faulty rule is told with its place, and the good one beside it stays.
    @Test(arguments: [
        (
            "expr: m",
            "r.yaml:6:7: error: groups[0].rules[1]: one of 'record' or 'alert' must be set"
        ),
        (
            "alert: B\n      record: b\n      expr: m",
            "only one of 'record' and 'alert' must be set"
        ),
        ("alert: B", "field 'expr' must be set in rule"),
        ("alert: B\n      expr:", "field 'expr' must be set in rule"),
        (
            "alert: B\n      expr: sum(",
            "r.yaml:7:13: error: groups[0].rules[1].expr: could not parse expression: 1:5"
        ),
        ("alert: B\n      expr: m\n      for: 5", "expected a duration such as 5m, found \"5\""),
        ("alert: B\n      expr: m\n      for: -5m", "expected a duration"),
        ("alert: B\n      expr: m\n      keep_firing_for: x", "expected a duration"),
        ("alert: B\n      expr: m\n      labels: { 'a b': c }", "invalid label name: \"a b\""),
        (
            "alert: B\n      expr: m\n      labels: { __name__: c }",
            "invalid label name: \"__name__\""
        ),
        ("alert: B\n      expr: m\n      labels: { a: [1] }", "expected text, found a list"),
        ("alert: B\n      expr: m\n      labels: x", "expected a section"),
        (
            "alert: B\n      expr: m\n      labels: { a: '{{ $labels.x' }",
            "label \"a\": template line 1, column 1"
        ),
        (
            "alert: B\n      expr: m\n      annotations: { 'a-b': c }",
            "invalid annotation name: \"a-b\""
        ),
        (
            "alert: B\n      expr: m\n      annotations: { a: '{{ $label.x }}' }",
            "annotation \"a\": template line 1, column 4: undefined variable"
        ),
        (
            "alert: B\n      expr: m\n      annotations: { a: '{{ humanise 1 }}' }",
            "function \"humanise\" not defined"
        ),
        ("record: b\n      expr: m\n      for: 5m", "invalid field 'for' in recording rule"),
        (
            "record: b\n      expr: m\n      keep_firing_for: 5m",
            "invalid field 'keep_firing_for' in recording rule"
        ),
        (
            "record: b\n      expr: m\n      annotations: { a: b }",
            "invalid field 'annotations' in recording rule"
        ),
        ("record: b-c\n      expr: m", "invalid recording rule name: \"b-c\""),
        ("record: 1b\n      expr: m", "invalid recording rule name"),
    ])
    func faultyRules(_ rule: String, _ message: String) {
        let file = Self.read(
            "groups:\n  - name: g\n    rules:\n    - alert: Good\n      expr: m > 0\n    - \(rule)\n"
                + "    - { record: good, expr: m }\n")
        let all = file.faults.map(\.description).joined(separator: "\n")
        #expect(all.contains(message), "\(all)")
        #expect(file.groups.first?.rules.map(\.name) == ["Good", "good"], "\(all)")
    }

    @Test(arguments: [
        ("- name: ''\n  rules: []", "Groupname must not be empty"),
        ("- rules: []", "Groupname must not be empty"),
        ("- name: a\n- name: a", "groupname: \"a\" is repeated in the same file"),
        ("- name: a\n  interval: 5", "expected a duration"),
        ("- name: a\n  limit: -1", "limit"),
        ("- name: a\n  intervall: 5m", "did you mean \"interval\"?"),
        ("- name: a\n  rules:\n  - alert: A\n    expr: m\n    fro: 5m", "did you mean \"for\"?"),
        ("- a", "expected a section"),
        ("- name: a\n  name: b", "duplicate key"), ("- name: a\n  rules: x", "expected a list"),
        ("- [", "error: YAML"),
    ])
    func faultyGroups(_ groups: String, _ message: String) {
        let file = Self.read("groups:\n\(groups)\n")
        let all = file.faults.map(\.description).joined(separator: "\n")
        #expect(all.contains(message), "\(all)")
        #expect(all.hasPrefix("r.yaml:"))
    }

    @Test func unknownKeyKeepsItsRule() {
        let file = Self.read(
            "groups:\n- name: a\n  rules:\n  - { alert: A, expr: m, runbook: x }\n")
        #expect(file.groups[0].rules.count == 1 && file.faults.count == 1)
    }

    @Test func duplicatesAreWarnedOf() {
        let file = Self.read(
            "groups:\n- name: a\n  rules:\n  - { alert: A, expr: m }\n  - { alert: A, expr: n }\n"
                + "  - { alert: A, expr: n, labels: { a: b } }\n")
        #expect(file.faults.isEmpty && file.groups[0].rules.count == 3)
        #expect(file.warnings.map(\.line) == [5])
        #expect(file.warnings[0].description.contains("first at 4:5"))
    }

    @Test func absentFileIsAFault() {
        let file = RuleFile.load(path: "no.yaml", surroundings: ConfigSurroundings())
        #expect(file.faults.map(\.description).first?.contains("no.yaml: error:") == true)
    }

    @Test func shippedRulesLoad() throws {
        let path = Vectors.projectRoot.appendingPathComponent("config/rules/economy.yaml").path
        let file = RuleFile.load(path: path, surroundings: .process)
        #expect(file.faults.isEmpty && file.warnings.isEmpty, "\(file.faults)")
        #expect(file.groups.flatMap(\.rules).count >= 11)
    }
}
