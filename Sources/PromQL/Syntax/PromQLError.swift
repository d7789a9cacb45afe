// Weir
// SPDX-License-Identifier: Apache-2.0

/// Why a text is no PromQL expression that can be evaluated.
///
/// Reasons are in the words of Prometheus' parser, so that a search finds them.
package struct PromQLError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The part of the text at fault.
    package let range: SourceRange
    /// From 1.
    package let line: Int
    /// From 1, in Unicode scalars.
    package let column: Int
    package let reason: String
    /// What to do, where there is something to say.
    package let advice: String?

    /// Finds line and column of a range in the text.
    package init(_ reason: String, at range: SourceRange, in text: String, advice: String? = nil) {
        self.range = range
        self.reason = reason
        self.advice = advice
        var line = 1
        var column = 1
        var offset = 0
        for scalar in text.unicodeScalars {
            guard offset < range.start else { break }
            offset += UTF8.width(scalar)
            column += 1
            guard scalar == "\n" else { continue }
            line += 1
            column = 1
        }
        self.line = line
        self.column = column
    }

    /// `1:5: parse error: unexpected end of input; …`
    package var description: String {
        let text = "\(self.line):\(self.column): parse error: \(self.reason)"
        return self.advice.map { "\(text); \($0)" } ?? text
    }
}
