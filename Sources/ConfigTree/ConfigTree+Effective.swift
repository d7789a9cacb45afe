// Weir
// SPDX-License-Identifier: Apache-2.0

// What of a configuration may be shown, and how (`weir config show`). Shown is what a reader read
// as something other than a secret, URLs cut after the host. Not shown is what was read as a secret,
// what came from the environment, a file or a credential and was not read, and what nobody read:
// a mistyped key may well hold a password.

/// One value in force, as it may be shown.
package struct EffectiveValue: Equatable, Sendable {
    /// Such as `chains.base.start`.
    package var path: String
    package var text: String
    package var origin: Origin
    package var isSecret: Bool
}

extension ConfigTree {
    /// All values in force after reading, defaults included, in the order of the file.
    package func effectiveValues() -> [EffectiveValue] {
        var values: [EffectiveValue] = []
        Self.collect(self.root, &values)
        return values
    }

    /// The configuration in force as YAML, each value that the file does not hold itself with its
    /// origin in a comment:
    ///
    /// ```
    /// chains:
    ///   base:
    ///     endpoints:
    ///       - url: https://rpc.example/…  # from env BASE_RPC_URL
    ///     poll: 2s  # default
    /// ```
    package func render() -> String {
        if case .scalar = self.root.content { return Self.line(self.root) + "\n" }
        let lines = Self.lines(self.root)
        return lines.isEmpty ? "{}\n" : lines.joined(separator: "\n") + "\n"
    }

    private static func collect(_ node: ConfigNode, _ values: inout [EffectiveValue]) {
        switch node.content {
        case .broken: return
        case .sequence(let items):
            for item in items { Self.collect(item, &values) }
        case .mapping(let entries):
            for (_, child) in entries { Self.collect(child, &values) }
            for (key, text) in node.standards {
                values.append(
                    EffectiveValue(
                        path: node.path.appending(key: key).text,
                        text: Redaction.cuttingURLs(in: text), origin: .standard,
                        isSecret: text == Redaction.secret))
            }
        case .scalar:
            let (text, isSecret) = Self.shown(node)
            let origin = node.origins.first ?? .literal
            values.append(
                EffectiveValue(
                    path: node.path.text, text: text, origin: origin, isSecret: isSecret))
        }
    }

    /// The text that may be shown of a scalar.
    private static func shown(_ node: ConfigNode) -> (text: String, isSecret: Bool) {
        guard case .scalar(let text, _) = node.content, !node.isNull else { return ("null", false) }
        switch node.use {
        case .plain: return (Redaction.cuttingURLs(in: text), false)
        case .secret(let shown): return (shown, true)
        case .unread: return (node.origins.isEmpty ? "<not read>" : Redaction.secret, true)
        }
    }

    private static func lines(_ node: ConfigNode) -> [String] {
        switch node.content {
        case .scalar, .broken: return [Self.line(node)]
        case .sequence(let items):
            return items.flatMap { item in
                let inner = Self.isBlock(item) ? Self.lines(item) : [Self.line(item)]
                return inner.enumerated().map { ($0.offset == 0 ? "- " : "  ") + $0.element }
            }
        case .mapping(let entries):
            var lines: [String] = []
            for (key, child) in entries {
                let isDefault = child.isNull && node.standards.contains { $0.key == key }
                guard !isDefault else { continue }
                if Self.isBlock(child) {
                    lines.append(Self.quoted(key) + ":")
                    lines += Self.lines(child).map { "  " + $0 }
                } else {
                    lines.append("\(Self.quoted(key)): \(Self.line(child))")
                }
            }
            for (key, text) in node.standards {
                let value = Self.quoted(Redaction.cuttingURLs(in: text), isPlain: true)
                lines.append("\(Self.quoted(key)): \(value)  # default")
            }
            return lines
        }
    }

    private static func isBlock(_ node: ConfigNode) -> Bool {
        switch node.content {
        case .scalar, .broken: false
        case .sequence(let items): !items.isEmpty
        case .mapping(let entries): !entries.isEmpty || !node.standards.isEmpty
        }
    }

    /// A node that fits one line.
    private static func line(_ node: ConfigNode) -> String {
        switch node.content {
        case .mapping: return "{}"
        case .sequence: return "[]"
        case .broken: return "<faulty>"
        case .scalar(_, let isPlain):
            if node.isNull { return "null" }
            let (text, isSecret) = Self.shown(node)
            let value =
                isSecret ? text : Self.quoted(text, isPlain: isPlain || !node.origins.isEmpty)
            return node.origins.first.map { "\(value)  # from \($0)" } ?? value
        }
    }

    /// A text as YAML: as it is if it is plain and means the same without quotes.
    private static func quoted(_ text: String, isPlain: Bool = true) -> String {
        if isPlain, Self.needsNoQuotes(text) { return text }
        let escaped = text.unicodeScalars.map { scalar -> String in
            switch scalar {
            case "\\": "\\\\"
            case "\"": "\\\""
            case "\n": "\\n"
            case "\t": "\\t"
            default: Self.escaped(scalar)
            }
        }
        return "\"\(escaped.joined())\""
    }

    /// Stricter than YAML asks, so that flow style and comments need no second thought.
    private static func needsNoQuotes(_ text: String) -> Bool {
        guard let first = text.unicodeScalars.first, let last = text.unicodeScalars.last,
            !"?:#&*!|>'%@`~ ".unicodeScalars.contains(first), last != " ", last != ":",
            text != "-", !text.hasPrefix("- "), !text.hasPrefix("---"), !text.contains(": "),
            !text.contains(" #"), !["null", "Null", "NULL"].contains(text)
        else { return false }
        return !text.unicodeScalars.contains { ",[]{}\"\\".unicodeScalars.contains($0) }
            && Redaction.printable(text) == text
    }

    private static func escaped(_ scalar: Unicode.Scalar) -> String {
        guard Redaction.printable(String(Character(scalar))) != String(Character(scalar)) else {
            return String(Character(scalar))
        }
        let digits = String(scalar.value, radix: 16)
        return "\\U" + String(repeating: "0", count: 8 - digits.count) + digits
    }
}
