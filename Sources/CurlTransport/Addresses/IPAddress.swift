// Weir
// SPDX-License-Identifier: Apache-2.0

/// An address of the internet, read from any of the forms that resolvers take.
///
/// Resolvers read far more than dotted decimals: `127.1`, `0x7f000001`, `017700000001` and
/// `2130706433` are all 127.0.0.1 (`inet_aton`, and libcurl by itself). Whoever compares texts is led
/// around; so texts are read as they would be, and numbers are compared.
package enum IPAddress: Sendable, Hashable {
    /// Most significant byte first: 127.0.0.1 is `0x7f00_0001`.
    case v4(UInt32)
    /// The first and the last eight bytes.
    case v6(UInt64, UInt64)

    /// Reads the host of a URL: any IPv4 form of `inet_aton`, one dot at the end allowed; an IPv6
    /// address (RFC 4291) with or without brackets and zone. Nil for a name and for what is neither.
    package init?(host: some StringProtocol) {
        var text = host[...]
        let isBracketed = text.hasPrefix("[")
        if isBracketed {
            guard text.hasSuffix("]"), text.utf8.count >= 2 else { return nil }
            text = text.dropFirst().dropLast()
        }
        if text.utf8.contains(UInt8(ascii: ":")) {
            let zone = text.firstIndex(of: "%") ?? text.endIndex
            guard let words = Self.ipv6(Substring(text[..<zone])) else { return nil }
            self = .v6(words.0, words.1)
            return
        }
        guard !isBracketed else { return nil }
        if text.hasSuffix(".") { text = text.dropLast() }
        guard let value = Self.ipv4(Substring(text)) else { return nil }
        self = .v4(value)
    }

    /// Four or sixteen bytes as they stand on the wire; nil for any other count.
    package init?(bytes: some Collection<UInt8>) {
        switch bytes.count {
        case 4: self = .v4(bytes.reduce(0) { $0 << 8 | UInt32($1) })
        case 16:
            self = .v6(
                bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) },
                bytes.dropFirst(8).reduce(0) { $0 << 8 | UInt64($1) })
        default: return nil
        }
    }

    /// The IPv4 address that is packed into an IPv6 one: mapped (`::ffff:a.b.c.d`), compatible
    /// (`::a.b.c.d`), translated (`::ffff:0:a.b.c.d`, RFC 2765), NAT64 (RFC 6052, RFC 8215), 6to4
    /// (RFC 3056), or that of a Teredo client (RFC 4380).
    package var embedded: IPAddress? {
        guard case .v6(let high, let low) = self else { return nil }
        let last = UInt32(truncatingIfNeeded: low)
        switch (high, low >> 32) {
        case (0, 0) where last > 1: return .v4(last)
        case (0, 0xffff), (0, 0xffff_0000): return .v4(last)
        case (0x0064_ff9b_0000_0000, 0): return .v4(last)
        case _ where high >> 16 == 0x0064_ff9b_0001: return .v4(last)
        case _ where high >> 48 == 0x2002: return .v4(UInt32(truncatingIfNeeded: high >> 16))
        case _ where high >> 32 == 0x2001_0000: return .v4(~last)
        default: return nil
        }
    }

    // MARK: - IPv4

    /// One to four numbers, each decimal, octal (`0…`) or hex (`0x…`); the last one fills the bytes
    /// that are left.
    private static func ipv4(_ text: Substring) -> UInt32? {
        let parts = text.split(separator: ".", maxSplits: 4, omittingEmptySubsequences: false)
        guard (1...4).contains(parts.count) else { return nil }
        var address: UInt64 = 0
        for (index, part) in parts.enumerated() {
            guard let number = self.number(part) else { return nil }
            let isLast = index == parts.count - 1
            let bytes = isLast ? 4 - index : 1
            guard number < 1 << UInt64(8 * bytes) else { return nil }
            address = address << UInt64(8 * bytes) | number
        }
        return UInt32(truncatingIfNeeded: address)
    }

    /// A number of a C program, at most 2³²−1.
    private static func number(_ text: Substring) -> UInt64? {
        var digits = text.utf8[...]
        var base: UInt64 = 10
        if digits.first == UInt8(ascii: "0") {
            digits = digits.dropFirst()
            base = 8
            if let mark = digits.first, mark | 0x20 == UInt8(ascii: "x") {
                digits = digits.dropFirst()
                base = 16
            }
        } else if digits.isEmpty {
            return nil
        }
        var value: UInt64 = 0
        for byte in digits {
            guard let digit = self.hexDigit(byte), digit < base else { return nil }
            value = value * base + digit
            guard value <= UInt64(UInt32.max) else { return nil }
        }
        return value
    }

    private static func hexDigit(_ byte: UInt8) -> UInt64? {
        switch byte {
        case 0x30...0x39: UInt64(byte - 0x30)
        case 0x41...0x46: UInt64(byte - 0x41 + 10)
        case 0x61...0x66: UInt64(byte - 0x61 + 10)
        default: nil
        }
    }

    // MARK: - IPv6

    private static func ipv6(_ text: Substring) -> (UInt64, UInt64)? {
        guard text.utf8.count <= 45 else { return nil }
        var head: [UInt16] = []
        var tail: [UInt16] = []
        if let gap = text.firstRange(of: "::") {
            guard let before = self.groups(text[..<gap.lowerBound], isLast: false),
                let after = self.groups(text[gap.upperBound...], isLast: true),
                before.count + after.count <= 7
            else { return nil }
            head = before
            tail = after
        } else {
            guard !text.isEmpty, let all = self.groups(text, isLast: true), all.count == 8
            else { return nil }
            head = all
        }
        let zeros = [UInt16](repeating: 0, count: 8 - head.count - tail.count)
        let words = head + zeros + tail
        func half(_ words: ArraySlice<UInt16>) -> UInt64 {
            words.reduce(0) { $0 << 16 | UInt64($1) }
        }
        return (half(words[..<4]), half(words[4...]))
    }

    /// Groups of up to four hex digits; the last may be an IPv4 address in dotted decimals.
    private static func groups(_ text: Substring, isLast: Bool) -> [UInt16]? {
        guard !text.isEmpty else { return [] }
        var groups: [UInt16] = []
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        for (index, part) in parts.enumerated() {
            if isLast, index == parts.count - 1, part.utf8.contains(UInt8(ascii: ".")) {
                let decimals = part.split(separator: ".", omittingEmptySubsequences: false)
                guard decimals.count == 4 else { return nil }
                var value: UInt32 = 0
                for decimal in decimals {
                    guard (1...3).contains(decimal.utf8.count),
                        decimal == "0" || !decimal.hasPrefix("0"),
                        decimal.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
                        let byte = UInt8(decimal)
                    else { return nil }
                    value = value << 8 | UInt32(byte)
                }
                groups.append(UInt16(truncatingIfNeeded: value >> 16))
                groups.append(UInt16(truncatingIfNeeded: value))
                continue
            }
            guard (1...4).contains(part.utf8.count) else { return nil }
            var value: UInt16 = 0
            for byte in part.utf8 {
                guard let digit = self.hexDigit(byte) else { return nil }
                value = value << 4 | UInt16(digit)
            }
            groups.append(value)
        }
        return groups
    }
}

extension IPAddress: CustomStringConvertible {
    /// Dotted decimals, or eight groups of hex digits.
    package var description: String {
        switch self {
        case .v4(let value):
            return [24, 16, 8, 0].map { String(value >> UInt32($0) & 0xff) }.joined(separator: ".")
        case .v6(let high, let low):
            return [high, low].flatMap { half in
                [48, 32, 16, 0].map { String(half >> UInt64($0) & 0xffff, radix: 16) }
            }.joined(separator: ":")
        }
    }
}
