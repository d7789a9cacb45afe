// Weir
// SPDX-License-Identifier: Apache-2.0

package import ChainModel
import EVMPrimitives
package import EVMSignatures

/// Whether a block, its transactions, withdrawals and receipts prove each other.
///
/// If every check holds, whoever vouches for the block hash vouches for all of it: headers by their
/// hash, contents by the roots in the header.
package struct BlockVerdict: Sendable, Equatable {
    /// What is checked, named as the reports name it.
    package enum Check: String, Sendable, Hashable, CaseIterable {
        /// The stated block hash is the header's.
        case blockHash
        /// The header's root is that of the transactions.
        case transactionsRoot
        /// Every stated transaction hash is the transaction's.
        case transactionHashes = "txHashes"
        /// Every stated sender signed.
        case senders
        /// The header's root is that of the withdrawals.
        case withdrawalsRoot
        /// The header's root is that of the receipts.
        case receiptsRoot
        /// The header's bloom is that of the logs.
        case logsBloom
        /// Every receipt's bloom is that of its logs.
        case receiptBlooms
        /// The header's gas is the last receipt's cumulative gas.
        case gasUsed
    }

    /// What came of a check.
    package enum Outcome: Sendable, Equatable {
        case holds
        case fails
        /// It could not be made: a type that is not known, a field that lacks.
        case impossible(ProofError)
    }

    /// The outcome of every check that was asked for.
    package private(set) var outcomes: [Check: Outcome] = [:]

    package init() {}

    /// Whether checks were made, every one of them holds, and none was impossible.
    package var isProven: Bool {
        !self.outcomes.isEmpty && self.outcomes.values.allSatisfy { $0 == .holds }
    }

    /// The checks that were made and failed, in their order.
    package var failures: [Check] { Check.allCases.filter { self.outcomes[$0] == .fails } }

    // MARK: Checks

    /// Checks the stated hash of a header.
    package mutating func check(_ header: BlockHeader) {
        do throws(ProofError) {
            self.note(.blockHash, try HeaderHash.hash(of: header) == header.hash)
        } catch {
            self.outcomes[.blockHash] = .impossible(error)
        }
    }

    /// Checks the transactions of a block: root, hashes, senders. Each is encoded once.
    ///
    /// Recovering senders is by far the most costly check; `senders` leaves it out. Allow `highS`
    /// for blocks before Homestead.
    package mutating func check(
        _ transactions: [Transaction], of header: BlockHeader, senders: Bool = true,
        highS: HighSPolicy = .refuse
    ) {
        do throws(ProofError) {
            var items: [[UInt8]] = []
            items.reserveCapacity(transactions.count)
            for transaction in transactions {
                items.append(try TransactionCoding.encode(transaction))
            }
            self.note(.transactionsRoot, OrderedTrie.root(of: items) == header.transactionsRoot)
            let hashes = zip(items, transactions).allSatisfy { Keccak256.hash($0) == $1.hash }
            self.note(.transactionHashes, hashes)
        } catch {
            self.outcomes[.transactionsRoot] = .impossible(error)
            self.outcomes[.transactionHashes] = .impossible(error)
        }
        if senders { self.checkSenders(transactions, highS: highS) }
    }

    private mutating func checkSenders(_ transactions: [Transaction], highS: HighSPolicy) {
        var hold = true
        for transaction in transactions where hold {
            do throws(ProofError) {
                let sender = try TransactionCoding.sender(of: transaction, highS: highS)
                hold = sender == transaction.from
            } catch {
                switch error {
                case .signature, .signatureV, .chainID: hold = false
                default:
                    self.outcomes[.senders] = .impossible(error)
                    return
                }
            }
        }
        self.note(.senders, hold)
    }

    /// Checks the withdrawals of a block; one without a root is a failure where there are any.
    package mutating func check(_ withdrawals: [Withdrawal], of header: BlockHeader) {
        let root = header.withdrawalsRoot
        let holds =
            root.map { BlockRoots.withdrawalsRoot(withdrawals) == $0 } ?? withdrawals.isEmpty
        self.note(.withdrawalsRoot, holds)
    }

    /// Checks the receipts of a block: root, blooms, gas.
    package mutating func check(_ receipts: [Receipt], of header: BlockHeader) {
        self.note(.receiptsRoot, BlockRoots.receiptsRoot(receipts) == header.receiptsRoot)
        var bloom = LogsBloom()
        var blooms = true
        for receipt in receipts {
            let own = BlockRoots.logsBloom(of: receipt.logs)
            blooms = blooms && own == receipt.logsBloom
            bloom.formUnion(own)
        }
        self.note(.receiptBlooms, blooms)
        self.note(.logsBloom, bloom == header.logsBloom)
        self.note(.gasUsed, header.gasUsed == receipts.last?.cumulativeGasUsed ?? 0)
    }

    private mutating func note(_ check: Check, _ holds: Bool) {
        self.outcomes[check] = holds ? .holds : .fails
    }
}
