// Weir
// SPDX-License-Identifier: Apache-2.0

package import EVMPrimitives

/// A sum of 256-bit amounts that cannot overflow: 320 bits hold 2⁶⁴ of the largest amounts.
package struct ExactSum: Sendable, Hashable {
    /// The sum modulo 2²⁵⁶.
    package private(set) var low: U256
    /// How often it passed 2²⁵⁶.
    package private(set) var carry: UInt64

    package init(low: U256 = .zero, carry: UInt64 = 0) {
        self.low = low
        self.carry = carry
    }

    package mutating func add(_ amount: U256) {
        let (sum, overflow) = self.low.addingReportingOverflow(amount)
        self.low = sum
        if overflow { self.carry &+= 1 }
    }

    package mutating func add(_ other: ExactSum) {
        self.add(other.low)
        self.carry &+= other.carry
    }

    /// The difference; the caller knows that `other` is not larger.
    package func subtracting(_ other: ExactSum) -> ExactSum {
        let (difference, borrow) = self.low.subtractingReportingOverflow(other.low)
        return ExactSum(low: difference, carry: self.carry &- other.carry &- (borrow ? 1 : 0))
    }

    /// The sum divided by 10^decimals as the nearest `Double`, for the exposition.
    package func double(decimals: UInt8) -> Double {
        guard self.carry > 0 else { return self.low.scaledDouble(decimals: decimals) }
        // The upper 256 of the 320 bits: what is cut off is far below the precision of a Double,
        // and a sum that grows never seems to fall, as that of two rounded parts might.
        let upper = U256(limbs: self.low.limb1, self.low.limb2, self.low.limb3, self.carry)
        return upper.scaledDouble(decimals: decimals) * 0x1p64
    }
}
