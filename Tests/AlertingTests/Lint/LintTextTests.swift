// Weir
// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Alerting

@Suite struct LintTextTests {
    static let periodsAreReadCases: [(String, Double)] = [
        ("exceeds 100/minute", 60.0), ("10 failed attempts per minute.", 60), ("5/s", 1),
        ("5/min", 60),
        ("once an hour", 0), ("3 a day", 86_400), ("per hour", 3_600), ("30 minutes", 0),
        ("in s", 0),
        ("minute", 0), ("each second", 1), ("", 0), ("per capita", 0), ("a / b", 0), ("24/7", 0),
    ]

    @Test(arguments: periodsAreReadCases)
    func periodsAreRead(text: String, seconds: Double) {
        #expect(LintText(text).period ?? 0 == seconds)
    }

    @Test func numbersAreRead() {
        let text = LintText("more than 1.5 GB, (> 500ms), 5xx; 20. End")
        for number in [1.5, 500, 5, 20] { #expect(text.names(number)) }
        for number in [1.0, 50, 0] { #expect(!text.names(number)) }
        #expect(text.names(500, in: ["ms"]))
        #expect(!text.names(1.5, in: ["ms"]))
    }

    static let pipesAreReadCases: [(String, Bool)] = [
        ("{{ $value | humanizeDuration }}", true), ("{{.Value|humanizeDuration}}", true),
        ("{{ humanizeDuration $value }}", true), ("{{ $value }} humanizeDuration", false),
        ("{{ $labels.x | humanizeDuration }} {{ $value }}", false),
        ("{{ $value | humanize }}", false),
    ]

    @Test(arguments: pipesAreReadCases)
    func pipesAreRead(text: String, found: Bool) {
        #expect(LintText(text).pipesValue(to: "humanizeDuration") == found)
    }
}
