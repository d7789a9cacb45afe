// Weir
// SPDX-License-Identifier: Apache-2.0

package import EVMPrimitives

/// Where the value of a field comes from.
package enum FieldSource: Sendable, Equatable {
    case argument(ArgumentSource)
    /// The same word for every event.
    case constant(U256)
    /// The same text for every event, for a field of texts.
    case label(String)
    /// The address of the contract that emitted the event.
    case emitter
}

/// An argument of an event, or a component of one that is a tuple, and how it is read.
package struct ArgumentSource: Sendable, Equatable {
    /// The position of the argument.
    package var index: Int
    /// The positions of components inside it, from the outside; empty: the argument itself.
    package var path: [Int]
    /// Whether it is an `intN`.
    package var isSigned: Bool
    /// Whether the value counts the other way round.
    package var isNegated: Bool
    /// The value is multiplied by this and then divided by ``denominator``, rounded down.
    package var numerator: U256
    /// Not zero.
    package var denominator: U256

    package init(
        index: Int, path: [Int] = [], isSigned: Bool = false, isNegated: Bool = false,
        numerator: U256 = .one, denominator: U256 = .one
    ) {
        self.index = index
        self.path = path
        self.isSigned = isSigned
        self.isNegated = isNegated
        self.numerator = numerator
        self.denominator = denominator
    }

    /// Whether the value is used as it is.
    var isPlain: Bool {
        !self.isNegated && self.numerator == .one && self.denominator == .one
    }
}

/// A condition on an argument of one word: it is one of these values, or none of them.
package struct FieldFilter: Sendable, Equatable {
    package var argument: ArgumentSource
    package var words: [U256]
    package var isExcluding: Bool

    package init(argument: ArgumentSource, words: [U256], isExcluding: Bool = false) {
        self.argument = argument
        self.words = words
        self.isExcluding = isExcluding
    }
}

/// An event in one of a tracker's roles: which fields it fills and from where.
package struct RoleBinding: Sendable, Equatable {
    /// The role's place in the shape.
    package var role: Int
    /// The events; all have the same arguments.
    package var slots: [Int]
    /// A source for each field of the shape that the event fills.
    package var fields: [FieldSource?]
    /// All of them have to hold.
    package var filters: [FieldFilter]

    package init(
        role: Int, slots: [Int], fields: [FieldSource?], filters: [FieldFilter] = []
    ) {
        self.role = role
        self.slots = slots
        self.fields = fields
        self.filters = filters
    }
}
