// Weir
// SPDX-License-Identifier: Apache-2.0

/// Where the server listens: a host and a TCP port, as Prometheus' exporters write it.
///
///     try ListenAddress("127.0.0.1:9560")
///     try ListenAddress("[::1]:0")        // any free port
///     try ListenAddress(":9560")          // every IPv4 interface
package struct ListenAddress: Sendable, Hashable, CustomStringConvertible {
    /// A name or an address, IPv6 without its brackets.
    package let host: String
    /// 0 lets the system choose a free one.
    package let port: Int

    /// Weir's own port on this machine only.
    package static let standard = ListenAddress(validHost: "127.0.0.1", port: 9560)

    /// Whether only programs of this machine can ask.
    package var isLoopback: Bool {
        let isLoopbackNumber =
            self.host.hasPrefix("127.")
            && self.host.utf8.allSatisfy { (0x30...0x39).contains($0) || $0 == 0x2e }
        return self.host == "localhost" || self.host == "::1" || isLoopbackNumber
    }

    /// Reads `HOST:PORT`, `[IPv6]:PORT` or `:PORT`.
    package init(_ text: String) throws(HTTPFrontError) {
        guard let colon = text.lastIndex(of: ":") else {
            throw .badAddress(text, reason: .noPort)
        }
        let portText = text[text.index(after: colon)...]
        guard let port = UInt16(portText), portText.utf8.allSatisfy({ (48...57).contains($0) })
        else { throw .badAddress(text, reason: .badPort) }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
            guard host.contains(":"), host.utf8.allSatisfy(Self.isIPv6Byte) else {
                throw .badAddress(text, reason: .badHost)
            }
        } else {
            guard host.utf8.count <= 253, host.utf8.allSatisfy(Self.isNameByte) else {
                throw .badAddress(text, reason: .badHost)
            }
        }
        self.init(validHost: host.isEmpty ? "0.0.0.0" : String(host), port: Int(port))
    }

    init(validHost host: String, port: Int) {
        self.host = host
        self.port = port
    }

    package var description: String {
        self.host.contains(":") ? "[\(self.host)]:\(self.port)" : "\(self.host):\(self.port)"
    }

    /// The address as a browser on this machine takes it.
    package var url: String {
        switch self.host {
        case "0.0.0.0": "http://127.0.0.1:\(self.port)/"
        case "::": "http://[::1]:\(self.port)/"
        default: "http://\(self)/"
        }
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 48...57, 65...90, 97...122, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"):
            true
        default: false
        }
    }

    /// Digits, colons, the dots of an embedded IPv4 address, and a zone after `%`.
    private static func isIPv6Byte(_ byte: UInt8) -> Bool {
        self.isNameByte(byte) || byte == UInt8(ascii: ":") || byte == UInt8(ascii: "%")
    }
}
