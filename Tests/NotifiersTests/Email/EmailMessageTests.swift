// Weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import CurlTransport
import Foundation
import PromQL
import Testing
import WeirTestSupport

@testable import Notifiers

/// What is written is read back by python's `email`.
@Suite struct EmailMessageTests {
    private static func address(_ text: String) throws -> MailAddress {
        try #require(MailAddress(text))
    }

    private static func parties() throws -> EmailMessage.Parties {
        EmailMessage.Parties(
            from: try Self.address("Weir <weir@monitor.example>"),
            to: [
                try Self.address("ops@example.org"), try Self.address("Bösch, Ü. <b@example.org>"),
            ])
    }

    static func notification(
        _ alerts: [Alert], id: String = "n-1", cause: AlertNotification.Cause = .firing,
        key: String = "{}:{alertname=\"X\"}", truncated: Int = 0
    ) -> AlertNotification {
        AlertNotification(
            id: id, receiver: "ops", groupKey: key, groupLabels: Labels([("alertname", "X")]),
            alerts: alerts, truncatedAlerts: truncated, cause: cause, time: 1_795_712_825_000)
    }

    static func alert(
        _ labels: [(String, String)] = [], _ annotations: [(String, String)] = [],
        endsAt: Timestamp? = nil, retraction: Retraction? = nil
    ) -> Alert {
        Alert(
            labels: Labels([("alertname", "NodeSlashed"), ("severity", "critical")] + labels),
            annotations: Labels(annotations), startsAt: 1_795_712_000_000, endsAt: endsAt,
            retraction: retraction)
    }

    /// Every line as mail wants it: ASCII, CR LF, none too long.
    private func checkLines(_ bytes: [UInt8]) {
        #expect(MailLines.fault(bytes) == nil)
        #expect(bytes.allSatisfy { $0 < 0x80 })
        let lines = String(decoding: bytes, as: UTF8.self).components(separatedBy: "\r\n")
        for line in lines {
            #expect(line.utf8.count <= 78, "\(line)")
        }
    }

    @Test func mailIsReadBackAsItWasMeant() throws {
        let message = EmailMessage(
            Self.notification([
                Self.alert(
                    [("chain", "base"), ("node", "0xabc")],
                    [
                        ("summary", "Knoten 0xabc: 1 234,5 FAB gekürzt ✂"),
                        ("description", "line one\nline two"),
                        ("runbook_url", "https://example.org/run?a=1&b=2"),
                    ]),
                Self.alert([("chain", "op")], endsAt: 1_795_712_700_000),
                Self.alert(
                    [("chain", "eth")],
                    retraction: Retraction(chain: "eth", block: 17, blockHash: "0xdead")),
            ]), try Self.parties(), externalURL: "https://weir.example/")
        self.checkLines(message.bytes)
        #expect(message.shown == 3)
        let mail = try ParsedMail.parse(message.bytes)
        #expect(mail.defects == [])
        #expect(mail.type == "multipart/alternative")
        #expect(mail.parts.map(\.type) == ["text/plain", "text/html"])
        #expect(
            mail.header("Subject") == "[FIRING:1, RETRACTED:1, RESOLVED:1] NodeSlashed")
        #expect(mail.header("From") == "Weir <weir@monitor.example>")
        #expect(mail.to == [["", "ops@example.org"], ["Bösch, Ü.", "b@example.org"]])
        #expect(mail.header("Date") == "Thu, 26 Nov 2026 17:07:05 +0000")
        #expect(mail.header("Message-ID") == "<weir.n-1@monitor.example>")
        #expect(mail.header("In-Reply-To") == mail.header("References"))
        #expect(mail.header("Auto-Submitted") == "auto-generated")
        #expect(mail.header("Importance") == "high")
        for part in [mail.text, mail.html] {
            #expect(part.contains("Knoten 0xabc: 1 234,5 FAB gekürzt ✂"))
            #expect(part.contains("Retracted: block 17"))
        }
        #expect(mail.text.contains("  line one\n  line two\n"))
        #expect(mail.text.contains("Runbook: https://example.org/run?a=1&b=2"))
        #expect(mail.html.contains("href=\"https://example.org/run?a=1&amp;b=2\""))
        #expect(mail.html.contains("href=\"https://weir.example/\""))
    }

    @Test func everyTryIsTheSameMail() throws {
        let notification = Self.notification([Self.alert()])
        let parties = try Self.parties()
        #expect(
            EmailMessage(notification, parties).bytes == EmailMessage(notification, parties).bytes)
    }

    @Test func mailsOfAGroupAreOneThread() throws {
        let parties = try Self.parties()
        func headers(_ id: String, _ key: String) throws -> (String?, String?) {
            let notification = Self.notification([Self.alert()], id: id, key: key)
            let mail = try ParsedMail.parse(EmailMessage(notification, parties).bytes)
            return (mail.header("Message-ID"), mail.header("References"))
        }
        let (first, second) = (try headers("1", "a"), try headers("2", "a"))
        let other = try headers("3", "b")
        #expect(first.0 != second.0)
        #expect(first.1 == second.1)
        #expect(first.1 != other.1)
    }

    @Test(arguments: [
        "n-1", "a>b", "", "ü", "a b", "a\r\nBcc: evil@example.org",
        String(repeating: "x", count: 400),
        "a@b", "..", "<>",
    ])
    func anyIdMakesAMessageId(id: String) throws {
        let message = EmailMessage(Self.notification([Self.alert()], id: id), try Self.parties())
        self.checkLines(message.bytes)
        let mail = try ParsedMail.parse(message.bytes)
        #expect(mail.defects == [])
        #expect(mail.header("Bcc") == nil)
        let text = try #require(mail.header("Message-ID"))
        #expect(text.wholeMatch(of: /<weir\.[A-Za-z0-9_-]+@monitor\.example>/) != nil)
        let other = EmailMessage(
            Self.notification([Self.alert()], id: id + "!"), try Self.parties())
        #expect(try ParsedMail.parse(other.bytes).header("Message-ID") != text)
    }

    /// What a chain may hold, in every place that a text can come to.
    static let hostile = [
        "x\r\nBcc: evil@example.org", "x\nSubject: y", "\r\n\r\n<h1>body",
        "a\u{2028}b\u{2029}c\u{85}d",
        "=?utf-8?q?Bcc=3A_evil?=", "=?utf-8?b?QmNjOg==?= =?", "<script>alert(1)</script>",
        "\"><img src=x onerror=alert(1)>", "' onmouseover='x", "&lt;b&gt;", "javascript:alert(1)",
        "https://evil.example/phish", "www.evil.example", "mailto:evil@example.org",
        "\u{202e}gnp.exe", "\u{200b}\u{feff}", "\u{0}\u{1}\u{1b}[31m", "\u{7f}",
        "--=_weir_0\r\nContent-Type: text/html", "\r\n.\r\nMAIL FROM:<a@b>", ".\n.\r\n..", "\t \t ",
        String(repeating: "a", count: 5000), String(repeating: "é", count: 3000),
        String(repeating: "👩‍👩‍👧‍👦", count: 500), String(repeating: "e\u{301}\u{301}", count: 2000),
        String(repeating: "\n", count: 1000), String(repeating: "a ", count: 3000), "", " ", "=",
        "=0",
        "From root@localhost", "]]>", "<!--", "-->", "</body></html>",
        "<a href=\"https://evil\">x</a>",
    ]

    @Test(arguments: hostile.indices)
    func hostileTextsStayTexts(index: Int) throws {
        let text = Self.hostile[index]
        let alert = Alert(
            labels: Labels([("alertname", text), ("severity", text), ("l", text), (text, "v")]),
            annotations: Labels([
                ("summary", text), ("description", text), ("runbook_url", text), ("x", text),
            ]), startsAt: 0)
        var notification = Self.notification([alert], key: text)
        notification.receiver = text
        notification.groupLabels = Labels([("a", text)])
        let message = EmailMessage(notification, try Self.parties(), externalURL: text)
        self.checkLines(message.bytes)
        let mail = try ParsedMail.parse(message.bytes)
        #expect(mail.defects == [])
        #expect(
            mail.headers.map { $0[0] } == [
                "Date", "From", "To", "Subject", "Message-ID", "In-Reply-To", "References",
                "Auto-Submitted", "MIME-Version", "Content-Type",
            ])
        #expect(mail.parts.map(\.type) == ["text/plain", "text/html"])
        // Only tags of our own, and no link but to what a rule gave as one.
        let tags = Set(mail.html.matches(of: /<\/?([a-zA-Z!]+)/).map { String($0.1).lowercased() })
        #expect(
            tags.isSubset(of: [
                "!doctype", "html", "head", "meta", "title", "body", "h", "div", "b", "br", "table",
                "tr", "td", "p", "a",
            ]), "\(tags)")
        for link in mail.html.matches(of: /href="([^"]*)"/) {
            #expect(link.1 == text || "\(link.1)" == text.replacing("&", with: "&amp;"))
        }
        let controls = (mail.text + mail.html).unicodeScalars.filter {
            $0.properties.generalCategory == .control && $0 != "\n"
        }
        #expect(controls.isEmpty)
        #expect(!(mail.text + mail.html).unicodeScalars.contains("\u{202e}"))
    }

    @Test func whatLooksLikeALinkIsBroken() throws {
        let alert = Self.alert([], [("summary", "see https://evil.example/x or evil@example.org")])
        let mail = try ParsedMail.parse(
            EmailMessage(Self.notification([alert]), try Self.parties()).bytes)
        for part in [mail.text, mail.html] {
            #expect(!part.contains("https://evil"))
            #expect(!part.contains("evil.example"))
            #expect(!part.contains("evil@example"))
        }
    }

    @Test func storm() throws {
        let alerts = (0..<10_000).map {
            Self.alert([("n", "\($0)")], [("summary", "number \($0)")])
        }
        let notification = Self.notification(alerts, truncated: 5)
        let message = EmailMessage(notification, try Self.parties())
        #expect(message.bytes.count <= EmailMessage.bytesMaxStandard)
        #expect(message.shown > 100 && message.shown < 10_000)
        let mail = try ParsedMail.parse(message.bytes)
        for part in [mail.text, mail.html] {
            #expect(part.contains("… \(10_005 - message.shown) more alerts"))
        }
        #expect(mail.header("Subject") == "[FIRING:10000] NodeSlashed")
    }

    @Test func hugeAlertIsToldShortly() throws {
        let huge = Self.alert(
            (0..<60).map { ("l\($0)", String(repeating: "ü", count: 1000)) },
            [("summary", "short"), ("description", String(repeating: "ä", count: 4000))])
        let message = EmailMessage(
            Self.notification([huge]), try Self.parties(), bytesMax: 40 << 10)
        #expect(message.bytes.count <= 40 << 10)
        #expect(message.shown == 1)
        let mail = try ParsedMail.parse(message.bytes)
        #expect(mail.text.contains("short") && mail.text.contains("… shortened"))
    }

    // MARK: - The pieces

    @Test func quotedPrintableComesBack() throws {
        var random = SeededRandom(seed: 5)
        let alphabet = Array("ab= \t\n.é✂👩=\u{1f}~".unicodeScalars)
        for _ in 0..<300 {
            var scalars = String.UnicodeScalarView()
            for _ in 0..<Int.random(in: 0..<400, using: &random) {
                scalars.append(alphabet.randomElement(using: &random) ?? "a")
            }
            let text = String(scalars)
            let encoded = QuotedPrintable.encode(text)
            let lines = String(decoding: encoded, as: UTF8.self).components(separatedBy: "\r\n")
            #expect(lines.allSatisfy { $0.utf8.count <= 76 })
            #expect(lines.allSatisfy { !$0.hasSuffix(" ") && !$0.hasSuffix("\t") })
            let expected = text.isEmpty || !text.hasSuffix("\n") ? text + "\n" : text
            #expect(Self.decode(lines) == expected, "seed 5: \(text.debugDescription)")
        }
    }

    /// RFC 2045 backwards.
    private static func decode(_ lines: [String]) -> String {
        var bytes: [UInt8] = []
        for line in lines.dropLast() {
            let units = Array(line.utf8)
            var index = 0
            var isSoft = false
            while index < units.count {
                if units[index] != 0x3d {
                    bytes.append(units[index])
                    index += 1
                } else if index + 2 < units.count + 0, units.count - index >= 3 {
                    let digits = String(decoding: units[(index + 1)...(index + 2)], as: UTF8.self)
                    bytes.append(UInt8(digits, radix: 16) ?? 0)
                    index += 3
                } else {
                    isSoft = true
                    index += 1
                }
            }
            if !isSoft { bytes.append(0x0a) }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test(arguments: [
        (Int64(0), "Thu, 01 Jan 1970 00:00:00 +0000"), (-5, "Thu, 01 Jan 1970 00:00:00 +0000"),
        (951_782_399_999, "Mon, 28 Feb 2000 23:59:59 +0000"),
        (951_782_400_000, "Tue, 29 Feb 2000 00:00:00 +0000"),
        (1_795_712_825_123, "Thu, 26 Nov 2026 17:07:05 +0000"),
        (.max, "Fri, 31 Dec 9999 23:59:59 +0000"),
    ])
    func dateIsThatOfRFC5322(time: Int64, text: String) {
        #expect(MailHeader.date(time) == text)
    }

    @Test(arguments: [
        "plain", "", " ", " lead", "trail ", String(repeating: "word ", count: 60), "ümläut",
        String(repeating: "ü", count: 200), "=?x", "tab\there", "👩‍👩‍👧‍👦 family", "a\r\nb",
    ])
    func subjectsComeBack(text: String) throws {
        let line = MailHeader.text("Subject", text)
        #expect(line.hasSuffix("\r\n"))
        for part in line.components(separatedBy: "\r\n") { #expect(part.utf8.count <= 78) }
        let mail = try ParsedMail.parse(Array((line + "\r\nbody\r\n").utf8))
        let expected = text.replacing("\r\n", with: "  ").replacing("\t", with: " ")
        #expect(mail.headers.count == 1)
        #expect(mail.header("Subject") == expected)
    }
}
