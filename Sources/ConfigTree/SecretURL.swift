// Weir
// SPDX-License-Identifier: Apache-2.0

/// A URL whose user part, path and query may hold a key, as those of RPC providers, webhooks and
/// databases do. It prints as `https://host:port/…`; the whole only through ``secret``.
package struct SecretURL: Sendable, Equatable, CustomStringConvertible {
    /// The whole URL.
    package let secret: Secret
    /// In lower case, such as `https`.
    package let scheme: String
    /// Name or address, without user, port, or the brackets of an IPv6 address; may be empty
    /// for a scheme that needs no host, such as `postgresql:///name`.
    package let host: String
    package let port: UInt16?

    /// Takes `scheme://[user[:password]@]host[:port][/…]` apart (RFC 3986 §3); nil when `text` is
    /// not of that form or holds a space or a control character.
    package init?(_ text: String) {
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7f }),
            let mark = text.firstRange(of: "://")
        else { return nil }
        let scheme = text[..<mark.lowerBound]
        guard let first = scheme.utf8.first, Self.isLetter(first),
            scheme.utf8.allSatisfy({
                Self.isLetter($0) || Self.isDigit($0) || "+-.".utf8.contains($0)
            })
        else { return nil }

        let rest = text[mark.upperBound...]
        var authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        if let user = authority.lastIndex(of: "@") {
            authority = authority[authority.index(after: user)...]
        }
        var port: UInt16?
        var host = authority
        let afterBracket = authority.lastIndex(of: "]").map { authority.index(after: $0) }
        if let colon = authority[(afterBracket ?? authority.startIndex)...].firstIndex(of: ":") {
            host = authority[..<colon]
            let digits = authority[authority.index(after: colon)...]
            guard digits.utf8.allSatisfy(Self.isDigit), let number = UInt16(digits), number > 0
            else { return nil }
            port = number
        }
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
        } else if host.contains("[") || host.contains("]") {
            return nil
        }
        self.secret = Secret(text)
        self.scheme = scheme.lowercased()
        self.host = String(host)
        self.port = port
    }

    /// `https://rpc.example:8545/…`: what may be shown.
    package var description: String {
        let host = self.host.contains(":") ? "[\(self.host)]" : self.host
        return "\(self.scheme)://\(host)" + (self.port.map { ":\($0)" } ?? "") + "/…"
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
}
