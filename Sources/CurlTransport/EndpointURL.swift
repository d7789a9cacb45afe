// Weir
// SPDX-License-Identifier: Apache-2.0

/// An http or https address whose path, query and user part are treated as secrets.
///
/// Providers and webhooks carry their key in the URL, so the whole text leaves this value only
/// towards libcurl. What it prints is `scheme://host[:port]/…`, also through `dump` and string
/// interpolation of a value that holds it.
///
/// ```swift
/// let url = try EndpointURL("https://rpc.example:8443/v3/0123456789abcdef")
/// print(url)          // https://rpc.example:8443/…
/// print(url.host)     // rpc.example
/// ```
package struct EndpointURL: Sendable, Hashable {
    /// The whole address, secrets included. Never print it.
    let text: String
    /// The host as written, lower-cased; an IPv6 address keeps its brackets.
    package let host: String
    /// The port if one was written.
    package let port: Int?
    /// Whether the scheme is https.
    package let isTLS: Bool
    /// Whether something stands before an `@`: a name and perhaps a password.
    package let hasUserPart: Bool

    /// Checks an address.
    ///
    /// - Throws: `TransportError.invalidRequest` if the scheme is not http or https, the host is
    ///   missing or odd, the port is not 1 to 65535, or a blank, control byte or backslash occurs.
    package init(_ text: String) throws(TransportError) {
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F && $0 != UInt8(ascii: "\\") }) else {
            throw .invalidRequest(.urlCharacter)
        }
        guard let scheme = Scheme(prefixOf: text) else { throw .invalidRequest(.urlScheme) }
        let rest = text.utf8.dropFirst(scheme.prefix.utf8.count)
        let authority = rest.prefix { byte in
            byte != UInt8(ascii: "/") && byte != UInt8(ascii: "?") && byte != UInt8(ascii: "#")
        }
        let hostAndPort: Substring.UTF8View
        if let at = authority.lastIndex(of: UInt8(ascii: "@")) {
            hostAndPort = authority[authority.index(after: at)...]
        } else {
            hostAndPort = authority
        }
        guard let (host, port) = Self.split(Substring(hostAndPort)) else {
            throw .invalidRequest(.urlHost)
        }
        self.text = text
        self.host = host.lowercased()
        self.port = port
        self.isTLS = scheme == .https
        self.hasUserPart = authority.contains(UInt8(ascii: "@"))
    }

    /// Host and port for messages: `rpc.example:8443`.
    package var authority: String {
        guard let port = self.port else { return self.host }
        return "\(self.host):\(port)"
    }

    private enum Scheme {
        case http, https

        var prefix: String { self == .http ? "http://" : "https://" }

        init?(prefixOf text: String) {
            let start = text.prefix(8).lowercased()
            if start == "https://" {
                self = .https
            } else if start.hasPrefix("http://") {
                self = .http
            } else {
                return nil
            }
        }
    }

    private static func split(_ text: Substring) -> (host: Substring, port: Int?)? {
        var host = text
        var port: Int?
        let afterBracket = text.lastIndex(of: "]") ?? text.startIndex
        if let colon = text[afterBracket...].lastIndex(of: ":") {
            let digits = text[text.index(after: colon)...]
            guard digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
                let number = Int(digits), (1...65535).contains(number)
            else { return nil }
            host = text[..<colon]
            port = number
        }
        guard self.isHost(host) else { return nil }
        return (host, port)
    }

    private static func isHost(_ text: Substring) -> Bool {
        if text.utf8.first == UInt8(ascii: "[") {
            return text.utf8.count > 3 && text.utf8.last == UInt8(ascii: "]")
                && text.utf8.dropFirst().dropLast().allSatisfy { byte in
                    switch byte {
                    case 0x30...0x39, 0x41...0x46, 0x61...0x66: true
                    case UInt8(ascii: ":"), UInt8(ascii: "."), UInt8(ascii: "%"): true
                    default: false
                    }
                }
        }
        return !text.isEmpty && text.utf8.count <= 255
            && text.utf8.allSatisfy { byte in
                switch byte {
                case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x80...0xFF: true
                case UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"): true
                default: false
                }
            }
    }
}

extension EndpointURL: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String {
        "\(self.isTLS ? "https" : "http")://\(self.authority)/…"
    }

    package var debugDescription: String { self.description }

    /// Empty, so that `dump` does not look inside.
    package var customMirror: Mirror { Mirror(self, children: []) }
}
