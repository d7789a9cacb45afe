// Weir
// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Notifiers

@Suite struct SafeLinkTests {
    @Test(arguments: [
        "https://runbooks.example/NodeSlashed", "http://10.0.0.1:8080/x?a=b&c=(d)#e",
        "HTTPS://example.org", "https://[2001:db8::1]/",
    ])
    func addressesAreLinks(url: String) {
        #expect(SafeLink("x", url)?.url == url)
    }

    @Test(arguments: [
        "", "https://", "https:///path", "javascript:alert(1)", "ftp://example.org",
        "//example.org",
        "https://user@example.org", "https://example.org/a b", "https://example.org/<b>",
        "https://example.org/\"x", "https://example.org/|x", "https://example.org/\n",
        "https://пример.рф",
        "https://:80/", "data:text/html,x", " https://example.org", "https://example.org/`x`",
        "https://example.org/\\x", "https://example.org/" + String(repeating: "a", count: 2000),
    ])
    func allElseIsNone(url: String) {
        #expect(SafeLink("x", url) == nil)
    }
}
