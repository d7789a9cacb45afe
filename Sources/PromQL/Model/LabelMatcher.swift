// Weir
// SPDX-License-Identifier: Apache-2.0

/// A condition on one label: `name="value"`, `!=`, `=~`, `!~`.
///
/// Patterns are anchored at both ends. A label that is not there has the empty value.
package struct LabelMatcher: Sendable, Hashable, CustomStringConvertible {
    package enum Operation: String, Sendable, Hashable {
        case equal = "="
        case notEqual = "!="
        case matches = "=~"
        case matchesNot = "!~"
    }

    package let name: String
    package let operation: Operation
    package let value: String
    /// The compiled pattern of `=~` and `!~`.
    let pattern: RegularExpression?

    /// Throws where the value of `=~` or `!~` is no regular expression (RE2 syntax).
    package init(
        _ name: String, _ operation: Operation, _ value: String
    ) throws(RegularExpressionError) {
        self.name = name
        self.operation = operation
        self.value = value
        switch operation {
        case .equal, .notEqual: self.pattern = nil
        case .matches, .matchesNot: self.pattern = try RegularExpression(anchored: value)
        }
    }

    /// A matcher for equality, which cannot fail.
    package init(_ name: String, equals value: String) {
        self.name = name
        self.operation = .equal
        self.value = value
        self.pattern = nil
    }

    /// Whether a label's value satisfies the matcher.
    package func matches(_ value: String) -> Bool {
        switch self.operation {
        case .equal: Labels.same(value, self.value)
        case .notEqual: !Labels.same(value, self.value)
        case .matches: self.pattern?.matches(value) ?? false
        case .matchesNot: !(self.pattern?.matches(value) ?? true)
        }
    }

    /// Whether a label set satisfies the matcher.
    package func matches(_ labels: Labels) -> Bool {
        self.matches(labels[self.name])
    }

    package var description: String {
        "\(self.name)\(self.operation.rawValue)\(Labels.quoted(self.value))"
    }

    package static func == (left: Self, right: Self) -> Bool {
        left.name == right.name && left.operation == right.operation && left.value == right.value
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(self.name)
        hasher.combine(self.operation)
        hasher.combine(self.value)
    }
}
