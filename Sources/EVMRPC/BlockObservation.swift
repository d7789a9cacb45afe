// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import ChainProofs
import EVMPrimitives

/// What a filter wants of a block with all its transactions, and what is made of their receipts.
struct BlockObservation: Sendable {
    /// Why a block or its receipts are not what they have to be.
    enum Fault: Error, Equatable {
        /// A wanted transaction has no receipt.
        case receiptMissing(Hash256)
        case cost(CostError)
    }

    let header: BlockHeader
    let transactions: [Transaction]
    let filter: TransactionFilter
    /// Places of transactions whose receipts are needed, ascending.
    let candidates: [Int]
    /// Places of transactions that turned out to be wanted and failed.
    private(set) var failed: [Int] = []

    init(_ header: BlockHeader, _ transactions: [Transaction], _ filter: TransactionFilter) {
        self.header = header
        self.transactions = transactions
        self.filter = filter
        let created = Set(filter.receivers)
        self.candidates = transactions.indices.filter { index in
            let transaction = transactions[index]
            if filter.matches(from: transaction.from, to: transaction.to) { return true }
            guard transaction.to == nil, !created.isEmpty else { return false }
            // A deposit's nonce stands in its receipt alone.
            return transaction.type > 4 || created.contains(Self.contract(of: transaction))
        }
    }

    /// The address that CREATE gives (Yellow Paper, section 7).
    static func contract(of transaction: Transaction) -> Address {
        var writer = RLPWriter(capacity: 40)
        let list = writer.beginList()
        writer.append(transaction.from)
        writer.append(transaction.nonce)
        writer.endList(list)
        return Address(truncating: Keccak256.hash(writer.bytes).word)
    }

    /// The hashes of the transactions whose receipts are needed.
    var candidateHashes: [Hash256] { self.candidates.map { self.transactions[$0].hash } }

    /// The wanted transactions, with what their receipts say.
    ///
    /// - Parameter receipts: of all transactions, or of the candidates at least, in any order.
    mutating func observe(_ receipts: [Receipt]) throws(Fault) -> [ObservedTransaction] {
        let byHash = Dictionary(
            receipts.map { ($0.transactionHash, $0) }, uniquingKeysWith: { first, _ in first })
        let paired = self.transactions.compactMap { transaction in
            byHash[transaction.hash].map { (transaction, $0) }
        }
        let isWhole = receipts.map(\.transactionHash) == self.transactions.map(\.hash)
        var rules = FeeRules.detected
        rules.family = FeeFamily.detect(paired.map(\.0), paired.map(\.1))
        var observed: [ObservedTransaction] = []
        for index in self.candidates {
            let transaction = self.transactions[index]
            guard let receipt = byHash[transaction.hash] else {
                throw .receiptMissing(transaction.hash)
            }
            let created = transaction.to == nil ? receipt.contractAddress : nil
            guard
                self.filter.matches(from: transaction.from, to: transaction.to)
                    || created.map({ self.filter.receivers.contains($0) }) == true
            else { continue }
            let cost: TransactionCost
            do throws(CostError) {
                if isWhole { try Self.checkGas(of: index, receipts) }
                cost = try TransactionCost(
                    of: transaction, receipt: receipt, baseFeePerGas: self.header.baseFeePerGas,
                    rules: rules)
            } catch {
                throw .cost(error)
            }
            let succeeded = receipt.outcome != .status(false)
            if !succeeded { self.failed.append(index) }
            observed.append(
                ObservedTransaction(
                    hash: transaction.hash, index: UInt32(clamping: index), type: transaction.type,
                    from: transaction.from, to: transaction.to, created: created,
                    value: transaction.value, selector: Self.selector(transaction.input),
                    inputCount: transaction.input.count, succeeded: succeeded, cost: cost))
        }
        return observed
    }

    /// Holds a receipt's gas against the cumulative gas: that is covered by the receipts root, and
    /// `gasUsed` is not.
    private static func checkGas(of index: Int, _ receipts: [Receipt]) throws(CostError) {
        let receipt = receipts[index]
        let before = index > 0 ? receipts[index - 1].cumulativeGasUsed : 0
        let (gas, isNegative) = receipt.cumulativeGasUsed.subtractingReportingOverflow(before)
        guard !isNegative, gas == receipt.gasUsed else {
            throw .gasNotCumulative(
                transaction: receipt.transactionHash, stated: receipt.gasUsed, before: before,
                after: receipt.cumulativeGasUsed)
        }
    }

    private static func selector(_ input: [UInt8]) -> UInt32? {
        guard input.count >= 4 else { return nil }
        return input.prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
    }
}

extension BlockObservation.Fault: CustomStringConvertible {
    var description: String {
        switch self {
        case .receiptMissing(let hash): "no receipt of transaction \(hash.short)"
        case .cost(let error): "\(error)"
        }
    }
}
