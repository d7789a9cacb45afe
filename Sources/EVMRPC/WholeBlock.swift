// Weir
// SPDX-License-Identifier: Apache-2.0

package import ChainModel

/// A block as `eth_getBlockByNumber` with full transactions gives it: the header and all that it
/// commits to but the receipts.
package struct WholeBlock: Sendable, Equatable {
    package var header: BlockHeader
    /// Nil where only the hashes of transactions are listed.
    package var transactions: [Transaction]?
    /// Nil where there is no list: before Shanghai, or on chains without withdrawals.
    package var withdrawals: [Withdrawal]?
    /// The hash covers a seal that the usual header does not have: AuRa's step and signature stand
    /// in place of mix hash and nonce. Also true where mix hash or nonce is missing.
    package var hasForeignSeal: Bool

    package init(
        header: BlockHeader, transactions: [Transaction]?, withdrawals: [Withdrawal]?,
        hasForeignSeal: Bool = false
    ) {
        self.header = header
        self.transactions = transactions
        self.withdrawals = withdrawals
        self.hasForeignSeal = hasForeignSeal
    }
}
