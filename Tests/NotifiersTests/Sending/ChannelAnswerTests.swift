// Weir
// SPDX-License-Identifier: Apache-2.0

import CurlTransport
import Testing

@testable import Notifiers

@Suite struct ChannelAnswerTests {
    static func answer(_ headers: [(String, String)], now: Int64 = 1_700_000_000) -> ChannelAnswer {
        ChannelAnswer(
            channel: "discord", host: "discord.example", status: 429,
            headers: HTTPHeaders(headers.map { (name: $0.0, value: $0.1) }), unixSeconds: now)
    }

    @Test(
        arguments: [
            ("7", Duration.seconds(7)), ("0", .zero), ("0.5", .milliseconds(500)),
            ("Tue, 14 Nov 2023 22:15:20 GMT", .seconds(120)),
            ("Tue, 14 Nov 2023 22:00:00 GMT", .zero),
            ("999999", .seconds(3600)), ("Fri, 31 Dec 9999 23:59:59 GMT", .seconds(3600)),
            ("soon", nil), ("-5", nil), ("", nil),
        ] as [(String, Duration?)])
    func retryAfter(value: String, expected: Duration?) {
        #expect(Self.answer([("Retry-After", value)]).wait() == expected)
    }

    @Test func otherHeaderThenBodyFollow() {
        let both = Self.answer([("retry-after", "3"), ("x-reset", "9")])
        #expect(both.wait(header: "x-reset", body: 5) == .seconds(3))
        #expect(Self.answer([("x-reset", "9")]).wait(header: "x-reset", body: 5) == .seconds(9))
        #expect(Self.answer([("retry-after", "soon")]).wait(body: 5) == .seconds(5))
    }

    @Test(
        arguments: [
            (0.376, Duration.milliseconds(376)), (5, .seconds(5)), (0, .zero),
            (0.0001, .milliseconds(1)),
            (64_000, .seconds(3600)), (Double.infinity, nil), (Double.nan, nil), (-1, nil),
            (1e300, .seconds(3600)),
        ] as [(Double, Duration?)])
    func bodySeconds(seconds: Double, expected: Duration?) {
        #expect(Self.answer([]).wait(body: seconds) == expected)
    }

    @Test func pagesAreKnown() {
        func isPage(_ text: String) -> Bool {
            ChannelAnswer(channel: "x", host: "y", status: 200, body: Array(text.utf8))
                .looksLikePage
        }
        #expect(isPage("<html>"))
        #expect(isPage("\r\n <!DOCTYPE html>"))
        #expect(!isPage(""))
        #expect(!isPage("{}"))
    }
}
