// Weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import JSONBytes
import Testing

@testable import Notifiers

@Suite struct SlackMessageTests {
    @Test(arguments: Samples.all.map(\.name))
    func payloadIsAsRecorded(name: String) throws {
        let sample = try #require(Samples.all.first { $0.name == name })
        try Snapshot.expect(SlackMessage.payload(for: sample.notification), is: "slack-\(name)")
    }

    @Test func editNamesChannelAndMessage() throws {
        let handle = try #require(SlackHandle("C0123/1700000000.000100"))
        let payload = SlackMessage.payload(for: Samples.retraction, to: .message(handle))
        try Snapshot.expect(payload, is: "slack-edit")
    }

    /// All texts of a payload, with whether Slack reads them as markup.
    static func texts(_ json: JSONValue) -> [(text: String, isMarkup: Bool)] {
        var texts: [(text: String, isMarkup: Bool)] = []
        func walk(_ value: JSONValue, isMarkup: Bool) {
            if let array = value.array { array.forEach { walk($0, isMarkup: false) } }
            guard let object = value.object else { return }
            let isMarkup = value["type"]?.string == "mrkdwn"
            for member in object.members {
                if ["text", "fallback"].contains(member.key), let text = member.value.string {
                    texts.append((text, isMarkup))
                } else {
                    walk(member.value, isMarkup: isMarkup)
                }
            }
        }
        walk(json, isMarkup: false)
        return texts
    }

    static func check(_ payload: [UInt8], alerts: Int) throws {
        #expect(foundationJSON(payload) != nil)
        let json = try JSONValue(parsing: payload)
        #expect((1...4000).contains(json["text"]?.string?.utf16.count ?? 0))
        for key in ["mrkdwn", "link_names", "unfurl_links", "unfurl_media"] {
            #expect(json[key] == false)
        }
        let attachments = try #require(json["attachments"]?.array)
        #expect(attachments.count == min(10, alerts))
        let blocks = attachments.flatMap { $0["blocks"]?.array ?? [] }
        #expect(blocks.count <= 50)
        for block in blocks {
            let length = block["text"]?["text"]?.string?.utf16.count ?? 1
            switch block["type"]?.string {
            case "header": #expect((1...150).contains(length))
            case "section":
                #expect((1...3000).contains(length))
                let fields = block["fields"]?.array ?? []
                #expect(fields.count <= 10)
                for field in fields {
                    #expect((1...2000).contains(field["text"]?.string?.utf16.count ?? 0))
                }
                #expect(block["fields"] == nil || !fields.isEmpty)
            case "context": #expect((1...10).contains(block["elements"]?.array?.count ?? 0))
            default: Issue.record("\(block)")
            }
        }
        #expect(payload.count < 200_000)
        for (text, isMarkup) in self.texts(json) where !isMarkup {
            #expect(!text.contains("<") && !text.contains(">"))
            #expect(TextEscapeTests.entitiesAreWhole(text))
            #expect(!text.contains("://"))
            #expect(!HostileCorpus.holdsInvisible(text))
        }
    }

    @Test func hostileTextsStayTexts() throws {
        for (index, text) in HostileCorpus.strings(600, seed: 0x51ac).enumerated() {
            let notification = HostileCorpus.notification(text, index: index)
            try Self.check(
                SlackMessage.payload(for: notification), alerts: notification.alerts.count)
        }
    }

    @Test func linksAreMarkupAndNothingElseIs() throws {
        let json = try JSONValue(parsing: SlackMessage.payload(for: Samples.firing))
        let markup = Self.texts(json).filter(\.isMarkup).map(\.text)
        #expect(markup == ["<https://runbooks.example/NodeSlashed?a=1&amp;b=2|Runbook>"])
    }
}
