// Weir
// SPDX-License-Identifier: Apache-2.0

package import EVMPrimitives

/// A repeatable random source (SplitMix64): the same seed gives the same values on every machine.
package struct SeededRandom: RandomNumberGenerator, Sendable {
    package let seed: UInt64
    private var state: UInt64

    package init(seed: UInt64) {
        self.seed = seed
        self.state = seed
    }

    package mutating func next() -> UInt64 {
        self.state &+= 0x9e37_79b9_7f4a_7c15
        var z = self.state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }

    /// A 256-bit value whose width is spread over all sizes, edges included.
    package mutating func word() -> U256 {
        let full = U256(limbs: self.next(), self.next(), self.next(), self.next())
        switch Int.random(in: 0..<8, using: &self) {
        case 0:
            return [U256.zero, .one, .max, U256(UInt64.max)].randomElement(using: &self) ?? .zero
        case 1: return ~full.shiftedRight(by: Int.random(in: 1..<256, using: &self))
        default: return full.shiftedRight(by: Int.random(in: 0..<256, using: &self))
        }
    }

    package mutating func bytes(_ count: Int) -> [UInt8] {
        (0..<count).map { _ in UInt8(truncatingIfNeeded: self.next()) }
    }
}
