// Weir
// SPDX-License-Identifier: Apache-2.0

/// An unsigned 256-bit integer, the EVM's word.
///
/// Four 64-bit limbs, least significant first; 32 bytes, no heap, no allocation in any operation but
/// text. Arithmetic never traps and never wraps silently: every operation that can leave the range
/// reports the overflow, as the standard library's fixed-width integers do. `&+` and friends are
/// missing on purpose: money does not wrap.
///
/// Source: Ethereum Yellow Paper, appendix H (the word size of the machine).
package struct U256: Sendable, Hashable {
    /// The limbs, `limb0` the least significant.
    package var limb0: UInt64
    package var limb1: UInt64
    package var limb2: UInt64
    package var limb3: UInt64

    /// Makes a value from limbs, least significant first.
    @inlinable
    package init(limbs limb0: UInt64, _ limb1: UInt64, _ limb2: UInt64, _ limb3: UInt64) {
        self.limb0 = limb0
        self.limb1 = limb1
        self.limb2 = limb2
        self.limb3 = limb3
    }

    /// Makes a value from any unsigned 64-bit integer.
    @inlinable
    package init(_ value: UInt64) {
        self.init(limbs: value, 0, 0, 0)
    }

    /// Makes a value from an unsigned 128-bit integer.
    @inlinable
    package init(_ value: UInt128) {
        self.init(
            limbs: UInt64(truncatingIfNeeded: value), UInt64(truncatingIfNeeded: value &>> 64), 0, 0
        )
    }

    @inlinable package static var zero: U256 { U256(0 as UInt64) }
    @inlinable package static var one: U256 { U256(1 as UInt64) }
    /// 2²⁵⁶ − 1.
    @inlinable package static var max: U256 { U256(limbs: .max, .max, .max, .max) }

    @inlinable package var isZero: Bool {
        (self.limb0 | self.limb1 | self.limb2 | self.limb3) == 0
    }

    /// The value as `UInt64`, or nil where it does not fit.
    @inlinable package var uint64: UInt64? {
        (self.limb1 | self.limb2 | self.limb3) == 0 ? self.limb0 : nil
    }

    /// The value as a non-negative `Int`, or nil where it does not fit.
    @inlinable package var int: Int? {
        self.uint64.flatMap { Int(exactly: $0) }
    }

    /// The number of bits needed: 0 for zero, 256 at most.
    @inlinable package var bitWidth: Int {
        if self.limb3 != 0 { return 256 - self.limb3.leadingZeroBitCount }
        if self.limb2 != 0 { return 192 - self.limb2.leadingZeroBitCount }
        if self.limb1 != 0 { return 128 - self.limb1.leadingZeroBitCount }
        return 64 - self.limb0.leadingZeroBitCount
    }
}

extension U256: Comparable {
    @inlinable
    package static func < (lhs: U256, rhs: U256) -> Bool {
        if lhs.limb3 != rhs.limb3 { return lhs.limb3 < rhs.limb3 }
        if lhs.limb2 != rhs.limb2 { return lhs.limb2 < rhs.limb2 }
        if lhs.limb1 != rhs.limb1 { return lhs.limb1 < rhs.limb1 }
        return lhs.limb0 < rhs.limb0
    }
}

extension U256: ExpressibleByIntegerLiteral {
    /// Literals up to 2⁶⁴ − 1; larger constants are written as text.
    @inlinable
    package init(integerLiteral value: UInt64) {
        self.init(value)
    }
}

// MARK: Arithmetic

extension U256 {
    /// The sum modulo 2²⁵⁶, and whether it left the range.
    @inlinable
    package func addingReportingOverflow(_ other: U256) -> (partialValue: U256, overflow: Bool) {
        let (low, carryLow) = self.low.addingReportingOverflow(other.low)
        let (partial, overflowFirst) = self.high.addingReportingOverflow(other.high)
        let (high, overflowSecond) = partial.addingReportingOverflow(carryLow ? 1 : 0)
        return (U256(low: low, high: high), overflowFirst || overflowSecond)
    }

    /// The difference modulo 2²⁵⁶, and whether it left the range.
    @inlinable
    package func subtractingReportingOverflow(
        _ other: U256
    ) -> (partialValue: U256, overflow: Bool) {
        let (low, borrowLow) = self.low.subtractingReportingOverflow(other.low)
        let (partial, overflowFirst) = self.high.subtractingReportingOverflow(other.high)
        let (high, overflowSecond) = partial.subtractingReportingOverflow(borrowLow ? 1 : 0)
        return (U256(low: low, high: high), overflowFirst || overflowSecond)
    }

    /// The product modulo 2²⁵⁶, and whether it left the range.
    package func multipliedReportingOverflow(
        by other: U256
    ) -> (partialValue: U256, overflow: Bool) {
        let product = self.multipliedFullWidth(by: other)
        return (product.low, !product.high.isZero)
    }

    /// The whole 512-bit product.
    package func multipliedFullWidth(by other: U256) -> (high: U256, low: U256) {
        let a: InlineArray<4, UInt64> = [self.limb0, self.limb1, self.limb2, self.limb3]
        let b: InlineArray<4, UInt64> = [other.limb0, other.limb1, other.limb2, other.limb3]
        var r = InlineArray<8, UInt64>(repeating: 0)
        for i in 0..<4 {
            var carry: UInt64 = 0
            for j in 0..<4 {
                // a·b + r + carry ≤ (2⁶⁴−1)² + 2(2⁶⁴−1) = 2¹²⁸ − 1: never overflows.
                let sum =
                    UInt128(a[i]) &* UInt128(b[j]) &+ UInt128(r[i &+ j]) &+ UInt128(carry)
                r[i &+ j] = UInt64(truncatingIfNeeded: sum)
                carry = UInt64(truncatingIfNeeded: sum &>> 64)
            }
            r[i &+ 4] = carry
        }
        return (U256(limbs: r[4], r[5], r[6], r[7]), U256(limbs: r[0], r[1], r[2], r[3]))
    }

    /// The sum, or nil where it leaves the range.
    @inlinable
    package func adding(_ other: U256) -> U256? {
        let (value, overflow) = self.addingReportingOverflow(other)
        return overflow ? nil : value
    }

    /// The difference, or nil where it would be negative.
    @inlinable
    package func subtracting(_ other: U256) -> U256? {
        let (value, overflow) = self.subtractingReportingOverflow(other)
        return overflow ? nil : value
    }

    /// The product, or nil where it leaves the range.
    package func multiplied(by other: U256) -> U256? {
        let (value, overflow) = self.multipliedReportingOverflow(by: other)
        return overflow ? nil : value
    }

    /// Shifts towards the most significant end; bits shifted out are lost; 256 or more gives zero.
    package func shiftedLeft(by count: Int) -> U256 {
        guard count > 0 else { return count == 0 ? self : self.shiftedRight(by: 0 &- count) }
        guard count < 256 else { return .zero }
        if count >= 128 { return U256(low: 0, high: self.low << UInt128(count - 128)) }
        let carried = self.low >> UInt128(128 - count)
        return U256(low: self.low << UInt128(count), high: self.high << UInt128(count) | carried)
    }

    /// Shifts towards the least significant end; 256 or more gives zero.
    package func shiftedRight(by count: Int) -> U256 {
        guard count > 0 else { return count == 0 ? self : self.shiftedLeft(by: 0 &- count) }
        guard count < 256 else { return .zero }
        if count >= 128 { return U256(low: self.high >> UInt128(count - 128), high: 0) }
        let carried = self.high << UInt128(128 - count)
        return U256(low: self.low >> UInt128(count) | carried, high: self.high >> UInt128(count))
    }

    @inlinable
    package static prefix func ~ (value: U256) -> U256 {
        U256(limbs: ~value.limb0, ~value.limb1, ~value.limb2, ~value.limb3)
    }

    @inlinable
    package static func & (lhs: U256, rhs: U256) -> U256 {
        U256(
            limbs: lhs.limb0 & rhs.limb0, lhs.limb1 & rhs.limb1, lhs.limb2 & rhs.limb2,
            lhs.limb3 & rhs.limb3)
    }

    @inlinable
    package static func | (lhs: U256, rhs: U256) -> U256 {
        U256(
            limbs: lhs.limb0 | rhs.limb0, lhs.limb1 | rhs.limb1, lhs.limb2 | rhs.limb2,
            lhs.limb3 | rhs.limb3)
    }

    @inlinable package var low: UInt128 { UInt128(self.limb1) &<< 64 | UInt128(self.limb0) }
    @inlinable package var high: UInt128 { UInt128(self.limb3) &<< 64 | UInt128(self.limb2) }

    /// Makes a value from its halves.
    @inlinable
    package init(low: UInt128, high: UInt128) {
        self.init(
            limbs: UInt64(truncatingIfNeeded: low), UInt64(truncatingIfNeeded: low &>> 64),
            UInt64(truncatingIfNeeded: high), UInt64(truncatingIfNeeded: high &>> 64))
    }
}

// MARK: Bytes

extension U256 {
    /// Reads 32 big-endian bytes at `offset`, which the caller has checked to be in bounds (checked
    /// again by the span).
    @inlinable
    package init(bigEndian bytes: RawSpan, at offset: Int) {
        self.init(
            limbs: loadBigEndian(bytes, offset &+ 24), loadBigEndian(bytes, offset &+ 16),
            loadBigEndian(bytes, offset &+ 8), loadBigEndian(bytes, offset))
    }

    /// Reads up to 32 big-endian bytes; nil for more.
    package init?(bigEndian bytes: [UInt8]) {
        guard bytes.count <= 32 else { return nil }
        var value = U256.zero
        for byte in bytes {
            value = value.shiftedLeft(by: 8) | U256(UInt64(byte))
        }
        self = value
    }

    /// The 32 big-endian bytes: the form in which amounts are stored, which sorts numerically.
    package var bigEndianBytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(32)
        self.appendBigEndian(to: &bytes)
        return bytes
    }

    /// Appends the 32 big-endian bytes.
    @inlinable
    package func appendBigEndian(to bytes: inout [UInt8]) {
        appendWord(self.limb3, to: &bytes)
        appendWord(self.limb2, to: &bytes)
        appendWord(self.limb1, to: &bytes)
        appendWord(self.limb0, to: &bytes)
    }

    /// The big-endian bytes without leading zeros; empty for zero (the form of RLP).
    package var minimalBytes: [UInt8] {
        Array(self.bigEndianBytes.drop { $0 == 0 })
    }
}

/// Loads eight big-endian bytes. Bounds are checked by the span.
@inlinable
package func loadBigEndian(_ bytes: RawSpan, _ offset: Int) -> UInt64 {
    UInt64(bigEndian: unsafe bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self))
}

/// Appends the eight big-endian bytes of a word.
@inlinable
package func appendWord(_ word: UInt64, to bytes: inout [UInt8]) {
    unsafe withUnsafeBytes(of: word.bigEndian) { unsafe bytes.append(contentsOf: $0) }
}
