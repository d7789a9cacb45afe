// Weir
// SPDX-License-Identifier: Apache-2.0

// Text of amounts. Decimal text is what Weir's JSON, reports and configuration speak; hex
// quantities are what JSON-RPC speaks (execution-apis, "Hex value encoding"); scaled text is an
// amount in a unit with a number of decimals, as `parseUnits` and `formatUnits` of ethers have it.

extension U256: CustomStringConvertible, LosslessStringConvertible {
    /// The decimal digits, without separators.
    package var description: String {
        var bytes: [UInt8] = []
        self.appendDecimal(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Reads decimal digits only: no sign, no separators, no prefix; nil for anything else, and for
    /// values from 2²⁵⁶ on.
    package init?(_ description: String) {
        self.init(decimalDigits: description.utf8)
    }

    /// Reads ASCII decimal digits; nil when there are none, another byte, or the value is too large.
    package init?(decimalDigits digits: some Sequence<UInt8>) {
        var value = U256.zero
        var chunk: UInt64 = 0
        var factor: UInt64 = 1
        var any = false
        for byte in digits {
            guard byte >= 48, byte <= 57 else { return nil }
            any = true
            chunk = chunk &* 10 &+ UInt64(byte &- 48)
            factor &*= 10
            if factor == 1_000_000_000_000_000_000 {
                guard let next = value.multiplied(by: U256(factor))?.adding(U256(chunk)) else {
                    return nil
                }
                value = next
                chunk = 0
                factor = 1
            }
        }
        guard any, let last = value.multiplied(by: U256(factor))?.adding(U256(chunk)) else {
            return nil
        }
        self = last
    }

    /// Appends the decimal digits as ASCII.
    package func appendDecimal(to bytes: inout [UInt8]) {
        if let small = self.uint64 {
            appendDecimalDigits(of: small, minimum: 1, to: &bytes)
            return
        }
        // Five groups of 19 digits hold any 256-bit value (78 digits).
        var groups = InlineArray<5, UInt64>(repeating: 0)
        var count = 0
        var rest = self
        while !rest.isZero {
            (rest, groups[count]) = rest.dividedBySmall(10_000_000_000_000_000_000)
            count += 1
        }
        appendDecimalDigits(of: groups[count - 1], minimum: 1, to: &bytes)
        for index in stride(from: count - 2, through: 0, by: -1) {
            appendDecimalDigits(of: groups[index], minimum: 19, to: &bytes)
        }
    }

    /// `0x` and the hex digits without leading zeros, `0x0` for zero: a JSON-RPC quantity.
    package var hexQuantity: String {
        var text = "0x"
        var started = false
        for byte in self.bigEndianBytes {
            for nibble in [byte >> 4, byte & 15] where started || nibble != 0 {
                started = true
                text.unicodeScalars.append(Unicode.Scalar(Hex.digits[Int(nibble)]))
            }
        }
        return started ? text : "0x0"
    }

    /// Reads `0x` and 1 to 64 significant hex digits; leading zeros are allowed, since providers send them.
    package init?(hexQuantity text: String) {
        let digits = text.utf8
        guard digits.starts(with: [48, 120]) || digits.starts(with: [48, 88]), digits.count > 2
        else {
            return nil
        }
        var value = U256.zero
        for byte in digits.dropFirst(2) {
            guard let nibble = Hex.value(of: byte), value.limb3 >> 60 == 0 else { return nil }
            value = value.shiftedLeft(by: 4) | U256(UInt64(nibble))
        }
        self = value
    }
}

extension U256 {
    /// The exact text of `self / 10^decimals`: shortest form, no exponent, trailing zeros of the
    /// fraction removed (`1.5`, `0.000001`, `12`).
    package func scaledText(decimals: UInt8) -> String {
        var digits: [UInt8] = []
        self.appendDecimal(to: &digits)
        return scaledDecimalText(digits: digits, decimals: Int(decimals), negative: false)
    }

    /// Reads a decimal amount in a unit: `"1.5"` with 18 decimals is 1 500 000 000 000 000 000.
    ///
    /// Underscores between digits are allowed, and a point may come first (`.5`). Exact or nothing: nil for other text, for more
    /// fraction digits than `decimals` (unless they are zeros), and for values from 2²⁵⁶ on.
    package init?(scaledText text: String, decimals: UInt8) {
        var digits: [UInt8] = []
        var fraction = 0
        var sawPoint = false
        var previousWasDigit = false
        var pendingZeros = 0
        var atStart = true
        for byte in text.utf8 {
            defer { atStart = false }
            switch byte {
            case 48...57:
                previousWasDigit = true
                if sawPoint {
                    // Zeros at the end of the fraction carry no value: hold them back.
                    if byte == 48 {
                        pendingZeros += 1
                        continue
                    }
                    fraction += pendingZeros + 1
                    guard fraction <= Int(decimals) else { return nil }
                    digits.append(contentsOf: repeatElement(48, count: pendingZeros))
                    pendingZeros = 0
                }
                digits.append(byte)
            case 46 where !sawPoint && (previousWasDigit || atStart):
                sawPoint = true
                previousWasDigit = false
            case 95 where previousWasDigit:
                previousWasDigit = false
            default:
                return nil
            }
        }
        guard previousWasDigit else { return nil }
        let scale = Int(decimals) - fraction
        let significant = digits.drop { $0 == 48 }
        if significant.isEmpty {
            self = .zero
            return
        }
        guard significant.count + scale <= 78, let value = U256(decimalDigits: significant) else {
            return nil
        }
        guard let factor = U256.powerOfTen(scale), let scaled = value.multiplied(by: factor) else {
            return nil
        }
        self = scaled
    }

    /// The nearest `Double`: for the exposition only, never for money inside.
    @inlinable package var double: Double {
        if (self.limb1 | self.limb2 | self.limb3) == 0 { return Double(self.limb0) }
        return self.roundedDouble
    }

    /// Correctly rounded conversion: the top 64 bits, the rest folded into the lowest as a sticky bit.
    @usableFromInline var roundedDouble: Double {
        let shift = self.bitWidth - 64
        guard shift > 0 else { return Double(self.limb0) }
        var top = self.shiftedRight(by: shift).limb0
        if self.shiftedLeft(by: 256 - shift) != .zero { top |= 1 }
        return Double(sign: .plus, exponent: shift, significand: Double(top))
    }

    /// `self / 10^decimals` as the nearest `Double` of the exact text.
    package func scaledDouble(decimals: UInt8) -> Double {
        if decimals == 0 { return self.double }
        // Both operands exact (< 2⁵³ and 10^22 at most): one correctly rounded division.
        if let small = self.uint64, small < 1 << 53, decimals <= 22 {
            return Double(small) / doublePowersOfTen[Int(decimals)]
        }
        return Double(self.scaledText(decimals: decimals)) ?? .infinity
    }
}

/// 10⁰ to 10²²: the powers of ten that a `Double` holds exactly.
private let doublePowersOfTen: [Double] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
]

/// Appends at least `minimum` decimal digits of a limb.
func appendDecimalDigits(of value: UInt64, minimum: Int, to bytes: inout [UInt8]) {
    var digits = InlineArray<20, UInt8>(repeating: 48)
    var index = 20
    var rest = value
    while rest > 0 || 20 - index < minimum {
        index -= 1
        digits[index] = 48 &+ UInt8(truncatingIfNeeded: rest % 10)
        rest /= 10
    }
    for i in index..<20 { bytes.append(digits[i]) }
}

/// Puts the decimal point into ASCII digits and drops the zeros behind it.
func scaledDecimalText(digits: [UInt8], decimals: Int, negative: Bool) -> String {
    var padded = digits
    if padded.count <= decimals {
        padded.insert(contentsOf: repeatElement(48, count: decimals + 1 - padded.count), at: 0)
    }
    let point = padded.count - decimals
    var fraction = padded[point...]
    while fraction.last == 48 { fraction.removeLast() }
    var text = negative ? "-" : ""
    text += String(decoding: padded[..<point], as: UTF8.self)
    if !fraction.isEmpty { text += "." + String(decoding: fraction, as: UTF8.self) }
    return text
}
