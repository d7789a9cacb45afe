// Weir
// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import HTTPFront

@Suite struct ListenAddressTests {
    @Test(arguments: [
        ("127.0.0.1:9560", "127.0.0.1:9560", "http://127.0.0.1:9560/"),
        (":9560", "0.0.0.0:9560", "http://127.0.0.1:9560/"),
        ("[::1]:0", "[::1]:0", "http://[::1]:0/"),
        ("[::]:80", "[::]:80", "http://[::1]:80/"),
        ("localhost:65535", "localhost:65535", "http://localhost:65535/"),
    ])
    func addressIsRead(text: String, shown: String, url: String) throws {
        let address = try ListenAddress(text)
        #expect(address.description == shown)
        #expect(address.url == url)
    }

    @Test(arguments: [
        ("localhost", HTTPFrontError.AddressFault.noPort), ("", .noPort),
        ("localhost:", .badPort), ("localhost:65536", .badPort), ("localhost:-1", .badPort),
        ("localhost:+80", .badPort), ("localhost:8o", .badPort), ("::1:9560", .badHost),
        ("[127.0.0.1]:80", .badHost), ("[::1:80", .badHost), ("a b:80", .badHost),
        ("host/x:80", .badHost), ("h\0st:80", .badHost),
    ])
    func badAddressIsRefused(text: String, fault: HTTPFrontError.AddressFault) {
        #expect(throws: HTTPFrontError.badAddress(text, reason: fault)) {
            try ListenAddress(text)
        }
    }
}

@Suite struct RequestTargetTests {
    @Test func targetIsTakenApart() throws {
        let target = try RequestTarget(
            "/a%2Fb%20c?x=1&&y=a+b%26&z&name%5B%5D=%C3%A9&=v", bytesMax: 100)
        #expect(target.path == "/a/b c")
        #expect(
            target.query.map { "\($0.name)|\($0.value)" }
                == ["x|1", "y|a b&", "z|", "name[]|é", "|v"])
    }

    @Test(arguments: [
        ("http://weir/metrics?a=b", "/metrics"), ("http://weir", "/"), ("/?", "/"),
        ("https://[::1]:9/x", "/x"), ("//double", "//double"), ("/+", "/+"),
    ])
    func pathIsFound(text: String, path: String) throws {
        #expect(try RequestTarget(text, bytesMax: 100).path == path)
    }

    @Test(arguments: [
        "", "*", "metrics", "?a", "/%", "/%4", "/%zz", "/%00", "/%0a", "/\u{1}", "/a#b",
        "/x?a=%", "/x?%ff=1", "/x?a=%c3", "/x?a=\u{7f}", "/%ed%a0%80", "http://", "http://?a",
        "http:/x", "ftp://host/x",
    ])
    func badTargetIsA400(text: String) {
        #expect {
            try RequestTarget(text, bytesMax: 100)
        } throws: { ($0 as? HTTPProblem)?.status == 400 }
    }

    @Test func longTargetIsA414AndManyItemsA400() {
        #expect {
            try RequestTarget("/" + String(repeating: "a", count: 100), bytesMax: 100)
        } throws: { ($0 as? HTTPProblem)?.status == 414 }
        #expect {
            try RequestTarget("/?" + String(repeating: "a&", count: 257), bytesMax: 1000)
        } throws: { ($0 as? HTTPProblem)?.status == 400 }
    }
}

@Suite struct EventsQueryTests {
    private func query(_ text: String) throws -> EventsQuery {
        try EventsQuery(RequestTarget("/?" + text, bytesMax: 10_000).query)
    }

    @Test func queryIsRead() throws {
        var expected = EventsQuery()
        #expect(try self.query("") == expected)
        expected.chain = "base"
        expected.contract = "FAB token"
        expected.event = "Transfer"
        expected.limit = 1000
        expected.before = .init(block: .max, logIndex: .max)
        #expect(
            try self.query(
                "chain=base&contract=FAB+token&event=Transfer&limit=1000"
                    + "&before=18446744073709551615:4294967295") == expected)
        #expect(try self.query("limit=1").limit == 1)
    }

    @Test(arguments: [
        "limit=0", "limit=1001", "limit=-1", "limit=+1", "limit=", "limit=1e2", "limit=%201",
        "limit=99999999999999999999", "limit=1&limit=1", "before=1", "before=1:2:3", "before=:",
        "before=a:1", "before=1:4294967296", "before=18446744073709551616:0", "before=-1:0",
        "chain=", "chain=" + String(repeating: "a", count: 257), "event=%C2%80%7F", "offset=3",
    ])
    func badQueryIsA400(text: String) {
        #expect { try self.query(text) } throws: { ($0 as? HTTPProblem)?.status == 400 }
    }
}

@Suite struct HeaderTests {
    @Test(
        arguments: [
            (nil, false), ("", false), ("gzip", true), ("deflate, gzip;q=1.0, *;q=0.5", true),
            ("GZIP", true), ("x-gzip", true), ("*", true), ("gzip;q=0", false),
            ("gzip; q=0.000", false), ("gzip;q=0.001", true), ("gzip;q=0, *", false),
            ("*;q=0", false), ("identity", false), ("gzipped", false), (",,;;,", false),
        ] as [(String?, Bool)])
    func gzipIsChosen(header: String?, allowed: Bool) {
        #expect(AcceptEncoding.allowsGzip(header) == allowed)
    }

    /// RFC 9110's own example, the epoch, leap days, and the ends.
    @Test(arguments: [
        (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"), (0, "Thu, 01 Jan 1970 00:00:00 GMT"),
        (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"),
        (1_709_251_199, "Thu, 29 Feb 2024 23:59:59 GMT"),
        (4_107_542_400, "Mon, 01 Mar 2100 00:00:00 GMT"),
        (-5, "Thu, 01 Jan 1970 00:00:00 GMT"), (Int.max, "Fri, 31 Dec 9999 23:59:59 GMT"),
    ])
    func dateIsWritten(seconds: Int, text: String) {
        #expect(HTTPDate.text(unixSeconds: seconds) == text)
    }
}
