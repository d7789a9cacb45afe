// Weir
// SPDX-License-Identifier: Apache-2.0

/// What a template computes with: the few Go types that annotations meet.
package enum TemplateValue: Sendable, Hashable {
    /// Go's `nil`; a key that a ``map(_:)`` does not hold prints as `<no value>`.
    case nothing
    case bool(Bool)
    /// Go's `int`.
    case int(Int64)
    /// Go's `float64`.
    case number(Double)
    case string(String)
    case list([TemplateValue])
    /// Go's `map[string]string`: a name that is not there has the empty text.
    case labels([String: String])
    /// Go's `map[string]interface{}`.
    case map([String: TemplateValue])
    /// Go's struct: asking for a field that it does not have is an error.
    case record(TemplateRecord)
    /// One element of what `query` gives.
    case sample(TemplateSample)

    /// Whether `if` takes it for true: not nil, not zero, not empty.
    var isTrue: Bool {
        switch self {
        case .nothing: false
        case .bool(let value): value
        case .int(let value): value != 0
        case .number(let value): value != 0
        case .string(let value): !value.isEmpty
        case .list(let values): !values.isEmpty
        case .labels(let values): !values.isEmpty
        case .map(let values): !values.isEmpty
        case .record, .sample: true
        }
    }

    /// The name of its type in Go, for errors and `printf`.
    var typeName: String {
        switch self {
        case .nothing: "nil"
        case .bool: "bool"
        case .int: "int"
        case .number: "float64"
        case .string: "string"
        case .list: "template.queryResult"
        case .labels: "map[string]string"
        case .map: "map[string]interface {}"
        case .record: "struct"
        case .sample: "*template.sample"
        }
    }
}

/// Fields with names, in the order in which they are printed.
package struct TemplateRecord: Sendable, Hashable {
    package struct Field: Sendable, Hashable {
        package let name: String
        package let value: TemplateValue

        package init(_ name: String, _ value: TemplateValue) {
            self.name = name
            self.value = value
        }
    }

    package let fields: [Field]

    package init(_ fields: [Field]) {
        self.fields = fields
    }

    subscript(_ name: String) -> TemplateValue? {
        self.fields.first { $0.name == name }?.value
    }
}

/// A series' labels, its name among them, and its value.
package struct TemplateSample: Sendable, Hashable {
    package let labels: [String: String]
    package let value: Double

    package init(labels: [String: String], value: Double) {
        self.labels = labels
        self.value = value
    }
}
