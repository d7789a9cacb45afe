// Weir
// SPDX-License-Identifier: Apache-2.0

// JSON Schema, draft 2020-12. Two things stand between our literals and an editor that knows YAML
// only: `12_000_000` is text to YAML 1.2, and any value may be a reference such as `${env:NAME}`.
// So numbers and booleans also admit such texts, and patterns admit references.

extension SchemaNode {
    /// The schema of a whole document as JSON text, keys in the order of declaration.
    package func jsonSchema(title: String, id: String? = nil) -> String {
        var members: [(String, JSON)] = [
            ("$schema", .text("https://json-schema.org/draft/2020-12/schema"))
        ]
        if let id { members.append(("$id", .text(id))) }
        members.append(("title", .text(title)))
        return JSON.object(members + self.members()).text(indent: "") + "\n"
    }

    private static let reference = "\\$\\{"

    private func members() -> [(String, JSON)] {
        switch self {
        case .anything: return []
        case .described(let node, let description):
            return [("description", .text(description))] + node.members()
        case .object(let properties): return Self.members(of: properties)
        case .map(let node):
            return [("type", .text("object")), ("additionalProperties", .object(node.members()))]
        case .list(let node):
            let list: [(String, JSON)] = [
                ("type", .text("array")), ("items", .object(node.members())),
            ]
            return [("anyOf", .array([.object(list), .object(node.members())]))]
        case .either(let nodes):
            return [("anyOf", .array(nodes.map { .object($0.members()) }))]
        case .words(let words):
            return [("enum", .array(words.map { .text($0) }))]
        case .boolean:
            return [
                ("type", .array([.text("boolean"), .text("string")])),
                ("pattern", .text(Self.reference)),
            ]
        case .text(let pattern, let examples):
            var members: [(String, JSON)] = [("type", .text("string"))]
            if let pattern {
                members.append(("pattern", .text("(?:\(pattern))|\(Self.reference)")))
            }
            if !examples.isEmpty {
                members.append(("examples", .array(examples.map { .text($0) })))
            }
            return members
        case .whole(let low, let high):
            return Self.number(
                "integer", low.map { "\($0)" }, high.map { "\($0)" }, "^[+-]?[0-9]+(_[0-9]+)*$")
        case .number(let low, let high):
            return Self.number(
                "number", low.map { "\($0)" }, high.map { "\($0)" },
                "^[+-]?[0-9_]*[.]?[0-9]+([eE][+-]?[0-9]+)?$")
        }
    }

    private static func number(
        _ type: String, _ low: String?, _ high: String?, _ pattern: String
    ) -> [(String, JSON)] {
        var members: [(String, JSON)] = [("type", .array([.text(type), .text("string")]))]
        if let low { members.append(("minimum", .number(low))) }
        if let high { members.append(("maximum", .number(high))) }
        return members + [("pattern", .text("(?:\(pattern))|\(Self.reference)"))]
    }

    private static func members(of properties: [Property]) -> [(String, JSON)] {
        let required = properties.filter(\.isRequired).map { JSON.text($0.key) }
        let children = properties.map { property -> (String, JSON) in
            let members = property.node.members()
            let isBare = property.description.isEmpty || members.first?.0 == "description"
            return (
                property.key,
                .object(
                    isBare
                        ? members : [("description", .text(property.description))] + members)
            )
        }
        var result: [(String, JSON)] = [
            ("type", .text("object")), ("properties", .object(children)),
        ]
        if !required.isEmpty { result.append(("required", .array(required))) }
        return result + [("additionalProperties", .boolean(false))]
    }
}

/// As much of JSON as a schema needs.
private indirect enum JSON {
    case object([(String, JSON)])
    case array([JSON])
    case text(String)
    /// Digits as they are to stand.
    case number(String)
    case boolean(Bool)

    func text(indent: String) -> String {
        let inner = indent + "  "
        switch self {
        case .text(let text): return Self.quoted(text)
        case .number(let digits): return digits
        case .boolean(let value): return value ? "true" : "false"
        case .array(let items):
            let parts = items.map { inner + $0.text(indent: inner) }
            return parts.isEmpty ? "[]" : "[\n\(parts.joined(separator: ",\n"))\n\(indent)]"
        case .object(let members):
            let parts = members.map { key, value in
                "\(inner)\(Self.quoted(key)): \(value.text(indent: inner))"
            }
            return parts.isEmpty ? "{}" : "{\n\(parts.joined(separator: ",\n"))\n\(indent)}"
        }
    }

    /// RFC 8259 §7.
    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\u{0}"..."\u{1f}":
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
