// Weir
// SPDX-License-Identifier: Apache-2.0

/// Hosts and ports in texts, as Go's `net.SplitHostPort` reads them.
enum HostText {
    /// `stripPort`: the host of `host:port` and `[::1]:port`; any other text stays as it is.
    static func withoutPort(_ text: String) -> String {
        self.split(text)?.host ?? text
    }

    /// `stripDomain`: the first part of the host's name, the port kept; an address stays as it is.
    static func withoutDomain(_ text: String) -> String {
        let (host, port) = self.split(text) ?? (text, "")
        if self.isAddress(host) { return text }
        let name = host.split(separator: ".", omittingEmptySubsequences: false).first ?? ""
        return port.isEmpty ? String(name) : "\(name):\(port)"
    }

    /// The path of a URL: what stands between its host and a question mark.
    static func path(ofURL url: String) -> String {
        guard let mark = url.firstRange(of: "://") else { return url }
        let rest = url[mark.upperBound...]
        guard let slash = rest.firstIndex(of: "/") else { return "" }
        return String(rest[slash...].prefix { $0 != "?" && $0 != "#" })
    }

    private static func split(_ text: String) -> (host: String, port: String)? {
        guard let colon = text.lastIndex(of: ":") else { return nil }
        let port = String(text[text.index(after: colon)...])
        let host = text[..<colon]
        if host.hasPrefix("[") {
            guard host.hasSuffix("]") else { return nil }
            let inner = host.dropFirst().dropLast()
            return inner.contains("[") || inner.contains("]") ? nil : (String(inner), port)
        }
        guard !host.contains(":"), !host.contains("["), !host.contains("]"), !port.contains("]")
        else { return nil }
        return (String(host), port)
    }

    private static func isAddress(_ host: String) -> Bool {
        if host.contains(":") {
            return host.utf8.allSatisfy {
                $0 == 0x3a || $0 == 0x2e || Character(Unicode.Scalar($0)).isHexDigit
            }
        }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts.allSatisfy { UInt8($0) != nil && $0.first != "+" }
    }
}
