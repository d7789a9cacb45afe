// Weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import Foundation
import JSONBytes
import Testing

@testable import Notifiers

@Suite struct DiscordMessageTests {
    @Test(arguments: Samples.all.map(\.name))
    func payloadIsAsRecorded(name: String) throws {
        let sample = try #require(Samples.all.first { $0.name == name })
        let payload = DiscordMessage.payload(
            for: sample.notification, username: "Weir", avatarURL: "https://example.org/w.png")
        try Snapshot.expect(payload, is: "discord-\(name)")
    }

    /// Every limit that Discord documents holds, and no text of a chain is more than text.
    static func check(_ payload: [UInt8], alerts: Int) throws {
        #expect(foundationJSON(payload) != nil)
        let json = try JSONValue(parsing: payload)
        #expect(json["allowed_mentions"] == ["parse": []])
        let content = try #require(json["content"]?.string)
        #expect((1...2000).contains(content.utf16.count))
        let embeds = try #require(json["embeds"]?.array)
        #expect(embeds.count == min(10, alerts))
        var sum = 0
        var markdown = [content]
        for embed in embeds {
            let title = try #require(embed["title"]?.string)
            let description = try #require(embed["description"]?.string)
            let footer = try #require(embed["footer"]?["text"]?.string)
            let fields = try #require(embed["fields"]?.array)
            #expect((1...256).contains(title.utf16.count))
            #expect((1...4096).contains(description.utf16.count))
            #expect((1...2048).contains(footer.utf16.count))
            #expect(fields.count <= 25)
            sum += title.utf16.count + description.utf16.count + footer.utf16.count
            markdown += [title, description]
            #expect(!HostileCorpus.holdsInvisible(footer))
            for field in fields {
                let name = try #require(field["name"]?.string)
                let value = try #require(field["value"]?.string)
                #expect((1...256).contains(name.utf16.count))
                #expect((1...1024).contains(value.utf16.count))
                sum += name.utf16.count + value.utf16.count
                markdown += [name, value]
            }
            #expect((0...0xff_ffff).contains(embed["color"]?.int ?? -1))
        }
        #expect(sum <= 6000)
        for text in markdown {
            #expect(!HostileCorpus.holdsInvisible(text))
            #expect(!self.isActive(text), "\(text)")
        }
    }

    /// Whether a mention, a tag or an address in the text has no backslash before it.
    static func isActive(_ text: String) -> Bool {
        var previous: Unicode.Scalar = " "
        var isEscaped = false
        var rest = text.unicodeScalars[...]
        // Our own links.
        for mark in ["[Runbook](<", "[Dashboard](<", "[Transaction](<"] {
            if let place = text.range(of: mark) { rest = text.unicodeScalars[..<place.lowerBound] }
        }
        for scalar in rest {
            if isEscaped {
                isEscaped = false
                previous = " "
                continue
            }
            defer { previous = scalar }
            switch scalar {
            case "\\": isEscaped = true
            case "@", "<", "*", "`", "[", "|": return true
            case "/" where previous == ":": return true
            default: break
            }
        }
        return isEscaped
    }

    @Test func checkerSeesWhatIsActive() {
        #expect(Self.isActive("@everyone"))
        #expect(Self.isActive("https://evil.example"))
        #expect(Self.isActive("\\\\<@1>"))
        #expect(Self.isActive("torn\\"))
        #expect(!Self.isActive("\\@everyone \\\\"))
    }

    @Test func hostileTextsStayTexts() throws {
        for (index, text) in HostileCorpus.strings(600, seed: 0xd15c).enumerated() {
            let notification = HostileCorpus.notification(text, index: index)
            try Self.check(
                DiscordMessage.payload(for: notification), alerts: notification.alerts.count)
        }
    }

    @Test func oneAlertMayUseAllTheRoom() throws {
        let long = String(repeating: "word ", count: 2000)
        let alert = Samples.alert(annotations: ["summary": "s", "description": long])
        let json = try JSONValue(
            parsing: DiscordMessage.payload(for: Samples.notification([alert])))
        let description = try #require(json["embeds"]?[0]?["description"]?.string)
        #expect((4000...4096).contains(description.utf16.count))
    }

    @Test func countOfWhatIsNotShownIsTold() throws {
        let json = try JSONValue(parsing: DiscordMessage.payload(for: Samples.many))
        #expect(json["content"]?.string?.hasSuffix("\n… 9 more alerts") == true)
        let labels = Dictionary(uniqueKeysWithValues: (0..<70).map { ("l\($0)", "v") })
        let one = Samples.notification([Samples.alert(labels: labels)])
        let fields = try JSONValue(parsing: DiscordMessage.payload(for: one))["embeds"]?[0]?[
            "fields"]?.array
        #expect(fields?.count == 25)
        #expect(fields?.last?["value"]?.string == "46 more labels")
    }
}
