// Weir
// SPDX-License-Identifier: Apache-2.0

/// All the ways that are known to write an IPv4 address as the host of a URL.
enum AddressForms {
    /// - Parameter address: four bytes, most significant first.
    static func all(_ address: UInt32) -> [String] {
        Self.ipv4(address) + Self.ipv6(address)
    }

    /// Those that a resolver takes for the address itself.
    static func ipv4(_ address: UInt32) -> [String] {
        let parts = [24, 16, 8, 0].map { address >> UInt32($0) & 0xff }
        let (a, b, c, d) = (parts[0], parts[1], parts[2], parts[3])
        func hex(_ value: UInt32) -> String { "0x" + String(value, radix: 16) }
        func octal(_ value: UInt32) -> String { "0" + String(value, radix: 8) }
        let low24 = address & 0xff_ffff
        let low16 = address & 0xffff
        return [
            "\(a).\(b).\(c).\(d)",
            "\(a).\(b).\(c).\(d).",
            "\(address)",
            "\(address).",
            hex(address),
            hex(address).uppercased().replacing("0X", with: "0x"),
            "0X" + String(address, radix: 16, uppercase: true),
            "0x0000000000" + String(address, radix: 16),
            octal(address),
            "0000000000" + String(address, radix: 8),
            parts.map(hex).joined(separator: "."),
            parts.map(octal).joined(separator: "."),
            parts.map { "0000" + String($0, radix: 8) }.joined(separator: "."),
            parts.map { "0x000" + String($0, radix: 16) }.joined(separator: "."),
            "\(hex(a)).\(octal(b)).\(c).\(d)",
            "\(octal(a)).\(b).\(hex(c)).\(d)",
            "\(a).\(low24)",
            "\(a).\(hex(low24))",
            "\(hex(a)).\(octal(low24))",
            "\(a).\(b).\(low16)",
            "\(octal(a)).\(hex(b)).\(low16)",
            "\(a).\(b).\(hex(low16)).",
        ]
    }

    /// Those that carry it within an IPv6 address.
    static func ipv6(_ address: UInt32) -> [String] {
        let parts = [24, 16, 8, 0].map { address >> UInt32($0) & 0xff }
        let dotted = parts.map(String.init).joined(separator: ".")
        let (high, low) = (
            String(address >> 16, radix: 16), String(address & 0xffff, radix: 16)
        )
        let (notHigh, notLow) = (
            String(~address >> 16, radix: 16), String(~address & 0xffff, radix: 16)
        )
        return [
            "[::ffff:\(dotted)]",
            "[::FFFF:\(high):\(low)]",
            "[0:0:0:0:0:ffff:\(high):\(low)]",
            "[0000:0000:0000:0000:0000:ffff:\(dotted)]",
            "[::ffff:0:\(high):\(low)]",
            "[64:ff9b::\(dotted)]",
            "[64:ff9b::\(high):\(low)]",
            "[64:ff9b:1::\(high):\(low)]",
            "[2002:\(high):\(low)::1]",
            "[2002:\(high):\(low):0:0:0:0:1]",
            "[2001:0:4136:e378:8000:63bf:\(notHigh):\(notLow)]",
            "[::ffff:\(dotted)%25eth0]",
        ]
    }
}
