// Weir
// SPDX-License-Identifier: Apache-2.0

/// A link that may be shown as one: http or https, to a plain host, in the characters of RFC 3986.
///
/// Made from annotations that rules give for the purpose (`runbook_url`, `dashboard_url`,
/// `transaction_url`), never from what looks like an address within a text.
package struct SafeLink: Sendable, Hashable {
    /// What the link is called.
    package let name: String
    package let url: String

    /// Nil for what is no such link, holds a user part, or is longer than 1 024 bytes.
    package init?(_ name: String, _ url: String) {
        let bytes = Array(url.utf8.prefix(1025))
        guard bytes.count <= 1024, bytes.allSatisfy(Self.isAllowed) else { return nil }
        guard let scheme = ["https://", "http://"].first(where: { url.lowercased().hasPrefix($0) })
        else { return nil }
        let authority = bytes.dropFirst(scheme.utf8.count).prefix { !"/?#".utf8.contains($0) }
        guard !authority.isEmpty, authority.first != UInt8(ascii: ":"),
            !authority.contains(UInt8(ascii: "@"))
        else { return nil }
        self.name = name
        self.url = url
    }

    /// Unreserved and reserved characters and `%`, without quotes, brackets of markup and blanks.
    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5a, 0x61...0x7a: true
        default: "-._~:/?#@!$&()*+,;=%[]".utf8.contains(byte)
        }
    }

    /// The annotations that are links, in the order in which they are shown.
    package static let annotations = [
        ("runbook_url", "Runbook"), ("dashboard_url", "Dashboard"),
        ("transaction_url", "Transaction"),
    ]
}
