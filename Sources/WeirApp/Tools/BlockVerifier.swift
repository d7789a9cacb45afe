// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import ChainProofs
import EVMPrimitives
import EVMRPC
import EVMSignatures

/// Makes every check that a block and its receipts allow, senders on all cores.
enum BlockVerifier {
    /// Mainnet's first block with EIP-2. Below it a high `s` is valid; a chain of which that is not
    /// true loses nothing, since the signature still names its signer.
    private static let homestead = BlockNumber(1_150_000)

    /// Signatures a task: about a millisecond of work.
    private static let share = 16

    /// - Parameter receipts: nil leaves their checks out.
    @concurrent
    static func verdict(of block: WholeBlock, receipts: [Receipt]?) async -> BlockVerdict {
        let header = block.header
        let transactions = block.transactions ?? []
        let highS: HighSPolicy = header.number < Self.homestead ? .allow : .refuse
        // Recovering takes longest: it begins first, and the hashes are made meanwhile.
        async let senders = Self.senders(of: transactions, highS: highS)
        var verdict = BlockVerdict()
        verdict.check(header, hasForeignSeal: block.hasForeignSeal)
        if block.transactions != nil {
            verdict.check(transactions, of: header, senders: false)
        }
        if let withdrawals = block.withdrawals {
            let isRollup = transactions.contains { $0.type == TransactionCoding.deposit }
            verdict.check(withdrawals, of: header, isRollup: isRollup)
        }
        if let receipts { verdict.check(receipts, of: header) }
        let recovered = await senders
        if block.transactions != nil { verdict.check(senders: recovered, of: transactions) }
        return verdict
    }

    /// The signer of each transaction, in their order.
    @concurrent
    static func senders(
        of transactions: [Transaction], highS: HighSPolicy = .refuse
    ) async -> [Result<Address, ProofError>] {
        guard transactions.count > Self.share else {
            return transactions.map { TransactionCoding.recovery(of: $0, highS: highS) }
        }
        return await withTaskGroup(of: (Int, [Result<Address, ProofError>]).self) { tasks in
            for start in stride(from: 0, to: transactions.count, by: Self.share) {
                let part = transactions[start..<min(start + Self.share, transactions.count)]
                tasks.addTask {
                    (start, part.map { TransactionCoding.recovery(of: $0, highS: highS) })
                }
            }
            var parts: [Int: [Result<Address, ProofError>]] = [:]
            for await (start, recovered) in tasks { parts[start] = recovered }
            return parts.sorted { $0.key < $1.key }.flatMap(\.value)
        }
    }
}
