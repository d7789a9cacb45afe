// Weir
// SPDX-License-Identifier: Apache-2.0

/// Numbers as Go reads and writes them (`strconv`).
package enum GoNumber {
    /// A number in a template: a whole number, or a float where it has a point or an exponent; nil
    /// where it is neither (Go's complex numbers are not supported).
    static func constant(_ text: String) -> TemplateValue? {
        let bytes = Array(text.utf8)
        let digits = bytes.first == 0x2b || bytes.first == 0x2d ? bytes.dropFirst() : bytes[...]
        guard let first = digits.first, first == 0x2e || (0x30...0x39).contains(first),
            digits.last != 0x5f
        else { return nil }
        let plain = String(decoding: digits.filter { $0 != 0x5f }, as: UTF8.self)
        let sign = bytes.first == 0x2d ? "-" : ""
        let lower = plain.lowercased()
        for (prefix, radix) in [("0x", 16), ("0b", 2), ("0o", 8)] where lower.hasPrefix(prefix) {
            if let value = Int64(sign + lower.dropFirst(2), radix: radix) { return .int(value) }
            return lower.contains("p") ? Double(sign + lower).map { .number($0) } : nil
        }
        if !lower.contains("."), !lower.contains("e") {
            let isOctal = lower.count > 1 && lower.hasPrefix("0")
            return Int64(sign + lower, radix: isOctal ? 8 : 10).map { .int($0) }
        }
        // `2.` is a number in Go, and none in Swift.
        let filled = lower.replacing(".e", with: ".0e") + (lower.hasSuffix(".") ? "0" : "")
        return Double(sign + filled).map { .number($0) }
    }

    /// `strconv.ParseFloat`; nil where the text is no number.
    package static func parse(_ text: String) -> Double? {
        guard !text.isEmpty, text.utf8.count <= 400,
            text.utf8.allSatisfy({ $0 != 0x28 && $0 != 0x20 })
        else { return nil }
        return Double(text)
    }

    /// `%v`: the shortest digits that read back, with an exponent below 0.0001 and from 1e+06 on
    /// (`strconv.FormatFloat(value, 'g', -1, 64)`).
    package static func shortest(_ value: Double) -> String {
        self.format(value, "g", precision: nil)
    }

    /// `strconv.FormatFloat` with `e`, `E`, `f`, `F`, `g` or `G`; no precision: the shortest that
    /// reads back.
    package static func format(
        _ value: Double, _ verb: Character, precision: Int?
    ) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        let sign = value.sign == .minus ? "-" : ""
        var decimal =
            precision == nil ? Decimal(shortest: value.magnitude) : Decimal(value.magnitude)
        switch verb {
        case "e", "E":
            if let precision { decimal.round(to: precision + 1) }
            let behind = precision ?? max(decimal.digits.count - 1, 0)
            return sign + Self.scientific(decimal, behind, String(verb))
        case "f", "F":
            if let precision { decimal.round(to: decimal.point + precision) }
            let behind = precision ?? max(decimal.digits.count - decimal.point, 0)
            return sign + Self.plain(decimal, behind)
        default:
            var limit = precision ?? 6
            if let precision {
                if precision == 0 { limit = 1 }
                decimal.round(to: limit)
            }
            if precision != nil, limit > decimal.digits.count,
                decimal.digits.count >= decimal.point
            {
                limit = decimal.digits.count
            }
            let exponent = decimal.point - 1
            if !decimal.digits.isEmpty, exponent < -4 || exponent >= limit {
                let letter = verb == "G" ? "E" : "e"
                return sign + Self.scientific(decimal, decimal.digits.count - 1, letter)
            }
            return sign + Self.plain(decimal, max(decimal.digits.count - decimal.point, 0))
        }
    }

    private static func scientific(
        _ decimal: Decimal, _ behind: Int, _ letter: String
    ) -> String {
        var text = decimal.digits.first.map { String($0) } ?? "0"
        if behind > 0 {
            text += "."
            for index in 1...behind {
                text += index < decimal.digits.count ? String(decimal.digits[index]) : "0"
            }
        }
        let exponent = decimal.digits.isEmpty ? 0 : decimal.point - 1
        let size = String(exponent.magnitude)
        return text + letter + (exponent < 0 ? "-" : "+") + (size.count < 2 ? "0" : "") + size
    }

    private static func plain(_ decimal: Decimal, _ behind: Int) -> String {
        var text = ""
        if decimal.point > 0 {
            for index in 0..<decimal.point {
                text += index < decimal.digits.count ? String(decimal.digits[index]) : "0"
            }
        } else {
            text = "0"
        }
        guard behind > 0 else { return text }
        text += "."
        for place in 0..<behind {
            let index = decimal.point + place
            text += decimal.digits.indices.contains(index) ? String(decimal.digits[index]) : "0"
        }
        return text
    }
}

/// The decimal digits of a number that is not negative, `0.d₀d₁d₂… × 10^point`, exactly.
private struct Decimal {
    /// Without zeros at the end; empty for zero.
    private(set) var digits: [UInt8]
    private(set) var point: Int

    /// All digits: a double is a whole number times a power of two, so they end.
    init(_ value: Double) {
        guard value > 0 else {
            self.digits = []
            self.point = 0
            return
        }
        let exponent = value.exponentBitPattern == 0 ? 1 : Int(value.exponentBitPattern)
        let mantissa =
            value.exponentBitPattern == 0
            ? value.significandBitPattern : value.significandBitPattern | 1 << 52
        var power = exponent - 1075
        var number = mantissa
        while power < 0, number & 1 == 0 {
            number >>= 1
            power += 1
        }
        var limbs = [number % 1_000_000_000, number / 1_000_000_000]
        // m × 2^-k is m × 5^k / 10^k.
        let factor: UInt64 = power < 0 ? 5 : 2
        for _ in 0..<power.magnitude { Self.multiply(&limbs, by: factor) }
        var digits: [UInt8] = []
        for limb in limbs {
            var rest = limb
            for _ in 0..<9 {
                digits.append(UInt8(truncatingIfNeeded: rest % 10))
                rest /= 10
            }
        }
        while digits.last == 0 { digits.removeLast() }
        digits.reverse()
        self.point = digits.count + min(power, 0)
        self.digits = digits
        self.trim()
    }

    /// The fewest digits that read back as the same value.
    init(shortest value: Double) {
        self.digits = []
        self.point = 0
        guard value > 0 else { return }
        var seenPoint = false
        var exponent = 0
        var rest = value.description[...]
        if let mark = rest.firstIndex(of: "e") {
            exponent = Int(rest[rest.index(after: mark)...]) ?? 0
            rest = rest[..<mark]
        }
        for byte in rest.utf8 {
            if byte == UInt8(ascii: ".") {
                seenPoint = true
            } else if self.digits.isEmpty, byte == 0x30 {
                if seenPoint { self.point -= 1 }
            } else {
                self.digits.append(byte &- 0x30)
                if !seenPoint { self.point += 1 }
            }
        }
        self.point += exponent
        self.trim()
    }

    /// Rounds to so many digits, halves to the even one, as `strconv` does.
    mutating func round(to count: Int) {
        guard count < self.digits.count else { return }
        guard count >= 0 else {
            self.digits = []
            self.point = 0
            return
        }
        let isHalf = self.digits[count] == 5 && count + 1 == self.digits.count
        let goesUp =
            isHalf ? count > 0 && self.digits[count - 1] % 2 == 1 : self.digits[count] >= 5
        self.digits.removeLast(self.digits.count - count)
        guard goesUp else { return self.trim() }
        while let last = self.digits.popLast() {
            if last < 9 {
                self.digits.append(last + 1)
                return
            }
        }
        self.digits = [1]
        self.point += 1
    }

    private mutating func trim() {
        while self.digits.last == 0 { self.digits.removeLast() }
        if self.digits.isEmpty { self.point = 0 }
    }

    private static func multiply(_ limbs: inout [UInt64], by factor: UInt64) {
        var carry: UInt64 = 0
        for index in limbs.indices {
            let product = limbs[index] * factor + carry
            limbs[index] = product % 1_000_000_000
            carry = product / 1_000_000_000
        }
        if carry > 0 { limbs.append(carry) }
    }
}
