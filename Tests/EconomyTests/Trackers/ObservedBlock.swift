// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMPrimitives
import Foundation
import WeirTestSupport

/// A block of the public vectors as what is fetched of it: its fees, and all its transactions with
/// what they cost.
enum ObservedBlock {
    /// A file under `blocks/`.
    static func file(_ name: String) throws -> (
        extras: (BlockRef, BlockTime) -> BlockExtras, transactions: [ObservedTransaction]
    ) {
        let bytes = try Vectors.bytes("blocks/" + name)
        let document = try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any]
        guard let block = document?["block"] as? [String: Any],
            let receipts = document?["receipts"] as? [[String: Any]]
        else { throw LabFault.unusable(name) }
        let fees = Self.fees(block)
        let transactions = try Self.transactions(block, receipts)
        return (
            { BlockExtras(block: $0, time: $1, fees: fees, transactions: transactions) },
            transactions
        )
    }

    /// A block of the made economy.
    static func extras(_ line: Economy1.Line) throws -> BlockExtras {
        BlockExtras(
            block: line.block.header.ref, time: line.block.header.timestamp,
            fees: Self.fees(line.json),
            transactions: try Self.transactions(line.json, line.receipts))
    }

    private static func fees(_ block: [String: Any]) -> BlockFees {
        BlockFees(
            gasUsed: Self.number(block, "gasUsed") ?? 0,
            gasLimit: Self.number(block, "gasLimit") ?? 0,
            baseFeeWei: Self.word(block, "baseFeePerGas"))
    }

    private static func transactions(
        _ block: [String: Any], _ receipts: [[String: Any]]
    ) throws -> [ObservedTransaction] {
        let all = try (block["transactions"] as? [[String: Any]] ?? []).map(Self.transaction)
        let paid = try receipts.map(Self.receipt)
        let costs = try TransactionCost.all(
            all, paid, baseFeePerGas: Self.word(block, "baseFeePerGas"))
        return zip(zip(all, paid), costs).enumerated().map { index, item in
            let ((transaction, receipt), cost) = item
            return ObservedTransaction(
                hash: transaction.hash, index: UInt32(index), type: transaction.type,
                from: transaction.from, to: transaction.to,
                created: transaction.to == nil ? receipt.contractAddress : nil,
                value: transaction.value,
                selector: transaction.input.count < 4
                    ? nil : transaction.input.prefix(4).reduce(0) { $0 << 8 | UInt32($1) },
                inputCount: transaction.input.count, succeeded: receipt.outcome != .status(false),
                cost: cost)
        }
    }

    private static func transaction(_ json: [String: Any]) throws -> Transaction {
        guard let hash = (json["hash"] as? String).flatMap({ Hash256($0) }),
            let from = (json["from"] as? String).flatMap({ Address($0) }),
            let input = (json["input"] as? String).flatMap({ Hex.decode($0) })
        else { throw LabFault.unusable("transaction") }
        var transaction = Transaction(
            type: UInt8(truncatingIfNeeded: Self.number(json, "type") ?? 0), nonce: 0, gasLimit: 0,
            to: (json["to"] as? String).flatMap { Address($0) },
            value: Self.word(json, "value") ?? .zero, input: input)
        transaction.hash = hash
        transaction.from = from
        transaction.gasPrice = Self.word(json, "gasPrice")
        return transaction
    }

    private static func receipt(_ json: [String: Any]) throws -> Receipt {
        guard let hash = (json["transactionHash"] as? String).flatMap({ Hash256($0) }),
            let gasUsed = Self.number(json, "gasUsed"),
            let cumulative = Self.number(json, "cumulativeGasUsed")
        else { throw LabFault.unusable("receipt") }
        var receipt = Receipt(
            type: UInt8(truncatingIfNeeded: Self.number(json, "type") ?? 0), transactionHash: hash,
            outcome: .status(Self.number(json, "status") != 0), gasUsed: gasUsed,
            cumulativeGasUsed: cumulative, logs: [])
        receipt.effectiveGasPrice = Self.word(json, "effectiveGasPrice")
        receipt.contractAddress = (json["contractAddress"] as? String).flatMap { Address($0) }
        receipt.depositNonce = Self.number(json, "depositNonce")
        receipt.fees.gasUsedForL1 = Self.number(json, "gasUsedForL1")
        receipt.fees.blobGasUsed = Self.number(json, "blobGasUsed")
        receipt.fees.blobGasPrice = Self.word(json, "blobGasPrice")
        receipt.fees.l1Fee = Self.word(json, "l1Fee")
        return receipt
    }

    private static func word(_ json: [String: Any], _ name: String) -> U256? {
        (json[name] as? String).flatMap { U256(hexQuantity: $0) }
    }

    private static func number(_ json: [String: Any], _ name: String) -> UInt64? {
        Self.word(json, name)?.uint64
    }
}
