// Weir
// SPDX-License-Identifier: Apache-2.0

package import Alerting
import JSONBytes

/// The payload of a Discord webhook ("Execute Webhook").
///
/// Limits, in UTF-16 units: content 2 000, title 256, description 4 096, 25 fields of 256 and 1 024,
/// footer 2 048, 10 embeds, and 6 000 over the texts of all embeds together. The room is shared
/// evenly among the embeds; what one does not need falls to those after it.
package enum DiscordMessage {
    static let contentMax = 2000
    static let titleMax = 256
    static let descriptionMax = 4096
    static let fieldsMax = 25
    static let fieldNameMax = 256
    static let fieldValueMax = 1024
    static let footerMax = 2048
    static let embedsMax = 10
    static let sumMax = 6000
    private static let usernameMax = 80

    package static func payload(
        for notification: AlertNotification, username: String? = nil, avatarURL: String? = nil
    ) -> [UInt8] {
        let report = AlertReport(notification)
        let embeds = self.embeds(report)
        var json = JSONWriter()
        json.beginObject()
        if let username {
            json.key("username")
            json.string(ChannelText.line(username, limit: self.usernameMax))
        }
        if let avatarURL {
            json.key("avatar_url")
            json.string(avatarURL)
        }
        json.key("content")
        json.string(self.content(report, shown: embeds.count))
        json.key("embeds")
        json.beginArray()
        for embed in embeds { embed.write(to: &json) }
        json.endArray()
        // No name in a text pings anybody.
        json.key("allowed_mentions")
        json.beginObject()
        json.key("parse")
        json.beginArray()
        json.endArray()
        json.endObject()
        json.endObject()
        return json.bytes
    }

    private static func content(_ report: AlertReport, shown: Int) -> String {
        let remainder = report.remainder(shown: shown).map { "\n\($0)" } ?? ""
        let room = self.contentMax - remainder.utf16.count
        return TextEscape.discord.fitted(report.headline, to: room) + remainder
    }

    private static func embeds(_ report: AlertReport) -> [Embed] {
        let items = report.items.prefix(self.embedsMax)
        var left = self.sumMax
        return items.enumerated().map { index, item in
            let embed = Embed(item, budget: left / (items.count - index))
            left -= embed.length
            return embed
        }
    }

    /// One alert.
    struct Embed {
        private(set) var title = ""
        private(set) var description = ""
        private(set) var fields: [(name: String, value: String)] = []
        private(set) var footer = ""
        private let colour: Int
        private let timestamp: String

        /// What counts towards the sum.
        var length: Int {
            self.title.utf16.count + self.description.utf16.count + self.footer.utf16.count
                + self.fields.reduce(0) { $0 + $1.name.utf16.count + $1.value.utf16.count }
        }

        init(_ item: AlertReport.Item, budget: Int) {
            self.colour = AlertReport.colour(item.state, item.severity)
            self.timestamp = UniversalTime.text(item.startsAt)
            self.title = TextEscape.discord.fitted(
                "\(item.state.word) \(item.name)", to: min(titleMax, budget / 4))
            let words = [item.severityText, "weir"].filter { !$0.isEmpty }
            self.footer = Truncation.cut(
                words.joined(separator: " · "), to: min(footerMax, budget / 8))
            self.addFields(item, budget: (budget - self.length) / 2)
            self.addDescription(item, budget: budget - self.length)
        }

        private mutating func addFields(_ item: AlertReport.Item, budget: Int) {
            var left = budget
            var omitted = item.omittedLabels
            // Room for the field that counts the others.
            let reserve = 32
            for (name, value) in item.labels {
                let name = TextEscape.discord.fitted(name, to: fieldNameMax)
                let length = min(fieldValueMax, left - reserve - name.utf16.count)
                let value = TextEscape.discord.fitted(value, to: max(0, min(length, budget / 2)))
                guard self.fields.count < fieldsMax - 1, !name.isEmpty, !value.isEmpty else {
                    omitted += 1
                    continue
                }
                self.fields.append((name, value))
                left -= name.utf16.count + value.utf16.count
            }
            if omitted > 0 {
                self.fields.append(("…", omitted == 1 ? "1 more label" : "\(omitted) more labels"))
            }
        }

        private mutating func addDescription(_ item: AlertReport.Item, budget: Int) {
            let room = min(descriptionMax, budget)
            var links = BoundedText(limit: room / 3)
            for link in item.links {
                links.add("\(links.text.isEmpty ? "\n" : " · ")[\(link.name)](<\(link.url)>)")
            }
            var text = BoundedText(limit: room - links.text.utf16.count)
            for paragraph in item.paragraphs {
                text.add(paragraph, as: .discord, open: text.text.isEmpty ? "" : "\n")
            }
            self.description = text.text + links.text
        }

        func write(to json: inout JSONWriter) {
            json.beginObject()
            json.key("title")
            json.string(self.title)
            json.key("description")
            json.string(self.description)
            json.key("color")
            json.int(self.colour)
            json.key("timestamp")
            json.string(self.timestamp)
            json.key("fields")
            json.beginArray()
            for field in self.fields {
                json.beginObject()
                json.key("name")
                json.string(field.name)
                json.key("value")
                json.string(field.value)
                json.key("inline")
                json.bool(true)
                json.endObject()
            }
            json.endArray()
            json.key("footer")
            json.beginObject()
            json.key("text")
            json.string(self.footer)
            json.endObject()
            json.endObject()
        }
    }
}
