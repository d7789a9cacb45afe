// Weir
// SPDX-License-Identifier: Apache-2.0

/// The label values of a series as one text: what the series is called in a tracker and in the
/// store.
///
/// The text is printable ASCII but for the separator; every other byte of a value, and the percent
/// sign, is written `%c3`. So two texts are equal exactly when their bytes are (`String` holds an
/// `é` of one scalar and of two for the same), no label from outside can reach into its
/// neighbour, and a database need not store a zero byte.
enum SeriesKey {
    static let separator: Unicode.Scalar = "\u{1f}"
    private static let digits = Array("0123456789abcdef".unicodeScalars)

    /// The text of label values; empty where there are none.
    static func text(of values: some Sequence<String>) -> String {
        var text = ""
        var isFirst = true
        for value in values {
            if !isFirst { text.unicodeScalars.append(Self.separator) }
            // Almost every value is written as it is, and many a series has just one.
            if !value.utf8.allSatisfy(Self.isPlain) {
                text += Self.escaped(value)
            } else if isFirst {
                text = value
            } else {
                text += value
            }
            isFirst = false
        }
        return text
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        byte >= 0x20 && byte < 0x7f && byte != UInt8(ascii: "%")
    }

    private static func escaped(_ value: String) -> String {
        var text = String.UnicodeScalarView()
        for byte in value.utf8 {
            if Self.isPlain(byte) {
                text.append(Unicode.Scalar(byte))
            } else {
                text.append("%")
                text.append(Self.digits[Int(byte >> 4)])
                text.append(Self.digits[Int(byte & 15)])
            }
        }
        return String(text)
    }

    /// The label values of a text; nil where it is not what ``text(of:)`` writes of that many.
    static func values(of text: String, count: Int) -> [String]? {
        if count == 0 { return text.isEmpty ? [] : nil }
        let parts = text.utf8.split(
            separator: UInt8(ascii: Self.separator), omittingEmptySubsequences: false)
        guard parts.count == count else { return nil }
        var values: [String] = []
        for part in parts {
            guard let value = Self.value(of: Array(part)) else { return nil }
            values.append(value)
        }
        return values
    }

    private static func value(of bytes: [UInt8]) -> String? {
        var plain: [UInt8] = []
        plain.reserveCapacity(bytes.count)
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            if byte == UInt8(ascii: "%") {
                guard index + 2 < bytes.count, let high = Self.nibble(bytes[index + 1]),
                    let low = Self.nibble(bytes[index + 2])
                else { return nil }
                plain.append(high << 4 | low)
                index += 3
            } else {
                plain.append(byte)
                index += 1
            }
        }
        guard let value = String(validating: plain, as: UTF8.self),
            Self.text(of: [value]).utf8.elementsEqual(bytes)
        else { return nil }
        return value
    }

    private static func nibble(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        default: nil
        }
    }
}
