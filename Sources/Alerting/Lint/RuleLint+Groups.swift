// Weir
// SPDX-License-Identifier: Apache-2.0

package import ConfigTree
import GoTemplate

/// A finding, and where its rule stands.
package struct PlacedLintFinding: Sendable, Hashable, CustomStringConvertible {
    package let group: String
    /// Of the rule.
    package let place: ConfigPlace
    package let finding: RuleLintFinding

    /// `rules.yaml:12:9: HighErrorRate: error [ratio-always-one]: …`
    package var description: String { "\(self.place): \(self.finding)" }
}

extension RuleLint {
    /// What is found in the rules of groups, in their order. Names that a rule of any group records exist
    /// for all of them.
    package static func findings(
        in groups: [RuleGroup], catalogue: LintCatalogue
    ) -> [PlacedLintFinding] {
        let rules = groups.flatMap(\.rules)
        let recorded = rules.compactMap { rule -> String? in
            guard case .recording(let recording) = rule else { return nil }
            return recording.name
        }
        // What every engine of rules records of its alerts.
        let lint = RuleLint(
            catalogue: catalogue, recorded: Set(recorded + ["ALERTS", "ALERTS_FOR_STATE"]))
        return groups.flatMap { group in
            group.rules.flatMap { rule in
                lint.findings(in: Subject(rule)).map {
                    PlacedLintFinding(group: group.name, place: rule.place, finding: $0)
                }
            }
        }
    }
}

extension RuleLint.Subject {
    /// A rule with the texts of its annotations.
    package init(_ rule: Rule) {
        var texts: [String] = []
        if case .alerting(let alerting) = rule {
            texts = alerting.annotations.map(\.template.source)
        }
        self.init(name: rule.name, expression: rule.expression, texts: texts)
    }
}
