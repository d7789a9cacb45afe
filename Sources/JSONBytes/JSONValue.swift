// Weir
// SPDX-License-Identifier: Apache-2.0

/// A JSON document as a tree, for the cold paths: configuration, ABI files, small answers.
///
/// Numbers are kept as their text, so an integer of 256 bits survives; two numbers are equal if
/// they are written alike (`1` and `1.0` are not). Members of an object keep their order.
package enum JSONValue: Sendable, Equatable {
    case null
    case bool(Bool)
    /// The text of a number, as RFC 8259 allows it.
    case number(String)
    case string(String)
    case array([JSONValue])
    case object(JSONObject)
}

/// The members of an object, in the order of the document, repeated keys included.
package struct JSONObject: Sendable, Equatable {
    /// One key and its value.
    package struct Member: Sendable, Equatable {
        package var key: String
        package var value: JSONValue

        package init(key: String, value: JSONValue) {
            self.key = key
            self.value = value
        }
    }

    package var members: [Member]

    package init(_ members: [Member] = []) {
        self.members = members
    }

    package var count: Int { self.members.count }
    package var isEmpty: Bool { self.members.isEmpty }
    package var keys: [String] { self.members.map(\.key) }

    /// The value of a key; of the last one, if the key is repeated, as nearly all readers do.
    /// A search through all members: meant for objects of some dozen keys.
    ///
    /// Setting replaces that value in its place, appends a new member, or, with nil, removes all
    /// members of that key.
    package subscript(key: String) -> JSONValue? {
        get { self.members.last { $0.key == key }?.value }
        set {
            guard let newValue else {
                self.members.removeAll { $0.key == key }
                return
            }
            if let index = self.members.lastIndex(where: { $0.key == key }) {
                self.members[index].value = newValue
            } else {
                self.members.append(Member(key: key, value: newValue))
            }
        }
    }
}

extension JSONValue {
    /// The kind, as the reader over bytes names it.
    package var kind: JSONKind {
        switch self {
        case .null: .null
        case .bool: .bool
        case .number: .number
        case .string: .string
        case .array: .array
        case .object: .object
        }
    }

    package var isNull: Bool { self == .null }

    /// The value, if it is a boolean.
    package var bool: Bool? {
        if case .bool(let value) = self { value } else { nil }
    }

    /// The text, if it is a string.
    package var string: String? {
        if case .string(let value) = self { value } else { nil }
    }

    /// The text of the number, if it is one.
    package var numberText: String? {
        if case .number(let value) = self { value } else { nil }
    }

    /// The number, if it is an integer (written without fraction and exponent) that fits.
    package var int: Int? { self.numberText.flatMap { Int($0) } }

    /// The number, if it is an integer (written without fraction and exponent) that fits.
    package var uint64: UInt64? { self.numberText.flatMap { UInt64($0) } }

    /// The nearest binary number, if it is a number.
    package var double: Double? { self.numberText.flatMap { Double($0) } }

    /// The elements, if it is an array.
    package var array: [JSONValue]? {
        if case .array(let value) = self { value } else { nil }
    }

    /// The members, if it is an object.
    package var object: JSONObject? {
        if case .object(let value) = self { value } else { nil }
    }

    /// The value of a key, if it is an object that has it.
    package subscript(key: String) -> JSONValue? { self.object?[key] }

    /// The element at an index, if it is an array that is long enough.
    package subscript(index: Int) -> JSONValue? {
        guard let array = self.array, array.indices.contains(index) else { return nil }
        return array[index]
    }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByIntegerLiteral, ExpressibleByNilLiteral, ExpressibleByArrayLiteral,
    ExpressibleByDictionaryLiteral
{
    package init(stringLiteral value: String) { self = .string(value) }
    package init(booleanLiteral value: Bool) { self = .bool(value) }
    package init(integerLiteral value: Int) { self = .number(String(value)) }
    package init(nilLiteral: ()) { self = .null }
    package init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
    package init(dictionaryLiteral elements: (String, JSONValue)...) {
        self = .object(JSONObject(elements.map { JSONObject.Member(key: $0, value: $1) }))
    }
}
