// Weir
// SPDX-License-Identifier: Apache-2.0

import GoTemplate
import PromQL

/// Writes groups as a file of rules that Prometheus takes.
package enum RuleFileText {
    /// The file's text; expressions in the form in which Prometheus shows them.
    package static func text(_ groups: [RuleGroup]) -> String {
        if groups.isEmpty { return "groups: []\n" }
        var lines = ["groups:"]
        for group in groups {
            lines.append("  - name: \(Self.quoted(group.name))")
            if let interval = group.interval {
                lines.append("    interval: \(DurationText.text(interval))")
            }
            if group.limit > 0 { lines.append("    limit: \(group.limit)") }
            if group.queryOffset > 0 {
                lines.append("    query_offset: \(DurationText.text(group.queryOffset))")
            }
            lines.append(group.rules.isEmpty ? "    rules: []" : "    rules:")
            for rule in group.rules { lines += Self.lines(rule) }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func lines(_ rule: Rule) -> [String] {
        var lines: [String] = []
        switch rule {
        case .recording(let rule):
            lines.append("      - record: \(Self.quoted(rule.name))")
            lines.append("        expr: \(Self.quoted(rule.expression.description))")
            lines += Self.lines("labels", rule.labels.pairs.map { ($0.name, $0.value) })
        case .alerting(let rule):
            lines.append("      - alert: \(Self.quoted(rule.name))")
            lines.append("        expr: \(Self.quoted(rule.expression.description))")
            if rule.hold > 0 { lines.append("        for: \(DurationText.text(rule.hold))") }
            if rule.keepFiring > 0 {
                lines.append("        keep_firing_for: \(DurationText.text(rule.keepFiring))")
            }
            lines += Self.lines("labels", rule.labels.map { ($0.name, $0.template.source) })
            lines += Self.lines(
                "annotations", rule.annotations.map { ($0.name, $0.template.source) })
        }
        return lines
    }

    private static func lines(_ key: String, _ texts: [(String, String)]) -> [String] {
        guard !texts.isEmpty else { return [] }
        return ["        \(key):"] + texts.map { "          \($0.0): \(Self.quoted($0.1))" }
    }

    /// A text in double quotes (YAML 1.1 §9.1), in ASCII but for what everybody can read.
    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\t": result += "\\t"
            default:
                if scalar.value >= 0x20, scalar.value < 0x7f {
                    result.unicodeScalars.append(scalar)
                } else if scalar.properties.isAlphabetic, scalar.value < 0x1_0000 {
                    result.unicodeScalars.append(scalar)
                } else {
                    let hex = String(scalar.value, radix: 16)
                    let width = scalar.value < 0x1_0000 ? 4 : 8
                    let zeros = String(repeating: "0", count: width - hex.count)
                    result += (width == 4 ? "\\u" : "\\U") + zeros + hex
                }
            }
        }
        return result + "\""
    }
}
