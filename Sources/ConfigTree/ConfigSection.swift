// Weir
// SPDX-License-Identifier: Apache-2.0

/// A part of the configuration with keys that its reader knows.
///
/// Every read reports what is wrong, at its place, and gives nil or the default: a reader reads all
/// it knows *before* it gives up, so that the operator sees all faults at once, and every key that
/// no reader asked for is reported as unknown when the reading ends.
///
/// ```
/// let id = section.uint64("id", in: 1 ... .max)
/// let poll = section.duration("poll", default: .seconds(2))
/// let url = section.required("url", .url())
/// guard let id, let url else { return nil }
/// ```
///
/// The three verbs are ``required(_:_:)``, ``optional(_:_:)`` and ``value(_:_:default:)``; the
/// methods named after types in `ConfigSection+Reads.swift` say the same in fewer words.
package struct ConfigSection {
    let node: ConfigNode
    let reader: ConfigReader

    init(_ node: ConfigNode, _ reader: ConfigReader) {
        self.node = node
        self.reader = reader
    }

    /// Such as `chains.base`; empty for the whole document.
    package var path: String { self.node.path.text }
    /// The place of the section's own key, or of its first line.
    package var place: ConfigPlace { self.node.keyPlace ?? self.node.place }

    /// The keys the section holds, in the order of the file.
    package var keys: [String] {
        guard case .mapping(let entries) = self.node.content else { return [] }
        return entries.map(\.key)
    }

    /// Whether the section holds a key, be its value empty or not. Counts as asking for it.
    package func has(_ key: String) -> Bool {
        self.reader.child(of: self.node, key: key) != nil
    }

    /// Reports a fault of the section as a whole.
    package func fail(_ message: String, advice: String? = nil) {
        self.reader.report(
            ConfigDiagnostic(
                place: self.place, path: self.path, message: message, advice: advice))
    }

    /// Reports a fault at the value of a key, or of the section if it does not hold it.
    package func fail(at key: String, _ message: String, advice: String? = nil) {
        guard let child = self.reader.child(of: self.node, key: key) else {
            return self.fail("\(key): \(message)", advice: advice)
        }
        self.reader.report(child, message, advice: advice)
    }

    // MARK: - The three verbs

    /// The value under a key as it stands; nil where there is none.
    package func value(_ key: String) -> ConfigValue? {
        self.reader.child(of: self.node, key: key).map { ConfigValue($0, self.reader) }
    }

    /// The value that must be there. Nil: its fault has been reported.
    package func required<Value>(_ key: String, _ type: ConfigType<Value>) -> Value? {
        guard let value = self.value(key) else {
            self.fail(
                "missing key \(Redaction.quoted(key))", advice: "expected \(type.expected)")
            return nil
        }
        return type.read(value)
    }

    /// The value that may be missing or empty. Nil: it is, or its fault has been reported.
    package func optional<Value>(_ key: String, _ type: ConfigType<Value>) -> Value? {
        guard let value = self.value(key), !value.isNull else { return nil }
        return type.read(value)
    }

    /// The value, or `standard` where it is missing, empty or faulty. The default appears as such
    /// among the effective values.
    package func value<Value>(
        _ key: String, _ type: ConfigType<Value>, default standard: Value
    ) -> Value {
        guard let value = self.value(key), !value.isNull else {
            if !self.node.standards.contains(where: { $0.key == key }) {
                self.node.standards.append((key, type.show(standard)))
            }
            return standard
        }
        return type.read(value) ?? standard
    }

    // MARK: - Sections and lists

    /// A section that must be there; nothing behind its key is an empty one.
    package func section(_ key: String) -> ConfigSection? {
        guard let value = self.value(key) else {
            self.fail("missing key \(Redaction.quoted(key))", advice: "expected a section")
            return nil
        }
        return value.section()
    }

    /// A section that may be missing. `key:` with nothing behind it is an empty section, not a
    /// missing one.
    package func optionalSection(_ key: String) -> ConfigSection? {
        self.value(key)?.section()
    }

    /// The sections of a map from names to sections, in the order of the file; none if it is
    /// missing.
    package func sections(_ key: String) -> [(name: String, section: ConfigSection)] {
        self.entries(key).compactMap { entry in
            entry.value.section().map { (entry.name, $0) }
        }
    }

    /// The entries of a map whose keys are names, in the order of the file; none if it is missing.
    package func entries(_ key: String) -> [ConfigEntry] {
        self.value(key)?.entries() ?? []
    }

    /// A map from names to values of one type; nil if an entry is faulty, empty if it is missing.
    package func map<Value>(
        _ key: String, _ type: ConfigType<Value>
    ) -> [(name: String, value: Value)]? {
        guard let value = self.value(key) else { return [] }
        guard let entries = value.entries() else { return nil }
        let values = entries.map { ($0.name, type.read($0.value)) }
        let good = values.compactMap { name, value in value.map { (name: name, value: $0) } }
        return good.count == values.count ? good : nil
    }

    /// The items of a list of any values; none if it is missing.
    package func list(_ key: String) -> [ConfigValue] {
        self.value(key)?.list() ?? []
    }

    /// The sections of a list of sections, in order; none if it is missing.
    package func sectionList(_ key: String) -> [ConfigSection] {
        self.list(key).compactMap { $0.section() }
    }
}
