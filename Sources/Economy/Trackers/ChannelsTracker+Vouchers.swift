// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMPrimitives
import EVMSignatures
import HashTreeCollections

/// Vouchers in hand against what the chain is shown.
///
/// A channel is stale when a voucher is newer than the state that its closing rests on. That is asked
/// when it closes and whenever a voucher comes, so that the order of the two does not matter, and it
/// is counted once for each closing.
extension ChannelsTracker {
    /// How many channels vouchers are kept for, and of how many accounts each.
    static let promisesMax = 100_000
    private static let signersMax = 4

    mutating func learn(
        _ vouchers: [LearntVoucher], _ marks: inout Set<VoucherMark>,
        _ effects: inout TrackerEffects
    ) {
        var found: Set<VoucherMark> = []
        for voucher in vouchers where self.keep(voucher) {
            let key = voucher.channel
            guard var channel = self.channels[key] else { continue }
            self.noteEnding(of: key)
            guard let closing = channel.closing, !closing.isStale,
                self.newest(key, channel, than: closing.states) != nil
            else { continue }
            channel.closing?.isStale = true
            self.channels.set(channel, for: key, &effects)
            self.book.count(Family.staleCloses, [self.name], &effects)
            found.insert(
                VoucherMark(
                    channel: key, block: closing.block.hash, logIndex: closing.logIndex))
            effects.resume(at: closing.block, closing.logIndex, role: Int(closing.role), after: 1)
            self.tellStale(key, channel, &effects)
        }
        // A channel that an older state still knew may have been forgotten in this one.
        for _ in marks.subtracting(found) {
            self.book.count(Family.staleCloses, [self.name], &effects)
        }
        marks.formUnion(found)
    }

    /// Keeps a voucher that is newer than the one of its signer; false where it is not.
    private mutating func keep(_ voucher: LearntVoucher) -> Bool {
        var known = self.promises[voucher.channel] ?? [:]
        if let best = known[voucher.signer] {
            guard best.isOlder(than: voucher.state) == true else { return false }
        } else if !self.hasRoom(voucher.channel, voucher.signer) {
            return false
        }
        known[voucher.signer] = voucher.state
        self.promises[voucher.channel] = known
        return true
    }

    /// Whether a voucher of another account of a channel is kept: the parties never lack room because
    /// of others.
    private func hasRoom(_ key: U256, _ signer: Address) -> Bool {
        guard let known = self.promises[key] else {
            return self.promises.count < Self.promisesMax
        }
        if known.count < Self.signersMax || known[signer] != nil { return true }
        guard let channel = self.channels[key] else { return false }
        return self.signers.contains { channel.parties[$0] == signer }
    }

    /// Puts a channel that ends in its place, and marks it where a voucher is newer than what it ends
    /// with: true where it was not marked before.
    mutating func end(
        _ channel: inout Channel, at key: U256, _ effects: inout TrackerEffects
    ) throws(SkipReason) -> Bool {
        var isNew = false
        if let closing = channel.closing, !closing.isStale,
            self.newest(key, channel, than: closing.states) != nil
        {
            channel.closing?.isStale = true
            isNew = true
        }
        try self.put(channel, at: key, &effects)
        if isNew { self.book.count(Family.staleCloses, [self.name], &effects) }
        return isNew
    }

    /// The voucher that is newer than a state of its signer; nil where none is.
    func newest(
        _ key: U256, _ channel: Channel, than states: ChannelSides<VoucherState>
    ) -> (signer: Address, state: VoucherState, side: ChannelSide)? {
        guard let known = self.promises[key] else { return nil }
        for side in self.signers {
            guard let signer = channel.parties[side], let best = known[signer],
                Self.isNewer(best, than: states[side])
            else { continue }
            return (signer, best, side)
        }
        return nil
    }

    private var signers: [ChannelSide] {
        switch self.settings.intake?.signer {
        case .payer: [.payer]
        case .payee: [.payee]
        case .either: [.payer, .payee]
        case nil: []
        }
    }

    /// Whether a voucher says more than the chain was shown; of nothing shown, any payment does.
    static func isNewer(_ voucher: VoucherState, than shown: VoucherState) -> Bool {
        if shown == VoucherState() {
            return (voucher.cumulative ?? voucher.nonce).map { !$0.isZero } ?? false
        }
        return shown.isOlder(than: voucher) == true
    }

    func subject(_ key: U256, signer: Address?) -> VoucherSubject? {
        let channel = self.channels[key]
        return VoucherSubject(
            signers: channel.map { channel in
                self.signers.compactMap { channel.parties[$0] }
            },
            best: signer.flatMap { self.promises[key]?[$0] },
            hasRoom: signer.map { self.hasRoom(key, $0) } ?? true)
    }

    // MARK: Facts

    /// Says it of a channel that was just found to be stale.
    func tellStale(
        _ key: U256, _ channel: Channel, _ effects: inout TrackerEffects
    ) {
        guard let closing = channel.closing,
            let best = self.newest(key, channel, than: closing.states)
        else { return }
        let shown = closing.states[best.side]
        var fields =
            self.naming(key, channel) + [
                ("state", channel.state.text), ("signer", best.signer.description),
            ]
        let numbers = [
            ("closed_sequence", shown.nonce), ("closed_amount", shown.cumulative),
            ("voucher_sequence", best.state.nonce), ("voucher_amount", best.state.cumulative),
        ]
        for (name, number) in numbers {
            if let number { fields.append((name, number.description)) }
        }
        fields.append(("time", closing.time.description))
        if let deadline = closing.deadline {
            fields.append(("deadline", deadline.description))
        }
        effects.fact("channel_stale_close", fields)
    }
}
