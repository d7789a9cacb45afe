// Weir
// SPDX-License-Identifier: Apache-2.0

/// Texts as Go writes and escapes them.
package enum GoText {
    /// The order of Go's strings: by their bytes.
    static func precedes(_ left: String, _ right: String) -> Bool {
        left.utf8.lexicographicallyPrecedes(right.utf8)
    }

    /// `strconv.Quote`.
    package static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars { result += self.escaped(scalar, quote: "\"") }
        return result + "\""
    }

    /// `strconv.QuoteRune`.
    static func quoted(_ scalar: Unicode.Scalar) -> String {
        "'" + self.escaped(scalar, quote: "'") + "'"
    }

    private static func escaped(_ scalar: Unicode.Scalar, quote: Unicode.Scalar) -> String {
        if scalar == quote || scalar == "\\" { return "\\" + String(Character(scalar)) }
        if self.isPrintable(scalar) { return String(Character(scalar)) }
        switch scalar.value {
        case 7: return "\\a"
        case 8: return "\\b"
        case 9: return "\\t"
        case 10: return "\\n"
        case 11: return "\\v"
        case 12: return "\\f"
        case 13: return "\\r"
        case 0..<0x20, 0x7f: return "\\x" + self.hex(scalar.value, 2)
        case 0..<0x1_0000: return "\\u" + self.hex(scalar.value, 4)
        default: return "\\U" + self.hex(scalar.value, 8)
        }
    }

    /// `unicode.IsPrint`: letters, marks, numbers, punctuation, symbols and the plain space.
    static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.isASCII { return scalar.value >= 0x20 && scalar.value < 0x7f }
        switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .spaceSeparator,
            .lineSeparator, .paragraphSeparator:
            return false
        default: return true
        }
    }

    /// Hexadecimal digits, filled up with zeros.
    static func hex(_ value: UInt32, _ width: Int, uppercase: Bool = false) -> String {
        let digits = String(value, radix: 16, uppercase: uppercase)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }

    /// `template.HTMLEscapeString`.
    package static func htmlEscaped(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result.append(contentsOf: "&#34;".unicodeScalars)
            case "'": result.append(contentsOf: "&#39;".unicodeScalars)
            case "&": result.append(contentsOf: "&amp;".unicodeScalars)
            case "<": result.append(contentsOf: "&lt;".unicodeScalars)
            case ">": result.append(contentsOf: "&gt;".unicodeScalars)
            case "\0": result.append("\u{fffd}")
            default: result.append(scalar)
            }
        }
        return String(result)
    }

    /// `template.JSEscapeString`.
    static func scriptEscaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": result += "\\\\"
            case "'": result += "\\'"
            case "\"": result += "\\\""
            case "<", ">", "&", "=":
                result += "\\u" + self.hex(scalar.value, 4, uppercase: true)
            default:
                if self.isPrintable(scalar) {
                    result.unicodeScalars.append(scalar)
                } else {
                    result += "\\u" + self.hex(scalar.value, 4, uppercase: true)
                }
            }
        }
        return result
    }

    /// `url.QueryEscape`.
    package static func queryEscaped(_ text: String) -> String {
        var result: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x2d, 0x5f, 0x2e, 0x7e:
                result.append(byte)
            case 0x20: result.append(0x2b)
            default:
                result.append(0x25)
                result += self.hex(UInt32(byte), 2, uppercase: true).utf8
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    /// `strings.Title`: the first letter of each word in upper case.
    static func title(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        var previous: Unicode.Scalar = " "
        for scalar in text.unicodeScalars {
            if self.separates(previous) {
                result.append(self.single(scalar.properties.titlecaseMapping) ?? scalar)
            } else {
                result.append(scalar)
            }
            previous = scalar
        }
        return String(result)
    }

    /// `strings.ToUpper`: letter by letter, so that no text grows.
    static func upper(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            result.append(self.single(scalar.properties.uppercaseMapping) ?? scalar)
        }
        return String(result)
    }

    /// `strings.ToLower`.
    static func lower(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            result.append(self.single(scalar.properties.lowercaseMapping) ?? scalar)
        }
        return String(result)
    }

    private static func single(_ mapping: String) -> Unicode.Scalar? {
        let scalars = mapping.unicodeScalars
        return scalars.count == 1 ? scalars.first : nil
    }

    private static func separates(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.isASCII {
            let value = scalar.value
            return
                !((0x30...0x39).contains(value) || (0x61...0x7a).contains(value | 0x20)
                || value == 0x5f)
        }
        return scalar.properties.generalCategory == .spaceSeparator
    }
}
