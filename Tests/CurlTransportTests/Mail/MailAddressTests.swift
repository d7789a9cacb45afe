// Weir
// SPDX-License-Identifier: Apache-2.0

import CurlTransport
import Testing

@Suite struct MailAddressTests {
    @Test(arguments: [
        ("ops@example.org", "", "ops@example.org", "example.org"),
        ("  ops@example.org ", "", "ops@example.org", "example.org"),
        ("<ops@example.org>", "", "ops@example.org", "example.org"),
        ("Weir <weir@example.org>", "Weir", "weir@example.org", "example.org"),
        ("\"Weir, the monitor\" <w@a.b>", "Weir, the monitor", "w@a.b", "a.b"),
        ("Wächter <a+tag.x@b-c.d_e>", "Wächter", "a+tag.x@b-c.d_e", "b-c.d_e"),
        ("root@localhost", "", "root@localhost", "localhost"),
    ])
    func mailboxIsTakenApart(text: String, name: String, address: String, domain: String) {
        let mailbox = MailAddress(text)
        #expect(mailbox?.name == name)
        #expect(mailbox?.address == address)
        #expect(mailbox?.domain == domain)
    }

    @Test(arguments: [
        "", " ", "@", "a@", "@b", "a", "a@b@c", "a b@c", "a@b c", "a@b\r\nc", "a\n@b", "a@-b",
        "a@b-",
        "a@b..c", ".a@b", "a.@b", "a..b@c", "a@b.", "\"a\"@b", "a@[127.0.0.1]", "ä@b", "a@ä.de",
        "a,b@c",
        "a@b,c@d", "a@b; c@d", "<a@b", "a@b>", "x <a@b> y", "x <y> <a@b>", "a\u{0}@b",
        "x\r\nBcc: e@f <a@b>",
        "x\u{7f} <a@b>", String(repeating: "a", count: 65) + "@b",
        "a@" + String(repeating: "b", count: 64), "a@" + String(repeating: "b.", count: 130) + "c",
    ])
    func whatIsNoMailboxIsNone(text: String) {
        #expect(MailAddress(text) == nil)
    }

    @Test(arguments: [
        ("", MailLines.Fault?.some(.unended)), ("a", .unended), ("a\r\n", nil), ("\r\n", nil),
        ("a\n", .loneLineFeed), ("a\r", .loneCarriageReturn), ("a\rb\r\n", .loneCarriageReturn),
        ("a\r\n.\n.\r\n", .loneLineFeed), ("a\0\r\n", .zeroByte), ("a\r\n\r\nb\r\n", nil),
        ("a\r\nb", .unended), (String(repeating: "a", count: 998) + "\r\n", nil),
        (String(repeating: "a", count: 999) + "\r\n", .tooLong),
    ])
    func linesOfMailAreKept(text: String, fault: MailLines.Fault?) {
        #expect(MailLines.fault(Array(text.utf8)) == fault)
    }
}
