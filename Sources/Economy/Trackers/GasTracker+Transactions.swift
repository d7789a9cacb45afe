// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMABI
import EVMPrimitives
import HashTreeCollections

extension GasTracker {
    /// Takes in a watched transaction.
    mutating func take(
        _ transaction: ObservedTransaction, at time: BlockTime, _ effects: inout TrackerEffects
    ) {
        let target = transaction.to ?? transaction.created
        let alias = self.contract(target)
        let contract = alias ?? SeriesBook.other
        let called = self.method(transaction)
        // Whom a sender calls is the sender's business: of contracts that the configuration does
        // not name, selectors are no labels.
        let method =
            alias == nil && !called.isKnown
            ? SeriesBook.other
            : self.bounded(.method, called.label, isKnown: called.isKnown, of: contract, &effects)
        let labels = [contract, method]
        let cost = transaction.cost
        self.book.count(Family.transactions, labels, &effects)
        self.book.observe(Family.gasUsed, labels, U256(cost.gasUsed), &effects)
        self.book.observe(Family.cost, labels, cost.totalWei, &effects)
        for (part, amount) in CostPart.parts(of: cost) where !amount.isZero {
            self.book.add(Family.fees, [contract, part.rawValue], amount, &effects)
        }
        let doubt = FeeDoubt(cost.l1Basis)
        if let doubt { self.book.count(Family.unsure, [doubt.rawValue], &effects) }
        var failure: FailureReason?
        if !transaction.succeeded {
            let reason = FailureReason(transaction.revertData, errors: self.settings.errors)
            failure = reason
            let label = self.bounded(
                .reason, reason.text, isKnown: reason.isKnown, of: contract, &effects)
            self.book.count(Family.failed, labels + [label], &effects)
        }
        if let sender = self.sender(transaction.from) {
            self.book.count(Family.senderTransactions, [sender], &effects)
            if failure != nil { self.book.count(Family.senderFailed, [sender], &effects) }
            self.book.add(Family.senderFees, [sender], cost.totalWei, &effects)
        }
        effects.fact(
            "transaction",
            Self.fields(transaction, alias, called.label, failure?.text, doubt, time))
    }

    /// What a transaction calls.
    private func method(_ transaction: ObservedTransaction) -> CalledMethod {
        // The catalog reads no more than four bytes, and of fewer only whether there are any.
        let input =
            transaction.selector.map(selectorBytes) ?? (transaction.inputCount == 0 ? [] : [0])
        return self.settings.methods.method(to: transaction.to, input: input)
    }

    /// What a report needs of a transaction; there may be millions: parts that cost nothing are left
    /// out.
    private static func fields(
        _ transaction: ObservedTransaction, _ contract: String?, _ method: String,
        _ reason: String?, _ doubt: FeeDoubt?, _ time: BlockTime
    ) -> [(String, String)] {
        let cost = transaction.cost
        var fields = [
            ("hash", transaction.hash.description), ("type", "\(transaction.type)"),
            ("from", transaction.from.description),
        ]
        if let to = transaction.to { fields.append(("to", to.description)) }
        if let created = transaction.created { fields.append(("created", created.description)) }
        if let contract { fields.append(("contract", contract)) }
        fields.append(("method", method))
        fields.append(("status", reason == nil ? "success" : "failed"))
        if let reason { fields.append(("reason", reason)) }
        fields.append(("gas_used", "\(cost.gasUsed)"))
        fields.append(("cost_wei", cost.totalWei.description))
        for (part, amount) in CostPart.parts(of: cost) where !amount.isZero {
            fields.append(("\(part.rawValue)_wei", amount.description))
        }
        if let doubt { fields.append(("unsure", doubt.rawValue)) }
        fields.append(("time", time.description))
        return fields
    }

    // MARK: Labels that strangers choose

    enum OpenLabel: String {
        case method, reason
    }

    /// How many selectors that the ABI does not have, and how many reasons of failure in free text,
    /// have series of their own, for each contract.
    static let openLabelsMax = 32

    /// The text as a label; `other` where anyone could choose it and there are enough of the kind. The
    /// first ones stay, so that strangers cannot take labels from those that are in use.
    private mutating func bounded(
        _ kind: OpenLabel, _ text: String, isKnown: Bool, of contract: String,
        _ effects: inout TrackerEffects
    ) -> String {
        if isKnown { return text }
        let key = SeriesKey.text(of: [kind.rawValue, contract, text])
        if self.seen[key] != nil { return text }
        let prefix = SeriesKey.text(of: [kind.rawValue, contract, ""])
        let count = self.seen.values.keys.count { $0.hasPrefix(prefix) }
        guard count < Self.openLabelsMax else { return SeriesBook.other }
        self.seen.set(Seen(), for: key, &effects)
        return text
    }
}
