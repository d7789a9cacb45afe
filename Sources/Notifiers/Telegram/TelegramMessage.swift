// Weir
// SPDX-License-Identifier: Apache-2.0

package import Alerting
import JSONBytes

/// The payload of `sendMessage` and `editMessageText`, in Telegram's HTML.
///
/// The limit of 4 096 counts after the markup was read; here the markup counts too, so that it is kept
/// in any case. The room is shared evenly among the alerts; those that find none are counted.
package enum TelegramMessage {
    static let textMax = 4096
    /// Less room than this is no use to an alert.
    private static let roomMin = 250
    private static let labelsMax = 20

    package static func payload(
        for notification: AlertNotification, chat: String, thread: Int? = nil,
        isSilent: Bool = false, editing message: Int64? = nil
    ) -> [UInt8] {
        var json = JSONWriter()
        json.beginObject()
        json.key("chat_id")
        if let number = Int64(chat) { json.int64(number) } else { json.string(chat) }
        if let message {
            json.key("message_id")
            json.int64(message)
        } else {
            if let thread {
                json.key("message_thread_id")
                json.int(thread)
            }
            json.key("disable_notification")
            json.bool(isSilent)
        }
        json.key("text")
        json.string(self.text(for: notification))
        json.key("parse_mode")
        json.string("HTML")
        json.key("link_preview_options")
        json.beginObject()
        json.key("is_disabled")
        json.bool(true)
        json.endObject()
        json.endObject()
        return json.bytes
    }

    package static func text(for notification: AlertNotification) -> String {
        let report = AlertReport(notification)
        // Kept for the line that counts what is not shown.
        let reserve = 48
        var text = BoundedText(limit: self.textMax - reserve)
        text.add(report.headline, as: .telegram, open: "<b>", close: "</b>", limit: 600)
        var shown = 0
        for item in report.items {
            let wanted = min(report.items.count - shown, max(1, text.left / self.roomMin))
            guard text.left >= self.roomMin else { break }
            guard text.add(self.alert(item, room: text.left / wanted)) else { break }
            shown += 1
        }
        return text.text + (report.remainder(shown: shown).map { "\n\n\($0)" } ?? "")
    }

    private static func alert(_ item: AlertReport.Item, room: Int) -> String {
        var text = BoundedText(limit: room)
        let words = ["\(item.state.word) \(item.name)", item.severityText].filter { !$0.isEmpty }
        text.add(
            words.joined(separator: " · "), as: .telegram, open: "\n\n<b>", close: "</b>",
            limit: room / 3)
        text.add(item.status, as: .telegram, open: "\n")
        let links = item.links.map { link in
            let url = TextEscape.entities(link.url)
            return "<a href=\"\(url)\">\(link.name)</a>"
        }.joined(separator: " · ")
        text.add(links.isEmpty ? "" : "\n" + links)
        text.add(item.summary, as: .telegram, open: "\n", limit: max(60, text.left / 2))
        text.add(item.description, as: .telegram, open: "\n", limit: max(60, text.left * 2 / 3))
        for remark in item.remarks { text.add(remark, as: .telegram, open: "\n") }
        self.addLabels(item, to: &text)
        return text.text
    }

    private static func addLabels(_ item: AlertReport.Item, to text: inout BoundedText) {
        // Room for the line that counts the others.
        let reserve = 24
        var shown = 0
        for (name, value) in item.labels.prefix(self.labelsMax) {
            var line = BoundedText(limit: text.left - reserve)
            guard line.add(name, as: .telegram, open: "\n", close: ": "),
                line.add(value, as: .telegram, open: "<code>", close: "</code>", limit: 300)
            else { break }
            text.add(line.text)
            shown += 1
        }
        let omitted = item.labels.count + item.omittedLabels - shown
        guard omitted > 0 else { return }
        text.add(omitted == 1 ? "\n… 1 more label" : "\n… \(omitted) more labels")
    }
}
