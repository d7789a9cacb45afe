// Weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import PromQL
import WeirTestSupport

/// Strings that somebody might write into a token's name or an event to do harm where alerts are read.
enum HostileCorpus {
    static let crafted: [String] = [
        "@everyone", "@here", "<@123456789012345678>", "<@&123456789012345678>", "<#123>",
        "<!channel>", "<!here|here>", "<@U0123456>", "<https://evil.example|click>", "<b>bold</b>",
        "</b><a href=\"https://evil.example\">x</a>", "<code>", "</code></pre>", "&lt;b&gt;",
        "&amp;",
        "&#60;script&#62;", "<script>alert(1)</script>", "<img src=x onerror=alert(1)>",
        "https://evil.example/claim", "http://evil.example", "HTTPS://EVIL.EXAMPLE", "evil.example",
        "www.evil.example", "discord.gg/evil", "t.me/evil", "tg://resolve?domain=evil",
        "mailto:a@b.example",
        "a@b.example", "/start@evilbot", "/start", "#hashtag", "$USD", "+1 555 0100",
        "[claim](https://evil.example)", "![x](https://evil.example/x.png)", "**bold**", "__u__",
        "~~s~~", "||spoiler||", "`code`", "```\nblock\n```", "> quote", ">>> quote", "# heading",
        "-# small", "- item", "* item", "1. item", "\\", "\\\\", "\\*", "trailing\\",
        "*_~`|>#[]()<@:",
        "\u{202e}gnp.exe", "\u{2066}\u{2067}\u{2069}", "a\u{200b}b", "a\u{200d}b", "\u{feff}",
        "\u{e0041}\u{e0042}", "\u{0}", "\u{1b}[2J\u{1b}[31m", "\u{7}\u{8}", "\u{9b}31m",
        "\r\nHeader: x",
        "\r\n\r\n<html>", "\u{85}\u{2028}\u{2029}", "\n\n\n\n\n", "\t\t", "   ", "\u{a0}\u{3000}",
        "<\u{301}b>", ">\u{338}", "&\u{301}lt;", "@\u{301}everyone", "\"", "'", "\"}]}",
        "{{ .Labels }}",
        "${env:HOME}", "%s%n%x", "../../etc/passwd", "=1+1", "'; DROP TABLE alerts;--", "null",
        "NaN",
        "👨‍👩‍👧‍👦", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "🇩🇪🇩🇪🇩", "é", "e\u{301}", "한국어", "العربية", "\u{fffd}", "\u{10ffff}",
        String(repeating: "A", count: 6_000), String(repeating: "<", count: 6_000),
        String(repeating: "&", count: 6_000), String(repeating: "\\", count: 6_000),
        String(repeating: "👨‍👩‍👧", count: 2_000), "Z" + String(repeating: "\u{301}", count: 6_000),
        String(repeating: "\u{202e}", count: 5_000), String(repeating: "\n", count: 5_000),
        String(repeating: "https://evil.example ", count: 1_000),
        String(repeating: "@everyone ", count: 1_000), String(repeating: "\"", count: 6_000),
    ]

    /// All of the crafted ones, pairs of them, and random Unicode: as many as are wanted.
    static func strings(_ count: Int, seed: UInt64) -> [String] {
        var random = SeededRandom(seed: seed)
        var strings = self.crafted
        while strings.count < count {
            if Bool.random(using: &random) {
                let one = self.crafted.randomElement(using: &random) ?? ""
                let other = self.crafted.randomElement(using: &random) ?? ""
                strings.append(String(one.prefix(300)) + String(other.prefix(300)))
            } else {
                var view = String.UnicodeScalarView()
                for _ in 0..<Int.random(in: 1...120, using: &random) {
                    let top: UInt32 =
                        [0x7f, 0x2fff, 0x10_ffff].randomElement(using: &random) ?? 0x7f
                    if let scalar = Unicode.Scalar(UInt32.random(in: 0...top, using: &random)) {
                        view.append(scalar)
                    }
                }
                strings.append(String(view))
            }
        }
        return strings
    }

    /// A notification that holds the string wherever a chain's text may stand; of one to many alerts,
    /// by `index`.
    static func notification(_ text: String, index: Int) -> AlertNotification {
        let count = [1, 2, 3, 12, 4][index % 5]
        let start = String(text.prefix(40))
        let alerts = (0..<count).map { number in
            var labels = ["number": "\(number)", "owner": text, "name": text]
            if number % 5 == 0 {
                for extra in 0..<28 { labels["label_\(extra)"] = "\(extra)\(start)" }
            }
            return Alert(
                labels: Labels(labels.merging(["alertname": text, "severity": text]) { $1 }),
                annotations: Labels([
                    "summary": text, "description": text, "note": text, "runbook_url": text,
                ]), startsAt: Samples.time - Int64(number),
                endsAt: number % 4 == 3 ? Samples.time : nil,
                retraction: number % 7 == 6
                    ? Retraction(chain: text, block: .max, blockHash: text) : nil)
        }
        return AlertNotification(
            id: text, receiver: text, groupKey: "{}:{name=\(Labels.quoted(text))}",
            groupLabels: Labels(["name": text]), alerts: alerts, truncatedAlerts: index % 3,
            cause: .firing, time: Samples.time)
    }

    /// Whether a text holds something that does not show or turns the writing direction; joiners that
    /// we put in, and those between emoji, aside.
    static func holdsInvisible(_ text: String) -> Bool {
        text.unicodeScalars.contains { scalar in
            switch scalar.properties.generalCategory {
            case .control: scalar != "\n"
            case .format: scalar != "\u{2060}" && scalar != "\u{200d}"
            case .lineSeparator, .paragraphSeparator, .privateUse, .surrogate: true
            default: false
            }
        }
    }
}
