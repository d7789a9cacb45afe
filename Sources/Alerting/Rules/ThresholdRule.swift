// Weir
// SPDX-License-Identifier: Apache-2.0

package import ConfigTree
import GoTemplate
package import PromQL

/// A value with a warning band and a critical band, written once in our own configuration:
///
/// ```yaml
/// thresholds:
///   - name: TreasuryLow
///     expr: weir_treasury_balance_tokens
///     warn: 10000
///     crit: 1000          # below the warning: the bands lie below the numbers
///     for: 10m
///     annotations: { summary: "{{ $labels.treasury }} holds {{ $value }}" }
/// ```
///
/// It expands to two ordinary alerting rules of one name, the critical one first:
///
/// ```
/// severity: critical   (expr) < 1000
/// severity: warning    (expr) < 10000 unless ignoring (alertname, alertstate, severity, …)
///                      ALERTS{alertname="TreasuryLow",alertstate="firing",severity="critical"}
/// ```
///
/// So the warning is silent while the critical alert of the same series *fires*, and not while it is
/// still pending: a value that falls through both bands is never without an alert. A value that comes back
/// from the critical band waits in the warning band for `for` again. Both rules can be exported to
/// Prometheus, which comes to the same alerts.
package struct ThresholdRule: Sendable, Hashable {
    /// On which side of its number a band lies.
    package enum Side: String, Sendable, Hashable, CaseIterable {
        case above
        case below
    }

    package var name: String
    package var expression: Expression
    package var side: Side
    package var warning: Double?
    package var critical: Double?
    package var hold: Int64
    package var keepFiring: Int64
    package var labels: [RuleText]
    package var annotations: [RuleText]
    package var place: ConfigPlace

    /// Reads one entry of `thresholds:`; nil: its faults have been reported.
    package init?(section: ConfigSection) {
        let name = section.string("name")
        let expression = section.required("expr", .expression)
        let warning = section.optionalDouble("warn")
        let critical = section.optionalDouble("crit")
        let written = section.optionalEnumeration("when", Side.self)
        let hold = section.prometheusDuration("for")
        let keepFiring = section.prometheusDuration("keep_firing_for")
        let labels = section.ruleTexts("labels", "label")
        let annotations = section.ruleTexts("annotations", "annotation")
        let side = Self.side(section, warning, critical, written)
        guard let name, let expression, let hold, let keepFiring, let labels, let annotations,
            let side
        else { return nil }
        if labels.contains(where: { $0.name == "severity" }) {
            section.fail(
                at: "labels", "the severity of a threshold is warning or critical",
                advice: "remove it, or write two rules in a file of rules")
            return nil
        }
        guard [.scalar, .vector].contains(expression.type) else {
            section.fail(
                at: "expr", "expected numbers, found a \(expression.type.rawValue)",
                advice: "use a function such as rate() or last_over_time()")
            return nil
        }
        self.name = name
        self.expression = expression
        self.side = side
        self.warning = warning
        self.critical = critical
        self.hold = hold
        self.keepFiring = keepFiring
        self.labels = labels
        self.annotations = annotations
        self.place = section.place
    }

    /// The side, as written or as the order of the two numbers says; nil: a fault was reported.
    private static func side(
        _ section: ConfigSection, _ warning: Double?, _ critical: Double?, _ written: Side?
    ) -> Side? {
        let isAsked = section.has("warn") || section.has("crit")
        guard let warning, let critical else {
            guard warning != nil || critical != nil else {
                if !isAsked { section.fail("neither warn nor crit is set", advice: "set one") }
                return nil
            }
            return written ?? .above
        }
        guard warning != critical else {
            section.fail(
                at: "crit", "warn and crit are the same", advice: "leave one of them out")
            return nil
        }
        let side: Side = critical > warning ? .above : .below
        guard written == nil || written == side else {
            section.fail(
                at: "when", "crit lies \(side.rawValue) warn",
                advice: "write when: \(side.rawValue), or change the numbers")
            return nil
        }
        return side
    }

    /// The rules that it stands for.
    package var rules: [Rule] {
        var rules: [Rule] = []
        if let critical = self.critical {
            rules.append(self.rule("critical", self.band(critical)))
        }
        if let warning = self.warning {
            var expression = self.band(warning)
            if self.critical != nil { expression = self.unlessCritical(expression) }
            rules.append(self.rule("warning", expression))
        }
        return rules
    }

    private var nowhere: SourceRange { SourceRange(0, 0) }

    /// `(expr) > number`; of a scalar, which a comparison does not filter, `vector(expr) > number`.
    private func band(_ number: Double) -> Expression {
        let inner: Expression =
            self.expression.type == .scalar
            ? .call(
                FunctionCall(name: "vector", arguments: [self.expression], place: self.nowhere))
            : .parenthesis(self.expression, self.nowhere)
        return .binary(
            BinaryExpression(
                operation: self.side == .above ? .greater : .less, left: inner,
                right: .number(number, self.nowhere), returnsBool: false, matching: nil,
                place: self.nowhere))
    }

    private func unlessCritical(_ expression: Expression) -> Expression {
        let critical = VectorSelector(
            name: "ALERTS",
            matchers: [
                LabelMatcher("alertname", equals: self.name),
                LabelMatcher("alertstate", equals: "firing"),
                LabelMatcher("severity", equals: "critical"),
                LabelMatcher(Labels.metricName, equals: "ALERTS"),
            ], place: self.nowhere)
        // Labels that the rule sets are in ALERTS and not in the expression.
        let own = ["alertname", "alertstate", "severity"] + self.labels.map(\.name)
        return .binary(
            BinaryExpression(
                operation: .unless, left: expression, right: .selector(critical),
                returnsBool: false,
                matching: VectorMatching(
                    cardinality: .manyToMany, labels: own, on: false, include: []),
                place: self.nowhere))
    }

    private func rule(_ severity: String, _ expression: Expression) -> Rule {
        var labels = self.labels
        if let template = try? AlertingRule.template(severity) {
            labels.append(RuleText(name: "severity", template: template))
        }
        return .alerting(
            AlertingRule(
                name: self.name, expression: expression, hold: self.hold,
                keepFiring: self.keepFiring,
                labels: labels.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) },
                annotations: self.annotations, place: self.place))
    }
}

extension ThresholdRule {
    /// The group of all entries of `thresholds:`, in the order of the file; a faulty one is left out.
    package static func group(_ section: ConfigSection, key: String = "thresholds") -> RuleGroup? {
        let entries = section.sectionList(key).compactMap { ThresholdRule(section: $0) }
        guard !entries.isEmpty else { return nil }
        return RuleGroup(
            name: key, file: section.value(key)?.place.file ?? "", rules: entries.flatMap(\.rules))
    }
}
