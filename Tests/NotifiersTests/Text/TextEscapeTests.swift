// Weir
// SPDX-License-Identifier: Apache-2.0

import Testing
import WeirTestSupport

@testable import Notifiers

@Suite struct TextEscapeTests {
    static let joiner = "\u{2060}"

    @Test(arguments: [
        ("plain text, 12.5%", "plain text, 12.5%"), ("@everyone", "\\@everyone"),
        ("<@123>", "\\<\\@123\\>"), ("**b**", "\\*\\*b\\*\\*"), ("a_b", "a\\_b"),
        ("[x](https://e.example)", "\\[x\\]\\(https\\://e\\.example\\)"), ("\\", "\\\\"),
        ("12:30", "12:30"), ("- item", "\\- item"), ("a-b", "a-b"),
        ("discord.gg/x", "discord\\.gg/x"),
        ("`x`", "\\`x\\`"), ("|| x ||", "\\|\\| x \\|\\|"), ("# h", "\\# h"),
        ("<\u{301}", "\\<\u{301}"),
    ])
    func discordShowsTheTextItself(text: String, expected: String) {
        #expect(TextEscape.discord.fitted(text, to: 100) == expected)
    }

    @Test(arguments: [
        ("a & b", "a &amp; b"), ("<!channel>", "&lt;!channel&gt;"), ("&lt;", "&amp;lt;"),
        ("https://e.example/x", "https:\(joiner)//e.\(joiner)example/x"), ("12.5 ETH", "12.5 ETH"),
        ("@name", "@\(joiner)name"), ("a@b.example", "a@\(joiner)b.\(joiner)example"),
        ("/start x", "/\(joiner)start x"), ("#tag", "#\(joiner)tag"), ("a/b", "a/b"),
        ("+15550100", "+\(joiner)15550100"), ("<\u{301}b>", "&lt;\u{301}b&gt;"), ("\"", "\""),
        ("пример.рф", "пример.\(joiner)рф"),
    ])
    func slackAndTelegramShowTheTextItself(text: String, expected: String) {
        #expect(TextEscape.slack.fitted(text, to: 100) == expected)
        #expect(TextEscape.telegram.fitted(text, to: 100) == expected)
    }

    /// Whatever the limit, the result keeps it, is the beginning of the whole, and tears no escape.
    @Test(arguments: TextEscape.allCases)
    func cutTearsNothing(escape: TextEscape) {
        for text in HostileCorpus.strings(400, seed: 0x7e57) {
            let text = ChannelText.block(text, limit: 300)
            let whole = escape.fitted(text, to: .max)
            for limit in [0, 1, 2, 3, 5, 8, 21, 100, whole.utf16.count - 1] where limit >= 0 {
                let cut = escape.fitted(text, to: limit)
                #expect(cut.utf16.count <= limit)
                if whole.utf16.count <= limit {
                    #expect(cut == whole)
                } else if limit > 0 {
                    #expect(cut.unicodeScalars.last == "…")
                    let kept = cut.unicodeScalars.dropLast()
                    #expect(whole.unicodeScalars.starts(with: kept))
                    let rest = String(String.UnicodeScalarView(kept))
                    let hasEntities = ![.plain, .discord, .mail].contains(escape)
                    #expect(!hasEntities || Self.entitiesAreWhole(rest))
                    #expect(escape != .discord || Self.backslashesAreWhole(rest))
                }
            }
        }
    }

    static func entitiesAreWhole(_ text: String) -> Bool {
        text.split(separator: "&", omittingEmptySubsequences: false).dropFirst().allSatisfy {
            part in
            ["amp;", "lt;", "gt;", "quot;", "#39;"].contains {
                part.unicodeScalars.starts(with: $0.unicodeScalars)
            }
        }
    }

    static func backslashesAreWhole(_ text: String) -> Bool {
        text.unicodeScalars.reversed().prefix { $0 == "\\" }.count % 2 == 0
    }

    @Test func boundedTextTakesMarkupWholeOrNotAtAll() {
        var text = BoundedText(limit: 10)
        let taken = [
            text.add("<b>"), text.add("12345678"),
            text.add("a<b", as: .telegram, open: "<code>", close: "</code>"),
            text.add("abcdef", as: .telegram, limit: 3), text.add("", as: .plain),
            text.add("x", as: .plain, open: "1234"),
        ]
        #expect(taken == [true, false, false, true, false, false])
        #expect(text.text == "<b>ab…")
        #expect(text.left == 4)
    }
}
