// Weir
// SPDX-License-Identifier: Apache-2.0

package import ConfigTree
import GoTemplate
import PromQL

/// What came of a file of tests.
package struct RuleTestReport: Sendable {
    package let file: String
    /// How many cases were looked at.
    package internal(set) var cases = 0
    package internal(set) var failures: [RuleTestFailure] = []
    /// Patterns that fit no file.
    package internal(set) var warnings: [String] = []

    package var hasPassed: Bool { self.failures.isEmpty }

    /// As `promtool test rules` prints it.
    package var text: String {
        var lines = ["Unit Testing:  \(self.file)"]
        lines += self.warnings.map { "  WARNING: \($0)" }
        guard !self.hasPassed else { return (lines + ["  SUCCESS"]).joined(separator: "\n") }
        lines.append("  FAILED:")
        return (lines + self.failures.map(\.text)).joined(separator: "\n")
    }
}

/// One thing that is not as a test has it.
package struct RuleTestFailure: Sendable, Hashable {
    /// Where the case stands, or the fault of a file.
    package let place: ConfigPlace
    /// In the form of promtool.
    package let text: String

    init(_ place: ConfigPlace, _ text: String) {
        self.place = place
        self.text = text
    }

    init(_ fault: ConfigDiagnostic) {
        self.init(fault.place, fault.description)
    }

    static func alerts(
        _ test: RuleTestGroup.AlertCase, of group: RuleTestGroup, expected: [RuleTestAlert],
        got: [RuleTestAlert]
    ) -> RuleTestFailure {
        let name = group.name.isEmpty ? "" : "    name: \(group.name),\n"
        let time = DurationText.text(test.time)
        return RuleTestFailure(
            test.place,
            name + "    alertname: \(test.name), time: \(time), \n        exp:"
                + Self.list(expected) + ", \n        got:" + Self.list(got))
    }

    static func expression(
        _ test: RuleTestGroup.ExpressionCase, expected: [(labels: Labels, value: Double)],
        got: [(labels: Labels, value: Double)]
    ) -> RuleTestFailure {
        RuleTestFailure(
            test.place,
            Self.head(test) + ",\n        exp: " + Self.list(expected) + "\n        got: "
                + Self.list(got))
    }

    static func expression(
        _ test: RuleTestGroup.ExpressionCase, reason: String
    ) -> RuleTestFailure {
        RuleTestFailure(test.place, Self.head(test) + ", err: " + reason)
    }

    static func rule(_ rule: Rule, at time: Int64, reason: String) -> RuleTestFailure {
        RuleTestFailure(
            rule.place, "    rule: \(rule.name), time: \(DurationText.text(time)), err: \(reason)")
    }

    private static func head(_ test: RuleTestGroup.ExpressionCase) -> String {
        "    expr: \(GoText.quoted(test.text)), time: \(DurationText.text(test.time))"
    }

    private static func list(_ alerts: [RuleTestAlert]) -> String {
        if alerts.isEmpty { return "[]" }
        let indent = "            "
        let items = alerts.enumerated().map { index, alert in
            "\n\(indent)\(index):\n\(indent)  Labels:\(alert.labels)"
                + "\n\(indent)  Annotations:\(alert.annotations)"
        }
        return "[" + items.joined(separator: ",") + "\n\(indent)]"
    }

    private static func list(_ samples: [(labels: Labels, value: Double)]) -> String {
        if samples.isEmpty { return "nil" }
        return samples.map {
            "\($0.labels) " + GoNumber.format($0.value, "E", precision: nil)
        }.joined(separator: ", ")
    }
}
