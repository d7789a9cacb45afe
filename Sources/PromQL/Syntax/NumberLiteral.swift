// Weir
// SPDX-License-Identifier: Apache-2.0

import MetricsRegistry

/// The texts of numbers in expressions.
package enum NumberLiteral {
    /// Reads an unsigned number as Go's `ParseInt` with base 0, and else as `ParseFloat`: decimal, with a
    /// point and an exponent, hexadecimal with `0x`, octal with a leading `0`, underscores between
    /// digits, `Inf` and `NaN` in any case. Nil for other texts and for numbers beyond a double's range.
    package static func parse(_ text: String) -> Double? {
        switch text.lowercased() {
        case "inf": return .infinity
        case "nan": return .nan
        default: break
        }
        let bytes = Array(text.utf8)
        guard let first = bytes.first, Lexer.isDigit(first) || first == UInt8(ascii: ".") else {
            return nil
        }
        guard let digits = Self.withoutUnderscores(bytes) else { return nil }
        if digits.lowercased().hasPrefix("0x") {
            return Int64(digits.dropFirst(2), radix: 16).map { Double($0) }
        }
        if digits.hasPrefix("0"), digits.utf8.count > 1, let octal = Int64(digits, radix: 8) {
            return Double(octal)
        }
        guard digits.utf8.allSatisfy({ Self.decimal.contains($0) }),
            digits.utf8.contains(where: Lexer.isDigit),
            // `2.` is a number in Go, and none in Swift.
            let number = Double(digits.hasSuffix(".") ? digits + "0" : Self.filled(digits)),
            number.isFinite
        else { return nil }
        return number
    }

    /// Reads a number with an optional sign.
    package static func parseSigned(_ text: String) -> Double? {
        if text.hasPrefix("-") { return Self.parse(String(text.dropFirst())).map { -$0 } }
        return Self.parse(text.hasPrefix("+") ? String(text.dropFirst()) : text)
    }

    /// The shortest text that reads back as the number, as Go's `%v`: with an exponent below 10⁻⁴ and from
    /// 10²¹ on.
    package static func text(_ value: Double) -> String {
        guard value.isFinite else { return value.isNaN ? "NaN" : value < 0 ? "-Inf" : "+Inf" }
        guard value != 0 else { return value.sign == .minus ? "-0" : "0" }
        let (digits, point) = NumberText.shortestDigits(value.magnitude)
        let sign = value < 0 ? "-" : ""
        let exponent = point - 1
        if exponent < -4 || exponent >= 21 {
            let fraction = digits.count > 1 ? "." + digits.dropFirst() : ""
            let size = exponent.magnitude
            return sign + digits.prefix(1) + fraction + (exponent < 0 ? "e-" : "e+")
                + (size < 10 ? "0" : "") + String(size)
        }
        if point <= 0 { return sign + "0." + String(repeating: "0", count: -point) + digits }
        if point >= digits.count {
            return sign + digits + String(repeating: "0", count: point - digits.count)
        }
        return sign + digits.prefix(point) + "." + digits.dropFirst(point)
    }

    private static let decimal = Set("0123456789.eE+-".utf8)

    /// `1.e5` as `1.0e5`, `.5` as `0.5`.
    private static func filled(_ digits: String) -> String {
        var bytes: [UInt8] = []
        for byte in digits.utf8 {
            if byte == UInt8(ascii: "e") || byte == UInt8(ascii: "E"),
                bytes.last == UInt8(ascii: ".")
            {
                bytes.append(UInt8(ascii: "0"))
            }
            if byte == UInt8(ascii: "."), bytes.isEmpty { bytes.append(UInt8(ascii: "0")) }
            bytes.append(byte)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Nil where an underscore does not stand between digits (or behind `0x`).
    private static func withoutUnderscores(_ bytes: [UInt8]) -> String? {
        let underscore = UInt8(ascii: "_")
        for (index, byte) in bytes.enumerated() where byte == underscore {
            guard index > 0, index + 1 < bytes.count, Self.isDigit(bytes[index + 1]),
                Self.isDigit(bytes[index - 1]) || index == 2 && bytes[1] | 0x20 == 0x78
            else { return nil }
        }
        return String(decoding: bytes.filter { $0 != underscore }, as: UTF8.self)
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        Lexer.isDigit(byte) || (0x61...0x66).contains(byte | 0x20)
    }
}
