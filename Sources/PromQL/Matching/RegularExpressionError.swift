// Weir
// SPDX-License-Identifier: Apache-2.0

/// Why a text is no regular expression.
///
/// The reasons are in the words of Go's `regexp/syntax`, so that a search finds them.
package struct RegularExpressionError: Error, Sendable, Hashable, CustomStringConvertible {
    package enum Reason: Sendable, Hashable {
        case missingParenthesis
        case unexpectedParenthesis
        case missingBracket
        case missingRepeatArgument
        case nestedRepeat
        case repeatCount
        case invalidEscape
        case trailingBackslash
        case invalidClass
        case invalidClassRange
        case invalidGroupName
        case duplicateGroupName
        case unsupportedSyntax
        case nestsTooDeeply
        case tooLarge
    }

    package let reason: Reason
    /// The part of the pattern that is at fault.
    package let part: String

    package init(_ reason: Reason, _ part: String) {
        self.reason = reason
        self.part = String(part.prefix(80))
    }

    package var description: String {
        let text =
            switch self.reason {
            case .missingParenthesis: "missing closing )"
            case .unexpectedParenthesis: "unexpected )"
            case .missingBracket: "missing closing ]"
            case .missingRepeatArgument: "missing argument to repetition operator"
            case .nestedRepeat: "invalid nested repetition operator"
            case .repeatCount: "invalid repeat count (at most 1000, nested ones multiplied)"
            case .invalidEscape: "invalid escape sequence"
            case .trailingBackslash: "trailing backslash at end of expression"
            case .invalidClass:
                "invalid character class (general categories such as \\pL are known, scripts are not)"
            case .invalidClassRange: "invalid character class range"
            case .invalidGroupName: "invalid named capture"
            case .duplicateGroupName: "duplicate capture group name"
            case .unsupportedSyntax: "invalid or unsupported Perl syntax"
            case .nestsTooDeeply: "expression nests too deeply"
            case .tooLarge: "expression too large"
            }
        return "error parsing regexp: \(text): `\(self.part)`"
    }
}
