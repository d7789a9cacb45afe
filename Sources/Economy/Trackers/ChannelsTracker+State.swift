// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMPrimitives
import HashTreeCollections

/// Where channels are kept, and what follows from each change of one.
extension ChannelsTracker {
    /// Puts a channel's new state in its place, with the gauges that follow from it.
    mutating func put(
        _ channel: Channel, at key: U256, _ effects: inout TrackerEffects
    ) throws(SkipReason) {
        // A channel that ended counts for good; its name may be used again.
        let known = self.channels[key]
        let old = known?.state == .closed ? nil : known
        let place = [self.name, self.token]
        let before = self.book.gauge(Family.locked, place) ?? .zero
        guard let less = before.subtracting(old?.held ?? .zero),
            let locked = less.adding(channel.held)
        else { throw .overflow }
        self.book.set(Family.locked, place, locked, &effects)
        self.moveBalances(from: old, to: channel, at: key, &effects)
        if old?.state != channel.state {
            if let old { self.move(old.state, by: -1, &effects) }
            self.move(channel.state, by: 1, &effects)
        }
        if self.names[key] != nil, let sequence = channel.sequence {
            self.book.set(Family.sequence, [self.name, self.label(key)], sequence, &effects)
        }
        self.channels.set(channel, for: key, &effects)
        self.noteEnding(of: key)
    }

    private mutating func move(
        _ state: Channel.State, by step: Int, _ effects: inout TrackerEffects
    ) {
        let labels = [self.name, state.text]
        let count = self.book.gauge(Family.channels, labels) ?? .zero
        let moved = step > 0 ? count.adding(.one) : count.subtracting(.one)
        self.book.set(Family.channels, labels, moved ?? count, &effects)
    }

    /// The sum of all balances is what is locked, so that no part of it can leave the range.
    private mutating func moveBalances(
        from old: Channel?, to new: Channel, at key: U256, _ effects: inout TrackerEffects
    ) {
        let (before, after) = (old?.balances, new.balances)
        for side in ChannelSide.allCases {
            let less = before?[side] ?? .zero
            guard less != after[side] else { continue }
            let labels = [self.name, self.token, self.label(key), self.label(side, of: new)]
            let sum = self.book.gauge(Family.balance, labels) ?? .zero
            let moved = (sum.subtracting(less) ?? .zero).adding(after[side]) ?? sum
            self.book.set(Family.balance, labels, moved, &effects)
        }
    }

    /// Remembers a channel that ended, and forgets the one that ended longest ago.
    mutating func remember(
        _ key: U256, _ channel: Channel, _ effects: inout TrackerEffects
    ) {
        self.ended.set(EndedChannel(key), for: U256(channel.ended), &effects)
        let limit = UInt64(self.settings.endedMax)
        guard channel.ended > limit else { return }
        let oldest = U256(channel.ended - limit)
        guard let gone = self.ended[oldest] else { return }
        self.ended.set(nil, for: oldest, &effects)
        // It may have been opened again since.
        if let old = self.channels[gone.channel], old.state == .closed,
            U256(old.ended) == oldest
        {
            self.channels.set(nil, for: gone.channel, &effects)
        }
    }

    /// Brings the list of those on their way to an end up to a channel's state.
    mutating func noteEnding(of key: U256) {
        guard let channel = self.channels[key], let closing = channel.closing,
            channel.state == .closing || channel.state == .disputed
        else {
            self.closings.removeValue(forKey: key)
            return
        }
        self.closings[key] = Ending(
            deadline: closing.deadline,
            isStale: self.newest(key, channel, than: channel.latest) != nil)
    }

    // MARK: Facts

    func tell(
        _ change: String, _ key: U256, _ channel: Channel, _ amount: U256?, _ event: RoleEvent,
        _ effects: inout TrackerEffects, _ more: [(String, String)] = []
    ) {
        var fields = [("change", change)] + self.naming(key, channel)
        if let amount { fields.append(("amount", amount.description)) }
        fields += [
            ("state", channel.state.text), ("balance", channel.held.description),
            ("paid", channel.paid.description), ("time", event.time.description),
        ]
        if let sequence = event.word(Field.sequence) {
            fields.append(("sequence", sequence.description))
        }
        if let by = event.optionalAddress(Field.by) { fields.append(("by", by.description)) }
        if let deadline = channel.closing?.deadline {
            fields.append(("deadline", deadline.description))
        }
        effects.fact("channel_change", fields + more)
    }

    func naming(_ key: U256, _ channel: Channel) -> [(String, String)] {
        var fields = [("channel", Self.text(key))]
        if let payer = channel.parties.payer { fields.append(("payer", payer.description)) }
        if let payee = channel.parties.payee { fields.append(("payee", payee.description)) }
        return fields + [("token", self.token)]
    }

    /// A channel's name for people: a number, an address, or 32 bytes, by its size.
    static func text(_ key: U256) -> String {
        if let number = key.uint64 { return number.description }
        let address = Address(truncating: key)
        return address.word == key ? address.description : Hash256(key).description
    }
}
