// Weir
// SPDX-License-Identifier: Apache-2.0

package import EVMPrimitives

extension TransactionCost {
    /// The costs of all transactions of a block, in order.
    ///
    /// The block as a whole tells the family where the rules do not. The gas of each receipt is held
    /// against the cumulative gas, which the receipts root covers: `gasUsed` it does not cover.
    package static func all(
        _ transactions: [Transaction], _ receipts: [Receipt], baseFeePerGas: U256?,
        rules: FeeRules = .detected
    ) throws(CostError) -> [TransactionCost] {
        guard transactions.count == receipts.count else {
            throw .receiptCount(transactions: transactions.count, receipts: receipts.count)
        }
        var rules = rules
        rules.family = rules.family ?? FeeFamily.detect(transactions, receipts)
        var costs: [TransactionCost] = []
        costs.reserveCapacity(receipts.count)
        var before: UInt64 = 0
        for (transaction, receipt) in zip(transactions, receipts) {
            let (gas, isNegative) = receipt.cumulativeGasUsed.subtractingReportingOverflow(before)
            guard !isNegative, gas == receipt.gasUsed else {
                throw .gasNotCumulative(
                    transaction: receipt.transactionHash, stated: receipt.gasUsed,
                    before: before, after: receipt.cumulativeGasUsed)
            }
            before = receipt.cumulativeGasUsed
            costs.append(
                try TransactionCost(
                    of: transaction, receipt: receipt, baseFeePerGas: baseFeePerGas, rules: rules))
        }
        return costs
    }
}
