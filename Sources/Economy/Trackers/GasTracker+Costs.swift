// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMPrimitives

extension GasTracker {
    /// What a part of a transaction's cost pays for. The text is a label: it does not change.
    ///
    /// Unlike the amounts of ``TransactionCost`` the parts never overlap: where gas pays for data on
    /// the parent chain (Arbitrum), its base fee and tip are in `l1_data` and nowhere else.
    enum CostPart: String, CaseIterable {
        /// Burned on Ethereum, the chain's own on others.
        case baseFee = "base_fee"
        case tip, blob
        case l1Data = "l1_data"
        /// The operator fee of the OP stack.
        case operatorFee = "operator"

        /// All parts; they add up to the total.
        static func parts(of cost: TransactionCost) -> [(CostPart, U256)] {
            let baseFee = Self.baseFee(of: cost)
            return [
                (.baseFee, baseFee), (.tip, cost.executionWei.subtracting(baseFee) ?? .zero),
                (.blob, cost.blobWei), (.l1Data, cost.l1DataWei), (.operatorFee, cost.operatorWei),
            ]
        }

        /// The base fee of the gas that paid for execution.
        private static func baseFee(of cost: TransactionCost) -> U256 {
            guard cost.gasUsedForL1 > 0 else { return cost.baseFeeBurnedWei }
            guard cost.gasUsed > cost.gasUsedForL1 else { return .zero }
            // A product of the gas, so nothing is left over.
            let perGas = cost.baseFeeBurnedWei.dividedBySmall(cost.gasUsed).quotient
            let amount = perGas.multiplied(by: U256(cost.gasUsed - cost.gasUsedForL1))
            return min(amount ?? .zero, cost.executionWei)
        }
    }

    /// Why a cost may not be all that was paid. The text is a label: it does not change.
    enum FeeDoubt: String, CaseIterable {
        /// The receipt says another fee for L1 data than its other fields allow; the fee counts.
        case disputed
        /// The chain charges a fee for L1 data and the receipt does not say it: the cost is too low.
        case missing

        init?(_ basis: L1FeeBasis) {
            switch basis {
            case .none, .confirmed, .stated: return nil
            case .disputed: self = .disputed
            case .missing: self = .missing
            }
        }
    }
}
