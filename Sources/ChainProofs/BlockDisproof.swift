// Weir
// SPDX-License-Identifier: Apache-2.0

package import ChainModel

/// What is wrong with an answer about a block that reads well.
package struct BlockDisproof: Error, Equatable, Sendable {
    /// The label `reason` of `weir_verification_failures_total`.
    package enum Reason: String, Sendable, Hashable, CaseIterable {
        /// The header does not hash to the block's hash.
        case headerHash = "header_hash"
        /// The header lacks a field of an earlier fork than its last one: it has no hash.
        case headerField = "header_field"
        /// The header does not name the block before it as its parent.
        case parentLink = "parent_link"
        /// A log is said to be of a block that the proven chain does not have there.
        case logBlock = "log_block"
        /// The block's bloom rules out a log that was given.
        case logNotInBloom = "log_not_in_bloom"
        /// The proven receipts hold a log that was not given.
        case logOmitted = "log_omitted"
        /// A log was given that the proven receipts do not hold.
        case logInvented = "log_invented"
        /// There are more or fewer receipts than transactions.
        case receiptCount = "receipt_count"
        /// A receipt is of another transaction than the one at its place.
        case receiptTransaction = "receipt_transaction"
        /// The receipts do not hash to the header's root.
        case receiptsRoot = "receipts_root"
        /// The logs of the receipts do not make the header's bloom.
        case logsBloom = "logs_bloom"
        /// The transactions do not hash to the header's root, or a stated hash or sender is wrong.
        case transactions = "transactions"
    }

    package var reason: Reason
    package var block: BlockRef

    package init(_ reason: Reason, _ block: BlockRef) {
        self.reason = reason
        self.block = block
    }
}

extension BlockDisproof: CustomStringConvertible {
    package var description: String { "block \(self.block): \(self.reason.sentence)" }
}

extension BlockDisproof.Reason {
    fileprivate var sentence: String {
        switch self {
        case .headerHash: "the header does not hash to the block's hash"
        case .headerField: "the header lacks a field, so its hash cannot be computed"
        case .parentLink: "its parent is not the block before it"
        case .logBlock: "a log names another block at this height"
        case .logNotInBloom: "its bloom rules out a log that was given"
        case .logOmitted: "a log was left out that its receipts prove"
        case .logInvented: "a log was given that its receipts do not hold"
        case .receiptCount: "there is not one receipt for each transaction"
        case .receiptTransaction: "a receipt is of another transaction than the one at its place"
        case .receiptsRoot: "the receipts do not hash to the header's root"
        case .logsBloom: "the logs of its receipts do not make its bloom"
        case .transactions: "its header does not prove its transactions, or their senders"
        }
    }
}
