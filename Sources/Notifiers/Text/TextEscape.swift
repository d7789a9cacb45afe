// Weir
// SPDX-License-Identifier: Apache-2.0

/// How a text becomes a text of some channel's markup in which it is only itself: no formatting, no
/// mention, no link.
///
/// Clients make links of what looks like one (`https://…`, `evil.example`, `@name`, `/command`), in
/// markup or not. So such a look is broken: by a backslash in Discord, by U+2060 (word joiner,
/// nothing to be seen) in Slack and Telegram. Links are made from ``SafeLink`` only.
package enum TextEscape: Sendable, CaseIterable {
    /// Where there is no markup.
    case plain
    /// Discord's Markdown, by backslashes.
    case discord
    /// Slack's `mrkdwn` and `plain_text`, by entities.
    case slack
    /// A mail's plain text.
    case mail
    /// A mail's HTML, within elements and attributes.
    case html
    /// Telegram's HTML.
    case telegram

    /// The text escaped, and cut by grapheme so that the result is at most `limit` UTF-16 units,
    /// with an ellipsis where something was cut. No escape is torn.
    package func fitted(_ text: String, to limit: Int) -> String {
        guard limit > 0 else { return "" }
        let scalars = Array(text.unicodeScalars.prefix(2 * min(limit, 1 << 20) + 64))
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars)
        var pieces: [(text: String, length: Int)] = []
        var length = 0
        var place = 0
        for character in String(view) {
            var piece = ""
            for scalar in character.unicodeScalars {
                self.append(
                    scalar, after: place > 0 ? scalars[place - 1] : "\n",
                    before: place + 1 < scalars.count ? scalars[place + 1] : "\n", to: &piece)
                place += 1
            }
            let size = piece.utf16.count
            pieces.append((piece, size))
            length += size
            guard length <= limit else { break }
        }
        guard length > limit else { return pieces.map(\.text).joined() }
        while length > limit - 1, let last = pieces.popLast() { length -= last.length }
        return pieces.map(\.text).joined() + "…"
    }

    private func append(
        _ scalar: Unicode.Scalar, after: Unicode.Scalar, before: Unicode.Scalar,
        to piece: inout String
    ) {
        let looksLikeLink = Self.looksLikeLink(scalar, after: after, before: before)
        switch self {
        case .plain: piece.unicodeScalars.append(scalar)
        case .mail:
            piece.unicodeScalars.append(scalar)
            if looksLikeLink { piece += "\u{2060}" }
        case .html where scalar == "\"": piece += "&quot;"
        case .html where scalar == "'": piece += "&#39;"
        case .discord:
            if looksLikeLink || Self.isMarkdown(scalar, after: after) { piece += "\\" }
            piece.unicodeScalars.append(scalar)
        case .slack, .telegram, .html:
            Self.appendEntity(scalar, to: &piece)
            if looksLikeLink { piece += "\u{2060}" }
        }
    }

    /// A text whose characters of markup are entities and nothing else is changed: for addresses.
    static func entities(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars { self.appendEntity(scalar, to: &result) }
        return result
    }

    private static func appendEntity(_ scalar: Unicode.Scalar, to text: inout String) {
        switch scalar {
        case "&": text += "&amp;"
        case "<": text += "&lt;"
        case ">": text += "&gt;"
        default: text.unicodeScalars.append(scalar)
        }
    }

    private static func isMarkdown(_ scalar: Unicode.Scalar, after: Unicode.Scalar) -> Bool {
        switch scalar {
        case "\\", "*", "_", "~", "`", "|", "<", ">", "[", "]", "(", ")", "#", "@": true
        case "-", "+": after == "\n" || after == " "
        default: false
        }
    }

    /// Whether a client would begin or go on with a link, a mention, a tag or a command here.
    private static func looksLikeLink(
        _ scalar: Unicode.Scalar, after: Unicode.Scalar, before: Unicode.Scalar
    ) -> Bool {
        switch scalar {
        case ":": before == "/"
        case ".": self.isWord(after) && before.properties.isAlphabetic
        case "@": self.isWord(before)
        case "#", "$", "/": after != "/" && !self.isWord(after) && self.isWord(before)
        case "+": ("0"..."9").contains(before)
        default: false
        }
    }

    private static func isWord(_ scalar: Unicode.Scalar) -> Bool {
        scalar == "_" || scalar.properties.isAlphabetic || scalar.properties.numericType != nil
    }
}

/// A text that is filled until there is no room, so that nothing of its markup is ever torn.
struct BoundedText {
    private(set) var text = ""
    /// UTF-16 units that still fit.
    private(set) var left: Int

    init(limit: Int) {
        self.left = max(0, limit)
    }

    /// Adds markup as it is, or nothing where it does not fit.
    @discardableResult
    mutating func add(_ markup: String) -> Bool {
        let length = markup.utf16.count
        guard length <= self.left else { return false }
        self.text += markup
        self.left -= length
        return true
    }

    /// Adds a text between two pieces of markup, escaped and cut to what there is room for; nothing
    /// where not even its beginning fits.
    @discardableResult
    mutating func add(
        _ text: String, as escape: TextEscape, open: String = "", close: String = "",
        limit: Int = .max
    ) -> Bool {
        let around = open.utf16.count + close.utf16.count
        guard !text.isEmpty, self.left > around else { return false }
        let fitted = escape.fitted(text, to: min(limit, self.left - around))
        guard !fitted.isEmpty, fitted != "…" || text == "…" else { return false }
        return self.add(open + fitted + close)
    }
}
