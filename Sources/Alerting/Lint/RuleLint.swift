// Weir
// SPDX-License-Identifier: Apache-2.0

package import PromQL

/// Finds rules that load, and that never fire or fire for the wrong reason.
///
/// It claims only what follows from the catalogue, the expression and the rule's own texts; where something
/// is not known it is silent.
package struct RuleLint: Sendable {
    /// A rule as lint sees it.
    package struct Subject: Sendable {
        package var name: String
        package var expression: Expression
        /// The values of annotations and of labels, templates unexpanded.
        package var texts: [String]

        package init(name: String, expression: Expression, texts: [String] = []) {
            self.name = name
            self.expression = expression
            self.texts = texts
        }
    }

    package let catalogue: LintCatalogue
    /// Names that rules record, which exist besides those of the catalogue.
    package let recorded: Set<String>

    package init(catalogue: LintCatalogue, recorded: Set<String> = []) {
        self.catalogue = catalogue
        self.recorded = recorded
    }

    /// What is found in a rule: errors first, then by place.
    package func findings(in subject: Subject) -> [RuleLintFinding] {
        var findings: [RuleLintFinding] = []
        var report = Report(rule: subject.name, findings: [])
        self.checkNames(subject.expression, &report)
        self.checkHistograms(subject.expression, &report)
        self.checkMatching(subject.expression, &report)
        self.checkCounters(subject.expression, &report)
        self.checkUnits(subject, &report)
        findings += report.findings
        return findings.sorted {
            ($1.severity, $0.place.start, $0.kind.rawValue)
                < ($0.severity, $1.place.start, $1.kind.rawValue)
        }
    }

    /// Gathers what is found, each thing once.
    struct Report {
        let rule: String
        private(set) var findings: [RuleLintFinding]

        init(rule: String, findings: [RuleLintFinding]) {
            self.rule = rule
            self.findings = findings
        }

        mutating func add(
            _ kind: RuleLintFinding.Kind, _ severity: RuleLintFinding.Severity = .error,
            at place: SourceRange, _ reason: String, advice: String
        ) {
            let finding = RuleLintFinding(
                rule: self.rule, kind: kind, severity: severity, place: place, reason: reason,
                advice: advice)
            if !self.findings.contains(finding) { self.findings.append(finding) }
        }
    }
}

extension VectorSelector {
    /// The metric's name, where the selector is of one metric.
    var metricName: String? {
        if let name = self.name { return name }
        return self.matchers.first {
            $0.name == Labels.metricName && $0.operation == .equal && !$0.value.isEmpty
        }?.value
    }
}

extension Expression {
    /// Everything in the expression, itself first.
    var withDescendants: [Expression] {
        [self] + self.children.flatMap(\.withDescendants)
    }

    /// The value of an expression of numbers.
    var constant: Double? {
        switch self {
        case .number(let value, _): return value
        case .parenthesis(let inner, _): return inner.constant
        case .unary(let negates, let inner, _): return inner.constant.map { negates ? -$0 : $0 }
        case .call(let call) where call.name == "vector": return call.arguments.first?.constant
        case .binary(let binary):
            guard let left = binary.left.constant, let right = binary.right.constant else {
                return nil
            }
            switch binary.operation {
            case .add: return left + right
            case .subtract: return left - right
            case .multiply: return left * right
            case .divide: return left / right
            default: return nil
            }
        default: return nil
        }
    }
}
