// Weir
// SPDX-License-Identifier: Apache-2.0

import ConfigTree
import PromQL

/// While a source fires, targets with the same values of some labels are not told.
///
/// Source: prometheus/alertmanager `inhibit/inhibit.go`.
package struct InhibitRule: Sendable, Hashable {
    package var source: MatcherSet
    package var target: MatcherSet
    /// The labels that have to have the same value in both, be it none.
    package var equal: Set<String>

    package init(source: MatcherSet, target: MatcherSet, equal: Set<String> = []) {
        self.source = source
        self.target = target
        self.equal = equal
    }
}

/// Reads `inhibit_rules`. A faulty rule is reported and left out, so that rather more is told.
enum InhibitRuleReader {
    static func read(_ root: ConfigSection) -> [InhibitRule] {
        root.sectionList("inhibit_rules").compactMap { section in
            let source = MatcherReader.read(section, prefix: "source_")
            let target = MatcherReader.read(section, prefix: "target_")
            let names = section.stringList("equal")
            for name in names where !LabelName.isValid(name) {
                section.fail(
                    at: "equal", "\(name.quoted) is no name of a label", advice: LabelName.advice)
                return nil
            }
            guard let source, let target else { return nil }
            guard !source.isEmpty, !target.isEmpty else {
                section.fail(
                    "a rule without \(source.isEmpty ? "source" : "target")_matchers speaks of "
                        + "every alert",
                    advice: "say which alerts inhibit and which are inhibited")
                return nil
            }
            return InhibitRule(source: source, target: target, equal: Set(names))
        }
    }

    static let schema: SchemaNode = .list(
        of: .object(
            MatcherReader.schema(prefix: "source_") + MatcherReader.schema(prefix: "target_") + [
                .init("equal", .list(of: .string), "Labels with the same value in both.")
            ]))
}
