// Weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import CurlTransport

/// One header line of a mail, folded and in ASCII, in which no text can begin a line of its own.
enum MailHeader {
    private static let lineMax = 76
    /// `=?utf-8?q?` and `?=`.
    private static let wordFrame = 12
    private static let wordMax = 75

    /// A line whose text is free, as that of the subject: as it is where it is short ASCII, else as
    /// encoded words (RFC 2047 §2, the "Q" form), each of whole characters.
    static func text(_ name: String, _ text: String) -> String {
        let text = self.oneLine(text)
        let room = self.lineMax - name.utf8.count - 2
        if self.isPlain(text), text.utf8.count <= room { return "\(name): \(text)\r\n" }
        return "\(name): \(self.words(text, first: room).joined(separator: "\r\n "))\r\n"
    }

    /// A line of addresses, one to a line.
    static func addresses(_ name: String, _ list: [MailAddress]) -> String {
        let texts = list.map { address in
            guard !address.name.isEmpty else { return address.address }
            let name = self.oneLine(address.name)
            let isAtom = name.utf8.allSatisfy {
                (0x30...0x39).contains($0) || (0x61...0x7a).contains($0 | 0x20) || $0 == 0x20
            }
            if isAtom, name.utf8.count <= 60 { return "\(name)\r\n <\(address.address)>" }
            return self.words(name, first: 50).joined(separator: "\r\n ")
                + "\r\n <\(address.address)>"
        }
        return "\(name): \(texts.joined(separator: ",\r\n "))\r\n"
    }

    /// A line whose text is made here of ASCII, with blanks where it may be folded.
    static func plain(_ name: String, _ text: String) -> String {
        var line = "\(name):"
        var length = line.utf8.count
        for word in self.oneLine(text).split(separator: " ") {
            if length + 1 + word.utf8.count > self.lineMax, length > name.utf8.count + 1 {
                line += "\r\n"
                length = 0
            }
            line += " \(word)"
            length += 1 + word.utf8.count
        }
        return line + "\r\n"
    }

    /// `Thu, 26 Nov 2026 17:07:05 +0000` (RFC 5322 §3.3) of a time in the years 1970 to 9999; others
    /// are taken to the nearest in them.
    static func date(_ milliseconds: Timestamp) -> String {
        let time = min(max(milliseconds, 0), 253_402_300_799_999)
        let fields = UniversalTime.text(time - time % 1000)
            .split { "-T:Z".contains($0) }.map(String.init)
        let month = Int(fields[1]).map { self.months[max(0, min(11, $0 - 1))] } ?? ""
        let weekday = self.weekdays[Int(time / 86_400_000 % 7)]
        return "\(weekday), \(fields[2]) \(month) \(fields[0]) "
            + "\(fields[3]):\(fields[4]):\(fields[5]) +0000"
    }

    private static let weekdays = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// The guard against injected headers: no control character is left, line breaks least of all.
    private static func oneLine(_ text: String) -> String {
        var view = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            view.append(scalar.properties.generalCategory == .control ? " " : scalar)
        }
        return String(view)
    }

    /// Printable ASCII that nobody takes for an encoded word.
    private static func isPlain(_ text: String) -> Bool {
        text.utf8.allSatisfy { (0x20...0x7e).contains($0) } && !text.contains("=?")
            && !text.hasPrefix(" ") && !text.hasSuffix(" ")
    }

    /// Encoded words; the first has less room, since the header's name stands before it.
    private static func words(_ text: String, first: Int) -> [String] {
        var words: [String] = []
        var word = ""
        var room = min(first, self.wordMax) - self.wordFrame
        for scalar in text.unicodeScalars {
            let piece = self.encoded(scalar)
            if word.utf8.count + piece.utf8.count > room, !word.isEmpty {
                words.append(word)
                word = ""
                room = self.wordMax - self.wordFrame
            }
            word += piece
        }
        words.append(word)
        return words.map { "=?utf-8?q?\($0)?=" }
    }

    private static func encoded(_ scalar: Unicode.Scalar) -> String {
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9", "-", "!", "*", "+", "/": return String(scalar)
        case " ": return "_"
        default:
            return String(scalar).utf8.map { byte in
                let digits = [QuotedPrintable.hex(byte >> 4), QuotedPrintable.hex(byte & 0xf)]
                return "=" + String(decoding: digits, as: UTF8.self)
            }.joined()
        }
    }
}
