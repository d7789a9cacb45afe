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
        // units · 10¹⁸ · n / (d · 10^decimals): in the smallest terms more amounts fit, and dividing
        // twice rounds down as dividing once by the product does.
        let decimals = Int(token.decimals ?? 0)
        guard let scale = U256.powerOfTen(max(0, 18 - decimals)),
            var numerator = scale.multiplied(by: rate.numerator),
            let unit = U256.powerOfTen(max(0, decimals - 18))
        else { throw .overflow }
        let first = Self.reduce(&numerator, rate.denominator)
        let second = Self.reduce(&numerator, unit)
        guard let product = amount.multiplied(by: numerator),
            let part = product.quotientAndRemainder(dividingBy: first)?.quotient,
            let wei = part.quotientAndRemainder(dividingBy: second)?.quotient
        else { throw .overflow }
        return wei
    }

    /// Takes what two numbers have in common out of both; gives what is left of the second.
    private static func reduce(_ first: inout U256, _ second: U256) -> U256 {
        let divisor = Self.commonDivisor(first, second)
        guard let a = first.quotientAndRemainder(dividingBy: divisor)?.quotient,
            let b = second.quotientAndRemainder(dividingBy: divisor)?.quotient
        else { return second }
        first = a
        return b
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

/// Which jobs the transactions of a block told of.
struct JobActs: Sendable {
    private var block: BlockRef?
    private var jobs: [Hash256: Set<U256>] = [:]

    mutating func note(_ job: U256, _ event: RoleEvent) {
        if self.block != event.block {
            self.block = event.block
            self.jobs = [:]
        }
        self.jobs[event.entry.transactionHash, default: []].insert(job)
    }

    /// The jobs by transaction, if they are those of the block.
    func of(_ block: BlockRef) -> [Hash256: Set<U256>] { self.block == block ? self.jobs : [:] }
}

extension JobsTracker {
    /// What an amount is to an operator: in wei, and its profit with it.
    struct Revenue {
        var wei: U256
        var sum: I256
    }

    /// An operator's revenue of an amount; nil where none is told of it.
    func profit(
        of payee: Address?, with amount: U256, _ token: String
    ) throws(SkipReason) -> Revenue? {
        guard let profit = self.settings.profit, let payee,
            let label = self.operators[payee], let place = self.tokens.place(symbol: token),
            let wei = try profit.wei(amount, self.tokens[place])
        else { return nil }
        guard let signed = I256(wei), let sum = self.profit(label).adding(signed) else {
            throw .overflow
        }
        return Revenue(wei: wei, sum: sum)
    }

    private func profit(_ label: String) -> I256 {
        I256(bits: self.book.gauge(Family.profit, [self.name, label]) ?? .zero)
    }

    /// Notes at a job what its node got for it.
    mutating func credit(
        _ key: U256, _ payee: Address?, _ revenue: Revenue?, _ effects: inout TrackerEffects
    ) {
        guard let revenue, var job = self.jobs[key], job.node == payee else { return }
        job.earnedWei = job.earnedWei.adding(revenue.wei) ?? .max
        self.jobs.set(job, for: key, &effects)
    }

    // MARK: Gas

    func plan(after tip: BlockNumber) -> FetchPlan {
        guard self.settings.profit != nil else { return FetchPlan() }
        return FetchPlan(transactions: TransactionFilter(senders: self.operators.keys))
    }

    mutating func observe(_ extras: BlockExtras, _ effects: inout TrackerEffects) {
        guard let profit = self.settings.profit else { return }
        let acts = self.acts.of(extras.block)
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
            self.charge(transaction, acts[transaction.hash] ?? [], &effects)
            effects.fact(
                "job_gas",
                [
                    ("market", self.name), ("operator", transaction.from.description),
                    ("transaction", transaction.hash.description), ("wei", wei.description),
                    ("succeeded", transaction.succeeded ? "true" : "false"),
                    ("time", extras.time.description),
                ])
        }
        for key in Set(acts.values.joined()).sorted() { self.tellProfit(key, extras, &effects) }
    }

    /// Shares what a transaction cost among the jobs of its sender that it told of: alike, and what
    /// cannot be shared goes to the one with the lowest number.
    private mutating func charge(
        _ transaction: ObservedTransaction, _ keys: Set<U256>, _ effects: inout TrackerEffects
    ) {
        let own = keys.filter { self.jobs[$0]?.node == transaction.from }.sorted()
        let (share, rest) = transaction.cost.totalWei.dividedBySmall(UInt64(max(1, own.count)))
        for (index, key) in own.enumerated() {
            guard var job = self.jobs[key] else { continue }
            let more = index == 0 ? share.adding(U256(rest)) ?? .max : share
            job.gasWei = job.gasWei.adding(more) ?? .max
            self.jobs.set(job, for: key, &effects)
        }
    }

    /// Leaves a record of what a finished job of an operator brought so far.
    private func tellProfit(
        _ key: U256, _ extras: BlockExtras, _ effects: inout TrackerEffects
    ) {
        guard let job = self.jobs[key], job.state.isFinished, let node = job.node,
            self.operators[node] != nil, let earned = I256(job.earnedWei),
            let gas = I256(job.gasWei), let left = earned.subtracting(gas)
        else { return }
        effects.fact(
            "job_profit",
            [
                ("market", self.name), ("job", key.description),
                ("operator", node.description), ("state", job.state.label),
                ("earned_wei", earned.description), ("gas_wei", gas.description),
                ("profit_wei", left.description), ("time", extras.time.description),
            ])
    }
}
