// Weir
// SPDX-License-Identifier: Apache-2.0

/// Strings in quotes, with the escapes of Go.
extension Lexer {
    /// A string at its opening quote. In backquotes nothing is escaped and lines may end.
    mutating func string(quote: UInt8) -> Token.Kind {
        let isRaw = quote == UInt8(ascii: "`")
        self.position += 1
        var bytes: [UInt8] = []
        while let byte = self.current {
            if byte == quote {
                self.position += 1
                guard let text = String(validating: bytes, as: UTF8.self) else {
                    return .fault("invalid UTF-8 in string \(Self.shown(bytes))")
                }
                return .string(text)
            }
            if byte == 0x0a, !isRaw { break }
            if byte == UInt8(ascii: "\\"), !isRaw {
                if let reason = self.escape(quote: quote, into: &bytes) { return .fault(reason) }
            } else {
                bytes.append(byte)
                self.position += 1
            }
        }
        return .fault(isRaw ? "unterminated raw string" : "unterminated quoted string")
    }

    /// Reads an escape at its backslash; the reason where it is none.
    private mutating func escape(quote: UInt8, into bytes: inout [UInt8]) -> String? {
        self.position += 1
        guard let byte = self.current else { return "escape sequence not terminated" }
        self.position += 1
        switch Unicode.Scalar(byte) {
        case "a": bytes.append(0x07)
        case "b": bytes.append(0x08)
        case "f": bytes.append(0x0c)
        case "n": bytes.append(0x0a)
        case "r": bytes.append(0x0d)
        case "t": bytes.append(0x09)
        case "v": bytes.append(0x0b)
        case "\\": bytes.append(byte)
        case "0"..."7":
            self.position -= 1
            return self.number(digits: 3, radix: 8, isByte: true, into: &bytes)
        case "x": return self.number(digits: 2, radix: 16, isByte: true, into: &bytes)
        case "u": return self.number(digits: 4, radix: 16, isByte: false, into: &bytes)
        case "U": return self.number(digits: 8, radix: 16, isByte: false, into: &bytes)
        default:
            guard byte == quote else {
                return "unknown escape sequence \"\\\(Character(Unicode.Scalar(byte)))\""
            }
            bytes.append(byte)
        }
        return nil
    }

    private mutating func number(
        digits: Int, radix: UInt32, isByte: Bool, into bytes: inout [UInt8]
    ) -> String? {
        var value: UInt32 = 0
        for _ in 0..<digits {
            guard let byte = self.current else { return "escape sequence not terminated" }
            guard byte < 0x80, let digit = Character(Unicode.Scalar(byte)).hexDigitValue,
                digit < radix
            else { return "illegal character in escape sequence" }
            value = value &* radix &+ UInt32(digit)
            self.position += 1
        }
        if isByte {
            guard value <= 0xff else {
                return "escape sequence is an invalid Unicode code point"
            }
            bytes.append(UInt8(value))
        } else {
            guard let scalar = Unicode.Scalar(value) else {
                return "escape sequence is an invalid Unicode code point"
            }
            bytes += String(Character(scalar)).utf8
        }
        return nil
    }

    /// Bytes that are no UTF-8, as they were written.
    private static func shown(_ bytes: [UInt8]) -> String {
        let parts = bytes.prefix(40).map { byte -> String in
            guard byte < 0x20 || byte > 0x7e else { return String(Character(Unicode.Scalar(byte))) }
            let digits = String(byte, radix: 16)
            return "\\x" + (digits.count < 2 ? "0" : "") + digits
        }
        return "\"" + parts.joined() + "\""
    }
}
