// Weir
// SPDX-License-Identifier: Apache-2.0

/// One value of a configuration before anything is known of its type: a scalar, a section or a
/// list. Its reads report what is wrong and give nil, so that reading goes on.
package struct ConfigValue {
    let node: ConfigNode
    let reader: ConfigReader

    init(_ node: ConfigNode, _ reader: ConfigReader) {
        self.node = node
        self.reader = reader
    }

    package var place: ConfigPlace { self.node.place }
    /// Such as `chains.base.endpoints[0]`.
    package var path: String { self.node.path.text }
    /// Whether there is nothing behind its key.
    package var isNull: Bool { self.node.isNull }
    package var isSection: Bool {
        if case .mapping = self.node.content { true } else { false }
    }
    package var isList: Bool {
        if case .sequence = self.node.content { true } else { false }
    }

    /// Reports a fault at this value's place.
    package func fail(_ message: String, advice: String? = nil) {
        self.reader.report(self.node, message, advice: advice)
    }

    /// The value read as `type`.
    package func read<Value>(_ type: ConfigType<Value>) -> Value? { type.read(self) }

    /// The text of a scalar; nothing at all and anything else are reported.
    package func scalar(expected: String = "text") -> ConfigScalar? {
        guard case .scalar(let text, let isPlain) = self.node.content, !self.node.isNull else {
            self.refuse(expected: expected)
            return nil
        }
        if self.node.use == .unread { self.node.use = .plain }
        return ConfigScalar(text: text, isPlain: isPlain, node: self.node, reader: self.reader)
    }

    /// The value as a section; nothing behind the key is an empty one.
    package func section() -> ConfigSection? {
        if self.node.isNull { self.node.content = .mapping([]) }
        guard case .mapping = self.node.content else {
            self.refuse(expected: "a section")
            return nil
        }
        self.node.isOpenedAsSection = true
        return ConfigSection(self.node, self.reader)
    }

    /// The values of a list in order; a scalar or section is a list of itself, nothing an empty
    /// one.
    package func items() -> [ConfigValue]? {
        switch self.node.content {
        case .broken: return nil
        case .mapping: return [self]
        case .scalar: return self.node.isNull ? [] : [self]
        case .sequence(let items):
            for item in items { self.reader.applyOverride(to: item) }
            return items.map { ConfigValue($0, self.reader) }
        }
    }

    /// The values of a list; only of a list.
    package func list() -> [ConfigValue]? {
        if self.node.isNull { return [] }
        guard self.isList else {
            self.refuse(expected: "a list")
            return nil
        }
        return self.items()
    }

    /// The entries of a map whose keys are names, in the order of the file.
    package func entries() -> [ConfigEntry]? {
        if self.node.isNull { return [] }
        guard case .mapping(let entries) = self.node.content else {
            self.refuse(expected: "a section")
            return nil
        }
        return entries.map { key, node in
            self.reader.applyOverride(to: node)
            return ConfigEntry(
                name: key, place: node.keyPlace ?? node.place,
                value: ConfigValue(node, self.reader))
        }
    }

    /// `path` as seen from the configuration file's folder.
    package func absolute(_ path: String) -> String { self.reader.interpolation.absolute(path) }

    /// The text of a scalar that must not be shown but as `shown` says.
    func secretText(expected: String, shown: (String) -> String) -> String? {
        guard case .scalar(let text, _) = self.node.content, !self.node.isNull else {
            self.refuse(expected: expected)
            return nil
        }
        if case .override(let name)? = self.node.origins.first {
            self.node.use = .secret(shown: Redaction.secret)
            self.fail(
                "a secret is never taken from an override",
                advice: "unset \(name) and write ${env:NAME} in the file")
            return nil
        }
        self.node.use = .secret(shown: shown(text))
        guard !text.isEmpty else {
            self.fail("expected \(expected), found an empty text")
            return nil
        }
        return text
    }

    private func refuse(expected: String) {
        if self.node.isNull {
            self.fail("is empty", advice: "expected \(expected)")
        } else {
            self.fail("expected \(expected), found \(self.node.foundKind)")
        }
    }
}

/// One entry of a map whose keys are names that the operator chose.
package struct ConfigEntry {
    package let name: String
    /// The place of the name.
    package let place: ConfigPlace
    package let value: ConfigValue
}
