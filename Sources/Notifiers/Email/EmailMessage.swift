// Weir
// SPDX-License-Identifier: Apache-2.0

package import Alerting
package import CurlTransport

/// A notification as a mail (RFC 5322, MIME): header lines, text, and HTML that says the same.
///
/// It is the same, byte by byte, at every try of the same notification: `Message-ID` comes from the
/// notification's id and `Date` from its time, so that who gets it twice can tell. All mails of one
/// group stand in one thread, by a first mail that they all refer to and nobody ever sent.
package struct EmailMessage: Sendable {
    /// Who writes to whom.
    package struct Parties: Sendable {
        package var from: MailAddress
        package var to: [MailAddress]
        package var replyTo: MailAddress?

        package init(from: MailAddress, to: [MailAddress], replyTo: MailAddress? = nil) {
            self.from = from
            self.to = to
            self.replyTo = replyTo
        }
    }

    /// The whole mail, lines ended by CR LF.
    package let bytes: [UInt8]
    /// How many alerts it tells of, the others counted in it.
    package let shown: Int

    /// Servers take far more; people read far less.
    package static let bytesMaxStandard = 256 << 10

    /// Room for what surrounds the alerts.
    private static let frameBytes = 24 << 10

    /// - Parameters:
    ///   - externalURL: where this process can be looked at; empty where nowhere.
    ///   - bytesMax: the size that alerts may fill; those that do not fit are counted. Below 32 KiB
    ///     there may be none.
    package init(
        _ notification: AlertNotification, _ parties: Parties, externalURL: String = "",
        bytesMax: Int = Self.bytesMaxStandard
    ) {
        let report = AlertReport(notification)
        let (parts, shown) = Self.alerts(report, bytesMax: bytesMax - Self.frameBytes)
        let closing = EmailPart.closing(
            remainder: report.remainder(shown: shown), receiver: notification.receiver,
            group: notification.groupKey, externalURL: externalURL)
        let opening = EmailPart.opening(report)
        let text = ([opening] + parts + [closing]).map(\.text).joined()
        let html = ([opening] + parts + [closing]).map(\.html).joined()

        // A boundary with `=_` cannot stand in quoted-printable (RFC 2045 §6.7).
        let boundary = "=_weir_\(Self.token(notification.id, length: 24))"
        var bytes = Array(Self.header(notification, report, parties, boundary).utf8)
        for (type, part) in [("plain", text), ("html", html)] {
            bytes += Array(
                """
                --\(boundary)\r
                Content-Type: text/\(type); charset=utf-8\r
                Content-Transfer-Encoding: quoted-printable\r
                \r

                """.utf8)
            bytes += QuotedPrintable.encode(part)
        }
        bytes += Array("--\(boundary)--\r\n".utf8)
        self.bytes = bytes
        self.shown = shown
    }

    /// The alerts that fit, the gravest first; one that does not fit whole is told shortly.
    private static func alerts(
        _ report: AlertReport, bytesMax: Int
    ) -> (parts: [EmailPart], shown: Int) {
        var left = bytesMax
        var parts: [EmailPart] = []
        for item in report.items {
            var part = EmailPart(item)
            var size = part.encodedCount
            if size > left {
                part = EmailPart(item, isShort: true)
                size = part.encodedCount
            }
            guard size <= left else { break }
            left -= size
            parts.append(part)
        }
        return (parts, parts.count)
    }

    private static func header(
        _ notification: AlertNotification, _ report: AlertReport, _ parties: Parties,
        _ boundary: String
    ) -> String {
        let domain = parties.from.domain
        let thread = self.token("\(notification.receiver)\n\(notification.groupKey)", length: 32)
        var header = MailHeader.plain("Date", MailHeader.date(notification.time))
        header += MailHeader.addresses("From", [parties.from])
        header += MailHeader.addresses("To", parties.to)
        if let replyTo = parties.replyTo {
            header += MailHeader.addresses("Reply-To", [replyTo])
        }
        header += MailHeader.text("Subject", ChannelText.line(report.headline, limit: 240))
        header += MailHeader.plain("Message-ID", "<weir.\(self.id(notification))@\(domain)>")
        header += MailHeader.plain("In-Reply-To", "<weir.group.\(thread)@\(domain)>")
        header += MailHeader.plain("References", "<weir.group.\(thread)@\(domain)>")
        // Nobody's absence note shall answer (RFC 3834).
        header += MailHeader.plain("Auto-Submitted", "auto-generated")
        if report.state == .firing, report.severity <= .high {
            header += MailHeader.plain("Importance", "high")
        }
        header += MailHeader.plain("MIME-Version", "1.0")
        header += "Content-Type: multipart/alternative;\r\n boundary=\"\(boundary)\"\r\n"
        return header + "\r\n"
    }

    /// The notification's id where it can stand in a message's id (RFC 5322 `dot-atom-text`).
    private static func id(_ notification: AlertNotification) -> String {
        let id = notification.id
        let isPlain =
            (1...100).contains(id.utf8.count)
            && id.utf8.allSatisfy {
                (0x30...0x39).contains($0) || (0x61...0x7a).contains($0 | 0x20)
                    || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_")
            }
        return isPlain ? id : self.token(id, length: 32)
    }

    /// Hex digits that stand for a text.
    private static func token(_ text: String, length: Int) -> String {
        if let name = KeyedHash.name(of: text) { return String(name.prefix(length)) }
        return Fingerprint(value: UInt64(truncatingIfNeeded: text.utf8.count)).description
    }
}
