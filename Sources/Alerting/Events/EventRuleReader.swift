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
    private static let ownLabels: Set<String> = [
        "alertname", "severity", "chain", "contract", "event", "transaction", "log_index",
    ]
    private static let ownAnnotations: Set<String> = ["block", "transaction_url"]
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
        let name = section.optionalScalar("name", expected: "the name of an alert")
        let condition = section.optionalScalar("where", expected: "a condition")
        let severity = section.string("severity", default: "warning")
        let moment = section.value("at", .eventMoment, default: .head)
        let resolveAfter = section.duration(
            "resolve_after", in: .seconds(1) ... .seconds(365 * 86_400), default: .seconds(600))
        let ageMax = section.duration(
            "age_max", in: .seconds(1) ... .seconds(3650 * 86_400), default: .seconds(86_400))
        let limit = section.int("limit", in: 1...1000, default: 20)
        let labels = self.labels(section)
        let annotations = self.annotations(section)
        let units = self.units(section)
        let syntax = condition.map { self.syntax($0) }

        guard let references, let labels, let annotations, let units else { return nil }
        if let syntax, syntax == nil { return nil }
        if let name, !Self.isName(name.text) {
            name.fail(
                "an alert's name is 1 to 100 printable characters", advice: "such as NodeSlashed")
            return nil
        }
        guard let targets = self.targets(references) else { return nil }
        let rule = EventRuleDefinition(
            name: name?.text, references: references.map(\.text), severity: severity,
            moment: moment, resolveAfter: resolveAfter.milliseconds, ageMax: ageMax.milliseconds,
            limit: limit, condition: condition?.text, targets: targets, syntax: syntax ?? nil,
            units: units, labels: labels, annotations: annotations)
        return self.fits(rule, section, condition) ? rule : nil
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

    private func labels(_ section: ConfigSection) -> [EventTexts.Source]? {
        self.texts(section, "labels", own: Self.ownLabels) { name in
            name.isIdentifier && !name.hasPrefix("__")
        }
    }

    /// `summary`, `description`, `runbook_url`, and whatever stands under `annotations`.
    private func annotations(_ section: ConfigSection) -> [EventTexts.Source]? {
        let short = ["summary", "description", "runbook_url"].map { name in
            section.optionalScalar(name, expected: "a text").map {
                EventTexts.Source(name: name, text: $0.text)
            }
        }
        let given = short.compactMap { $0 }
        let own = Self.ownAnnotations.union(given.map(\.name))
        return self.texts(section, "annotations", own: own, isName: \.isIdentifier)
            .map { given + $0 }
    }

    private func texts(
        _ section: ConfigSection, _ key: String, own: Set<String>, isName: (String) -> Bool
    ) -> [EventTexts.Source]? {
        var sources: [EventTexts.Source] = []
        var isFaulty = false
        for entry in section.entries(key) {
            guard let scalar = entry.value.scalar(expected: "a text") else {
                isFaulty = true
                continue
            }
            if own.contains(entry.name) {
                scalar.fail(
                    "\(entry.name) is set by the rule itself", advice: "use another name")
                isFaulty = true
            } else if !isName(entry.name) {
                scalar.fail(
                    "\(entry.name.quoted) is no name of a label",
                    advice: "letters, digits and _, no digit first")
                isFaulty = true
            }
            sources.append(.init(name: entry.name, text: scalar.text))
        }
        return isFaulty ? nil : sources
    }

    /// `units: { amount: FAB }`: in which token an argument counts.
    private func units(_ section: ConfigSection) -> [String: String]? {
        var units: [String: String] = [:]
        var isFaulty = false
        let known = Set(self.sources.chains.flatMap { $0.tokens.map(\.symbol) })
            .union(["wei", "gwei", "ether"])
        for entry in section.entries("units") {
            guard let scalar = entry.value.scalar(expected: "a token's symbol") else {
                isFaulty = true
                continue
            }
            if !known.contains(scalar.text) {
                scalar.fail(
                    "there is no token \(scalar.shown)",
                    advice: scalar.suggestion(
                        scalar.text, among: known.sorted(), kind: "known units"))
                isFaulty = true
            }
            units[entry.name] = scalar.text
        }
        return isFaulty ? nil : units
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

    /// The schema of `event_rules`.
    package static let schema = SchemaNode.list(
        of: .object([
            .init(
                "on", .either([.string, .list(of: .string)]),
                "The events: Contract.Event, Contract.Event(types), Contract.*, *.Event.",
                isRequired: true),
            .init("name", .string, "The alert's name; the event's by default."),
            .init(
                "where", .text(examples: ["amount > 100 FAB && node in operators"]),
                "Which of the events; all by default."),
            .init("severity", .string, "The label severity; warning by default."),
            .init(
                "at", .either([.words(["head", "finalized"]), .integer(0...100_000)]),
                "When it is told: at the head (the default), so many blocks later, or when final."),
            .init("resolve_after", .duration, "How long the alert fires; 10m by default."),
            .init(
                "age_max", .duration,
                "How old an event may be to be told of still, after a stop; 1d by default."),
            .init(
                "limit", .integer(1...1000),
                "Events of one block that are told one by one; 20 by default."),
            .init("labels", .map(of: .string), "Further labels: templates."),
            .init("annotations", .map(of: .string), "Further annotations: templates."),
            .init("summary", .string, "One line: a template."),
            .init("description", .string, "More: a template."),
            .init("runbook_url", .string, "What to do, as a link."),
            .init("units", .map(of: .string), "In which token an argument counts."),
        ]))
}

extension Duration {
    /// Whole milliseconds; what is longer than they can count is cut.
    fileprivate var milliseconds: Int64 {
        let (seconds, attoseconds) = self.components
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1000)
        return overflow ? .max : product + attoseconds / 1_000_000_000_000_000
    }
}
