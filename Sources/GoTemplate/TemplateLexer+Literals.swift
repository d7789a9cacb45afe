// Weir
// SPDX-License-Identifier: Apache-2.0

/// Numbers and quoted texts.
extension TemplateLexer {
    mutating func number(_ place: TemplatePlace) throws(TemplateError) -> TemplateToken.Kind {
        var text = ""
        while let scalar = self.peek() {
            let isSign = scalar == "+" || scalar == "-"
            let isHex = text.contains("x") || text.contains("X")
            let isExponent = !isHex && (text.hasSuffix("e") || text.hasSuffix("E"))
            guard
                Self.isLetter(scalar) || Self.isDigit(scalar) || scalar == "."
                    || (isSign && (text.isEmpty || isExponent))
            else { break }
            text.unicodeScalars.append(scalar)
            self.skip(1)
        }
        guard let value = GoNumber.constant(text) else {
            throw place.error("bad number syntax: \(GoText.quoted(text))")
        }
        return .constant(value)
    }

    mutating func quoted(_ place: TemplatePlace) throws(TemplateError) -> String {
        self.skip(1)
        var bytes: [UInt8] = []
        while let scalar = self.peek(), scalar != "\n" {
            if scalar == "\"" {
                self.skip(1)
                return String(decoding: bytes, as: UTF8.self)
            }
            bytes += try self.escaped(place, quote: "\"")
        }
        throw place.error("the quoted string is not closed")
    }

    mutating func character(
        _ place: TemplatePlace
    ) throws(TemplateError) -> Unicode.Scalar {
        self.skip(1)
        let text = String(decoding: try self.escaped(place, quote: "'"), as: UTF8.self)
        guard self.peek() == "'", let scalar = text.unicodeScalars.first else {
            throw place.error("the character constant is not closed; use double quotes for texts")
        }
        self.skip(1)
        return scalar
    }

    mutating func raw(_ place: TemplatePlace) throws(TemplateError) -> String {
        self.skip(1)
        var text = String.UnicodeScalarView()
        while let scalar = self.peek() {
            self.skip(1)
            if scalar == "`" { return String(text) }
            text.append(scalar)
        }
        throw place.error("the raw string is not closed")
    }

    /// One character of a quoted text, its escape written out (Go specification, rune literals).
    mutating func escaped(
        _ place: TemplatePlace, quote: Unicode.Scalar
    ) throws(TemplateError) -> [UInt8] {
        guard let scalar = self.peek() else { throw place.error("the quoted text is not closed") }
        guard scalar == "\\" else {
            self.skip(1)
            return Array(String(Character(scalar)).utf8)
        }
        self.skip(1)
        guard let letter = self.peek() else { throw place.error("the quoted text is not closed") }
        self.skip(1)
        switch letter {
        case "a": return [7]
        case "b": return [8]
        case "f": return [12]
        case "n": return [10]
        case "r": return [13]
        case "t": return [9]
        case "v": return [11]
        case "\\", quote: return [UInt8(truncatingIfNeeded: letter.value)]
        case "x": return [UInt8(truncatingIfNeeded: try self.digits(2, radix: 16, place))]
        case "u", "U":
            let value = try self.digits(letter == "u" ? 4 : 8, radix: 16, place)
            guard let scalar = Unicode.Scalar(value) else {
                throw place.error("an escape that is no character")
            }
            return Array(String(Character(scalar)).utf8)
        case "0"..."7":
            self.index -= 1
            self.place.column -= 1
            let value = try self.digits(3, radix: 8, place)
            guard value < 256 else { throw place.error("an octal escape above \\377") }
            return [UInt8(truncatingIfNeeded: value)]
        default: throw place.error("unknown escape \\\(Self.shown(letter))")
        }
    }

    mutating func digits(
        _ count: Int, radix: UInt32, _ place: TemplatePlace
    ) throws(TemplateError) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<count {
            guard let scalar = self.peek(), let digit = Character(scalar).hexDigitValue,
                digit < Int(radix)
            else { throw place.error("an escape with too few digits") }
            self.skip(1)
            value = value &* radix &+ UInt32(digit)
        }
        return value
    }
}
