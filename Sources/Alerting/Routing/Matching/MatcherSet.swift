// Weir
// SPDX-License-Identifier: Apache-2.0

package import PromQL

/// Matchers of which all have to fit; an empty set fits everything.
package struct MatcherSet: Sendable, Hashable, CustomStringConvertible {
    /// Sorted by name, value and operator, as Alertmanager sorts those of a route.
    package let matchers: [LabelMatcher]

    package init(_ matchers: [LabelMatcher] = []) {
        self.matchers = matchers.sorted { left, right in
            (left.name, left.value, Self.rank(left)) < (right.name, right.value, Self.rank(right))
        }
    }

    package var isEmpty: Bool { self.matchers.isEmpty }

    package func matches(_ labels: Labels) -> Bool {
        self.matchers.allSatisfy { $0.matches(labels) }
    }

    /// `{a="b",c=~"d"}`.
    package var description: String {
        "{" + self.matchers.map(\.description).joined(separator: ",") + "}"
    }

    private static func rank(_ matcher: LabelMatcher) -> Int {
        switch matcher.operation {
        case .equal: 0
        case .notEqual: 1
        case .matches: 2
        case .matchesNot: 3
        }
    }
}
