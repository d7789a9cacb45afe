// Weir
// SPDX-License-Identifier: Apache-2.0

/// A signed 256-bit integer in two's complement, the EVM's signed word.
package struct I256: Sendable, Hashable {
    /// The two's complement bits.
    package var bits: U256

    @inlinable
    package init(bits: U256) {
        self.bits = bits
    }

    @inlinable
    package init(_ value: Int64) {
        let sign: UInt64 = value < 0 ? .max : 0
        self.bits = U256(limbs: UInt64(bitPattern: value), sign, sign, sign)
    }

    /// A non-negative value; nil from 2²⁵⁵ on.
    @inlinable
    package init?(_ value: U256) {
        guard value.limb3 >> 63 == 0 else { return nil }
        self.bits = value
    }

    /// A value from sign and magnitude; nil where it does not fit.
    package init?(isNegative: Bool, magnitude: U256) {
        if isNegative {
            guard magnitude <= I256.min.magnitude else { return nil }
            self.init(bits: (~magnitude).addingReportingOverflow(.one).partialValue)
        } else {
            self.init(magnitude)
        }
    }

    @inlinable package static var zero: I256 { I256(bits: .zero) }
    /// −2²⁵⁵.
    package static var min: I256 { I256(bits: U256(limbs: 0, 0, 0, 1 << 63)) }
    /// 2²⁵⁵ − 1.
    package static var max: I256 { I256(bits: U256(limbs: .max, .max, .max, .max >> 1)) }

    @inlinable package var isNegative: Bool { self.bits.limb3 >> 63 == 1 }

    /// The absolute value, which always fits.
    package var magnitude: U256 {
        self.isNegative ? (~self.bits).addingReportingOverflow(.one).partialValue : self.bits
    }

    /// The value as `Int64`, or nil where it does not fit.
    package var int64: Int64? {
        let low = Int64(bitPattern: self.bits.limb0)
        return I256(low) == self ? low : nil
    }
}

extension I256: Comparable {
    @inlinable
    package static func < (lhs: I256, rhs: I256) -> Bool {
        if lhs.isNegative != rhs.isNegative { return lhs.isNegative }
        return lhs.bits < rhs.bits
    }
}

extension I256: ExpressibleByIntegerLiteral {
    @inlinable
    package init(integerLiteral value: Int64) {
        self.init(value)
    }
}

extension I256 {
    /// The sum modulo 2²⁵⁶, and whether it left the signed range.
    package func addingReportingOverflow(_ other: I256) -> (partialValue: I256, overflow: Bool) {
        let sum = I256(bits: self.bits.addingReportingOverflow(other.bits).partialValue)
        let overflow =
            self.isNegative == other.isNegative && sum.isNegative != self.isNegative
        return (sum, overflow)
    }

    /// The difference modulo 2²⁵⁶, and whether it left the signed range.
    package func subtractingReportingOverflow(
        _ other: I256
    ) -> (partialValue: I256, overflow: Bool) {
        let difference = I256(bits: self.bits.subtractingReportingOverflow(other.bits).partialValue)
        let overflow =
            self.isNegative != other.isNegative && difference.isNegative != self.isNegative
        return (difference, overflow)
    }

    /// The sum, or nil where it leaves the range.
    package func adding(_ other: I256) -> I256? {
        let (value, overflow) = self.addingReportingOverflow(other)
        return overflow ? nil : value
    }

    /// The difference, or nil where it leaves the range.
    package func subtracting(_ other: I256) -> I256? {
        let (value, overflow) = self.subtractingReportingOverflow(other)
        return overflow ? nil : value
    }

    /// The negated value; nil for −2²⁵⁵.
    package var negated: I256? { I256.zero.subtracting(self) }

    /// Quotient and remainder truncated towards zero; nil when dividing by zero or −2²⁵⁵ by −1.
    package func quotientAndRemainder(
        dividingBy divisor: I256
    ) -> (quotient: I256, remainder: I256)? {
        guard
            let parts = self.magnitude.quotientAndRemainder(dividingBy: divisor.magnitude),
            let quotient = I256(
                isNegative: self.isNegative != divisor.isNegative, magnitude: parts.quotient),
            let remainder = I256(isNegative: self.isNegative, magnitude: parts.remainder)
        else { return nil }
        return (quotient, remainder)
    }
}

extension I256: CustomStringConvertible, LosslessStringConvertible {
    /// The decimal digits with a leading minus where negative.
    package var description: String {
        (self.isNegative ? "-" : "") + self.magnitude.description
    }

    /// Reads decimal digits with an optional leading minus.
    package init?(_ description: String) {
        let negative = description.utf8.first == 45
        guard
            let magnitude = U256(decimalDigits: description.utf8.dropFirst(negative ? 1 : 0)),
            let value = I256(isNegative: negative, magnitude: magnitude)
        else { return nil }
        self = value
    }

    /// The exact text of `self / 10^decimals`; see ``U256/scaledText(decimals:)``.
    package func scaledText(decimals: UInt8) -> String {
        var digits: [UInt8] = []
        self.magnitude.appendDecimal(to: &digits)
        return scaledDecimalText(
            digits: digits, decimals: Int(decimals), negative: self.isNegative)
    }

    /// Reads a decimal amount with an optional leading minus; see ``U256/init(scaledText:decimals:)``.
    package init?(scaledText text: String, decimals: UInt8) {
        let negative = text.utf8.first == 45
        guard
            let magnitude = U256(
                scaledText: negative ? String(text.dropFirst()) : text, decimals: decimals),
            let value = I256(isNegative: negative, magnitude: magnitude)
        else { return nil }
        self = value
    }

    /// The nearest `Double`: for the exposition only.
    package var double: Double {
        self.isNegative ? -self.magnitude.double : self.bits.double
    }

    /// `self / 10^decimals` as the nearest `Double`.
    package func scaledDouble(decimals: UInt8) -> Double {
        let magnitude = self.magnitude.scaledDouble(decimals: decimals)
        return self.isNegative ? -magnitude : magnitude
    }
}
