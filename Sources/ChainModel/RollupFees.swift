// Weir
// SPDX-License-Identifier: Apache-2.0

package import EVMPrimitives

/// The formulas of the OP stack's own fees (OP-stack specification, "L1 cost" of Bedrock, Ecotone
/// and Fjord, "operator fee" of Isthmus and Jovian). Nil where a product leaves 256 bits.
package enum RollupFees {
    /// Up to Ecotone: `gas · price · scalar`, the gas with its overhead, the scalar in millionths.
    package static func bedrock(
        gas: U256, l1BaseFee: U256, scalarMillionths: U256
    ) -> U256? {
        gas.multiplied(by: l1BaseFee)?.multiplied(by: scalarMillionths)?
            .dividedBySmall(1_000_000).quotient
    }

    /// From Ecotone on: `gas · (16 · base fee · scalar + blob base fee · scalar) / 16·10⁶`.
    ///
    /// In Ecotone the gas is that of the data. Fjord's formula is the same with 16 times the
    /// estimated size in its place, of which a receipt tells the integer part only.
    package static func ecotone(
        gas: U256, l1BaseFee: U256, baseScalar: UInt64, blobBaseFee: U256, blobScalar: UInt64
    ) -> U256? {
        guard
            let data = l1BaseFee.multiplied(by: 16)?.multiplied(by: U256(baseScalar)),
            let blob = blobBaseFee.multiplied(by: U256(blobScalar)),
            let product = data.adding(blob)?.multiplied(by: gas)
        else { return nil }
        return product.dividedBySmall(16_000_000).quotient
    }

    /// The operator fee of a transaction.
    package static func operatorFee(
        _ form: OperatorFeeForm, gasUsed: UInt64, scalar: UInt64, constant: UInt64
    ) -> U256? {
        let product = U256(UInt128(gasUsed) &* UInt128(scalar))
        let scaled =
            switch form {
            case .isthmus: Optional(product.dividedBySmall(1_000_000).quotient)
            case .jovian: product.multiplied(by: 100)
            }
        return scaled?.adding(U256(constant))
    }

    /// The least and the most that the fields of a receipt allow its fee for data to be; nil where
    /// fields are missing. The two are equal up to Ecotone.
    package static func l1FeeBounds(_ fees: ReceiptFees) -> (least: U256, most: U256)? {
        guard let gas = fees.l1GasUsed, let price = fees.l1GasPrice else { return nil }
        if let scalar = fees.l1FeeScalarMillionths {
            return Self.bedrock(gas: gas, l1BaseFee: price, scalarMillionths: scalar)
                .map { ($0, $0) }
        }
        guard let base = fees.l1BaseFeeScalar, let blobBaseFee = fees.l1BlobBaseFee,
            let blob = fees.l1BlobBaseFeeScalar, let nextGas = gas.adding(.one),
            let least = Self.ecotone(
                gas: gas, l1BaseFee: price, baseScalar: base, blobBaseFee: blobBaseFee,
                blobScalar: blob),
            let most = Self.ecotone(
                gas: nextGas, l1BaseFee: price, baseScalar: base, blobBaseFee: blobBaseFee,
                blobScalar: blob)
        else { return nil }
        return (least, most)
    }
}
