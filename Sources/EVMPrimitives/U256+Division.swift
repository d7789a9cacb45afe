// Weir
// SPDX-License-Identifier: Apache-2.0

extension U256 {
    /// Quotient and remainder; nil when dividing by zero.
    ///
    /// Schoolbook division on 64-bit limbs (Knuth, The Art of Computer Programming, volume 2, 4.3.1,
    /// algorithm D).
    package func quotientAndRemainder(
        dividingBy divisor: U256
    ) -> (quotient: U256, remainder: U256)? {
        if divisor.isZero { return nil }
        if self < divisor { return (.zero, self) }
        if let small = divisor.uint64 {
            let (quotient, remainder) = self.dividedBySmall(small)
            return (quotient, U256(remainder))
        }
        return self.dividedByLarge(divisor)
    }

    /// Divides by a single non-zero limb.
    @inlinable
    package func dividedBySmall(_ divisor: UInt64) -> (quotient: U256, remainder: UInt64) {
        precondition(divisor != 0, "the caller divides by a non-zero limb")
        var result = self
        var remainder: UInt64 = 0
        (result.limb3, remainder) = divisor.dividingFullWidth((remainder, self.limb3))
        (result.limb2, remainder) = divisor.dividingFullWidth((remainder, self.limb2))
        (result.limb1, remainder) = divisor.dividingFullWidth((remainder, self.limb1))
        (result.limb0, remainder) = divisor.dividingFullWidth((remainder, self.limb0))
        return (result, remainder)
    }

    /// Algorithm D for a divisor of at least two limbs that is not larger than `self`.
    private func dividedByLarge(_ divisor: U256) -> (quotient: U256, remainder: U256) {
        let divisorLimbs = (divisor.bitWidth + 63) / 64
        let shift = 64 * divisorLimbs - divisor.bitWidth
        let v = divisor.shiftedLeft(by: shift).limbs
        let shifted = self.shiftedLeft(by: shift).limbs
        // The dividend gets one limb more: what the shift pushed out.
        var u = InlineArray<5, UInt64>(repeating: 0)
        for i in 0..<4 { u[i] = shifted[i] }
        u[4] = shift == 0 ? 0 : self.limb3 >> UInt64(64 - shift)

        var quotient = InlineArray<4, UInt64>(repeating: 0)
        let top = v[divisorLimbs - 1]
        let second = v[divisorLimbs - 2]
        for j in stride(from: 4 - divisorLimbs, through: 0, by: -1) {
            let upper = u[j + divisorLimbs]
            var estimate: UInt128
            var rest: UInt128
            let numerator = UInt128(upper) << 64 | UInt128(u[j + divisorLimbs - 1])
            (estimate, rest) = numerator.quotientAndRemainder(dividingBy: UInt128(top))
            while estimate > UInt128(UInt64.max)
                || estimate * UInt128(second)
                    > (rest << 64 | UInt128(u[j + divisorLimbs - 2]))
            {
                estimate -= 1
                rest += UInt128(top)
                if rest > UInt128(UInt64.max) { break }
            }
            if Self.subtract(
                v, times: UInt64(truncatingIfNeeded: estimate), from: &u, at: j, divisorLimbs)
            {
                estimate -= 1
                Self.add(v, to: &u, at: j, divisorLimbs)
            }
            quotient[j] = UInt64(truncatingIfNeeded: estimate)
        }
        let remainder = U256(limbs: u[0], u[1], u[2], u[3]).shiftedRight(by: shift)
        let carried = shift == 0 ? U256.zero : U256(u[4]).shiftedLeft(by: 256 - shift)
        return (
            U256(limbs: quotient[0], quotient[1], quotient[2], quotient[3]), remainder | carried
        )
    }

    private var limbs: InlineArray<4, UInt64> { [self.limb0, self.limb1, self.limb2, self.limb3] }

    /// `u[at...] -= v * factor`; true when the result went below zero.
    private static func subtract(
        _ v: InlineArray<4, UInt64>, times factor: UInt64, from u: inout InlineArray<5, UInt64>,
        at start: Int, _ count: Int
    ) -> Bool {
        var carry: UInt64 = 0
        var borrow: UInt64 = 0
        for i in 0..<count {
            let product = UInt128(v[i]) &* UInt128(factor) &+ UInt128(carry)
            carry = UInt64(truncatingIfNeeded: product &>> 64)
            let (first, under) = u[start + i].subtractingReportingOverflow(
                UInt64(truncatingIfNeeded: product))
            let (second, underAgain) = first.subtractingReportingOverflow(borrow)
            u[start + i] = second
            borrow = (under ? 1 : 0) + (underAgain ? 1 : 0)
        }
        let (first, under) = u[start + count].subtractingReportingOverflow(carry)
        let (second, underAgain) = first.subtractingReportingOverflow(borrow)
        u[start + count] = second
        return under || underAgain
    }

    /// `u[at...] += v`, the carry out dropped: it cancels the borrow of the subtraction before.
    private static func add(
        _ v: InlineArray<4, UInt64>, to u: inout InlineArray<5, UInt64>, at start: Int, _ count: Int
    ) {
        var carry: UInt64 = 0
        for i in 0..<count {
            let sum = UInt128(u[start + i]) &+ UInt128(v[i]) &+ UInt128(carry)
            u[start + i] = UInt64(truncatingIfNeeded: sum)
            carry = UInt64(truncatingIfNeeded: sum &>> 64)
        }
        u[start + count] = u[start + count] &+ carry
    }

    /// 10 to a power, or nil from 78 on (10⁷⁷ < 2²⁵⁶ < 10⁷⁸).
    package static func powerOfTen(_ exponent: Int) -> U256? {
        guard exponent >= 0, exponent <= 77 else { return nil }
        var value = U256.one
        var left = exponent
        while left > 0 {
            let step = min(left, 19)
            var factor: UInt64 = 1
            for _ in 0..<step { factor &*= 10 }
            value = value.multipliedReportingOverflow(by: U256(factor)).partialValue
            left -= step
        }
        return value
    }
}
