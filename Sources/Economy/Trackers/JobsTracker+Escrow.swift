// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMPrimitives

extension JobsTracker {
    mutating func deposit(
        _ event: RoleEvent, _ effects: inout TrackerEffects
    ) throws(SkipReason) {
        let key = try event.key(Field.job)
        let amount = try event.amount(Field.amount)
        // Markets let escrow take the amount before they tell of the job.
        guard let token = self.token(event, self.jobs[key]) else { throw .unknownToken }
        let place = self.place(key, token)
        let hold = self.holds[place]
        guard hold != nil || self.holds.count < self.settings.jobsMax else { throw .full }
        guard let sum = (hold?.amount ?? .zero).adding(amount),
            let escrow = self.escrow(token).adding(amount)
        else { throw .overflow }
        self.set(sum, at: place, escrow: escrow, token, &effects)
        self.book.add(Family.deposits, [self.name, token], amount, &effects)
        self.tell(
            "escrow_deposited", event, token, amount,
            [("payer", event.optionalAddress(Field.payer)?.description)], &effects)
    }

    mutating func release(
        _ event: RoleEvent, _ effects: inout TrackerEffects
    ) throws(SkipReason) {
        let key = try event.key(Field.job)
        let job = self.jobs[key]
        // Who was paid stands in the event, or is known of the job.
        guard job != nil || event.has(Field.payee) else { throw .unknownKey }
        let amount = try event.amount(Field.amount)
        guard let token = self.heldToken(key, event) ?? self.token(event, job) else {
            throw .unknownToken
        }
        var fee = try Self.fee(event, amount)
        let payee = event.optionalAddress(Field.payee) ?? job?.node
        let profit = try self.profit(of: payee, with: amount, token)
        if self.settings.hasEscrow {
            let taken = try self.take(key, token, amount, &fee, event)
            self.set(
                taken.left, at: self.place(key, token), escrow: taken.escrow, token, &effects)
        }
        self.pay(payee, token, amount, fee, profit, &effects)
        self.credit(key, payee, profit, &effects)
        self.tell(
            "payment_released", event, token, amount,
            [("payee", payee?.description), ("fee", fee.description)], &effects)
    }

    mutating func refund(
        _ event: RoleEvent, _ effects: inout TrackerEffects
    ) throws(SkipReason) {
        let key = try event.key(Field.job)
        guard let token = self.heldToken(key, event) ?? self.token(event, self.jobs[key]) else {
            throw .unknownToken
        }
        let place = self.place(key, token)
        let written = try event.optionalAmount(Field.amount)
        var fee = try event.optionalAmount(Field.fee) ?? .zero
        let amount: U256
        if self.settings.hasEscrow {
            guard let hold = self.holds[place] else { throw .unknownKey }
            guard let whole = hold.amount.subtracting(fee) else { throw .insufficient }
            amount = written ?? whole
            let taken = try self.take(key, token, amount, &fee, event)
            self.set(taken.left, at: place, escrow: taken.escrow, token, &effects)
        } else {
            guard let written else { throw .unusable }
            amount = written
        }
        self.book.add(Family.refunds, [self.name, token], amount, &effects)
        if !fee.isZero { self.book.add(Family.fees, [self.name, token], fee, &effects) }
        self.tell(
            "payment_refunded", event, token, amount,
            [
                ("payer", event.optionalAddress(Field.payer)?.description),
                ("fee", fee.description),
            ], &effects)
    }

    mutating func earn(
        _ event: RoleEvent, _ effects: inout TrackerEffects
    ) throws(SkipReason) {
        let amount = try event.amount(Field.amount)
        let key = event.has(Field.job) ? try event.key(Field.job) : nil
        let job = key.flatMap { self.jobs[$0] }
        guard let token = self.token(event, job) else { throw .unknownToken }
        let fee = try Self.fee(event, amount)
        let payee = event.optionalAddress(Field.payee) ?? job?.node
        let profit = try self.profit(of: payee, with: amount, token)
        self.pay(payee, token, amount, fee, profit, &effects)
        if let key { self.credit(key, payee, profit, &effects) }
        self.tell(
            "earning", event, token, amount,
            [
                ("payee", payee?.description), ("fee", fee.description),
                ("payer", event.optionalAddress(Field.payer)?.description),
            ], &effects)
    }

    // MARK: Amounts

    /// The fee that an event tells, or that follows from all that left escrow.
    private static func fee(_ event: RoleEvent, _ amount: U256) throws(SkipReason) -> U256 {
        if let fee = try event.optionalAmount(Field.fee) { return fee }
        guard let gross = try event.optionalAmount(Field.gross) else { return .zero }
        guard let fee = gross.subtracting(amount) else { throw .insufficient }
        return fee
    }

    /// What is left of a job's hold and of the escrow when an amount and a fee are taken from them.
    /// Where the event closes the hold, all that was left becomes the fee.
    private func take(
        _ key: U256, _ token: String, _ amount: U256, _ fee: inout U256, _ event: RoleEvent
    ) throws(SkipReason) -> (left: U256, escrow: U256) {
        guard let hold = self.holds[self.place(key, token)] else { throw .unknownKey }
        guard let sum = amount.adding(fee) else { throw .overflow }
        guard var left = hold.amount.subtracting(sum) else { throw .insufficient }
        var whole = sum
        if event.flag(Field.closes) == true {
            guard let rest = fee.adding(left) else { throw .overflow }
            fee = rest
            left = .zero
            whole = hold.amount
        }
        guard let escrow = self.escrow(token).subtracting(whole) else { throw .insufficient }
        return (left, escrow)
    }

    private mutating func pay(
        _ payee: Address?, _ token: String, _ amount: U256, _ fee: U256, _ profit: Revenue?,
        _ effects: inout TrackerEffects
    ) {
        let label = self.label(payee)
        self.book.add(Family.earnings, [self.name, token, label], amount, &effects)
        self.book.observe(Family.payment, [self.name, token], amount, &effects)
        if !fee.isZero { self.book.add(Family.fees, [self.name, token], fee, &effects) }
        if let profit { self.book.set(Family.profit, [self.name, label], profit.sum, &effects) }
    }

    // MARK: State

    private func place(_ job: U256, _ token: String) -> WordPair {
        let address = self.tokens.place(symbol: token).flatMap { self.tokens[$0].address }
        return WordPair(job, address?.word ?? .zero)
    }

    /// The token of the only hold of a job, where the event does not name one.
    private func heldToken(_ job: U256, _ event: RoleEvent) -> String? {
        guard self.settings.hasEscrow, !event.has(Field.token) else { return nil }
        var found: String?
        for token in self.tokens.tokens
        where self.holds[WordPair(job, token.address?.word ?? .zero)] != nil {
            if found != nil { return nil }
            found = token.symbol
        }
        return found
    }

    private func escrow(_ token: String) -> U256 {
        self.book.gauge(Family.escrow, [self.name, token]) ?? .zero
    }

    private mutating func set(
        _ hold: U256, at place: WordPair, escrow: U256, _ token: String,
        _ effects: inout TrackerEffects
    ) {
        self.holds.set(hold.isZero ? nil : Hold(hold), for: place, &effects)
        self.book.set(Family.escrow, [self.name, token], escrow, &effects)
    }

    private func tell(
        _ kind: String, _ event: RoleEvent, _ token: String, _ amount: U256,
        _ more: [(String, String?)], _ effects: inout TrackerEffects
    ) {
        var fields = [
            ("market", self.name), ("token", token), ("amount", amount.description),
            ("time", event.time.description),
        ]
        if event.has(Field.job), let key = try? event.key(Field.job) {
            fields.append(("job", key.description))
        }
        for (name, value) in more {
            if let value { fields.append((name, value)) }
        }
        effects.fact(kind, fields)
    }
}
