// Weir
// SPDX-License-Identifier: Apache-2.0

package import ConfigTree
import EVMABI

/// Reads `event_rules`: what people are told of when it happens.
///
/// ```yaml
/// event_rules:
///   - on: NodeRegistry.NodeSlashed
///     where: amount > 100 FAB && node in operators
///     severity: critical
///     summary: "{{ node }} slashed {{ amount }}: {{ reason }}"
/// ```
///
/// They stand in the configuration and not in rule files, which Prometheus reads too and would
/// refuse. A faulty rule is reported at its place and left out; the others stay.
package struct EventRuleReader {
    /// Labels that the rule itself sets.
    static let ownLabels: Set<String> = [
        "alertname", "severity", "chain", "contract", "event", "transaction", "log_index",
    ]
    static let ownAnnotations: Set<String> = ["block", "transaction_url"]
    private static let targetLimit = 1000

    let sources: EventSources

    package init(_ sources: EventSources) {
        self.sources = sources
    }

    /// The rules under `event_rules`, in the order of the file.
    package func read(_ root: ConfigSection) -> [EventRuleDefinition] {
        var rules: [EventRuleDefinition] = []
        var known: Set<String> = []
        for section in root.sectionList("event_rules") {
            guard let rule = self.rule(section) else { continue }
            guard known.insert(rule.identity).inserted else {
                section.fail("the same rule stands above", advice: "remove one of them")
                continue
            }
            rules.append(rule)
        }
        return rules
    }

    /// Nil: a fault has been reported.
    private func rule(_ section: ConfigSection) -> EventRuleDefinition? {
        let references = section.required("on", Self.references)
        let name = self.scalar("name", section)
        let condition = self.scalar("where", section)
        let severity = self.read("severity", .string, section, default: "warning")
        let moment = self.read("at", .eventMoment, section, default: .head)
        let resolveAfter = self.read(
            "resolve_after", .duration(in: .seconds(1) ... .seconds(365 * 86_400)), section,
            default: .seconds(600))
        let ageMax = self.read(
            "age_max", .duration(in: .seconds(1) ... .seconds(3650 * 86_400)), section,
            default: .seconds(86_400))
        let limit = self.read("limit", .int(in: 1...1000), section, default: 20)
        let labels = self.labels(section)
        let annotations = self.annotations(section)
        let units = self.units(section)
        guard let references, let name, let condition, let severity, let moment, let resolveAfter,
            let ageMax, let limit, let labels, let annotations, let units
        else { return nil }
        if let name = name.scalar, !Self.isName(name.text) {
            name.fail(
                "an alert's name is 1 to 100 printable characters", advice: "such as NodeSlashed")
            return nil
        }
        var syntax: ConditionSyntax?
        if let scalar = condition.scalar {
            guard let read = self.syntax(scalar) else { return nil }
            syntax = read
        }
        guard let targets = self.targets(references) else { return nil }
        let rule = EventRuleDefinition(
            name: name.scalar?.text, references: references.map(\.text), severity: severity,
            moment: moment, resolveAfter: resolveAfter.milliseconds, ageMax: ageMax.milliseconds,
            limit: limit, condition: condition.scalar?.text, targets: targets, syntax: syntax,
            units: units, labels: labels, annotations: annotations)
        return self.fits(rule, section, condition.scalar) ? rule : nil
    }

    /// A value that may be missing; nil: it is faulty, and so is the rule.
    private func read<Value>(
        _ key: String, _ type: ConfigType<Value>, _ section: ConfigSection,
        default standard: Value
    ) -> Value? {
        guard let value = section.value(key), !value.isNull else {
            return section.value(key, type, default: standard)
        }
        return type.read(value)
    }

    /// A text that may be missing; nil: it is faulty.
    private func scalar(
        _ key: String, _ section: ConfigSection
    ) -> (scalar: ConfigScalar?, Void)? {
        guard let value = section.value(key), !value.isNull else { return (nil, ()) }
        return value.scalar().map { ($0, ()) }
    }

    private static func isName(_ text: String) -> Bool {
        !text.isEmpty && text.unicodeScalars.count <= 100
            && text == SafeText.cleaned(text, limit: 100)
    }

    private static var references: ConfigType<[ConfigScalar]> {
        ConfigType("Contract.Event, or a list of them") { value in
            guard let items = value.items() else { return nil }
            let scalars = items.map { $0.scalar(expected: "Contract.Event") }
            guard !scalars.contains(where: { $0 == nil }) else { return nil }
            guard !scalars.isEmpty else {
                value.fail("is empty", advice: "expected Contract.Event, or a list of them")
                return nil
            }
            return scalars.compactMap { $0 }
        }
    }

    private func targets(_ references: [ConfigScalar]) -> [EventTarget]? {
        var targets: [EventTarget] = []
        var isFaulty = false
        for scalar in references {
            do throws(EventReference.Fault) {
                for target in try EventReference(scalar.text).targets(self.sources)
                where !targets.contains(target) {
                    targets.append(target)
                }
            } catch {
                isFaulty = true
                if scalar.origin.mayBeSecret {
                    scalar.fail("there is no such event", advice: "found \(scalar.shown)")
                } else {
                    scalar.fail(error.reason, advice: error.advice)
                }
            }
        }
        if targets.count > Self.targetLimit {
            references.first?.fail(
                "the rule is on \(targets.count) events, and \(Self.targetLimit) are allowed")
            return nil
        }
        // None at all without a fault: its contracts are faulty, and that has been said.
        return isFaulty || targets.isEmpty ? nil : targets
    }

    private func syntax(_ scalar: ConfigScalar) -> ConditionSyntax? {
        do throws(ConditionFault) {
            return try ConditionParser.parse(scalar.text)
        } catch {
            Self.fail(scalar, error)
            return nil
        }
    }

    private static func fail(
        _ scalar: ConfigScalar, _ fault: ConditionFault, in event: String? = nil
    ) {
        if scalar.origin.mayBeSecret {
            scalar.fail("column \(fault.column): the condition is faulty")
        } else {
            let place = event.map { " (for \($0))" } ?? ""
            scalar.fail("column \(fault.column): \(fault.reason)\(place)", advice: fault.advice)
        }
    }

    /// Whether condition and texts fit every event that the rule is on; reports the first that does
    /// not.
    private func fits(
        _ rule: EventRuleDefinition, _ section: ConfigSection, _ condition: ConfigScalar?
    ) -> Bool {
        for target in rule.targets {
            let layout = self.sources.chains[target.chain].catalog.layouts[target.slot]
            for path in rule.units.keys.sorted() {
                let first = String(path.prefix { $0 != "." && $0 != "[" })
                if layout.parameterIndex(named: first) == nil {
                    section.fail(
                        at: "units", "\(layout.name) has no argument \(first.quoted)",
                        advice: Suggestion.advice(
                            for: first, among: layout.names, kind: "its arguments"))
                    return false
                }
            }
            do throws(EventRuleError) {
                _ = try rule.handler(target, self.sources, needsDecimals: false)
            } catch {
                switch error {
                case .condition(let fault, let event):
                    if let condition {
                        Self.fail(condition, fault, in: rule.targets.count > 1 ? event : nil)
                    }
                case .text(let name, let reason, let advice):
                    self.fail(section, name, reason, advice)
                default: section.fail("\(error)")
                }
                return false
            }
        }
        return true
    }

    /// Reports a fault of a text where the text stands.
    private func fail(
        _ section: ConfigSection, _ name: String, _ reason: String, _ advice: String?
    ) {
        if section.keys.contains(name) { return section.fail(at: name, reason, advice: advice) }
        for key in ["labels", "annotations"] {
            if let inner = section.optionalSection(key), inner.keys.contains(name) {
                return inner.fail(at: name, reason, advice: advice)
            }
        }
        section.fail(reason, advice: advice)
    }
}

extension Duration {
    /// Whole milliseconds; what is longer than they can count is cut.
    fileprivate var milliseconds: Int64 {
        let (seconds, attoseconds) = self.components
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1000)
        return overflow ? .max : product + attoseconds / 1_000_000_000_000_000
    }
}
