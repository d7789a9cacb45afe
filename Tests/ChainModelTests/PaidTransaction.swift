// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMPrimitives

/// A transaction and its receipt with what counts for its cost, from the members of JSON-RPC
/// objects or by hand.
struct PaidTransaction {
    static let hash = Hash256(words: 1, 2, 3, 4)

    var transaction = Transaction(
        type: 2, nonce: 0, gasLimit: 0, to: nil, value: .zero, input: [])
    var receipt = Receipt(
        type: 2, transactionHash: Self.hash, outcome: .status(true), gasUsed: 0,
        cumulativeGasUsed: 0, logs: [])

    /// A transaction of a type.
    init(type: UInt8 = 2, gasUsed: UInt64 = 0, price: U256? = nil) {
        self.transaction.type = type
        self.transaction.hash = Self.hash
        self.receipt.type = type
        self.receipt.gasUsed = gasUsed
        self.receipt.effectiveGasPrice = price
    }

    /// What `eth_getBlockByNumber` and `eth_getBlockReceipts` give of it.
    init(transaction: [String: Any], receipt: [String: Any]) throws {
        func word(_ object: [String: Any], _ name: String) -> U256? {
            (object[name] as? String).flatMap { U256(hexQuantity: $0) ?? U256($0) }
        }
        func number(_ object: [String: Any], _ name: String) -> UInt64? {
            word(object, name)?.uint64
        }
        guard let gasUsed = number(receipt, "gasUsed"),
            let cumulative = number(receipt, "cumulativeGasUsed"),
            let hash = (transaction["hash"] as? String).flatMap({ Hash256($0) }),
            let receiptHash = (receipt["transactionHash"] as? String).flatMap({ Hash256($0) })
        else { throw Malformed() }
        self.init(
            type: UInt8(truncatingIfNeeded: number(transaction, "type") ?? 0), gasUsed: gasUsed,
            price: word(receipt, "effectiveGasPrice"))
        self.transaction.hash = hash
        self.receipt.transactionHash = receiptHash
        self.receipt.cumulativeGasUsed = cumulative
        self.transaction.gasPrice = word(transaction, "gasPrice")
        self.transaction.maxFeePerGas = word(transaction, "maxFeePerGas")
        self.transaction.maxPriorityFeePerGas = word(transaction, "maxPriorityFeePerGas")
        self.receipt.depositNonce = number(receipt, "depositNonce")
        self.receipt.fees.gasUsedForL1 = number(receipt, "gasUsedForL1")
        self.receipt.fees.blobGasUsed = number(receipt, "blobGasUsed")
        self.receipt.fees.blobGasPrice = word(receipt, "blobGasPrice")
    }

    struct Malformed: Error {}

    /// All of a block of the vectors.
    static func all(of document: [String: Any]) throws -> (baseFee: U256?, [PaidTransaction]) {
        guard let block = document["block"] as? [String: Any],
            let transactions = block["transactions"] as? [[String: Any]],
            let receipts = document["receipts"] as? [[String: Any]],
            transactions.count == receipts.count
        else { throw Malformed() }
        let baseFee = (block["baseFeePerGas"] as? String).flatMap { U256(hexQuantity: $0) }
        return (baseFee, try zip(transactions, receipts).map(Self.init(transaction:receipt:)))
    }

    func cost(
        baseFee: U256? = nil, _ rules: FeeRules = .detected
    ) throws(CostError) -> TransactionCost {
        try TransactionCost(
            of: self.transaction, receipt: self.receipt, baseFeePerGas: baseFee, rules: rules)
    }
}
