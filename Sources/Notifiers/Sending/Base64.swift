// Weir
// SPDX-License-Identifier: Apache-2.0

/// Base64 (RFC 4648 §4), with padding.
enum Base64 {
    private static let alphabet = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    static func encode(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count + 2) / 3 * 4)
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            var word: UInt32 = 0
            for index in 0..<3 {
                word = word << 8 | (index < group.count ? UInt32(group[start + index]) : 0)
            }
            for index in 0..<4 {
                let sextet = Int(word >> (18 - 6 * UInt32(index)) & 0x3f)
                text.append(index <= group.count ? self.alphabet[sextet] : UInt8(ascii: "="))
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// The bytes of a text; nil for other characters, wrong padding, or bits left over that are not
    /// zero. Padding may be missing as a whole.
    static func decode(_ text: String) -> [UInt8]? {
        var letters = Array(text.utf8)
        let isPadded = letters.last == UInt8(ascii: "=")
        if isPadded {
            guard letters.count % 4 == 0 else { return nil }
            letters.removeLast()
            if letters.last == UInt8(ascii: "=") { letters.removeLast() }
        }
        guard letters.count % 4 != 1 else { return nil }
        var bytes: [UInt8] = []
        var word: UInt32 = 0
        var bits: UInt32 = 0
        for letter in letters {
            guard let value = self.value(letter) else { return nil }
            word = (word << 6 | value) & 0xfff
            bits += 6
            if bits >= 8 {
                bits -= 8
                bytes.append(UInt8(truncatingIfNeeded: word >> bits))
            }
        }
        guard word & ((1 << bits) - 1) == 0 else { return nil }
        return bytes
    }

    private static func value(_ letter: UInt8) -> UInt32? {
        switch letter {
        case 0x41...0x5a: UInt32(letter) - 0x41
        case 0x61...0x7a: UInt32(letter) - 0x61 + 26
        case 0x30...0x39: UInt32(letter) - 0x30 + 52
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }
}
