// Weir
// SPDX-License-Identifier: Apache-2.0

/// What is wrong with a condition, and where.
package struct ConditionFault: Error, Sendable, Hashable, CustomStringConvertible {
    /// The column in the condition's text, from 1, in Unicode scalars.
    package var column: Int
    /// What is wrong.
    package var reason: String
    /// What to do; nil where the reason says it.
    package var advice: String?

    package init(_ column: Int, _ reason: String, advice: String? = nil) {
        self.column = column
        self.reason = reason
        self.advice = advice
    }

    package var description: String {
        "column \(self.column): \(self.reason)" + (self.advice.map { "; \($0)" } ?? "")
    }
}
