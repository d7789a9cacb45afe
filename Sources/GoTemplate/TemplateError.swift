// Weir
// SPDX-License-Identifier: Apache-2.0

/// Why a template cannot be read or carried out.
package struct TemplateError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The line of the template, from 1.
    package let line: Int
    /// The column in the line, from 1, in characters.
    package let column: Int
    /// What is wrong, and what would be right.
    package let reason: String

    package init(line: Int, column: Int, reason: String) {
        self.line = line
        self.column = column
        self.reason = reason
    }

    package var description: String {
        "template line \(self.line), column \(self.column): \(self.reason)"
    }
}
