// Weir
// SPDX-License-Identifier: Apache-2.0

package import EVMPrimitives

extension TransactionCost {
    /// A cost as it was computed and stored before; nothing of it is checked again.
    package init(
        stored family: FeeFamily, gasUsed: UInt64, gasUsedForL1: UInt64 = 0,
        gasPriceWei: U256 = .zero, executionWei: U256 = .zero, baseFeeBurnedWei: U256 = .zero,
        tipWei: U256 = .zero, blobWei: U256 = .zero, l1DataWei: U256 = .zero,
        operatorWei: U256 = .zero, totalWei: U256 = .zero, isFree: Bool = false,
        l1Basis: L1FeeBasis = .none
    ) {
        self.family = family
        self.executionWei = executionWei
        self.baseFeeBurnedWei = baseFeeBurnedWei
        self.tipWei = tipWei
        self.blobWei = blobWei
        self.l1DataWei = l1DataWei
        self.operatorWei = operatorWei
        self.totalWei = totalWei
        self.gasUsed = gasUsed
        self.gasUsedForL1 = gasUsedForL1
        self.gasPriceWei = gasPriceWei
        self.isFree = isFree
        self.l1Basis = l1Basis
    }
}
