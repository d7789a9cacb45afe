// Weir
// SPDX-License-Identifier: Apache-2.0

import ConfigTree
import EVMPrimitives

/// One word of a condition.
struct ConditionToken: Sendable, Hashable {
    enum Kind: Sendable, Hashable {
        /// Letters, digits, `_` and `$`: a name, a unit or a word of the language.
        case name(String)
        case number(ConditionNumber)
        /// `0x` and hex digits, as written.
        case hex(String)
        /// A text in quotes, its escapes undone.
        case text(String)
        case symbol(String)
        case end
    }

    let kind: Kind
    /// From 1, in Unicode scalars.
    let column: Int

    /// What a message says was found.
    var found: String {
        switch self.kind {
        case .name(let name): name.quoted
        case .number: "a number"
        case .hex(let digits): digits.quoted
        case .text(let text): "the text \(text.quoted)"
        case .symbol(let symbol): "\"\(symbol)\""
        case .end: "the end"
        }
    }
}

/// The digits of a number: `mantissa` times ten to the `exponent`, which may be negative.
struct ConditionNumber: Sendable, Hashable {
    var mantissa: ExactInteger
    var exponent: Int
}

/// Cuts the text of a condition into its words.
struct ConditionLexer {
    /// Scalars of a condition.
    static let lengthLimit = 4096
    private static let digitLimit = 100
    private static let symbols = [
        "&&", "||", "==", "!=", "<=", ">=", "=~", "!~", "<", ">", "!", "=", "(", ")", "[", "]",
        ",", ".", "+", "-", "*", "/", "%",
    ]

    private let scalars: [Unicode.Scalar]
    private var index = 0

    private init(_ text: String) {
        self.scalars = Array(text.unicodeScalars)
    }

    /// All words; the last one is ``ConditionToken/Kind/end``.
    static func tokens(_ text: String) throws(ConditionFault) -> [ConditionToken] {
        guard text.unicodeScalars.count <= Self.lengthLimit else {
            throw ConditionFault(
                Self.lengthLimit + 1, "the condition is longer than \(Self.lengthLimit) characters",
                advice: "put long lists under lists")
        }
        var lexer = ConditionLexer(text)
        var tokens: [ConditionToken] = []
        while let token = try lexer.next() { tokens.append(token) }
        tokens.append(ConditionToken(kind: .end, column: lexer.scalars.count + 1))
        return tokens
    }

    private mutating func next() throws(ConditionFault) -> ConditionToken? {
        while let scalar = self.peek(), [" ", "\t", "\n", "\r"].contains(scalar) { self.index += 1 }
        guard let scalar = self.peek() else { return nil }
        let column = self.index + 1
        func token(_ kind: ConditionToken.Kind) -> ConditionToken {
            ConditionToken(kind: kind, column: column)
        }
        if Self.isLetter(scalar) { return token(.name(self.word())) }
        if Self.isDigit(scalar) {
            if scalar == "0", let second = self.peek(1), second == "x" || second == "X" {
                return token(.hex(try self.hex()))
            }
            return token(.number(try self.number()))
        }
        if scalar == "\"" || scalar == "'" { return token(.text(try self.text(scalar))) }
        for symbol in Self.symbols where self.starts(with: symbol) {
            self.index += symbol.unicodeScalars.count
            return token(.symbol(symbol))
        }
        throw ConditionFault(
            column, "unexpected character \(String(scalar).quoted)",
            advice: scalar == ";" || scalar == "&" || scalar == "|"
                ? "write and, or" : "texts stand in quotes")
    }

    private func peek(_ ahead: Int = 0) -> Unicode.Scalar? {
        let place = self.index + ahead
        return place < self.scalars.count ? self.scalars[place] : nil
    }

    private func starts(with symbol: String) -> Bool {
        symbol.unicodeScalars.enumerated().allSatisfy { self.peek($0.offset) == $0.element }
    }

    private static func isDigit(_ scalar: Unicode.Scalar) -> Bool { ("0"..."9").contains(scalar) }

    private static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
        ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar) || scalar == "_"
            || scalar == "$"
    }

    /// Letters, digits, `_` and `$` from here on.
    private mutating func word() -> String {
        var word = String.UnicodeScalarView()
        while let scalar = self.peek(), Self.isLetter(scalar) || Self.isDigit(scalar) {
            word.append(scalar)
            self.index += 1
        }
        return String(word)
    }

    private mutating func hex() throws(ConditionFault) -> String {
        let column = self.index + 1
        let word = self.word()
        let digits = word.unicodeScalars.dropFirst(2)
        guard !digits.isEmpty, digits.allSatisfy({ $0.properties.isASCIIHexDigit }) else {
            throw ConditionFault(column, "\(word.quoted) is no hex number")
        }
        return word
    }

    private mutating func digits() throws(ConditionFault) -> [UInt8] {
        let column = self.index + 1
        var digits: [UInt8] = []
        var isAfterDigit = false
        while let scalar = self.peek() {
            if Self.isDigit(scalar) {
                digits.append(UInt8(truncatingIfNeeded: scalar.value))
                isAfterDigit = true
            } else if scalar == "_", isAfterDigit, let next = self.peek(1), Self.isDigit(next) {
                isAfterDigit = false
            } else {
                break
            }
            self.index += 1
        }
        guard digits.count <= Self.digitLimit else {
            throw ConditionFault(column, "a number of more than \(Self.digitLimit) digits")
        }
        return digits
    }

    /// `10_000`, `1.5`, `1e18`.
    private mutating func number() throws(ConditionFault) -> ConditionNumber {
        let column = self.index + 1
        var digits = try self.digits()
        var exponent = 0
        if self.peek() == ".", let next = self.peek(1), Self.isDigit(next) {
            self.index += 1
            let fraction = try self.digits()
            digits += fraction
            exponent = -fraction.count
        }
        if self.peek() == "e" || self.peek() == "E", let next = self.peek(1), Self.isDigit(next) {
            let start = self.index
            self.index += 1
            let power = try self.digits()
            if let after = self.peek(), Self.isLetter(after) {
                // A unit that begins with e and a digit, not an exponent.
                self.index = start
            } else {
                let value = power.reduce(0) { min($0 * 10 + Int($1 &- 48), 1000) }
                guard value <= Self.digitLimit else {
                    throw ConditionFault(
                        column, "a number with an exponent above \(Self.digitLimit)")
                }
                exponent += value
            }
        }
        guard let mantissa = ExactInteger(decimalDigits: digits) else {
            throw ConditionFault(column, "a number without digits")
        }
        return ConditionNumber(mantissa: mantissa, exponent: exponent)
    }

    /// A text in quotes, with `\"`, `\'`, `\\`, `\n`, `\r`, `\t` and `\u{…}`.
    private mutating func text(_ quote: Unicode.Scalar) throws(ConditionFault) -> String {
        let column = self.index + 1
        self.index += 1
        var text = String.UnicodeScalarView()
        while let scalar = self.peek() {
            self.index += 1
            if scalar == quote { return String(text) }
            guard scalar == "\\" else {
                text.append(scalar)
                continue
            }
            text.append(try self.escaped())
        }
        throw ConditionFault(column, "a text without its closing quote")
    }

    private mutating func escaped() throws(ConditionFault) -> Unicode.Scalar {
        let column = self.index
        let scalar = self.peek()
        self.index += 1
        switch scalar {
        case "n": return "\n"
        case "r": return "\r"
        case "t": return "\t"
        case "\"", "'", "\\": return scalar ?? "\\"
        case "u" where self.peek() == "{":
            self.index += 1
            var value: UInt32 = 0
            var count = 0
            while let digit = self.peek(), digit.isASCII, count < 6,
                let nibble = Hex.value(of: UInt8(truncatingIfNeeded: digit.value))
            {
                value = value << 4 | UInt32(nibble)
                count += 1
                self.index += 1
            }
            if count > 0, self.peek() == "}", let result = Unicode.Scalar(value) {
                self.index += 1
                return result
            }
        default: break
        }
        throw ConditionFault(
            column, "an escape that is none", advice: "write \\\\ for a backslash")
    }
}
