// Weir
// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Notifiers

@Suite struct TruncationTests {
    @Test(arguments: [
        ("abc", 3, "abc"), ("abcd", 3, "ab…"), ("", 0, ""), ("a", 0, ""), ("👨‍👩‍👧x", 4, "…"),
        ("e\u{301}e\u{301}", 3, "e\u{301}…"),
    ])
    func cutsBetweenGraphemes(text: String, limit: Int, expected: String) {
        #expect(Truncation.cut(text, to: limit) == expected)
        #expect(Truncation.cut(text, to: limit).utf16.count <= limit)
    }
}
