// Weir
// SPDX-License-Identifier: Apache-2.0

package import EVMPrimitives

/// What a receipt states of its fees besides gas and gas price. No root covers any of it, and a
/// chain's nodes give only what that chain charges. Amounts are wei of the chain.
package struct ReceiptFees: Sendable, Equatable {
    /// EIP-4844 on Ethereum. On an OP-stack chain from Jovian on it is the data footprint, which
    /// fills blocks and is not paid for.
    package var blobGasUsed: UInt64?
    package var blobGasPrice: U256?

    /// Arbitrum: the part of `gasUsed` that pays for data on the parent chain.
    package var gasUsedForL1: UInt64?

    /// OP stack: the fee for data on the parent chain, on top of gas.
    package var l1Fee: U256?
    /// Up to Bedrock with the overhead in it, in Ecotone the gas of the data, from Fjord on 16 times
    /// the estimated compressed size, rounded down.
    package var l1GasUsed: U256?
    package var l1GasPrice: U256?
    /// Up to Ecotone: millionths. Receipts say `0.684`.
    package var l1FeeScalarMillionths: U256?
    /// From Ecotone on.
    package var l1BaseFeeScalar: UInt64?
    package var l1BlobBaseFee: U256?
    package var l1BlobBaseFeeScalar: UInt64?
    /// From Isthmus on.
    package var operatorFeeScalar: UInt64?
    package var operatorFeeConstant: UInt64?
    /// From Jovian on, and what tells that it is Jovian.
    package var daFootprintGasScalar: UInt64?

    /// Nothing stated.
    package init() {}

    /// Whether anything is stated that only an OP-stack chain charges or weighs.
    package var isOPStack: Bool {
        self.l1Fee != nil || self.l1GasPrice != nil || self.l1BaseFeeScalar != nil
            || self.operatorFeeScalar != nil || self.operatorFeeConstant != nil
            || self.daFootprintGasScalar != nil
    }
}
