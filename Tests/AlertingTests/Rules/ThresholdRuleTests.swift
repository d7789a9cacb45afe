// Weir
// SPDX-License-Identifier: Apache-2.0

import ConfigTree
import PromQL
import Testing

@testable import Alerting

@Suite struct ThresholdRuleTests {
    private static func read(_ entry: String) throws -> (group: RuleGroup?, faults: [String]) {
        let loader = ConfigLoader(surroundings: ConfigSurroundings(), overridePrefix: "")
        let tree = try loader.load(text: "thresholds:\n  - { \(entry) }\n", name: "c.yaml")
        let section = try #require(tree.value.section())
        let group = ThresholdRule.group(section)
        return (group, tree.diagnostics().map(\.description))
    }

    private static func expressions(_ group: RuleGroup?) -> [String] {
        group?.rules.map(\.expression.description) ?? []
    }

    @Test func expandsToTwoRules() throws {
        let (group, faults) = try Self.read(
            "name: T, expr: a or b, warn: 10, crit: 20, for: 5m, labels: { team: x }, annotations: { s: '{{ $value }}' }"
        )
        #expect(faults.isEmpty, "\(faults)")
        let rules = try #require(group?.rules)
        #expect(
            Self.expressions(group) == [
                "(a or b) > 20",
                "(a or b) > 10 unless ignoring (alertname, alertstate, severity, team) "
                    + "ALERTS{alertname=\"T\", alertstate=\"firing\", severity=\"critical\"}",
            ])
        #expect(rules.map { $0.labels["severity"] } == ["critical", "warning"])
        for rule in rules {
            guard case .alerting(let alerting) = rule else {
                Issue.record("\(rule)")
                continue
            }
            #expect(
                alerting.hold == 300_000 && alerting.labels.map(\.name) == ["severity", "team"])
            #expect(
                try PromQLParser.parse(rule.expression.description).description
                    == rule.expression.description, "it can be exported")
        }
    }

    @Test func sidesAndSingleBands() throws {
        #expect(
            Self.expressions(try Self.read("name: T, expr: a, warn: 5, crit: -1").group).first
                == "(a) < -1")
        #expect(Self.expressions(try Self.read("name: T, expr: a, warn: 5").group) == ["(a) > 5"])
        #expect(
            Self.expressions(try Self.read("name: T, expr: a, crit: 5, when: below").group) == [
                "(a) < 5"
            ])
        #expect(
            Self.expressions(try Self.read("name: T, expr: time(), crit: 5").group) == [
                "vector(time()) > 5"
            ])
    }

    @Test(arguments: [
        ("name: T, expr: a", "neither warn nor crit is set"),
        ("name: T, expr: a, warn: 1, crit: 1", "are the same"),
        ("name: T, expr: a, warn: 1, crit: 2, when: below", "crit lies above warn"),
        ("expr: a, warn: 1", "missing key \"name\""),
        ("name: T, warn: 1", "missing key \"expr\""),
        ("name: T, expr: 'a[5m]', warn: 1", "found a range vector"),
        ("name: T, expr: a, warn: x", "expected a number"),
        ("name: T, expr: a, warn: 1, labels: { severity: x }", "warning or critical"),
        ("name: T, expr: a, warn: 1, foor: 5m", "did you mean \"for\"?"),
        ("name: T, expr: a, warn: 1, for: 5", "expected a duration"),
    ])
    func faults(_ entry: String, _ message: String) throws {
        let (_, faults) = try Self.read(entry)
        #expect(faults.contains { $0.contains(message) && $0.hasPrefix("c.yaml:2:") }, "\(faults)")
    }

    /// A value that passes through the bands is never without an alert, and never has two that fire.
    @Test func criticalSilencesTheWarningOnceItFires() throws {
        let group = try #require(
            try Self.read("name: T, expr: m, warn: 10, crit: 20, for: 2m").group)
        var engine = RuleEngine(group: group)
        var seen: [String] = []
        for (minute, value) in [15, 15, 15, 25, 25, 25, 25, 15, 15, 15, 5].enumerated() {
            let source = InstantSource.present([0], value: Double(value))
            _ = engine.evaluate(at: Int64(minute) * 60_000, source: source)
            let firing = engine.state.rules.flatMap(\.instances).filter { $0.state == .firing }
            seen.append(firing.map { String($0.labels["severity"].prefix(1)) }.joined())
        }
        #expect(seen == ["", "", "w", "w", "w", "c", "c", "", "", "w", ""])
    }
}
