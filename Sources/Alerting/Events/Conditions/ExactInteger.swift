// Weir
// SPDX-License-Identifier: Apache-2.0

package import EVMPrimitives

/// An integer of any size: sums and products of 256-bit words that neither wrap nor saturate.
///
/// Conditions compare `amount * 100 > total * 5` with it. Its size is bounded by what a condition
/// may hold, so the schoolbook's product is enough.
package struct ExactInteger: Sendable, Hashable {
    package private(set) var isNegative: Bool
    /// Least significant first, the last one not zero; none for zero, which is not negative.
    private(set) var limbs: [UInt64]

    private init(isNegative: Bool, limbs: [UInt64]) {
        var limbs = limbs
        while limbs.last == 0 { limbs.removeLast() }
        self.limbs = limbs
        self.isNegative = isNegative && !limbs.isEmpty
    }

    package init(_ value: UInt64) {
        self.init(isNegative: false, limbs: [value])
    }

    package init(_ value: U256) {
        self.init(
            isNegative: false, limbs: [value.limb0, value.limb1, value.limb2, value.limb3])
    }

    package init(_ value: I256) {
        self = ExactInteger(value.magnitude)
        if value.isNegative { self = -self }
    }

    package static let zero = ExactInteger(UInt64(0))
    static let one = ExactInteger(UInt64(1))

    /// Reads ASCII decimal digits; nil where there are none or another byte is among them.
    init?(decimalDigits digits: some Collection<UInt8>) {
        guard !digits.isEmpty else { return nil }
        var limbs: [UInt64] = []
        for digit in digits {
            guard (48...57).contains(digit) else { return nil }
            Self.multiply(&limbs, by: 10, adding: UInt64(digit &- 48))
        }
        self.init(isNegative: false, limbs: limbs)
    }

    /// The value times ten to a power that is not negative.
    func timesPowerOfTen(_ exponent: Int) -> ExactInteger {
        var limbs = self.limbs
        for _ in 0..<max(0, exponent) { Self.multiply(&limbs, by: 10, adding: 0) }
        return ExactInteger(isNegative: self.isNegative, limbs: limbs)
    }

    private static func multiply(_ limbs: inout [UInt64], by factor: UInt64, adding: UInt64) {
        var carry = adding
        for index in limbs.indices {
            let product = UInt128(limbs[index]) &* UInt128(factor) &+ UInt128(carry)
            limbs[index] = UInt64(truncatingIfNeeded: product)
            carry = UInt64(truncatingIfNeeded: product &>> 64)
        }
        if carry > 0 { limbs.append(carry) }
    }

    // MARK: Arithmetic

    package static prefix func - (value: ExactInteger) -> ExactInteger {
        ExactInteger(isNegative: !value.isNegative, limbs: value.limbs)
    }

    package static func + (left: ExactInteger, right: ExactInteger) -> ExactInteger {
        if left.isNegative == right.isNegative {
            return ExactInteger(
                isNegative: left.isNegative, limbs: Self.sum(left.limbs, right.limbs))
        }
        if Self.precedes(left.limbs, right.limbs) {
            return ExactInteger(
                isNegative: right.isNegative, limbs: Self.difference(right.limbs, left.limbs))
        }
        return ExactInteger(
            isNegative: left.isNegative, limbs: Self.difference(left.limbs, right.limbs))
    }

    package static func - (left: ExactInteger, right: ExactInteger) -> ExactInteger {
        left + -right
    }

    package static func * (left: ExactInteger, right: ExactInteger) -> ExactInteger {
        var limbs = [UInt64](repeating: 0, count: left.limbs.count + right.limbs.count)
        for (i, a) in left.limbs.enumerated() {
            var carry: UInt64 = 0
            for (j, b) in right.limbs.enumerated() {
                // a·b + limb + carry ≤ (2⁶⁴−1)² + 2(2⁶⁴−1) = 2¹²⁸ − 1: never overflows.
                let sum = UInt128(a) &* UInt128(b) &+ UInt128(limbs[i + j]) &+ UInt128(carry)
                limbs[i + j] = UInt64(truncatingIfNeeded: sum)
                carry = UInt64(truncatingIfNeeded: sum &>> 64)
            }
            limbs[i + right.limbs.count] = carry
        }
        return ExactInteger(isNegative: left.isNegative != right.isNegative, limbs: limbs)
    }

    private static func sum(_ a: [UInt64], _ b: [UInt64]) -> [UInt64] {
        var result: [UInt64] = []
        var carry: UInt128 = 0
        for index in 0..<max(a.count, b.count) {
            let one = UInt128(index < a.count ? a[index] : 0)
            let other = UInt128(index < b.count ? b[index] : 0)
            let sum = one &+ other &+ carry
            result.append(UInt64(truncatingIfNeeded: sum))
            carry = sum &>> 64
        }
        if carry > 0 { result.append(UInt64(truncatingIfNeeded: carry)) }
        return result
    }

    /// The difference of two magnitudes, the first not the smaller one.
    private static func difference(_ a: [UInt64], _ b: [UInt64]) -> [UInt64] {
        var result: [UInt64] = []
        var borrow = false
        for index in a.indices {
            let (first, low) = a[index].subtractingReportingOverflow(index < b.count ? b[index] : 0)
            let (second, lower) = first.subtractingReportingOverflow(borrow ? 1 : 0)
            borrow = low || lower
            result.append(second)
        }
        return result
    }

    /// Whether one magnitude is less than another.
    private static func precedes(_ a: [UInt64], _ b: [UInt64]) -> Bool {
        if a.count != b.count { return a.count < b.count }
        for index in a.indices.reversed() where a[index] != b[index] {
            return a[index] < b[index]
        }
        return false
    }
}

extension ExactInteger: Comparable {
    package static func < (left: ExactInteger, right: ExactInteger) -> Bool {
        if left.isNegative != right.isNegative { return left.isNegative }
        return left.isNegative
            ? Self.precedes(right.limbs, left.limbs) : Self.precedes(left.limbs, right.limbs)
    }
}
