// Weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import Foundation
import JSONBytes
import Testing

@testable import Notifiers

@Suite struct TelegramMessageTests {
    @Test(arguments: Samples.all.map(\.name))
    func payloadIsAsRecorded(name: String) throws {
        let sample = try #require(Samples.all.first { $0.name == name })
        let payload = TelegramMessage.payload(
            for: sample.notification, chat: "-1001234567890", thread: 7, isSilent: true)
        try Snapshot.expect(payload, is: "telegram-\(name)")
    }

    @Test func editNamesTheMessage() throws {
        let payload = TelegramMessage.payload(
            for: Samples.resolved, chat: "@weir", thread: 7, editing: 42)
        try Snapshot.expect(payload, is: "telegram-edit")
    }

    /// The text as Telegram shows it; nil where the markup is not what Telegram reads.
    static func shown(_ html: String) -> String? {
        var open: [String] = []
        var shown = String.UnicodeScalarView()
        var rest = Array(html.unicodeScalars)[...]
        func starts(_ text: String) -> Bool { rest.starts(with: text.unicodeScalars) }
        while let scalar = rest.first {
            if scalar == "<" {
                guard let end = rest.firstIndex(of: ">") else { return nil }
                let tag = String(String.UnicodeScalarView(rest[(rest.startIndex + 1)..<end]))
                rest = rest[(end + 1)...]
                if tag.hasPrefix("/") {
                    guard open.popLast() == String(tag.dropFirst()) else { return nil }
                } else if ["b", "code"].contains(tag) {
                    open.append(tag)
                } else if tag.lowercased().hasPrefix("a href=\"http"), tag.hasSuffix("\""),
                    tag.count(where: { $0 == "\"" }) == 2
                {
                    open.append("a")
                } else {
                    return nil
                }
            } else if scalar == "&" {
                guard
                    let entity = [("&amp;", "&"), ("&lt;", "<"), ("&gt;", ">")].first(where: {
                        starts($0.0)
                    })
                else { return nil }
                rest = rest.dropFirst(entity.0.unicodeScalars.count)
                shown.append(contentsOf: entity.1.unicodeScalars)
            } else if scalar == ">" {
                return nil
            } else {
                shown.append(scalar)
                rest = rest.dropFirst()
            }
        }
        return open.isEmpty ? String(shown) : nil
    }

    @Test func checkerSeesBrokenMarkup() {
        #expect(Self.shown("<b>a &amp; b</b>") == "a & b")
        for text in [
            "<b>", "</b>", "<b></code>", "&", "&amp", "<i>x</i>", "a > b",
            "<a href=\"javascript:x\">x</a>",
        ] {
            #expect(Self.shown(text) == nil, "\(text)")
        }
    }

    @Test func hostileTextsStayTexts() throws {
        for (index, text) in HostileCorpus.strings(600, seed: 0x7e1e).enumerated() {
            let notification = HostileCorpus.notification(text, index: index)
            let payload = TelegramMessage.payload(for: notification, chat: "1")
            #expect(foundationJSON(payload) != nil)
            let json = try JSONValue(parsing: payload)
            let html = try #require(json["text"]?.string)
            #expect((1...4096).contains(html.utf16.count))
            let shown = try #require(Self.shown(html), "\(html)")
            #expect(!HostileCorpus.holdsInvisible(shown))
            #expect(!shown.contains("://"))
            #expect(!shown.contains("@everyone"))
            let all = notification.alerts.count + notification.truncatedAlerts
            let left = all - (html.components(separatedBy: "\n\n<b>").count - 1)
            #expect(left < all)
            #expect(left == 0 || html.hasSuffix("\n\n… \(left) more alert" + (left > 1 ? "s" : "")))
        }
    }

    @Test func whatFindsNoRoomIsCounted() throws {
        let alerts = (0..<500).map { index in
            Samples.alert(labels: ["index": "\(index)"], annotations: ["summary": "s"])
        }
        let text = TelegramMessage.text(for: Samples.notification(alerts, truncated: 100))
        #expect(text.utf16.count <= 4096)
        let shown = text.components(separatedBy: "<b>FIRING ").count - 1
        #expect(shown > 10)
        #expect(text.hasSuffix("\n\n… \(600 - shown) more alerts"))
    }
}
