// Weir
// SPDX-License-Identifier: Apache-2.0

/// What a part of the configuration may hold, for editors: the few words of JSON Schema that our
/// sections need. A section's owner declares its schema beside its reader.
///
/// ```
/// static let schema = SchemaNode.object([
///     .init("id", .integer(1...), "The chain's id (EIP-155).", isRequired: true),
///     .init("verify", .choice(of: VerificationLevel.self), "How much of each block is recomputed."),
/// ])
/// ```
package indirect enum SchemaNode: Equatable, Sendable {
    /// Keys that are known, all others refused.
    case object([Property])
    /// Names of the operator's choosing, each with such a value.
    case map(of: SchemaNode)
    /// A list; or, as the readers take it, a single item.
    case list(of: SchemaNode)
    case text(pattern: String? = nil, examples: [String] = [])
    case words([String])
    case number(from: Double? = nil, to: Double? = nil)
    case whole(from: Int64? = nil, to: Int64? = nil)
    case boolean
    /// One of several kinds.
    case either([SchemaNode])
    /// Anything at all.
    case anything
    case described(SchemaNode, String)

    /// A key of an object.
    package struct Property: Equatable, Sendable {
        package var key: String
        package var node: SchemaNode
        package var description: String
        package var isRequired: Bool

        package init(
            _ key: String, _ node: SchemaNode, _ description: String = "", isRequired: Bool = false
        ) {
            self.key = key
            self.node = node
            self.description = description
            self.isRequired = isRequired
        }
    }

    package static func integer(_ range: PartialRangeFrom<Int64>) -> SchemaNode {
        .whole(from: range.lowerBound)
    }

    package static func integer(_ range: ClosedRange<Int64>) -> SchemaNode {
        .whole(from: range.lowerBound, to: range.upperBound)
    }

    /// The raw values of a type.
    package static func choice<Value>(of type: Value.Type) -> SchemaNode
    where Value: CaseIterable & RawRepresentable, Value.RawValue == String {
        .words(type.allCases.map(\.rawValue))
    }

    package static var string: SchemaNode { .text() }

    /// A time such as `30s`, as the readers take it.
    package static var duration: SchemaNode {
        .text(pattern: "^([0-9]+(ms|[wdhms]))+$", examples: ["30s", "1h30m"])
    }

    /// A size such as `64 MiB`, as the readers take it.
    package static var byteSize: SchemaNode {
        .text(pattern: "^[0-9_]+ *([kMGT]B|[KMGT]iB|B)$", examples: ["64 MiB"])
    }

    /// The keys of an object; empty for all else.
    package var keys: [String] {
        switch self {
        case .object(let properties): properties.map(\.key)
        case .described(let node, _): node.keys
        default: []
        }
    }
}
