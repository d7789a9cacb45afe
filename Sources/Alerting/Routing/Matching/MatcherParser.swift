// Weir
// SPDX-License-Identifier: Apache-2.0

package import PromQL

/// Reads matchers in Alertmanager's syntax: `severity="critical"`, `{a=~"b|c", d != e}`.
///
/// Matchers are separated by commas outside of quotes; braces around them and a comma after the last
/// one may be there. A value needs no quotes. In it `\"`, `\n` and `\\` are escapes; any other
/// backslash stands for itself.
///
/// Source: prometheus/alertmanager `pkg/labels/parse.go`. Other than there, a closing brace is taken
/// off only where an opening one was, so that `a=~x{2}` keeps its own.
package enum MatcherParser {
    /// The longest text that is read.
    package static let bytesMax = 16_384
    /// The most matchers in one text.
    package static let countMax = 100

    /// All matchers of a text; none for an empty one.
    package static func parse(_ text: String) throws(MatcherError) -> [LabelMatcher] {
        guard text.utf8.count <= Self.bytesMax else { throw .tooLong }
        var scalars = Self.trimmed(Array(text.unicodeScalars)[...])
        if scalars.first == "{" {
            scalars = scalars.dropFirst()
            if scalars.last == "}" { scalars = scalars.dropLast() }
        }
        var matchers: [LabelMatcher] = []
        for part in Self.parts(scalars) {
            guard matchers.count < Self.countMax else { throw .tooMany }
            matchers.append(try Self.matcher(part))
        }
        return matchers
    }

    private typealias Text = ArraySlice<Unicode.Scalar>

    /// The text between commas that stand outside of quotes; nothing after the last comma is no part.
    private static func parts(_ text: Text) -> [Text] {
        var parts: [Text] = []
        var start = text.startIndex
        var (isQuoted, isEscaped) = (false, false)
        for index in text.indices {
            let scalar = text[index]
            if scalar == ",", !isQuoted {
                parts.append(text[start..<index])
                start = index + 1
            }
            if scalar == "\"", !isEscaped { isQuoted.toggle() }
            isEscaped = scalar == "\\" && !isEscaped
        }
        let last = text[start...]
        return Self.trimmed(last).isEmpty ? parts : parts + [last]
    }

    private static func matcher(_ part: Text) throws(MatcherError) -> LabelMatcher {
        let text = Self.trimmed(part)
        let written = Self.string(text)
        let name = text.prefix(while: Self.isOfName)
        guard let first = name.first, !("0"..."9").contains(first) else {
            throw .malformed(written)
        }
        var rest = Self.trimmed(text[name.endIndex...])
        guard let operation = Self.operation(&rest) else { throw .malformed(written) }
        let value = try Self.value(Self.trimmed(rest), written)
        do throws(RegularExpressionError) {
            return try LabelMatcher(Self.string(name), operation, value)
        } catch {
            throw .pattern(written, error)
        }
    }

    private static func operation(_ text: inout Text) -> LabelMatcher.Operation? {
        for operation in [LabelMatcher.Operation.matches, .notEqual, .matchesNot, .equal]
        where text.starts(with: operation.rawValue.unicodeScalars) {
            text = text.dropFirst(operation.rawValue.unicodeScalars.count)
            return operation
        }
        return nil
    }

    private static func value(_ raw: Text, _ written: String) throws(MatcherError) -> String {
        var text = raw
        var awaitsQuote = false
        if text.first == "\"" {
            text = text.dropFirst()
            awaitsQuote = true
        }
        var value = String.UnicodeScalarView()
        var isEscaped = false
        for index in text.indices {
            let (scalar, isLast) = (text[index], index == text.endIndex - 1)
            if isEscaped {
                isEscaped = false
                switch scalar {
                case "n": value.append("\n")
                case "\"", "\\": value.append(scalar)
                default: value.append(contentsOf: ["\\", scalar])
                }
            } else if scalar == "\\" {
                if isLast { value.append(scalar) } else { isEscaped = true }
            } else if scalar == "\"" {
                guard awaitsQuote, isLast else { throw .unescapedQuote(written) }
                awaitsQuote = false
            } else {
                value.append(scalar)
            }
        }
        guard !awaitsQuote else { throw .unescapedQuote(written) }
        return String(value)
    }

    private static func trimmed(_ text: Text) -> Text {
        var text = text.drop(while: Self.isSpace)
        while let last = text.last, Self.isSpace(last) { text = text.dropLast() }
        return text
    }

    private static func string(_ text: Text) -> String {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: text)
        return String(view)
    }

    private static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
        scalar == " " || scalar == "\t" || scalar == "\n" || scalar == "\r" || scalar == "\u{c}"
    }

    private static func isOfName(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9", "_", ":": true
        default: false
        }
    }
}
