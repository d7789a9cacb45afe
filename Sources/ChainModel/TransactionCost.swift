// Weir
// SPDX-License-Identifier: Apache-2.0

package import EVMPrimitives

/// Why a transaction's cost cannot be told.
package enum CostError: Error, Equatable, Sendable {
    /// The parts of a cost, as errors name them.
    package enum Part: String, Sendable, Hashable {
        case execution, blob, l1Data = "L1 data", operatorFee = "operator fee", total
    }

    /// The receipt is another transaction's.
    case otherTransaction(transaction: Hash256, receipt: Hash256)
    /// A block's receipts are not as many as its transactions.
    case receiptCount(transactions: Int, receipts: Int)
    /// A receipt's gas is not what the cumulative gas grew by.
    case gasNotCumulative(transaction: Hash256, stated: UInt64, before: UInt64, after: UInt64)
    /// Neither the receipt nor the transaction states a price.
    case noGasPrice(transaction: Hash256)
    /// Blobs without a price in the receipt or in the rules.
    case noBlobGasPrice(transaction: Hash256)
    /// More gas for the parent chain than gas.
    case l1GasAboveGas(transaction: Hash256, l1Gas: UInt64, gas: UInt64)
    /// An amount that 256 bits do not hold: no chain charges it.
    case overflow(transaction: Hash256, Part)
}

extension CostError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .otherTransaction(let transaction, let receipt):
            "the receipt of \(receipt) was given for transaction \(transaction): "
                + "ask another provider for the block"
        case .receiptCount(let transactions, let receipts):
            "there are \(receipts) receipts for \(transactions) transactions: "
                + "ask another provider for the block"
        case .gasNotCumulative(let transaction, let stated, let before, let after):
            "the receipt of \(transaction) says \(stated) gas, and the block's gas goes from "
                + "\(before) to \(after) there: ask another provider for the block"
        case .noGasPrice(let transaction):
            "neither receipt nor transaction \(transaction) states a gas price"
        case .noBlobGasPrice(let transaction):
            "the receipt of \(transaction) has blobs and no blobGasPrice"
        case .l1GasAboveGas(let transaction, let l1Gas, let gas):
            "the receipt of \(transaction) says that \(l1Gas) of its \(gas) gas were for L1"
        case .overflow(let transaction, let part):
            "the \(part.rawValue) cost of \(transaction) is above 2^256 wei: "
                + "the receipt cannot be true"
        }
    }
}

/// What is known of the fee for data on the parent chain.
package enum L1FeeBasis: Sendable, Equatable {
    /// Nothing of the kind is charged on top of gas.
    case none
    /// The receipt states it, and its other fields give the same.
    case confirmed
    /// The receipt states it without the fields that would allow to recompute it.
    case stated
    /// The receipt states it, and its other fields allow only what lies between: the stated fee
    /// counts.
    case disputed(least: U256, most: U256)
    /// The chain charges one and the receipt does not say how much: the total is too low.
    case missing
}

/// What a transaction cost its sender, exactly, in wei of its chain.
///
/// The parts do not overlap: `totalWei` is the sum of execution, blobs, L1 data and operator fee.
/// On Arbitrum the gas for L1 is in `l1DataWei` and not in `executionWei`. Base fee and tip split
/// gas × price: the sum of execution and, on Arbitrum, L1 data.
///
/// A transaction that failed costs the same, whether its receipt says so (since Byzantium) or not,
/// and so does one with authorizations (EIP-7702): all of it is gas.
package struct TransactionCost: Sendable, Equatable {
    package var family: FeeFamily
    package var executionWei: U256
    /// The base fee's part of gas × price (EIP-1559): burned on Ethereum, given to the chain's
    /// vault on the others, zero before London.
    package var baseFeeBurnedWei: U256
    /// The rest of gas × price.
    package var tipWei: U256
    /// EIP-4844; burned too.
    package var blobWei: U256
    package var l1DataWei: U256
    package var operatorWei: U256
    package var totalWei: U256
    package var gasUsed: UInt64
    /// The part of the gas that paid for L1 data; Arbitrum only.
    package var gasUsedForL1: UInt64
    /// Wei per gas.
    package var gasPriceWei: U256
    /// Whether the protocol charges nothing: OP-stack deposits, Arbitrum's internal transactions
    /// and deposits. The gas is counted all the same.
    package var isFree: Bool
    package var l1Basis: L1FeeBasis

    /// A transaction that nobody pays for.
    private init(free family: FeeFamily, gasUsed: UInt64) {
        self.family = family
        self.executionWei = .zero
        self.baseFeeBurnedWei = .zero
        self.tipWei = .zero
        self.blobWei = .zero
        self.l1DataWei = .zero
        self.operatorWei = .zero
        self.totalWei = .zero
        self.gasUsed = gasUsed
        self.gasUsedForL1 = 0
        self.gasPriceWei = .zero
        self.isFree = true
        self.l1Basis = .none
    }
}

extension TransactionCost {
    /// Computes the cost of a transaction from its receipt and its block's base fee.
    package init(
        of transaction: Transaction, receipt: Receipt, baseFeePerGas: U256?,
        rules: FeeRules = .detected
    ) throws(CostError) {
        let hash = transaction.hash
        guard hash == receipt.transactionHash else {
            throw .otherTransaction(transaction: hash, receipt: receipt.transactionHash)
        }
        let family = rules.family ?? FeeFamily.detect(transaction, receipt)
        self.init(free: family, gasUsed: receipt.gasUsed)
        if Self.isFree(transaction.type, family) { return }
        self.isFree = false
        guard
            let price = Self.gasPrice(transaction, receipt, baseFeePerGas: baseFeePerGas, family)
        else { throw .noGasPrice(transaction: hash) }
        try self.chargeGas(price: price, baseFee: baseFeePerGas ?? .zero, hash)
        switch family {
        case .ethereum: try self.chargeBlobs(transaction, receipt.fees, rules)
        case .opStack: try self.chargeRollup(receipt.fees, rules, hash)
        case .arbitrum: try self.splitL1Gas(receipt.fees, hash)
        }
        guard
            let total = self.executionWei.adding(self.blobWei)?.adding(self.l1DataWei)?
                .adding(self.operatorWei)
        else { throw .overflow(transaction: hash, .total) }
        self.totalWei = total
    }

    private static func isFree(_ type: UInt8, _ family: FeeFamily) -> Bool {
        switch family {
        case .arbitrum: TransactionType.arbitrumFree.contains(type)
        case .ethereum, .opStack: type == TransactionType.deposit
        }
    }

    /// What the receipt states; where it does not, what the transaction offered. Arbitrum takes the
    /// base fee whatever was offered.
    private static func gasPrice(
        _ transaction: Transaction, _ receipt: Receipt, baseFeePerGas: U256?, _ family: FeeFamily
    ) -> U256? {
        if let price = receipt.effectiveGasPrice { return price }
        if family == .arbitrum, let baseFeePerGas { return baseFeePerGas }
        if let price = transaction.gasPrice { return price }
        guard let most = transaction.maxFeePerGas, let baseFeePerGas else { return nil }
        let tipped = baseFeePerGas.adding(transaction.maxPriorityFeePerGas ?? .zero)
        return tipped.map { min($0, most) } ?? most
    }

    private mutating func chargeGas(
        price: U256, baseFee: U256, _ hash: Hash256
    ) throws(CostError) {
        let gas = U256(self.gasUsed)
        // System transactions of some chains pay less than the base fee, or nothing.
        let burnedPerGas = min(price, baseFee)
        guard let execution = gas.multiplied(by: price),
            let burned = gas.multiplied(by: burnedPerGas),
            let tip = execution.subtracting(burned)
        else { throw .overflow(transaction: hash, .execution) }
        self.gasPriceWei = price
        self.executionWei = execution
        self.baseFeeBurnedWei = burned
        self.tipWei = tip
    }

    /// A receipt's `blobGasUsed` counts for transactions that carry blobs and for no others.
    private mutating func chargeBlobs(
        _ transaction: Transaction, _ fees: ReceiptFees, _ rules: FeeRules
    ) throws(CostError) {
        guard transaction.type == TransactionType.blob else { return }
        guard let price = fees.blobGasPrice ?? rules.blobBaseFee else {
            throw .noBlobGasPrice(transaction: transaction.hash)
        }
        let gas =
            fees.blobGasUsed.map { U256($0) }
            ?? U256(
                UInt128(UInt64(transaction.blobVersionedHashes.count)) &* UInt128(blobGasPerBlob))
        guard let amount = gas.multiplied(by: price) else {
            throw .overflow(transaction: transaction.hash, .blob)
        }
        self.blobWei = amount
    }

    private mutating func chargeRollup(
        _ fees: ReceiptFees, _ rules: FeeRules, _ hash: Hash256
    ) throws(CostError) {
        if let stated = fees.l1Fee {
            self.l1DataWei = stated
            self.l1Basis =
                switch RollupFees.l1FeeBounds(fees) {
                case nil: .stated
                case let (least, most)? where least <= stated && stated <= most: .confirmed
                case let (least, most)?: .disputed(least: least, most: most)
                }
        } else {
            self.l1Basis = .missing
        }
        let form =
            rules.operatorFee ?? (fees.daFootprintGasScalar == nil ? .isthmus : .jovian)
        guard
            let amount = RollupFees.operatorFee(
                form, gasUsed: self.gasUsed, scalar: fees.operatorFeeScalar ?? 0,
                constant: fees.operatorFeeConstant ?? 0)
        else { throw .overflow(transaction: hash, .operatorFee) }
        self.operatorWei = amount
    }

    private mutating func splitL1Gas(
        _ fees: ReceiptFees, _ hash: Hash256
    ) throws(CostError) {
        let l1Gas = fees.gasUsedForL1 ?? 0
        guard l1Gas <= self.gasUsed else {
            throw .l1GasAboveGas(transaction: hash, l1Gas: l1Gas, gas: self.gasUsed)
        }
        guard let amount = U256(l1Gas).multiplied(by: self.gasPriceWei),
            let rest = self.executionWei.subtracting(amount)
        else { throw .overflow(transaction: hash, .l1Data) }
        self.gasUsedForL1 = l1Gas
        self.l1DataWei = amount
        self.executionWei = rest
    }
}
