// Weir
// SPDX-License-Identifier: Apache-2.0

/// What kind of value a field of a tracker takes.
package enum FieldKind: String, Sendable, Hashable {
    /// An address.
    case address
    /// A whole number that is not negative: an amount in smallest units, a count, a time.
    case amount
    /// A whole number, negative or not.
    case signed
    /// What tells one thing from others: any value of one word, or the hash of a longer one.
    case key
    /// True or false; a number is true when it is not zero.
    case flag
    /// Text or bytes for people.
    case text
    /// A list, read element by element.
    case list
}

/// What a tracker takes in: the parts that events can play for it, and the fields that it reads off
/// them. The reader of the configuration, the schema and the pages are made from it.
package struct TrackerShape: Sendable {
    package struct Field: Sendable {
        package var name: String
        package var kind: FieldKind
        package var help: String

        package init(_ name: String, _ kind: FieldKind, _ help: String) {
            self.name = name
            self.kind = kind
            self.help = help
        }
    }

    package struct Role: Sendable {
        package var name: String
        package var help: String
        /// Fields, by their place in ``TrackerShape/fields``, without which it means nothing.
        package var required: [Int]
        package var optional: [Int]
        /// Whether a tracker without an event in this role makes no sense.
        package var isRequired: Bool

        package init(
            _ name: String, required: [Int], optional: [Int] = [], isRequired: Bool = false,
            _ help: String
        ) {
            self.name = name
            self.help = help
            self.required = required
            self.optional = optional
            self.isRequired = isRequired
        }
    }

    package var fields: [Field]
    package var roles: [Role]

    package init(fields: [Field], roles: [Role]) {
        self.fields = fields
        self.roles = roles
    }
}
