// Weir
// SPDX-License-Identifier: Apache-2.0

/// Texts of alerts made fit to be shown to people: nothing in them can turn the writing direction,
/// hide, reach a terminal or grow without end.
///
/// Label values and arguments of events come from a chain, so anybody may write them. What does not
/// show becomes U+FFFD, so that it can be seen that there was something; a joiner between emoji stays.
/// Markup is not their matter: see ``TextEscape``.
package enum ChannelText {
    /// One line of at most `limit` UTF-16 units, cut by grapheme.
    package static func line(_ text: String, limit: Int) -> String {
        Truncation.cut(self.cleaned(text, limit: limit, keepsLines: false), to: limit)
    }

    /// Lines of together at most `limit` UTF-16 units, cut by grapheme; at most one empty line
    /// follows on another.
    package static func block(_ text: String, limit: Int) -> String {
        Truncation.cut(self.cleaned(text, limit: limit, keepsLines: true), to: limit)
    }

    /// Marks on one letter: two are writing, more are a tower.
    private static let marksMax = 2
    /// Scalars kept beyond the limit, so that the cut sees whole graphemes.
    private static let margin = 64

    private static func cleaned(_ text: String, limit: Int, keepsLines: Bool) -> String {
        var kept = String.UnicodeScalarView()
        var count = 0
        var marks = 0
        var breaks = 0
        var previous: Unicode.Scalar = " "
        for scalar in text.unicodeScalars {
            guard count < limit + self.margin else { break }
            let before = previous
            previous = scalar
            if self.isLineBreak(scalar) {
                if scalar == "\n", before == "\r" { continue }
                breaks += 1
                guard breaks <= (keepsLines ? 2 : 1) else { continue }
                kept.append(keepsLines ? "\n" : " ")
            } else {
                switch scalar.properties.generalCategory {
                case .nonspacingMark, .enclosingMark:
                    marks += 1
                    guard marks <= self.marksMax else { continue }
                    kept.append(scalar)
                    count += 1
                    continue
                case .format where scalar == "\u{200d}" && self.joinsEmoji(before):
                    kept.append(scalar)
                case .spaceSeparator: kept.append(" ")
                case .control where scalar == "\t": kept.append(" ")
                case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator,
                    .paragraphSeparator:
                    kept.append("\u{fffd}")
                default: kept.append(scalar)
                }
                breaks = 0
            }
            marks = 0
            count += 1
        }
        return String(kept)
    }

    private static func isLineBreak(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "\n", "\r", "\u{85}", "\u{2028}", "\u{2029}": true
        default: false
        }
    }

    private static func joinsEmoji(_ scalar: Unicode.Scalar) -> Bool {
        scalar == "\u{fe0f}" || (scalar.value > 0x2000 && scalar.properties.isEmoji)
    }
}
