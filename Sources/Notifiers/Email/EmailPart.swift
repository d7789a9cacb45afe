// Weir
// SPDX-License-Identifier: Apache-2.0

/// The two forms in which a mail tells of alerts: plain text, and HTML that says the same with colours.
///
/// Texts of alerts come from a chain. In HTML they are escaped; in both what looks like a link is broken
/// by U+2060, or mail programs would make one of it. Links come from ``SafeLink`` only.
struct EmailPart {
    let text: String
    let html: String

    private init(text: String, html: String) {
        self.text = text
        self.html = html
    }

    /// One text with the others behind it.
    static func + (left: EmailPart, right: EmailPart) -> EmailPart {
        EmailPart(text: left.text + right.text, html: left.html + right.html)
    }

    /// The bytes that both take in a mail.
    var encodedCount: Int {
        QuotedPrintable.encode(self.text).count + QuotedPrintable.encode(self.html).count
    }

    // MARK: - The frame

    static func opening(_ report: AlertReport) -> EmailPart {
        let headline = TextEscape.html.fitted(report.headline, to: 2000)
        return EmailPart(
            text: TextEscape.mail.fitted(report.headline, to: 2000) + "\n",
            html: """
                <!DOCTYPE html>
                <html><head><meta charset="utf-8"><title>\(headline)</title></head>
                <body style="font-family:sans-serif;font-size:14px;color:#222">
                <h2 style="font-size:18px">\(headline)</h2>

                """)
    }

    /// What was left out, who is told and why.
    static func closing(
        remainder: String?, receiver: String, group: String, externalURL: String
    ) -> EmailPart {
        let receiver = ChannelText.line(receiver, limit: 200)
        let group = ChannelText.line(group, limit: 1000)
        let about = "Sent by Weir to \(receiver) for the group \(group)"
        let link = SafeLink("Weir", externalURL)
        let left = remainder.map { "\n\($0)\n" } ?? ""
        let leftHTML = remainder.map { "<p><b>\(self.escaped($0))</b></p>\n" } ?? ""
        return EmailPart(
            text: "\(left)\n-- \n\(TextEscape.mail.fitted(about, to: 2000))\n"
                + (link.map { "\($0.url)\n" } ?? ""),
            html: "\(leftHTML)<p style=\"font-size:12px;color:#777\">\(self.escaped(about))"
                + (link.map { "<br>\(self.anchor($0))" } ?? "") + "</p>\n</body></html>\n")
    }

    // MARK: - An alert

    /// - Parameter isShort: only what it is and its summary, for alerts too large to be told whole.
    init(_ item: AlertReport.Item, isShort: Bool = false) {
        let colour = Self.hex(AlertReport.colour(item.state, item.severity))
        let severity = item.severityText.isEmpty ? "" : " (\(item.severityText))"
        let title = "\(item.state.word) \(item.name)\(severity)"
        var text = "\n\(TextEscape.mail.fitted(title, to: 1000))\n"
        var html = """
            <div style="border-left:5px solid \(colour);padding:2px 10px;margin:0 0 14px">
            <b>\(Self.escaped(title))</b><br>

            """
        let paragraphs = isShort ? [item.status, item.summary] : item.paragraphs
        for paragraph in paragraphs where !paragraph.isEmpty {
            for line in paragraph.split(separator: "\n", omittingEmptySubsequences: false) {
                text += "  \(TextEscape.mail.fitted(String(line), to: 10_000))\n"
            }
            html += Self.lines(paragraph) + "<br>\n"
        }
        if isShort {
            text += "  … shortened\n"
            html += "… shortened\n"
        } else {
            Self.add(item, to: &text, &html)
        }
        self.init(text: text, html: html + "</div>\n")
    }

    private static func add(
        _ item: AlertReport.Item, to text: inout String, _ html: inout String
    ) {
        html += "<table style=\"font-size:13px\">\n"
        for (name, value) in item.labels {
            text += "  \(TextEscape.mail.fitted("\(name): \(value)", to: 10_000))\n"
            html += "<tr><td style=\"color:#777;padding-right:10px\">\(self.escaped(name))</td>"
            html += "<td>\(self.escaped(value))</td></tr>\n"
        }
        html += "</table>\n"
        if item.omittedLabels > 0 {
            let note =
                item.omittedLabels == 1 ? "… 1 more label" : "… \(item.omittedLabels) more labels"
            text += "  \(note)\n"
            html += "\(note)<br>\n"
        }
        for link in item.links {
            text += "  \(link.name): \(link.url)\n"
            html += self.anchor(link) + "\n"
        }
    }

    private static func escaped(_ text: String) -> String {
        TextEscape.html.fitted(text, to: 50_000)
    }

    private static func lines(_ text: String) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false)
            .map { self.escaped(String($0)) }.joined(separator: "<br>")
    }

    /// The URL's characters are those of RFC 3986, so that only `&` needs an entity.
    private static func anchor(_ link: SafeLink) -> String {
        let url = link.url.replacing("&", with: "&amp;")
        return "<a href=\"\(url)\" rel=\"noreferrer\">\(self.escaped(link.name))</a>"
    }

    private static func hex(_ colour: Int) -> String {
        let digits = String(colour & 0xff_ffff, radix: 16)
        return "#" + String(repeating: "0", count: 6 - digits.count) + digits
    }
}
