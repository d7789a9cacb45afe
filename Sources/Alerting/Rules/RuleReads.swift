// Weir
// SPDX-License-Identifier: Apache-2.0

package import ConfigTree
import GoTemplate
import PromQL

extension ConfigType where Value == Int64 {
    /// A duration as Prometheus writes it, in milliseconds: `5m`, `1h30m`, `1y2w3d`.
    package static var prometheusDuration: ConfigType {
        .parsed(
            "a duration such as 5m", advice: "write a number with a unit: 30s, 5m, 1h30m, 7d",
            show: { DurationText.text($0) }, { DurationText.parse($0) })
    }
}

extension ConfigType where Value == Expression {
    /// An expression of PromQL.
    static var expression: ConfigType {
        .scalar("a PromQL expression") { scalar throws(ConfigFault) in
            do throws(PromQLError) {
                return try PromQLParser.parse(scalar.text)
            } catch {
                throw ConfigFault(
                    "could not parse expression: \(error.line):\(error.column): \(error.reason)",
                    advice: error.advice)
            }
        }
    }
}

extension ConfigSection {
    /// A duration in milliseconds, 0 where there is none; nil: it is faulty.
    func prometheusDuration(_ key: String) -> Int64? {
        guard let value = self.value(key), !value.isNull else { return 0 }
        return value.read(.prometheusDuration)
    }

    /// A text, empty where there is none; nil: it is faulty.
    func text(_ key: String) -> String? {
        guard let value = self.value(key), !value.isNull else { return "" }
        return value.scalar()?.text
    }

    /// Names of labels or annotations with their texts; nil: one is faulty.
    ///
    /// - Parameter kind: `label` or `annotation`, for messages.
    func texts(_ key: String, _ kind: String) -> [(value: ConfigValue, name: String, text: String)]?
    {
        var isGood = true
        var texts: [(value: ConfigValue, name: String, text: String)] = []
        guard let all = self.value(key) else { return [] }
        guard let entries = all.entries() else { return nil }
        for entry in entries {
            if !LabelNameText.isPlain(entry.name)
                || (kind == "label" && entry.name == Labels.metricName)
            {
                entry.value.fail(
                    "invalid \(kind) name: \(Redaction.quoted(entry.name))",
                    advice: "use letters, digits and underscores")
                isGood = false
            }
            if entry.value.isNull {
                texts.append((entry.value, entry.name, ""))
            } else if let scalar = entry.value.scalar() {
                texts.append((entry.value, entry.name, scalar.text))
            } else {
                isGood = false
            }
        }
        return isGood ? texts : nil
    }

    /// Labels or annotations of an alert, sorted by name; nil: one is faulty.
    func ruleTexts(_ key: String, _ kind: String) -> [RuleText]? {
        guard let texts = self.texts(key, kind) else { return nil }
        var result: [RuleText] = []
        for (value, name, text) in texts {
            do {
                result.append(RuleText(name: name, template: try AlertingRule.template(text)))
            } catch {
                value.fail("\(kind) \"\(name)\": \(error)")
            }
        }
        guard result.count == texts.count else { return nil }
        return result.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    }
}
