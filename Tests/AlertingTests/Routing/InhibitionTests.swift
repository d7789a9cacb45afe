// Weir
// SPDX-License-Identifier: Apache-2.0

import PromQL
import Testing
import WeirTestSupport

@testable import Alerting

@Suite struct InhibitionTests {
    private func rules(_ text: String) throws -> [InhibitRule] {
        try RoutingLab.configuration("route: { receiver: default }\ninhibit_rules:\n" + text)
            .inhibitRules
    }

    private func inhibitor(_ text: String, firing: [String]) throws -> Inhibitor {
        var inhibitor = Inhibitor(try self.rules(text))
        for words in firing {
            let labels = RoutingLab.labels(words)
            inhibitor.set(labels, Fingerprint(labels), isFiring: true)
        }
        return inhibitor
    }

    private static let critical = """
          - source_matchers: [severity=critical]
            target_matchers: ['severity=~"warning|info"']
            equal: [alertname, node]
        """

    @Test(arguments: [
        ("A severity=warning node=1", true),
        ("A severity=warning node=2", false),
        ("B severity=warning node=1", false),
        ("A severity=critical node=1", false),
        ("C severity=info", true),
        ("C severity=info node=1", false),
    ])
    func equalLabels(target: String, expected: Bool) throws {
        let inhibitor = try self.inhibitor(
            Self.critical, firing: ["A severity=critical node=1", "C severity=critical"])
        #expect(inhibitor.inhibits(RoutingLab.labels(target)) == expected)
        #expect(inhibitor.inhibitors(of: RoutingLab.labels(target)).isEmpty == !expected)
    }

    @Test func alertsOfBothSidesDoNotInhibitEachOther() throws {
        let text = """
              - source_match: { s: "1" }
                target_match: { t: "1" }
            """
        let both = try self.inhibitor(text, firing: ["A s=1 t=1", "B s=1 t=1"])
        #expect(!both.inhibits(RoutingLab.labels("A s=1 t=1")))
        #expect(both.inhibits(RoutingLab.labels("C t=1")))
        let plain = try self.inhibitor(text, firing: ["A s=1"])
        #expect(plain.inhibits(RoutingLab.labels("B s=1 t=1")))
        #expect(!plain.inhibits(RoutingLab.labels("A s=1")))
    }

    @Test func sourceThatEndedInhibitsNoMore() throws {
        var inhibitor = try self.inhibitor(
            Self.critical, firing: ["A severity=critical x=1", "A severity=critical x=2"])
        let target = RoutingLab.labels("A severity=info")
        for words in ["A severity=critical x=1", "A severity=critical x=2"] {
            #expect(inhibitor.inhibits(target))
            let labels = RoutingLab.labels(words)
            inhibitor.set(labels, Fingerprint(labels), isFiring: false)
        }
        #expect(!inhibitor.inhibits(target))
    }

    @Test(arguments: [
        ("  - target_matchers: [a=b]", "a rule without source_matchers"),
        ("  - source_matchers: [a=b]", "a rule without target_matchers"),
        ("  - { source_matchers: [a], target_matchers: [a=b] }", "is no matcher"),
        (
            "  - { source_matchers: [a=b], target_matchers: [a=c], equal: [1x] }",
            "is no name of a label"
        ),
        (
            "  - { source_matchers: [a=b], target_matchers: [a=c], equals: [x] }",
            #"did you mean "equal"?"#
        ),
    ])
    func faultyRuleIsLeftOut(text: String, expected: String) {
        let (configuration, faults) = RoutingLab.read(
            "route: { receiver: default }\ninhibit_rules:\n\(text)\n\(Self.critical)")
        #expect(faults.count == 1 && faults[0].contains(expected), "\(faults)")
        #expect(configuration?.inhibitRules.count == (text.contains("equals") ? 2 : 1))
    }

    /// The buckets say the same as looking at every pair.
    @Test func agreesWithLookingAtEveryPair() throws {
        let seed: UInt64 = 77
        var random = SeededRandom(seed: seed)
        let values = ["", "1", "2"]
        func labels() -> Labels {
            Labels(
                ["a", "b", "c"].map { ($0, values.randomElement(using: &random) ?? "") })
        }
        for _ in 0..<300 {
            let rules = (0..<2).map { _ in
                InhibitRule(
                    source: MatcherSet([LabelMatcher("a", equals: "1")]),
                    target: MatcherSet([
                        LabelMatcher("b", equals: values.randomElement(using: &random) ?? "")
                    ]), equal: Bool.random(using: &random) ? ["c"] : [])
            }
            var inhibitor = Inhibitor(rules)
            var firing: Set<Labels> = []
            for _ in 0..<12 {
                let labels = labels()
                let isFiring = Bool.random(using: &random)
                inhibitor.set(labels, Fingerprint(labels), isFiring: isFiring)
                if isFiring { firing.insert(labels) } else { firing.remove(labels) }
                let target = labels
                let expected = firing.filter { source in
                    rules.contains { rule in
                        rule.target.matches(target) && rule.source.matches(source)
                            && rule.equal.allSatisfy { source[$0] == target[$0] }
                            && !(rule.source.matches(target) && rule.target.matches(source))
                    }
                }
                #expect(
                    inhibitor.inhibitors(of: target) == expected.map { Fingerprint($0) }.sorted(),
                    "seed \(seed)")
                #expect(inhibitor.inhibits(target) == !expected.isEmpty, "seed \(seed)")
            }
        }
    }
}
