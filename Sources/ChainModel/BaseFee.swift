// Weir
// SPDX-License-Identifier: Apache-2.0

package import EVMPrimitives

/// The base fee of the next block (EIP-1559).
package struct BaseFeeRules: Sendable, Hashable {
    /// The gas target is the limit divided by this.
    package var elasticity: UInt64
    /// The most that a full or empty block changes the fee by is one part in this many.
    package var changeDenominator: UInt64
    /// The fee does not fall below it (OP stack, Jovian).
    package var minimum: U256

    package init(elasticity: UInt64, changeDenominator: UInt64, minimum: U256 = .zero) {
        self.elasticity = elasticity
        self.changeDenominator = changeDenominator
        self.minimum = minimum
    }

    package static let ethereum = BaseFeeRules(elasticity: 2, changeDenominator: 8)

    /// The fee after a block; nil where rules or block make no sense (a zero among the divisors) or
    /// the fee would leave 256 bits.
    package func next(after baseFee: U256, gasUsed: UInt64, gasLimit: UInt64) -> U256? {
        guard self.elasticity > 0, self.changeDenominator > 0 else { return nil }
        let target = gasLimit / self.elasticity
        guard target > 0 else { return nil }
        let distance = gasUsed > target ? gasUsed - target : target - gasUsed
        guard let product = baseFee.multiplied(by: U256(distance)) else { return nil }
        let change = product.dividedBySmall(target).quotient
            .dividedBySmall(self.changeDenominator).quotient
        let next: U256? =
            if gasUsed > target {
                baseFee.adding(max(change, .one))
            } else {
                baseFee.subtracting(change) ?? .zero
            }
        return next.map { max($0, self.minimum) }
    }
}

/// The price of blob gas (EIP-4844), wei per unit.
///
/// Forks that only change parameters (EIP-7892) change the fraction without a trace in the header:
/// where it is not known for sure, the price is what `eth_blobBaseFee` and `eth_feeHistory` say.
/// EIP-7918 changes how the excess grows, and not what it costs.
package enum BlobBaseFee {
    /// `BLOB_BASE_FEE_UPDATE_FRACTION` of a fork.
    package enum Fraction {
        /// EIP-4844.
        package static let cancun: UInt64 = 3_338_477
        /// EIP-7691.
        package static let prague: UInt64 = 5_007_716
    }

    /// The price in a block whose header has this excess: `e^(excess/fraction)` as EIP-4844's
    /// `fake_exponential` gives it. Nil for a fraction of zero, and where a step leaves 256 bits.
    package static func price(excessBlobGas: UInt64, fraction: UInt64) -> U256? {
        guard fraction > 0 else { return nil }
        var sum = U256.zero
        var term = U256(fraction)
        var step: UInt64 = 1
        // Terms that do not shrink to nothing grow out of 256 bits: this ends.
        while !term.isZero {
            guard let next = sum.adding(term), let grown = term.multiplied(by: U256(excessBlobGas))
            else { return nil }
            sum = next
            term = grown.dividedBySmall(fraction).quotient.dividedBySmall(step).quotient
            step += 1
        }
        return sum.dividedBySmall(fraction).quotient
    }
}

/// The gas of one blob (EIP-4844, `GAS_PER_BLOB`).
let blobGasPerBlob: UInt64 = 1 << 17
