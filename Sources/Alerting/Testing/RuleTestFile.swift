// Weir
// SPDX-License-Identifier: Apache-2.0

package import ConfigTree
package import PromQL

/// A file of tests of rules, as `promtool test rules` reads it.
///
/// Source: prometheus.io/docs/prometheus/latest/configuration/unit_testing_rules.
package struct RuleTestFile: Sendable {
    package let name: String
    /// As written: relative to the file's folder, with `*` and `?`.
    package var ruleFiles: [String] = []
    /// Milliseconds between two evaluations of all groups.
    package var evaluationInterval: Int64 = 60_000
    package var groupOrder: [String] = []
    package var tests: [RuleTestGroup] = []
    /// What is wrong with the file itself; then it is not run.
    package var faults: [ConfigDiagnostic] = []

    /// Reads a file.
    package static func load(path: String, surroundings: ConfigSurroundings) -> RuleTestFile {
        var limits = ConfigLimits()
        limits.fileBytes = 16 << 20
        limits.nodes = 1_000_000
        let loader = ConfigLoader(
            surroundings: ConfigSurroundings(readFile: surroundings.readFile), limits: limits,
            overridePrefix: "", interpolates: false)
        var file = RuleTestFile(name: path)
        do {
            let tree = try loader.load(path: path)
            if let section = tree.value.section() { file.read(section) }
            file.faults = tree.diagnostics()
        } catch {
            file.faults = error.list
        }
        return file
    }

    private init(name: String) {
        self.name = name
    }

    private mutating func read(_ section: ConfigSection) {
        self.ruleFiles = section.stringList("rule_files")
        self.groupOrder = section.stringList("group_eval_order")
        let interval = section.prometheusDuration("evaluation_interval") ?? 0
        if interval > 0 { self.evaluationInterval = interval }
        var seen: Set<String> = []
        for name in self.groupOrder where !seen.insert(name).inserted {
            section.fail(
                at: "group_eval_order", "group name repeated in evaluation order: \(name)",
                advice: "name each group once")
        }
        let standard = self.evaluationInterval
        self.tests = section.sectionList("tests").map {
            RuleTestGroup(section: $0, interval: standard)
        }
    }
}

/// Series, and what rules must make of them.
package struct RuleTestGroup: Sendable {
    /// One series in the notation of promtool.
    package struct Input: Sendable {
        package let labels: Labels
        package let values: [SeriesNotation.Value]
    }

    /// Which alerts of a name must fire at a time.
    package struct AlertCase: Sendable {
        package let time: Int64
        package let name: String
        package let expected: [RuleTestAlert]
        package let place: ConfigPlace
    }

    /// What an expression must give at a time.
    package struct ExpressionCase: Sendable {
        package let time: Int64
        package let text: String
        package let expected: [(labels: Labels, value: Double)]
        package let place: ConfigPlace
    }

    package let name: String
    /// Milliseconds between two values of a series.
    package let interval: Int64
    package var inputs: [Input] = []
    package var alerts: [AlertCase] = []
    package var expressions: [ExpressionCase] = []
    package let externalLabels: [String: String]
    package let externalURL: String

    /// Reads one entry of `tests:`; what is wrong is reported and left out.
    init(section: ConfigSection, interval standard: Int64) {
        self.name = section.text("name") ?? ""
        let interval = section.prometheusDuration("interval") ?? 0
        self.interval = interval > 0 ? interval : standard
        self.externalLabels = Self.texts(section, "external_labels")
        self.externalURL = section.text("external_url") ?? ""
        self.inputs = section.sectionList("input_series").compactMap(Self.input)
        self.alerts = section.sectionList("alert_rule_test").compactMap(Self.alertCase)
        self.expressions = section.sectionList("promql_expr_test").compactMap(Self.expressionCase)
    }

    /// The last time at which something is looked at.
    var end: Int64 {
        max(self.alerts.map(\.time).max() ?? 0, self.expressions.map(\.time).max() ?? 0)
    }

    private static func input(_ section: ConfigSection) -> Input? {
        let series = section.text("series")
        let text = section.text("values")
        guard let series, let text else { return nil }
        do throws(SeriesNotationError) {
            let labels = try SeriesNotation.labels(series)
            do throws(SeriesNotationError) {
                return Input(labels: labels, values: try SeriesNotation.values(text))
            } catch {
                section.fail(at: "values", error.description)
                return nil
            }
        } catch {
            section.fail(
                at: "series", error.description, advice: "write metric{label=\"value\"}")
            return nil
        }
    }

    private static func alertCase(_ section: ConfigSection) -> AlertCase? {
        let time = section.prometheusDuration("eval_time")
        let name = section.text("alertname")
        let expected = section.sectionList("exp_alerts").map { alert in
            RuleTestAlert(
                labels: Labels(Self.texts(alert, "exp_labels")),
                annotations: Labels(Self.texts(alert, "exp_annotations")))
        }
        guard let time, let name else { return nil }
        guard !name.isEmpty else {
            section.fail(
                "an item under alert_rule_test misses required attribute alertname",
                advice: "add alertname:")
            return nil
        }
        let named = expected.map {
            RuleTestAlert(
                labels: $0.labels.setting("alertname", to: name), annotations: $0.annotations)
        }
        return AlertCase(time: time, name: name, expected: named, place: section.place)
    }

    private static func expressionCase(_ section: ConfigSection) -> ExpressionCase? {
        let time = section.prometheusDuration("eval_time")
        let text = section.text("expr")
        var expected: [(labels: Labels, value: Double)] = []
        for sample in section.sectionList("exp_samples") {
            let labels = sample.text("labels") ?? ""
            let value = Self.number(sample)
            do throws(SeriesNotationError) {
                // Nothing is the label set of a scalar.
                expected.append(
                    (labels.isEmpty ? .empty : try SeriesNotation.labels(labels), value))
            } catch {
                sample.fail(at: "labels", error.description)
            }
        }
        guard let time, let text else { return nil }
        return ExpressionCase(time: time, text: text, expected: expected, place: section.place)
    }

    /// A number as YAML writes it: `1.5`, `2e3`, `.inf`, `-.Inf`, `.nan`; nothing is 0.
    private static func number(_ section: ConfigSection) -> Double {
        guard let value = section.value("value"), !value.isNull, let scalar = value.scalar() else {
            return 0
        }
        let text = scalar.text.lowercased()
        switch text {
        case ".inf", "+.inf": return .infinity
        case "-.inf": return -.infinity
        case ".nan": return .nan
        default: break
        }
        if let number = NumberLiteral.parseSigned(text) { return number }
        scalar.fail("expected a number, found \(scalar.shown)")
        return 0
    }

    private static func texts(_ section: ConfigSection, _ key: String) -> [String: String] {
        var texts: [String: String] = [:]
        for entry in section.entries(key) {
            texts[entry.name] = entry.value.isNull ? "" : entry.value.scalar()?.text ?? ""
        }
        return texts
    }
}

/// An alert as a test speaks of it.
package struct RuleTestAlert: Sendable, Hashable, Comparable {
    package let labels: Labels
    package let annotations: Labels

    package static func < (left: Self, right: Self) -> Bool {
        left.labels == right.labels
            ? left.annotations < right.annotations : left.labels < right.labels
    }
}
