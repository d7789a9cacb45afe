// Weir
// SPDX-License-Identifier: Apache-2.0

/// A mailbox as people write it: `alerts@example.org` or `Weir <alerts@example.org>`.
package struct MailAddress: Sendable, Hashable {
    /// The name before the angle brackets, without quotes; empty where there is none.
    package let name: String
    /// `local@domain`, in ASCII.
    package let address: String

    /// Nil where it is not one mailbox of ASCII letters, digits and the marks that RFC 5321 has in
    /// `Dot-string`. Quoted local parts are not taken: nobody has one, and much trips over them.
    package init?(_ text: String) {
        let text = Self.trimmed(text[...])
        guard text.hasSuffix(">"), let open = text.lastIndex(of: "<") else {
            guard Self.isBare(String(text)) else { return nil }
            self.name = ""
            self.address = String(text)
            return
        }
        let address = String(text[text.index(after: open)...].dropLast())
        var name = Self.trimmed(text[..<open])
        if name.count >= 2, name.hasPrefix("\""), name.hasSuffix("\"") {
            name = name.dropFirst().dropLast()
        }
        guard Self.isBare(address), !name.contains("<"), !name.contains("\""),
            name.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7f })
        else { return nil }
        self.name = String(name)
        self.address = address
    }

    /// The domain of the address.
    package var domain: String {
        self.address.lastIndex(of: "@").map {
            String(self.address[self.address.index(after: $0)...])
        }
            ?? ""
    }

    /// Whether a text is `local@domain` and nothing else.
    package static func isBare(_ text: String) -> Bool {
        guard text.utf8.count <= 254, let at = text.lastIndex(of: "@") else { return false }
        let local = text[..<at]
        return (1...64).contains(local.utf8.count) && self.isDotString(local)
            && self.isDomain(String(text[text.index(after: at)...]))
    }

    /// Labels of letters, digits, dashes and underscores, with dots between them.
    static func isDomain(_ text: String) -> Bool {
        let labels = text.split(separator: ".", omittingEmptySubsequences: false)
        return labels.allSatisfy { label in
            (1...63).contains(label.utf8.count) && !label.hasPrefix("-") && !label.hasSuffix("-")
                && label.utf8.allSatisfy { self.isAlphanumeric($0) || $0 == 0x2d || $0 == 0x5f }
        }
    }

    private static func isDotString(_ text: Substring) -> Bool {
        text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { atom in
            !atom.isEmpty
                && atom.utf8.allSatisfy {
                    self.isAlphanumeric($0) || "!#$%&'*+-/=?^_`{|}~".utf8.contains($0)
                }
        }
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x61...0x7a).contains(byte | 0x20)
    }

    private static func trimmed(_ text: Substring) -> Substring {
        var text = text
        while let first = text.first, first == " " || first == "\t" { text.removeFirst() }
        while let last = text.last, last == " " || last == "\t" { text.removeLast() }
        return text
    }
}
