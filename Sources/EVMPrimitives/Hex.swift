// Weir
// SPDX-License-Identifier: Apache-2.0

/// Hex text and bytes (JSON-RPC "data": `0x`, two digits a byte).
package enum Hex {
    /// The lower-case digits as ASCII.
    package static let digits: [UInt8] = Array("0123456789abcdef".utf8)

    /// The value of one ASCII hex digit of either case.
    @inlinable
    package static func value(of digit: UInt8) -> UInt8? {
        switch digit {
        case 48...57: digit &- 48
        case 97...102: digit &- 87
        case 65...70: digit &- 55
        default: nil
        }
    }

    /// Lower-case text of bytes, with `0x` unless `prefix` is false.
    package static func encode(_ bytes: some Sequence<UInt8>, prefix: Bool = true) -> String {
        var text: [UInt8] = prefix ? [48, 120] : []
        text.reserveCapacity(text.count + 2 * bytes.underestimatedCount)
        Self.append(bytes, to: &text)
        return String(decoding: text, as: UTF8.self)
    }

    /// Appends the lower-case digits of bytes as ASCII, without a prefix.
    package static func append(_ bytes: some Sequence<UInt8>, to text: inout [UInt8]) {
        for byte in bytes {
            text.append(Self.digits[Int(byte >> 4)])
            text.append(Self.digits[Int(byte & 15)])
        }
    }

    /// The bytes of hex text, with or without `0x`; nil for an odd count of digits or another
    /// character.
    package static func decode(_ text: some StringProtocol) -> [UInt8]? {
        Self.decode(ascii: Array(text.utf8)[...])
    }

    /// The bytes of ASCII hex digits, with or without `0x`.
    package static func decode(ascii text: ArraySlice<UInt8>) -> [UInt8]? {
        var digits = text
        if digits.count >= 2, digits[digits.startIndex] == 48,
            digits[digits.startIndex + 1] | 32 == 120
        {
            digits = digits.dropFirst(2)
        }
        guard digits.count % 2 == 0 else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(digits.count / 2)
        var index = digits.startIndex
        while index < digits.endIndex {
            guard let high = Self.value(of: digits[index]),
                let low = Self.value(of: digits[index + 1])
            else { return nil }
            bytes.append(high << 4 | low)
            index += 2
        }
        return bytes
    }
}
