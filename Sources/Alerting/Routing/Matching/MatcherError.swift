// Weir
// SPDX-License-Identifier: Apache-2.0

import ConfigTree
package import PromQL

/// Why a text holds no matchers.
package enum MatcherError: Error, Equatable, Sendable, CustomStringConvertible {
    /// Not a name, an operator and a value.
    case malformed(String)
    /// A double quote that neither opens nor closes the value, or that is missing at its end.
    case unescapedQuote(String)
    /// The value of `=~` or `!~` is no regular expression.
    case pattern(String, RegularExpressionError)
    /// More bytes than ``MatcherParser/bytesMax``.
    case tooLong
    /// More matchers than ``MatcherParser/countMax``.
    case tooMany

    package var description: String {
        switch self {
        case .malformed(let text): "\(Redaction.quoted(text)) is no matcher"
        case .unescapedQuote(let text):
            "the value in \(Redaction.quoted(text)) has a double quote too many or too few"
        case .pattern(let text, let error): "\(Redaction.quoted(text)): \(error)"
        case .tooLong: "the matchers are longer than \(MatcherParser.bytesMax) bytes"
        case .tooMany: "there are more than \(MatcherParser.countMax) matchers"
        }
    }

    /// What to do about it.
    package var advice: String {
        switch self {
        case .malformed: "write name=\"value\", with one of = != =~ !~"
        case .unescapedQuote: "put the value in double quotes, and write \\\" for one within"
        case .pattern: "write a regular expression in RE2's syntax; it is anchored at both ends"
        case .tooLong, .tooMany: "use fewer, or one =~ for several values"
        }
    }
}
