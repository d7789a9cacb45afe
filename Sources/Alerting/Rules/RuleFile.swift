// Weir
// SPDX-License-Identifier: Apache-2.0

package import ConfigTree
import PromQL

/// A file of rules as Prometheus has it, read as `promtool check rules` reads it.
///
/// A rule that is faulty is left out, all others stay; every fault is told with its place. An unknown key
/// is a fault, and its rule stays: an alert with too few words is better than none. `$` is a letter
/// like any other: nothing is taken from the environment.
package struct RuleFile: Sendable {
    package let name: String
    package let groups: [RuleGroup]
    /// What is wrong, by place.
    package let faults: [ConfigDiagnostic]
    /// What Prometheus takes, and is hardly meant: two rules with one name and labels.
    package let warnings: [ConfigDiagnostic]

    /// Larger than those of a configuration: rule files are often written by programs.
    private static let limits: ConfigLimits = {
        var limits = ConfigLimits()
        limits.fileBytes = 16 << 20
        limits.nodes = 1_000_000
        return limits
    }()

    /// Reads a file.
    package static func load(path: String, surroundings: ConfigSurroundings) -> RuleFile {
        do {
            return Self.read(try Self.loader(surroundings).load(path: path), name: path)
        } catch {
            return RuleFile(name: path, groups: [], faults: error.list, warnings: [])
        }
    }

    /// Reads the bytes of a file.
    package static func read(_ bytes: [UInt8], name: String) -> RuleFile {
        do {
            let loader = Self.loader(ConfigSurroundings())
            return Self.read(try loader.load(bytes: bytes, name: name), name: name)
        } catch {
            return RuleFile(name: name, groups: [], faults: error.list, warnings: [])
        }
    }

    private static func loader(_ surroundings: ConfigSurroundings) -> ConfigLoader {
        // Variables stay outside: a file of rules takes no overrides.
        ConfigLoader(
            surroundings: ConfigSurroundings(readFile: surroundings.readFile), limits: Self.limits,
            overridePrefix: "", interpolates: false)
    }

    private static func read(_ tree: ConfigTree, name: String) -> RuleFile {
        var reader = RuleFileReader(file: name)
        if let section = tree.value.section() { reader.read(section) }
        return RuleFile(
            name: name, groups: reader.groups, faults: tree.diagnostics(),
            warnings: reader.warnings)
    }
}

/// Makes groups of the sections of a file.
struct RuleFileReader {
    let file: String
    private(set) var groups: [RuleGroup] = []
    private(set) var warnings: [ConfigDiagnostic] = []
    private var names: Set<String> = []
    private var seen: [String: ConfigPlace] = [:]

    init(file: String) {
        self.file = file
    }

    mutating func read(_ section: ConfigSection) {
        for group in section.sectionList("groups") { self.group(group) }
    }

    private mutating func group(_ section: ConfigSection) {
        let name = section.text("name")
        let interval = section.prometheusDuration("interval")
        let offset = section.prometheusDuration("query_offset")
        let limit = section.int("limit", in: 0 ... .max, default: 0)
        let rules = section.sectionList("rules").compactMap { self.rule($0) }
        guard let name, let interval, let offset else { return }
        guard !name.isEmpty else {
            section.fail("Groupname must not be empty", advice: "add name:")
            return
        }
        guard self.names.insert(name).inserted else {
            section.fail(
                at: "name", "groupname: \(Redaction.quoted(name)) is repeated in the same file",
                advice: "give each group its own name")
            return
        }
        self.groups.append(
            RuleGroup(
                name: name, file: self.file, interval: interval == 0 ? nil : interval,
                limit: limit, queryOffset: offset, rules: rules))
    }

    private mutating func rule(_ section: ConfigSection) -> Rule? {
        let record = section.text("record")
        let alert = section.text("alert")
        let hold = section.prometheusDuration("for")
        let keepFiring = section.prometheusDuration("keep_firing_for")
        let expression = Self.expression(section)
        guard let record, let alert else { return nil }
        let rule: Rule?
        switch (record.isEmpty, alert.isEmpty) {
        case (true, true), (false, false):
            for key in ["labels", "annotations"] { _ = section.value(key) }
            section.fail(
                alert.isEmpty
                    ? "one of 'record' or 'alert' must be set"
                    : "only one of 'record' and 'alert' must be set",
                advice: "write alert: NAME for an alert, record: NAME for a series")
            return nil
        case (true, false):
            let labels = section.ruleTexts("labels", "label")
            let annotations = section.ruleTexts("annotations", "annotation")
            guard let hold, let keepFiring, let expression, let labels, let annotations else {
                return nil
            }
            rule = .alerting(
                AlertingRule(
                    name: alert, expression: expression, hold: hold, keepFiring: keepFiring,
                    labels: labels, annotations: annotations, place: section.place))
        case (false, true):
            rule = Self.recording(record, section, expression, hold, keepFiring)
        }
        if let rule { self.compare(rule) }
        return rule
    }

    private static func expression(_ section: ConfigSection) -> Expression? {
        guard let value = section.value("expr"), !value.isNull else {
            section.fail("field 'expr' must be set in rule", advice: "add expr:")
            return nil
        }
        return value.read(.expression)
    }

    private static func recording(
        _ name: String, _ section: ConfigSection, _ expression: Expression?, _ hold: Int64?,
        _ keepFiring: Int64?
    ) -> Rule? {
        var isGood = true
        func refuse(_ key: String, if isThere: Bool) {
            guard isThere else { return }
            section.fail(at: key, "invalid field '\(key)' in recording rule", advice: "remove it")
            isGood = false
        }
        refuse("for", if: (hold ?? 0) != 0)
        refuse("keep_firing_for", if: (keepFiring ?? 0) != 0)
        let annotations = section.value("annotations")
        refuse("annotations", if: annotations.map { !$0.isNull } ?? false)
        let isName = name.split(separator: ":", omittingEmptySubsequences: false).allSatisfy {
            $0.isEmpty || LabelNameText.isPlain("_\($0)")
        }
        if !isName || name.utf8.first.map({ (0x30...0x39).contains($0) }) ?? true {
            section.fail(
                at: "record", "invalid recording rule name: \(Redaction.quoted(name))",
                advice: "use letters, digits, underscores and colons")
            isGood = false
        }
        let labels = section.texts("labels", "label")
        guard isGood, let expression, let labels, hold != nil, keepFiring != nil else { return nil }
        return .recording(
            RecordingRule(
                name: name, expression: expression,
                labels: Labels(labels.map { ($0.name, $0.text) }), place: section.place))
    }

    /// Prometheus takes two rules that give the same series, and the second one fails at each evaluation.
    private mutating func compare(_ rule: Rule) {
        guard let first = self.seen[rule.key] else {
            self.seen[rule.key] = rule.place
            return
        }
        self.warnings.append(
            ConfigDiagnostic(
                place: rule.place,
                message: "duplicate rule \(Redaction.quoted(rule.name)) with the same labels,"
                    + " first at \(first.line):\(first.column)",
                advice: "two rules that give the same series disturb each other; rename one"))
    }
}
