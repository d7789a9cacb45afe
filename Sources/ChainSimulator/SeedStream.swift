// Weir
// SPDX-License-Identifier: Apache-2.0

import EVMPrimitives

/// A repeatable random source (SplitMix64) with draws that do not depend on the standard library's
/// algorithms: the same seed gives the same chain with every compiler and on every machine.
struct SeedStream: Sendable {
    private var state: UInt64

    /// A stream of its own for each purpose: the labels are mixed into the seed one by one.
    init(seed: UInt64, _ labels: UInt64...) {
        self.state = seed
        for label in labels {
            self.state = self.next() ^ label
        }
        self.state = self.next()
    }

    mutating func next() -> UInt64 {
        self.state &+= 0x9e37_79b9_7f4a_7c15
        var z = self.state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }

    /// A number below a bound; zero for a bound of zero.
    mutating func below(_ bound: UInt64) -> UInt64 {
        bound == 0 ? 0 : self.next().multipliedFullWidth(by: bound).high
    }

    /// A number of a closed range.
    mutating func within(_ low: UInt64, _ high: UInt64) -> UInt64 {
        low &+ self.below((high &- low) &+ 1)
    }

    /// True with a probability.
    mutating func chance(_ probability: Double) -> Bool {
        Double(self.next() >> 11) * 0x1p-53 < probability
    }

    /// One of a list, or nil where it is empty.
    mutating func pick<Element>(_ list: [Element]) -> Element? {
        list.isEmpty ? nil : list[Int(self.below(UInt64(list.count)))]
    }

    mutating func hash() -> Hash256 {
        Hash256(words: self.next(), self.next(), self.next(), self.next())
    }

    /// An amount of tokens of 18 decimals, to a thousandth of a token.
    mutating func tokens(_ low: UInt64, _ high: UInt64) -> U256 {
        let thousandths = self.within(low &* 1_000, high &* 1_000)
        return U256(UInt128(thousandths) &* 1_000_000_000_000_000)
    }
}

extension U256 {
    /// Whole tokens of 18 decimals, or whole ether in wei.
    static func tokens(_ count: UInt64) -> U256 {
        U256(UInt128(count) &* 1_000_000_000_000_000_000)
    }

    static func gwei(_ count: UInt64) -> U256 { U256(UInt128(count) &* 1_000_000_000) }
}
