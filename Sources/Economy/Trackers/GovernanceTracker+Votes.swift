// Weir
// SPDX-License-Identifier: Apache-2.0

import EVMABI
import EVMPrimitives

extension GovernanceTracker {
    /// Counts a vote, also one that comes when votes should be over: the contract took it.
    mutating func vote(
        _ event: RoleEvent, _ effects: inout TrackerEffects
    ) throws(SkipReason) {
        var (id, proposal) = try self.known(event)
        let word = try event.key(Field.support)
        let weight = try event.amount(Field.weight)
        let parts = try Self.fractions(word, weight, event) ?? [(Support(word), weight)]
        for (support, part) in parts {
            guard let sum = proposal.votes[support].adding(part) else { throw .overflow }
            proposal.votes[support] = sum
        }
        proposal.voteCount = proposal.voteCount.addingSaturated(1)
        self.put(proposal, id, &effects)
        let label = parts.count == 1 ? parts[0].support.label : "split"
        self.book.count(Family.votes, [self.name, label], &effects)
        for (support, part) in parts where parts.count == 1 || !part.isZero {
            self.book.add(
                Family.cast, [self.name, self.token.symbol, support.label], part, &effects)
        }
        self.tellVote("vote_cast", label, weight, proposal, event, &effects)
    }

    /// The support that stands for a divided vote (OpenZeppelin's GovernorCountingFractional).
    private static let fractional = U256(255)

    /// How a fractional vote is divided: against, for and abstain in 16 bytes each. Nil for any
    /// other vote.
    ///
    /// - Throws: `.unusable` where the parts are not those of the weight.
    private static func fractions(
        _ word: U256, _ weight: U256, _ event: RoleEvent
    ) throws(SkipReason) -> [(support: Support, weight: U256)]? {
        guard word == Self.fractional, case .bytes(let bytes)? = event.value(Field.params) else {
            return nil
        }
        guard bytes.count == 48 else { throw .unusable }
        var sum = U256.zero
        var parts: [(Support, U256)] = []
        for (index, support) in [Support.against, .inFavour, .abstain].enumerated() {
            let low = Array(bytes[(index * 16)..<(index * 16 + 16)])
            guard let part = U256(bigEndian: Array(repeating: 0, count: 16) + low),
                let more = sum.adding(part)
            else { throw .unusable }
            sum = more
            parts.append((support, part))
        }
        guard sum == weight else { throw .unusable }
        return parts
    }

    /// Takes weight back from one side. What was cast stays counted.
    mutating func reduce(
        _ event: RoleEvent, _ effects: inout TrackerEffects
    ) throws(SkipReason) {
        var (id, proposal) = try self.known(event)
        let support = Support(try event.key(Field.support))
        let weight = try event.amount(Field.weight)
        guard let rest = proposal.votes[support].subtracting(weight) else { throw .insufficient }
        proposal.votes[support] = rest
        self.put(proposal, id, &effects)
        self.tellVote("vote_reduced", support.label, weight, proposal, event, &effects)
    }
}
