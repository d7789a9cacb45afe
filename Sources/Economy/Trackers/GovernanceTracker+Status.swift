// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMPrimitives
import HashTreeCollections

extension GovernanceTracker {
    /// Where a proposal stands at a block. The text is a label: it does not change.
    enum Status: String, Sendable, CaseIterable {
        case pending, active, succeeded, defeated, queued, executed, canceled, expired
        /// The vote is over, more are for it than against it, and the quorum is not known.
        case ended

        /// Whether nothing is expected to happen any more.
        var isFinal: Bool {
            switch self {
            case .defeated, .executed, .canceled, .expired: true
            case .pending, .active, .succeeded, .queued, .ended: false
            }
        }
    }

    /// What a proposal's state is at a block, by the rules of OpenZeppelin's Governor and of
    /// Governor Bravo: a vote is open after its start and up to its end; it is won by more votes
    /// for than against, and by a quorum of the kinds of votes that the configuration counts.
    ///
    /// A proposal whose times are not known is active until an event says otherwise.
    func status(of proposal: Proposal, at place: BlockPlace) -> Status {
        switch proposal.phase {
        case .executed: return .executed
        case .canceled: return .canceled
        case .rejected: return .defeated
        case .queued:
            guard let grace = self.settings.graceSeconds, let eta = proposal.eta else {
                return .queued
            }
            return place.time.rawValue >= eta.rawValue.addingSaturated(grace) ? .expired : .queued
        case .open: break
        }
        guard let now = self.timepoint(place) else { return .active }
        if let start = proposal.start, now <= start { return .pending }
        guard let end = proposal.end, now > end else { return .active }
        guard proposal.votes.inFavour > proposal.votes.against else { return .defeated }
        guard let quorum = self.quorum(of: proposal) else { return .ended }
        return self.counted(proposal) >= quorum ? .succeeded : .defeated
    }

    /// The votes that count towards the quorum.
    func counted(_ proposal: Proposal) -> U256 {
        proposal.votes.sum(self.settings.quorumCounts)
    }

    /// The votes that a proposal needs; nil where they are not known.
    func quorum(of proposal: Proposal) -> U256? {
        if let quorum = proposal.quorum ?? self.fixedQuorum { return quorum }
        guard case .share(let numerator, let denominator) = self.settings.quorum,
            let supply = self.supply(of: proposal)
        else { return nil }
        // Rounded down, as GovernorVotesQuorumFraction has it.
        if let product = supply.multiplied(by: numerator) {
            return product.quotientAndRemainder(dividingBy: denominator)?.quotient
        }
        return supply.quotientAndRemainder(dividingBy: denominator)?.quotient
            .multiplied(by: numerator)
    }

    /// All voting power that there is for a proposal; nil where it is not known.
    func supply(of proposal: Proposal) -> U256? { proposal.supply ?? self.fixedSupply }

    // MARK: Time

    /// What the governor counts time in; nil while it is not known.
    var mode: ClockMode? {
        switch self.settings.clock {
        case .block: .blocks
        case .timestamp: .seconds
        case .view: self.clocks[Self.clockKey]?.mode
        }
    }

    /// What the governor's clock shows at a block; nil where that is not known.
    func timepoint(_ place: BlockPlace) -> UInt64? {
        switch self.mode {
        case .blocks: place.number.rawValue
        case .seconds: place.time.rawValue
        case .foreign, nil: nil
        }
    }

    /// The time between blocks in milliseconds, never zero: as the configuration says, or else
    /// measured from the block of the first proposal. Nil where there is nothing to measure.
    func blockMilliseconds(at place: BlockPlace) -> UInt64? {
        if let configured = self.settings.blockMilliseconds { return configured }
        guard let first = self.clocks[Self.clockKey]?.first, place.number > first.number,
            place.time > first.time
        else { return nil }
        let milliseconds =
            UInt128(place.time.rawValue - first.time.rawValue) * 1_000
            / UInt128(place.number.rawValue - first.number.rawValue)
        return max(1, UInt64(clamping: milliseconds))
    }

    /// The time of a proposal's last vote as seen from a block: exact where the clock is time, else
    /// estimated; nil where it is not known, or never comes.
    func deadline(of proposal: Proposal, at place: BlockPlace) -> Double? {
        guard let end = proposal.end, end != .max else { return nil }
        switch self.mode {
        case .seconds: return Double(end)
        case .blocks:
            guard end >= place.number.rawValue,
                let milliseconds = self.blockMilliseconds(at: place)
            else { return nil }
            let left = UInt128(end - place.number.rawValue) * UInt128(milliseconds)
            return Double(place.time.rawValue) + Double(left) / 1_000
        case .foreign, nil: return nil
        }
    }

    // MARK: Room

    /// Makes room for one more proposal: forgets the oldest that are final, of which only the count
    /// stays. False where none is.
    mutating func makeRoom(at place: BlockPlace, _ effects: inout TrackerEffects) -> Bool {
        guard self.proposals.count >= self.settings.proposalsMax else { return true }
        var old: [(id: U256, ordinal: UInt64, status: Status)] = []
        for (id, proposal) in self.proposals.values {
            let status = self.status(of: proposal, at: place)
            if status.isFinal { old.append((id, proposal.ordinal, status)) }
        }
        // An eighth at once, so that a full map is not searched for each new proposal.
        old.sort { $0.ordinal < $1.ordinal }
        for (id, _, status) in old.prefix(max(1, self.settings.proposalsMax / 8)) {
            if let operation = self.proposals[id]?.operation {
                self.operations.set(nil, for: operation, &effects)
            }
            self.proposals.set(nil, for: id, &effects)
            self.awaiting.remove(id)
            if self.texts[id] != nil { self.texts.set(nil, for: id, &effects) }
            let count = self.forgotten[status.rawValue]?.count ?? 0
            self.forgotten.set(
                Forgotten(count: count.addingSaturated(1)), for: status.rawValue, &effects)
        }
        return self.proposals.count < self.settings.proposalsMax
    }
}
