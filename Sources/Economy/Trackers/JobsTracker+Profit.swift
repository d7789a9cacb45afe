// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMPrimitives

/// What is left of an operator's earnings after gas: how it is told.
struct JobProfit: Sendable, Equatable {
    /// Only transactions to these count; empty: all of the operator's.
    var contracts: [Address] = []
    /// What a token is worth in the chain's own coin, by symbol: whole coins for a whole token.
    var rates: [Rate] = []

    struct Rate: Sendable, Equatable {
        var symbol: String
        var numerator: U256
        var denominator: U256
    }

    /// An amount in wei, rounded down; nil where the token has no rate.
    ///
    /// - Throws: `.overflow` where it does not fit 256 bits.
    func wei(_ amount: U256, _ token: TokenDefinition) throws(SkipReason) -> U256? {
        if token.address == nil { return amount }
        guard let rate = self.rates.first(where: { $0.symbol == token.symbol }) else {
            return nil
        }
        // units · 10¹⁸ · n / (10^decimals · d): in the smallest terms more amounts fit.
        let decimals = Int(token.decimals ?? 0)
        guard let up = U256.powerOfTen(max(0, 18 - decimals))?.multiplied(by: rate.numerator),
            let down = U256.powerOfTen(max(0, decimals - 18))?.multiplied(by: rate.denominator)
        else { throw .overflow }
        let divisor = Self.commonDivisor(up, down)
        guard let numerator = up.quotientAndRemainder(dividingBy: divisor)?.quotient,
            let denominator = down.quotientAndRemainder(dividingBy: divisor)?.quotient,
            let product = amount.multiplied(by: numerator),
            let wei = product.quotientAndRemainder(dividingBy: denominator)?.quotient
        else { throw .overflow }
        return wei
    }

    /// The greatest common divisor (Euclid); one where both are zero.
    private static func commonDivisor(_ first: U256, _ second: U256) -> U256 {
        var (a, b) = (first, second)
        while !b.isZero {
            guard let rest = a.quotientAndRemainder(dividingBy: b)?.remainder else { break }
            (a, b) = (b, rest)
        }
        return a.isZero ? .one : a
    }
}

extension JobsTracker {
    /// An operator's profit once it got an amount; nil where none is told of it.
    func profit(
        of payee: Address?, with amount: U256, _ token: String
    ) throws(SkipReason) -> I256? {
        guard let profit = self.settings.profit, let payee,
            let label = self.operators[payee], let place = self.tokens.place(symbol: token),
            let wei = try profit.wei(amount, self.tokens[place])
        else { return nil }
        guard let wei = I256(wei), let sum = self.profit(label).adding(wei) else {
            throw .overflow
        }
        return sum
    }

    private func profit(_ label: String) -> I256 {
        I256(bits: self.book.gauge(Family.profit, [self.name, label]) ?? .zero)
    }

    func plan(after tip: BlockNumber) -> FetchPlan {
        guard self.settings.profit != nil else { return FetchPlan() }
        return FetchPlan(transactions: TransactionFilter(senders: self.operators.keys))
    }

    mutating func observe(_ extras: BlockExtras, _ effects: inout TrackerEffects) {
        guard let profit = self.settings.profit else { return }
        // Other trackers may have asked for transactions of other people.
        for transaction in extras.transactions {
            guard let label = self.operators[transaction.from] else { continue }
            if !profit.contracts.isEmpty {
                guard let to = transaction.to, profit.contracts.contains(to) else { continue }
            }
            let wei = transaction.cost.totalWei
            self.book.add(Family.gas, [self.name, label], wei, &effects)
            let left = I256(wei).flatMap { self.profit(label).subtracting($0) } ?? .min
            self.book.set(Family.profit, [self.name, label], left, &effects)
            effects.fact(
                "job_gas",
                [
                    ("market", self.name), ("operator", transaction.from.description),
                    ("transaction", transaction.hash.description), ("wei", wei.description),
                    ("succeeded", transaction.succeeded ? "true" : "false"),
                    ("time", extras.time.description),
                ])
        }
    }
}
