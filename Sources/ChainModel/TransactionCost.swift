// Weir
// SPDX-License-Identifier: Apache-2.0

package import EVMPrimitives

/// What a transaction cost its sender, in wei, part by part.
package struct TransactionCost: Sendable, Equatable {
    package var gasUsed: UInt64
    /// The part of `gasUsed` that pays for data on the parent chain (Arbitrum).
    package var gasUsedForL1: UInt64
    /// `gasUsed` at the effective gas price.
    package var executionWei: U256
    /// The part of `executionWei` that was burned.
    package var baseFeeBurnedWei: U256
    /// The part of `executionWei` that went to the block's producer.
    package var tipWei: U256
    /// For blobs (EIP-4844).
    package var blobWei: U256
    /// For data on the parent chain (OP-stack).
    package var l1DataWei: U256
    /// For the chain's operator (OP-stack from Isthmus on).
    package var operatorWei: U256
    /// All of it.
    package var totalWei: U256

    package init(
        gasUsed: UInt64 = 0, gasUsedForL1: UInt64 = 0, executionWei: U256 = .zero,
        baseFeeBurnedWei: U256 = .zero, tipWei: U256 = .zero, blobWei: U256 = .zero,
        l1DataWei: U256 = .zero, operatorWei: U256 = .zero, totalWei: U256 = .zero
    ) {
        self.gasUsed = gasUsed
        self.gasUsedForL1 = gasUsedForL1
        self.executionWei = executionWei
        self.baseFeeBurnedWei = baseFeeBurnedWei
        self.tipWei = tipWei
        self.blobWei = blobWei
        self.l1DataWei = l1DataWei
        self.operatorWei = operatorWei
        self.totalWei = totalWei
    }
}
