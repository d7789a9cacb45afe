// Weir
// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Notifiers

@Suite struct ChannelTextTests {
    @Test(arguments: [
        ("plain", "plain"), ("a\nb", "a b"), ("a\r\nb", "a b"), ("a\u{2028}b", "a b"),
        ("a\u{202e}b", "a\u{fffd}b"), ("\u{1b}[31m", "\u{fffd}[31m"), ("a\tb", "a b"),
        ("a\u{0}b", "a\u{fffd}b"), ("a\u{200d}b", "a\u{fffd}b"), ("👨‍👩‍👧", "👨‍👩‍👧"), ("❤️‍🔥", "❤️‍🔥"),
        ("a\u{3000}b", "a b"), ("e\u{301}\u{302}\u{303}\u{304}", "e\u{301}\u{302}"),
        ("\u{e0041}x", "\u{fffd}x"), ("1️⃣", "1️⃣"), ("", ""), ("a\n\n\nb", "a b"),
    ])
    func lineShowsAllThatIsThere(text: String, expected: String) {
        #expect(ChannelText.line(text, limit: 100) == expected)
    }

    @Test func blockKeepsLinesAndOneEmptyLine() {
        #expect(ChannelText.block("a\r\n\nb\n\n\n\nc\u{85}d", limit: 100) == "a\n\nb\n\nc\nd")
    }

    @Test func longTextsAreCutByGraphemeWithinTheLimit() {
        for limit in 0..<40 {
            let text = ChannelText.line(String(repeating: "👨‍👩‍👧", count: 1000), limit: limit)
            #expect(text.utf16.count <= limit)
            #expect(text.dropLast().allSatisfy { $0 == "👨‍👩‍👧" })
            #expect(limit == 0 ? text.isEmpty : text.last == "…")
        }
        #expect(
            ChannelText.line("Z" + String(repeating: "\u{301}", count: 1_000_000), limit: 9)
                == "Z\u{301}\u{301}")
        #expect(ChannelText.line("abc", limit: 3) == "abc")
    }
}
