// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMPrimitives
import EVMSignatures

/// How a channel ends: a closing, a challenge period with disputes, a settlement.
extension ChannelsTracker {
    mutating func close(
        _ event: RoleEvent, _ effects: inout TrackerEffects
    ) throws(SkipReason) {
        var (key, channel) = try self.live(event)
        guard channel.state == .open else { throw .outOfOrder }
        let deadline = try self.deadline(event, channel)
        _ = try self.present(event, &channel)
        channel.state = .closing
        channel.closing = Self.closing(event, channel.latest, deadline: deadline)
        let isStale = try self.end(&channel, at: key, &effects)
        self.tell("closing", key, channel, nil, event, &effects)
        if isStale { self.tellStale(key, channel, &effects) }
    }

    private static func closing(
        _ event: RoleEvent, _ states: ChannelSides<VoucherState>, deadline: BlockTime?
    ) -> Channel.Closing {
        Channel.Closing(
            block: event.block, logIndex: event.entry.logIndex,
            role: UInt8(clamping: event.role), time: event.time, deadline: deadline, states: states)
    }

    /// When the challenge period ends; nil where nothing says so.
    private func deadline(
        _ event: RoleEvent, _ channel: Channel
    ) throws(SkipReason) -> BlockTime? {
        if let deadline = try event.optionalTime(Field.deadline) { return deadline }
        let period =
            try event.optionalAmount(Field.period).map { $0.uint64 ?? .max } ?? channel.period
            ?? self.settings.period
        return period.map { period in
            let (sum, isLate) = event.time.rawValue.addingReportingOverflow(period)
            return BlockTime(isLate ? .max : sum)
        }
    }

    /// Presents the state that an event carries, and tells it with its signer; nil where it carries
    /// none.
    private func present(
        _ event: RoleEvent, _ channel: inout Channel
    ) throws(SkipReason) -> (side: ChannelSide, state: VoucherState)? {
        let state = VoucherState(
            nonce: try event.optionalAmount(Field.sequence),
            cumulative: try event.optionalAmount(Field.amount))
        guard state != VoucherState() else { return nil }
        let side = self.signer(event, channel)
        if side == .payer, let sum = state.cumulative {
            channel.presented = max(channel.presented, sum)
        }
        channel.present(state, by: side)
        return (side, state)
    }

    /// Whose promise an event presents: the signer's that it names, or that of the other party than
    /// the one who acts.
    private func signer(_ event: RoleEvent, _ channel: Channel) -> ChannelSide {
        if let side = channel.side(of: event.optionalAddress(Field.signer)) { return side }
        switch self.settings.intake?.signer ?? .payer {
        case .payer: return .payer
        case .payee: return .payee
        case .either:
            return channel.side(of: event.optionalAddress(Field.by))?.other ?? .payer
        }
    }

    mutating func update(
        _ event: RoleEvent, _ effects: inout TrackerEffects
    ) throws(SkipReason) {
        var (key, channel) = try self.live(event)
        _ = try self.present(event, &channel)
        let isDispute = channel.state == .closing
        if isDispute { channel.state = .disputed }
        if let deadline = try event.optionalTime(Field.deadline) {
            channel.closing?.deadline = deadline
        }
        if let sequence = try event.optionalAmount(Field.sequence) {
            channel.sequence = max(sequence, channel.sequence ?? .zero)
        }
        try self.put(channel, at: key, &effects)
        if isDispute { self.book.count(Family.disputes, [self.name], &effects) }
        self.tell("updated", key, channel, nil, event, &effects)
    }

    mutating func resume(
        _ event: RoleEvent, _ effects: inout TrackerEffects
    ) throws(SkipReason) {
        var (key, channel) = try self.live(event)
        // An escrow tells every withdrawal, and not each follows a closing.
        guard channel.state != .open else { return }
        channel.state = .open
        channel.closing = nil
        try self.put(channel, at: key, &effects)
        self.tell("resumed", key, channel, nil, event, &effects)
    }

    mutating func settle(
        _ event: RoleEvent, _ effects: inout TrackerEffects
    ) throws(SkipReason) {
        var (key, channel) = try self.live(event)
        let shares = try self.shares(event, channel)
        guard let gain = channel.paid.adding(shares.payee) else { throw .overflow }
        let presented = try self.present(event, &channel)
        if channel.closing == nil {
            channel.closing = Self.closing(event, channel.latest, deadline: nil)
        } else if let (side, state) = presented, let closing = channel.closing,
            Self.isNewer(closing.states[side], than: state)
        {
            // What is settled is older than what it was closed with: that counts then.
            channel.closing?.states[side] = state
        }
        let hadClosing = channel.state != .open
        channel.state = .closed
        channel.held = .zero
        let count = self.book.gauge(Family.channels, [self.name, Channel.State.closed.text])
        channel.ended = count?.adding(.one)?.uint64 ?? .max
        let isStale = try self.end(&channel, at: key, &effects)
        self.remember(key, channel, &effects)
        self.book.count(Family.closed, [self.name], &effects)
        for side in ChannelSide.allCases where !shares[side].isZero {
            self.book.add(
                Family.settled, [self.name, self.token, self.label(side, of: channel)],
                shares[side], &effects)
        }
        self.book.observe(Family.settlementAmount, [self.name, self.token], gain, &effects)
        if hadClosing, let closing = channel.closing {
            self.observe(Family.settlementDuration, from: closing.time, event, &effects)
        }
        self.observe(Family.lifetime, from: channel.opened, event, &effects)
        self.tell(
            "settled", key, channel, nil, event, &effects,
            [("to_payer", shares.payer.description), ("to_payee", shares.payee.description)])
        if isStale { self.tellStale(key, channel, &effects) }
    }

    private mutating func observe(
        _ family: Family, from start: BlockTime, _ event: RoleEvent,
        _ effects: inout TrackerEffects
    ) {
        let seconds = UInt64(clamping: max(0, event.time.seconds(since: start)))
        self.book.observe(family, [self.name], U256(seconds), &effects)
    }

    /// What the parties get at the end: as the event says it, or else as the channel stands.
    private func shares(
        _ event: RoleEvent, _ channel: Channel
    ) throws(SkipReason) -> ChannelSides<U256> {
        var payee = try event.optionalAmount(Field.toPayee)
        if payee == nil, let total = try event.optionalAmount(Field.total) {
            guard let rest = total.subtracting(channel.paid) else { throw .outOfOrder }
            payee = rest
        }
        let payer = try event.optionalAmount(Field.toPayer)
        switch (payer, payee) {
        case (let payer?, let payee?): return ChannelSides(payer, payee)
        case (let payer?, nil):
            return ChannelSides(payer, channel.held.subtracting(payer) ?? .zero)
        case (nil, let payee?):
            return ChannelSides(channel.held.subtracting(payee) ?? .zero, payee)
        case (nil, nil): return channel.balances
        }
    }
}

extension Channel {
    /// Takes in a state that the chain was shown, unless a newer one was shown before.
    mutating func present(_ state: VoucherState, by side: ChannelSide) {
        if state.isOlder(than: self.latest[side]) == true { return }
        self.latest[side] = state
    }
}
