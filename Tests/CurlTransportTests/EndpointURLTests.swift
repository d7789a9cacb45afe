// Weir
// SPDX-License-Identifier: Apache-2.0

import CurlTransport
import Testing

/// Addresses are checked when they are made, and never print more than scheme, host and port.
struct EndpointURLTests {
    static let some: EndpointURL = {
        guard let url = try? EndpointURL("http://127.0.0.1:1") else { preconditionFailure() }
        return url
    }()

    @Test(
        arguments: [
            ("http://localhost", "http://localhost/…", "localhost", nil, false),
            ("https://Example.ORG:8443", "https://example.org:8443/…", "example.org", 8443, true),
            ("HTTPS://e.x/\(canary)?\(canary)#\(canary)", "https://e.x/…", "e.x", nil, true),
            ("https://\(canary):\(canary)@e.x:1/\(canary)", "https://e.x:1/…", "e.x", 1, true),
            ("https://\(canary)@\(canary)@e.x", "https://e.x/…", "e.x", nil, true),
            ("https://e.x?\(canary)@other", "https://e.x/…", "e.x", nil, true),
            ("https://e.x#\(canary)@other", "https://e.x/…", "e.x", nil, true),
            ("http://[::1]:8545/\(canary)", "http://[::1]:8545/…", "[::1]", 8545, false),
            ("http://[::1]", "http://[::1]/…", "[::1]", nil, false),
        ] as [(String, String, String, Int?, Bool)])
    func printsHostAndPortOnly(
        text: String, printed: String, host: String, port: Int?, isTLS: Bool,
    ) throws {
        let url = try EndpointURL(text)
        #expect(url.description == printed)
        #expect(url.host == host)
        #expect(url.port == port)
        #expect(url.isTLS == isTLS)
        var everything = "\(url) \(String(reflecting: url))"
        dump(url, to: &everything)
        dump(HTTPRequest(method: .get, url: url), to: &everything)
        everything += "\(HTTPRequest(method: .get, url: url))"
        #expect(!everything.contains(canary))
    }

    @Test(
        arguments: [
            ("", .urlScheme), ("e.x", .urlScheme), ("ftp://e.x", .urlScheme),
            ("file:///etc", .urlScheme),
            ("http:/e.x", .urlScheme), ("http://", .urlHost), ("http:///path", .urlHost),
            ("http://:80", .urlHost), ("http://e.x:", .urlHost), ("http://e.x:0", .urlHost),
            ("http://e.x:65536", .urlHost), ("http://e.x:99999999999999999999", .urlHost),
            ("http://e.x:+80", .urlHost), ("http://user@", .urlHost), ("http://a:b:80", .urlHost),
            ("http://[::1", .urlHost), ("http://[]", .urlHost), ("http://[::g]", .urlHost),
            ("http://e x", .urlCharacter), ("http://e.x/\r\nX: 1", .urlCharacter),
            ("http://e.x/\0", .urlCharacter), ("http://e.x\\@other", .urlCharacter),
            ("http://e.x/\u{7F}", .urlCharacter), ("http://a,b", .urlHost),
            ("http://a%00b", .urlHost),
        ] as [(String, TransportError.InvalidRequest)])
    func oddAddressIsRefused(text: String, reason: TransportError.InvalidRequest) {
        #expect(throws: TransportError.invalidRequest(reason)) { try EndpointURL(text) }
    }

    @Test func headersPrintNoValue() {
        let header = RequestHeader("Authorization", canary)
        var everything = "\(header) \(String(reflecting: header)) \([header])"
        dump([header], to: &everything)
        #expect(everything.contains("Authorization"))
        #expect(!everything.contains(canary))
    }
}
