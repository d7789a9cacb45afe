// Weir
// SPDX-License-Identifier: Apache-2.0

import ConfigTree
package import PromQL

/// Why a silence is not taken.
package enum SilenceError: Error, Equatable, Sendable, CustomStringConvertible {
    case notFound(String)
    case noMatchers
    case tooManyMatchers
    case invalidName(String)
    case pattern(String, RegularExpressionError)
    /// Every matcher fits a label that is not there: it would silence all alerts.
    case matchesEverything
    case invalidTime(String)
    case endsBeforeStart
    case endsInThePast
    /// A text is longer than ``SilenceBook/textBytesMax``.
    case textTooLong(String)
    case tooManySilences(Int)
    /// It stands in the configuration, which only its file changes.
    case configured(String)

    package var description: String {
        switch self {
        case .notFound(let id): "there is no silence \(Redaction.quoted(id))"
        case .noMatchers: "a silence needs at least one matcher"
        case .tooManyMatchers: "a silence has at most \(SilenceBook.matchersMax) matchers"
        case .invalidName(let name):
            "\(Redaction.quoted(name)) is no name of a label: \(LabelName.advice)"
        case .pattern(let text, let error): "\(Redaction.quoted(text)): \(error)"
        case .matchesEverything:
            "at least one matcher must not fit the empty text, or all alerts would be silenced"
        case .invalidTime(let text):
            "\(Redaction.quoted(text)) is no time such as 2026-01-02T03:04:05Z"
        case .endsBeforeStart: "the silence ends before it starts"
        case .endsInThePast: "the silence has ended already: set a later endsAt"
        case .textTooLong(let what):
            "\(what) is longer than \(SilenceBook.textBytesMax) bytes"
        case .tooManySilences(let count):
            "there are \(count) silences already: expire some, they are forgotten after five days"
        case .configured(let id):
            "silence \(Redaction.quoted(id)) stands in the configuration: change it there"
        }
    }
}
