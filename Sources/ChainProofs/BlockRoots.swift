// Weir
// SPDX-License-Identifier: Apache-2.0

package import ChainModel
package import EVMPrimitives

/// The roots and the bloom that a header holds of its block's contents.
package enum BlockRoots {
    /// The root of an empty list of transactions, receipts or withdrawals.
    package static let empty = OrderedTrie.emptyRoot
    /// The hash of an empty list of ommers: of every block since the merge.
    package static let noOmmers = Keccak256.hash([0xc0])
    /// The SHA-256 of nothing: the requests hash of a block without requests (EIP-7685).
    package static let noRequests = Hash256(
        words: 0xe3b0_c442_98fc_1c14, 0x9afb_f4c8_996f_b924, 0x27ae_41e4_649b_934c,
        0xa495_991b_7852_b855)

    /// The root of transactions in the order of the block; throws as ``TransactionCoding`` does.
    package static func transactionsRoot(
        _ transactions: [Transaction]
    ) throws(ProofError) -> Hash256 {
        var items: [[UInt8]] = []
        items.reserveCapacity(transactions.count)
        for transaction in transactions { items.append(try TransactionCoding.encode(transaction)) }
        return OrderedTrie.root(of: items)
    }

    /// The root of receipts in the order of the block.
    package static func receiptsRoot(_ receipts: [Receipt]) -> Hash256 {
        OrderedTrie.root(of: receipts.map(ReceiptCoding.encode))
    }

    /// The root of withdrawals in the order of the block (EIP-4895).
    package static func withdrawalsRoot(_ withdrawals: [Withdrawal]) -> Hash256 {
        OrderedTrie.root(
            of: withdrawals.map { withdrawal in
                var writer = RLPWriter(capacity: 64)
                let list = writer.beginList()
                writer.append(withdrawal.index)
                writer.append(withdrawal.validatorIndex)
                writer.append(withdrawal.address)
                writer.append(withdrawal.amount)
                writer.endList(list)
                return writer.bytes
            })
    }

    /// The bloom of a block, computed from the logs of its receipts, not from their blooms.
    package static func logsBloom(_ receipts: [Receipt]) -> LogsBloom {
        var bloom = LogsBloom()
        for receipt in receipts { bloom.formUnion(self.logsBloom(of: receipt.logs)) }
        return bloom
    }

    /// The bloom of some logs: their addresses and topics.
    package static func logsBloom(of logs: [Receipt.Log]) -> LogsBloom {
        var bloom = LogsBloom()
        for log in logs {
            bloom.insert(log.address)
            for topic in log.topics { bloom.insert(topic: topic) }
        }
        return bloom
    }
}
