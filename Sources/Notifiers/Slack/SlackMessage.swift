// Weir
// SPDX-License-Identifier: Apache-2.0

package import Alerting
import JSONBytes

/// The payload of Slack's incoming webhooks, of `chat.postMessage` and of `chat.update`.
///
/// Texts of alerts stand in `plain_text`, which knows no formatting; only links are `mrkdwn`. One
/// attachment for each alert, at most 10 with four blocks each, so that the limit of 50 blocks is
/// kept; header 150, section 3 000, 10 fields of 2 000.
package enum SlackMessage {
    static let alertsMax = 10
    static let headerMax = 150
    static let sectionMax = 3000
    static let fieldsMax = 10
    static let fieldMax = 2000
    private static let headlineMax = 1000

    /// Where the message goes.
    enum Destination {
        /// The webhook knows it.
        case webhook
        case channel(String)
        case message(SlackHandle)
    }

    package static func payload(for notification: AlertNotification) -> [UInt8] {
        self.payload(for: notification, to: .webhook)
    }

    static func payload(
        for notification: AlertNotification, to destination: Destination
    ) -> [UInt8] {
        let report = AlertReport(notification)
        let items = report.items.prefix(self.alertsMax)
        var json = JSONWriter()
        json.beginObject()
        switch destination {
        case .webhook: break
        case .channel(let name):
            json.key("channel")
            json.string(name)
        case .message(let message):
            json.key("channel")
            json.string(message.channel)
            json.key("ts")
            json.string(message.timestamp)
        }
        let remainder = report.remainder(shown: items.count).map { "\n\($0)" } ?? ""
        json.key("text")
        json.string(TextEscape.slack.fitted(report.headline, to: self.headlineMax) + remainder)
        for key in ["mrkdwn", "link_names", "unfurl_links", "unfurl_media"] {
            json.key(key)
            json.bool(false)
        }
        json.key("attachments")
        json.beginArray()
        // Few alerts are told at length, many shortly.
        let isShort = items.count > 3
        for item in items { self.write(item, isShort: isShort, to: &json) }
        json.endArray()
        json.endObject()
        return json.bytes
    }

    private static func write(
        _ item: AlertReport.Item, isShort: Bool, to json: inout JSONWriter
    ) {
        let title = TextEscape.slack.fitted(
            "\(item.state.word) \(item.name)", to: self.headerMax)
        json.beginObject()
        json.key("color")
        json.string(self.hex(AlertReport.colour(item.state, item.severity)))
        json.key("fallback")
        json.string(title)
        json.key("blocks")
        json.beginArray()
        self.write(block: "header", text: title, to: &json)
        var text = BoundedText(limit: isShort ? 1200 : self.sectionMax)
        for paragraph in self.paragraphs(item) {
            text.add(paragraph, as: .slack, open: text.text.isEmpty ? "" : "\n")
        }
        self.write(block: "section", text: text.text, to: &json)
        self.writeFields(item, limit: isShort ? 150 : 500, to: &json)
        self.writeLinks(item, to: &json)
        json.endArray()
        json.endObject()
    }

    private static func paragraphs(_ item: AlertReport.Item) -> [String] {
        item.severityText.isEmpty ? item.paragraphs : [item.severityText] + item.paragraphs
    }

    private static func write(block: String, text: String, to json: inout JSONWriter) {
        json.beginObject()
        json.key("type")
        json.string(block)
        json.key("text")
        self.writePlain(text, to: &json)
        json.endObject()
    }

    private static func writePlain(_ text: String, to json: inout JSONWriter) {
        json.beginObject()
        json.key("type")
        json.string("plain_text")
        json.key("text")
        json.string(text)
        json.key("emoji")
        json.bool(false)
        json.endObject()
    }

    private static func writeFields(
        _ item: AlertReport.Item, limit: Int, to json: inout JSONWriter
    ) {
        guard !item.labels.isEmpty else { return }
        let all = item.labels.count + item.omittedLabels
        let shown = all > self.fieldsMax ? self.fieldsMax - 1 : item.labels.count
        var texts = item.labels.prefix(shown).map { "\($0.name): \($0.value)" }
        if all > shown {
            texts.append(all - shown == 1 ? "… 1 more label" : "… \(all - shown) more labels")
        }
        json.beginObject()
        json.key("type")
        json.string("section")
        json.key("fields")
        json.beginArray()
        for text in texts {
            self.writePlain(TextEscape.slack.fitted(text, to: min(limit, self.fieldMax)), to: &json)
        }
        json.endArray()
        json.endObject()
    }

    private static func writeLinks(_ item: AlertReport.Item, to json: inout JSONWriter) {
        guard !item.links.isEmpty else { return }
        json.beginObject()
        json.key("type")
        json.string("context")
        json.key("elements")
        json.beginArray()
        for link in item.links {
            let url = TextEscape.entities(link.url)
            json.beginObject()
            json.key("type")
            json.string("mrkdwn")
            json.key("text")
            json.string("<\(url)|\(link.name)>")
            json.key("verbatim")
            json.bool(true)
            json.endObject()
        }
        json.endArray()
        json.endObject()
    }

    private static func hex(_ colour: Int) -> String {
        let digits = String(colour, radix: 16)
        return "#" + String(repeating: "0", count: max(0, 6 - digits.count)) + digits
    }
}
