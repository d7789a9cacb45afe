// Weir
// SPDX-License-Identifier: Apache-2.0

import EVMPrimitives
import Testing

@testable import Alerting

/// What stands under `event_rules`, and what is said of faults in it.
@Suite struct EventRuleReaderTests {
    @Test func ruleOfTheHandbook() throws {
        let lab = try EventLab()
        let (rules, faults) = lab.read(
            """
            event_rules:
              - on: NodeRegistry.NodeSlashed
                where: amount > 100 FAB && node in operators
                severity: critical
                summary: "{{ node }} slashed {{ amount }}: {{ reason }}"
            """)
        #expect(faults == [])
        let rule = try #require(rules.first)
        #expect(rule.severity == "critical")
        #expect(rule.moment == .head)
        #expect(rule.resolveAfter == 600_000)
        #expect(rule.ageMax == 86_400_000)
        #expect(rule.limit == 20)
        #expect(rule.name == nil)
    }

    @Test func everyKeyIsRead() throws {
        let (rules, faults) = try EventLab().read(
            """
            event_rules:
              - on: [NodeRegistry.Twice, "FAB.*"]
                name: Moved
                severity: info
                at: 12
                resolve_after: 1h
                age_max: 7d
                limit: 3
                labels: { team: money }
                annotations: { note: "x" }
                description: "{{ $labels.team }} {{ .Contract }}"
                runbook_url: https://example.org
            """)
        #expect(faults == [])
        let rule = try #require(rules.first)
        #expect(rule.targets.count == 3)
        #expect(rule.moment == .blocks(12))
        #expect(rule.resolveAfter == 3_600_000)
        #expect(rule.ageMax == 7 * 86_400_000)
        #expect(rule.limit == 3)
        #expect(rule.annotations.map(\.name) == ["description", "runbook_url", "note"])
    }

    @Test(arguments: [
        ("NodeRegistry.NodeSlashed", 1), ("NodeRegistry.Twice", 2), ("\"NodeRegistry.*\"", 9),
        ("\"NodeRegistry.Twice(uint256,address)\"", 1), ("\"*.Transfer\"", 1),
        ("[NodeRegistry.Twice, NodeRegistry.Empty, NodeRegistry.Empty]", 3),
    ])
    func referencesStandForEvents(on: String, count: Int) throws {
        let (rules, faults) = try EventLab().read("event_rules: [{ on: \(on) }]")
        #expect(faults == [])
        #expect(rules.first?.targets.count == count)
    }

    /// Each fault stands at its own value, and the good rule beside it stays.
    @Test(arguments: [
        (
            "on: NodeSlashed",
            "weir.yaml:3:9: error: event_rules[1].on: expected Contract.Event, found \"NodeSlashed\"; write *.NodeSlashed"
        ),
        (
            "on: NodeRegistri.NodeSlashed",
            "there is no contract \"NodeRegistri\"; did you mean \"NodeRegistry\"?"
        ),
        (
            "on: NodeRegistry.NodeSlashd",
            "NodeRegistry has no event \"NodeSlashd\"; did you mean \"NodeSlashed\"?"
        ),
        (
            "on: \"NodeRegistry.Twice(uint8)\"",
            "NodeRegistry has no event \"Twice(uint8)\"; it has Twice(uint256), Twice(uint256,address)"
        ),
        ("on: \"*.Nothing\"", "no contract has an event \"Nothing\""),
        ("on: \"*.*\"", "a rule on every event of every contract"),
        ("on: \"NodeRegistry.Twice(uint\"", "is no event"),
        ("on: NodeRegistry.", "expected Contract.Event"),
        ("on: []", "is empty"), ("on: { a: b }", "expected Contract.Event"),
        ("where: true", "missing key \"on\""),
        (
            "on: FAB.Transfer, where: amount > 1",
            "column 1: Transfer has no argument \"amount\"; its arguments: from, to, value"
        ),
        (
            "on: FAB.Transfer, where: valeu > 1 FAB",
            "weir.yaml:3:28: error: event_rules[1].where: column 1: Transfer has no argument \"valeu\"; did you mean \"value\"?"
        ),
        (
            "on: NodeRegistry.Twice, where: who == FAB",
            "column 1: Twice has no argument \"who\" (for Twice(uint256)); its arguments: amount"
        ),
        ("on: FAB.Transfer, where: \"value > > 1\"", "column 9: unexpected \">\""),
        ("on: FAB.Transfer, where: [a]", "expected a condition, found a list"),
        ("on: FAB.Transfer, where: \"\"", "the condition is empty"),
        (
            "on: FAB.Transfer, at: tail",
            "expected head, finalized or a number of blocks, found \"tail\""
        ),
        ("on: FAB.Transfer, at: -1", "expected head"),
        ("on: FAB.Transfer, at: 100001", "expected head"),
        ("on: FAB.Transfer, resolve_after: 0s", "duration from 1s"),
        ("on: FAB.Transfer, resolve_after: soon", "write a number with a unit"),
        ("on: FAB.Transfer, limit: 0", "limit: expected a whole number from 1 to 1000"),
        ("on: FAB.Transfer, limit: 1001", "from 1 to 1000"),
        ("on: FAB.Transfer, severity: []", "found a list"),
        ("on: FAB.Transfer, name: \"\"", "1 to 100 printable"),
        ("on: FAB.Transfer, name: \"a\\tb\"", "1 to 100 printable"),
        ("on: FAB.Transfer, color: red", "unknown key \"color\""),
        ("on: FAB.Transfer, labels: { alertname: x }", "alertname is set by the rule itself"),
        ("on: FAB.Transfer, labels: { a-b: x }", "\"a-b\" is no name of a label"),
        ("on: FAB.Transfer, labels: { __x: x }", "is no name of a label"),
        ("on: FAB.Transfer, labels: [x]", "expected a section"),
        (
            "on: FAB.Transfer, summary: a, annotations: { summary: b }",
            "summary is set by the rule itself"
        ),
        ("on: FAB.Transfer, annotations: { block: b }", "block is set by the rule itself"),
        (
            "on: FAB.Transfer, summary: \"{{ valeu }}\"",
            "summary: template line 1, column 4: function \"valeu\" not defined (for Transfer(address,address,uint256)); did you mean \"value\"?"
        ),
        ("on: FAB.Transfer, summary: \"{{ .Args.valeu }}\"", "can't evaluate field valeu"),
        ("on: FAB.Transfer, labels: { to: \"{{ nobody }}\" }", "labels.to: template line 1"),
        ("on: FAB.Transfer, description: \"{{ if }}\"", "description: template line 1"),
        ("on: FAB.Transfer, summary: \"{{ calls }}\"", "function \"calls\" not defined"),
        (
            "on: FAB.Transfer, units: { value: FBA }",
            "there is no token \"FBA\"; did you mean \"FAB\"?"
        ),
        ("on: FAB.Transfer, units: { amount: FAB }", "Transfer has no argument \"amount\""),
        ("on: FAB.Transfer", "the same rule stands above"),
    ])
    func faultOfARule(rule: String, fault: String) throws {
        let (rules, faults) = try EventLab().read(
            """
            event_rules:
              - { on: FAB.Transfer }
              - { \(rule) }
            """)
        #expect(faults.count == 1)
        #expect(faults.first?.contains(fault) == true, "\(faults)")
        #expect(rules.count == 1)
    }

    /// A contract whose own section is faulty is reported there, and not at the rules on it.
    @Test func faultyContractIsNoFurtherFault() throws {
        var lab = try EventLab()
        lab.sources.faultyContracts = ["Broken"]
        let (rules, faults) = lab.read("event_rules: [{ on: Broken.X }, { on: FAB.Transfer }]")
        #expect(faults == [])
        #expect(rules.map(\.references) == [["FAB.Transfer"]])
    }

    @Test func identityDependsOnWhatARuleMeans() throws {
        let lab = try EventLab()
        let (rules, _) = lab.read(
            """
            event_rules:
              - { on: FAB.Transfer }
              - { on: FAB.Transfer, where: value > 1 }
              - { on: FAB.Transfer, where: value > 1, severity: info }
              - { on: FAB.Transfer, where: value > 1, at: finalized }
              - { on: FAB.Transfer, name: "value > 1" }
            """)
        #expect(Set(rules.map(\.identity)).count == 5)
        let (again, _) = lab.read(
            "event_rules: [{ severity: info, where: value > 1, on: FAB.Transfer, limit: 7 }]")
        #expect(again.first?.identity == rules[2].identity)
    }

    @Test func rulesOfOtherChainsAreLeftOut() throws {
        let lab = try EventLab()
        let (rules, _) = lab.read("event_rules: [{ on: FAB.Transfer }]")
        let engine = try EventRuleEngine(rules, chain: "elsewhere", sources: lab.sources)
        #expect(engine.isEmpty)
    }

    @Test func decimalsMustBeKnownAtTheStart() throws {
        let lab = try EventLab(tokens: [
            EventToken(symbol: "NEW", address: Address(truncating: 1), decimals: nil)
        ])
        for text in ["where: value > 1 NEW", "units: { value: NEW }"] {
            let (rules, faults) = lab.read("event_rules: [{ on: FAB.Transfer, \(text) }]")
            #expect(faults == [])
            #expect(throws: EventRuleError.self) {
                try EventRuleEngine(rules, chain: "base", sources: lab.sources)
            }
        }
    }
}
