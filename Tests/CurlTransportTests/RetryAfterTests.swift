// Weir
// SPDX-License-Identifier: Apache-2.0

import CurlTransport
import Testing

/// `Retry-After` in all forms that RFC 9110 knows, and the decimals that are found in the wild.
struct RetryAfterTests {
    /// Sun, 06 Nov 1994 08:49:37 GMT, the sample date of the RFC.
    static let sample: Int64 = 784_111_777

    @Test(arguments: [
        ("0", 0), ("120", 120_000), (" 7 ", 7000), ("0.65", 650), ("1.5", 1500), ("64.57", 64_570),
        ("0.0000000001", 0), ("315360000", 315_360_000_000), ("99999999999", 315_360_000_000),
        ("999999999999999999999999", 315_360_000_000),
    ])
    func secondsAreRead(text: String, milliseconds: Int) {
        #expect(RetryAfter.parse(text, now: 0) == .milliseconds(milliseconds))
    }

    @Test(arguments: [
        "Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT",
        "Sun Nov  6 08:49:37 1994", "  sun, 06 nov 1994 08:49:37 GMT\t",
    ])
    func datesAreReadInAllThreeForms(text: String) {
        #expect(RetryAfter.parse(text, now: Self.sample - 90) == .seconds(90))
        #expect(RetryAfter.parse(text, now: Self.sample) == .zero)
        #expect(RetryAfter.parse(text, now: Self.sample + 1) == .zero)
    }

    @Test(
        arguments: [
            ("Thu, 01 Jan 1970 00:00:00 GMT", 0), ("Tue, 29 Feb 2000 12:00:00 GMT", 951_825_600),
            ("Wed, 31 Dec 2025 23:59:60 GMT", 1_767_225_600),
            ("Fri, 01 Mar 2024 00:00:00 GMT", 1_709_251_200),
            ("Monday, 01-Mar-27 00:00:00 GMT", 1_803_859_200),
        ] as [(String, Int64)])
    func daysAreCountedRight(text: String, seconds: Int64) {
        #expect(RetryAfter.parse(text, now: seconds - 5) == .seconds(5))
    }

    @Test func twoDigitYearFarAheadMeansThePast() {
        // In 2026, "94" is 1994 and "60" is 2060.
        let now: Int64 = 1_790_000_000
        #expect(RetryAfter.parse("Sunday, 06-Nov-94 08:49:37 GMT", now: now) == .zero)
        #expect(
            RetryAfter.parse("Saturday, 06-Nov-60 08:49:37 GMT", now: now) == .seconds(315_360_000))
    }

    @Test(arguments: [
        "", " ", "-1", "+5", "5s", "1.", ".5", "1.2.3", "1e3", "soon", "Sun", "0x10", "１２",
        "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 CET",
        "Sun, 31 Nov 1994 08:49:37 GMT",
        "Sun, 29 Feb 1900 08:49:37 GMT", "Wed, 29 Feb 2023 08:49:37 GMT",
        "Sun, 06 Nov 1994 24:00:00 GMT", "Sun, 06 Nov 1994 08:60:00 GMT",
        "Sun, 06 Foo 1994 08:49:37 GMT", "Sun, 00 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 99999999999999999999 08:49:37 GMT", "06 Nov 1994 08:49:37 GMT",
        String(repeating: "9", count: 100), "Sun, 06 Nov 1994 08:49:37 GMT and more of it all",
    ])
    func otherTextIsNotRead(text: String) {
        #expect(RetryAfter.parse(text, now: 0) == nil)
    }

    @Test func extremeNowDoesNotTrap() {
        for now in [Int64.min, .min + 1, -1, .max - 1, .max] {
            _ = RetryAfter.parse("Sun, 06 Nov 1994 08:49:37 GMT", now: now)
            _ = RetryAfter.parse("Sunday, 06-Nov-94 08:49:37 GMT", now: now)
        }
    }

    @Test func truncatedDatesAreNeverMisread() {
        for text in ["Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT"] {
            for count in 0..<text.count {
                #expect(RetryAfter.parse(String(text.prefix(count)), now: 0) == nil)
            }
        }
    }
}
