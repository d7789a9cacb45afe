// Weir
// SPDX-License-Identifier: Apache-2.0

/// Text from outside (a token's symbol, a revert reason) made fit for a terminal or a page.
enum VisibleText {
    /// `text` with control characters and those that turn the writing direction or hide made
    /// visible: `\n`, `\u{1b}`, `\u{202e}`. Nothing in it can move a cursor afterwards.
    static func escaped(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: self.isHidden) else { return text }
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case _ where self.isHidden(scalar):
                result += "\\u{" + String(scalar.value, radix: 16) + "}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// The columns that `text` takes in a terminal, roughly: wide East Asian characters and emoji
    /// take two, marks on a letter none.
    static func width(_ text: String) -> Int {
        text.reduce(0) { $0 + self.width($1) }
    }

    private static func width(_ character: Character) -> Int {
        var width = 0
        for scalar in character.unicodeScalars {
            switch scalar.properties.generalCategory {
            case .nonspacingMark, .enclosingMark, .format, .control: continue
            default: width = max(width, self.isWide(scalar) ? 2 : 1)
            }
        }
        return width
    }

    private static func isHidden(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        // C0, DEL and C1, line and paragraph separators, direction marks, zero width, BOM, tags
        case 0...0x1F, 0x7F...0x9F, 0x2028, 0x2029, 0x200B, 0x200E, 0x200F, 0x202A...0x202E,
            0x2060, 0x2066...0x2069, 0x061C, 0xFEFF, 0xFFF9...0xFFFB, 0xE0000...0xE007F:
            true
        default: false
        }
    }

    private static func isWide(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0x9FFF,
            0xA000...0xA4CF, 0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F,
            0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x20000...0x3FFFD:
            true
        default: scalar.properties.isEmojiPresentation
        }
    }
}
