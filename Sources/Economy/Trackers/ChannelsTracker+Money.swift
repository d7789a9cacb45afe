// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMPrimitives
import EVMSignatures

/// Money in, money out, and payments.
extension ChannelsTracker {
    mutating func open(
        _ event: RoleEvent, _ effects: inout TrackerEffects
    ) throws(SkipReason) {
        let key = try self.key(of: event)
        if let known = self.channels[key], known.state != .closed { throw .duplicate }
        var channel = try self.new(event)
        channel.period = try event.optionalAmount(Field.period)?.uint64
        let amount = try event.optionalAmount(Field.amount) ?? .zero
        channel.held = amount
        channel.deposits.payer = amount
        try self.put(channel, at: key, &effects)
        self.book.count(Family.opened, [self.name], &effects)
        self.countDeposit(amount, .payer, channel, &effects)
        self.tell("opened", key, channel, amount, event, &effects)
    }

    private func new(_ event: RoleEvent) throws(SkipReason) -> Channel {
        guard self.channels.count < self.settings.channelsMax + self.settings.endedMax else {
            throw .full
        }
        var channel = Channel()
        channel.parties = ChannelSides(
            event.optionalAddress(Field.payer), event.optionalAddress(Field.payee))
        channel.opened = event.time
        return channel
    }

    mutating func deposit(
        _ event: RoleEvent, _ effects: inout TrackerEffects
    ) throws(SkipReason) {
        let key = try self.key(of: event)
        let known = self.channels[key]
        let isNew = known == nil || known?.state == .closed
        if isNew, !self.settings.opensByDeposit { throw known == nil ? .unknownKey : .outOfOrder }
        var channel = isNew ? try self.new(event) : known ?? Channel()
        let side = channel.side(of: event.optionalAddress(Field.party)) ?? .payer
        let amount = try self.change(
            event, from: channel.held, total: channel.deposits[side], isGrowth: true)
        guard let held = channel.held.adding(amount),
            let deposit = channel.deposits[side].adding(amount)
        else { throw .overflow }
        channel.held = held
        channel.deposits[side] = deposit
        try self.put(channel, at: key, &effects)
        if isNew { self.book.count(Family.opened, [self.name], &effects) }
        self.countDeposit(amount, side, channel, &effects)
        self.tell(isNew ? "opened" : "deposit", key, channel, amount, event, &effects)
    }

    private mutating func countDeposit(
        _ amount: U256, _ side: ChannelSide, _ channel: Channel, _ effects: inout TrackerEffects
    ) {
        guard !amount.isZero else { return }
        self.book.add(
            Family.deposits, [self.name, self.token, self.label(side, of: channel)], amount,
            &effects)
    }

    mutating func withdraw(
        _ event: RoleEvent, _ effects: inout TrackerEffects
    ) throws(SkipReason) {
        var (key, channel) = try self.live(event)
        let side = channel.side(of: event.optionalAddress(Field.party)) ?? .payer
        let amount = try self.change(
            event, from: channel.held, total: channel.withdrawn[side], isGrowth: false)
        guard let held = channel.held.subtracting(amount) else { throw .insufficient }
        guard let withdrawn = channel.withdrawn[side].adding(amount) else { throw .overflow }
        channel.held = held
        channel.withdrawn[side] = withdrawn
        try self.put(channel, at: key, &effects)
        self.book.add(
            Family.withdrawals, [self.name, self.token, self.label(side, of: channel)], amount,
            &effects)
        self.tell("withdraw", key, channel, amount, event, &effects)
    }

    /// How much came or went: said as it is, by the sum of a party, or by what is there after it.
    private func change(
        _ event: RoleEvent, from held: U256, total: U256, isGrowth: Bool
    ) throws(SkipReason) -> U256 {
        if let after = try event.optionalAmount(Field.total) {
            guard let change = after.subtracting(total) else { throw .outOfOrder }
            return change
        }
        if let after = try event.optionalAmount(Field.balance) {
            let change = isGrowth ? after.subtracting(held) : held.subtracting(after)
            guard let change else { throw .outOfOrder }
            return change
        }
        return try event.amount(Field.amount)
    }

    // MARK: Payments

    mutating func pay(
        _ event: RoleEvent, _ effects: inout TrackerEffects
    ) throws(SkipReason) {
        var (key, channel) = try self.live(event)
        let sequence = try event.optionalAmount(Field.sequence)
        let amount = try self.payment(event, &channel)
        guard let held = channel.held.subtracting(amount) else { throw .insufficient }
        guard let paid = channel.paid.adding(amount) else { throw .overflow }
        channel.held = held
        channel.paid = paid
        channel.payments &+= 1
        channel.presented = max(channel.presented, channel.claimed)
        channel.present(VoucherState(nonce: sequence, cumulative: channel.claimed), by: .payer)
        let isGap = sequence.map { Self.leavesGap($0, after: channel.sequence) } ?? false
        if let sequence { channel.sequence = max(sequence, channel.sequence ?? .zero) }
        try self.put(channel, at: key, &effects)
        self.book.count(Family.payments, [self.name, "success"], &effects)
        let place = [self.name, self.token]
        self.book.add(Family.paymentTokens, place, amount, &effects)
        self.book.observe(Family.paymentAmount, place, amount, &effects)
        if isGap { self.book.count(Family.gaps, [self.name], &effects) }
        self.tell("payment", key, channel, amount, event, &effects)
    }

    /// What left the channel by a payment; the sum of all payments is brought up to it.
    private func payment(
        _ event: RoleEvent, _ channel: inout Channel
    ) throws(SkipReason) -> U256 {
        let paid = try event.optionalAmount(Field.paid)
        if let amount = try event.optionalAmount(Field.amount) {
            guard self.settings.isCumulative else {
                guard let sum = channel.claimed.adding(amount) else { throw .overflow }
                channel.claimed = sum
                return paid ?? amount
            }
            guard let more = amount.subtracting(channel.claimed) else { throw .outOfOrder }
            channel.claimed = amount
            return paid ?? more
        }
        var left = paid
        if left == nil, let after = try event.optionalAmount(Field.balance) {
            guard let less = channel.held.subtracting(after) else { throw .outOfOrder }
            left = less
        }
        guard let left else { throw .unusable }
        guard let sum = channel.claimed.adding(left) else { throw .overflow }
        channel.claimed = sum
        return left
    }

    /// Whether a number leaves one out; the first one may be 0 or 1.
    private static func leavesGap(_ sequence: U256, after last: U256?) -> Bool {
        sequence > (last ?? .zero).adding(.one) ?? .max
    }

    mutating func fail(
        _ event: RoleEvent, _ effects: inout TrackerEffects
    ) throws(SkipReason) {
        let (key, channel) = try self.live(event)
        let amount = try event.optionalAmount(Field.amount)
        self.book.count(Family.payments, [self.name, "failed"], &effects)
        self.tell("payment_failed", key, channel, amount, event, &effects)
    }
}
