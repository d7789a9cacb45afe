// Weir
// SPDX-License-Identifier: Apache-2.0

package import ChainModel
package import EVMPrimitives
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
    /// What each check compared, where it came to comparing.
    package private(set) var evidence: [Check: Evidence] = [:]

    package init() {}

    /// Whether checks were made, every one of them holds, and none was impossible.
    package var isProven: Bool {
        !self.outcomes.isEmpty && self.outcomes.values.allSatisfy { $0 == .holds }
    }

    /// The checks that were made and failed, in their order.
    package var failures: [Check] { Check.allCases.filter { self.outcomes[$0] == .fails } }

    // MARK: Checks

    /// Checks the stated hash of a header.
    ///
    /// - Parameter hasForeignSeal: the hash covers a seal that is not in the header: where the
    ///   hash differs then, that proves nothing.
    package mutating func check(_ header: BlockHeader, hasForeignSeal: Bool = false) {
        do throws(ProofError) {
            let hash = try HeaderHash.hash(of: header)
            self.note(.blockHash, .hashes(stated: header.hash, computed: hash), hash == header.hash)
            if hasForeignSeal, hash != header.hash {
                self.outcomes[.blockHash] = .impossible(.foreignSeal)
            }
        } catch {
            self.outcomes[.blockHash] = .impossible(error)
        }
    }

    /// Checks the transactions of a block: root, hashes, senders. Each is encoded once.
    ///
    /// Recovering senders is by far the most costly check; `senders` leaves it out, and
    /// ``check(senders:of:)`` takes what was recovered elsewhere. Allow `highS` for blocks before
    /// Homestead.
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
            let root = OrderedTrie.root(of: items)
            self.note(
                .transactionsRoot, .hashes(stated: header.transactionsRoot, computed: root),
                root == header.transactionsRoot)
            var faults: [Fault] = []
            for (index, transaction) in transactions.enumerated() {
                let hash = Keccak256.hash(items[index])
                guard hash != transaction.hash else { continue }
                faults.append(
                    Fault(index: index, reason: .hash(stated: transaction.hash, computed: hash)))
            }
            self.note(.transactionHashes, transactions.count, faults)
        } catch {
            self.outcomes[.transactionsRoot] = .impossible(error)
            self.outcomes[.transactionHashes] = .impossible(error)
        }
        guard senders else { return }
        self.check(
            senders: transactions.map { TransactionCoding.recovery(of: $0, highS: highS) },
            of: transactions)
    }

    /// Checks the stated senders against those recovered, which are in the order of the
    /// transactions. One that is disproved decides; else one that cannot be checked does.
    package mutating func check(
        senders: [Result<Address, ProofError>], of transactions: [Transaction]
    ) {
        precondition(senders.count == transactions.count, "a sender for each transaction")
        var faults: [Fault] = []
        for (index, (sender, transaction)) in zip(senders, transactions).enumerated() {
            switch sender {
            case .success(let address):
                guard address != transaction.from else { continue }
                let reason = Fault.Reason.sender(stated: transaction.from, recovered: address)
                faults.append(Fault(index: index, reason: reason))
            case .failure(let error):
                faults.append(Fault(index: index, reason: .unrecovered(error)))
            }
        }
        // What is disproved stands first: it is what the reader is told.
        let disproved = faults.filter(\.reason.isDisproof)
        self.note(.senders, transactions.count, disproved.isEmpty ? faults : disproved)
        if disproved.isEmpty, case .unrecovered(let error)? = faults.first?.reason {
            self.outcomes[.senders] = .impossible(error)
        }
    }

    /// Checks the withdrawals of a block; one without a root is a failure where there are any.
    ///
    /// - Parameter isRollup: the block is of an OP-stack chain, whose header has in that place,
    ///   since Isthmus, the root of a contract's storage.
    package mutating func check(
        _ withdrawals: [Withdrawal], of header: BlockHeader, isRollup: Bool = false
    ) {
        guard let stated = header.withdrawalsRoot else {
            self.note(.withdrawalsRoot, nil, withdrawals.isEmpty)
            return
        }
        let root = BlockRoots.withdrawalsRoot(withdrawals)
        self.note(.withdrawalsRoot, .hashes(stated: stated, computed: root), root == stated)
        if isRollup, withdrawals.isEmpty, root != stated {
            self.outcomes[.withdrawalsRoot] = .impossible(.withdrawalsRootOfStorage)
        }
    }

    /// Checks the receipts of a block: root, blooms, gas.
    package mutating func check(_ receipts: [Receipt], of header: BlockHeader) {
        let root = BlockRoots.receiptsRoot(receipts)
        self.note(
            .receiptsRoot, .hashes(stated: header.receiptsRoot, computed: root),
            root == header.receiptsRoot)
        var bloom = LogsBloom()
        var faults: [Fault] = []
        for (index, receipt) in receipts.enumerated() {
            let own = BlockRoots.logsBloom(of: receipt.logs)
            if own != receipt.logsBloom { faults.append(Fault(index: index, reason: .bloom)) }
            bloom.formUnion(own)
        }
        self.note(.receiptBlooms, receipts.count, faults)
        self.note(
            .logsBloom, .blooms(stated: header.logsBloom, computed: bloom),
            bloom == header.logsBloom)
        let gas = receipts.last?.cumulativeGasUsed ?? 0
        self.note(.gasUsed, .gas(stated: header.gasUsed, computed: gas), gas == header.gasUsed)
    }

    private mutating func note(_ check: Check, _ evidence: Evidence?, _ holds: Bool) {
        self.outcomes[check] = holds ? .holds : .fails
        self.evidence[check] = evidence
    }

    private mutating func note(_ check: Check, _ count: Int, _ faults: [Fault]) {
        self.note(check, .items(count: count, faults: faults), faults.isEmpty)
    }
}
