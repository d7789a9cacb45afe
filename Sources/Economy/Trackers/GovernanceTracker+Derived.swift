// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMPrimitives
import HashTreeCollections

extension GovernanceTracker {
    enum Shown: Int, CaseIterable {
        case proposals, power, participation, quorum, deadline, eta
    }

    static let derivedFamilies: [SeriesFamily] = [
        SeriesFamily(
            "proposals", .gauge, labels: ["governor", "state"],
            "Proposals by the state that they are in."),
        SeriesFamily(
            "voting_power_tokens", .gauge, labels: ["governor", "proposal", "support"],
            "Votes of a proposal that is not final, in tokens."),
        SeriesFamily(
            "participation_ratio", .gauge, labels: ["governor", "proposal"],
            "Voting power that took part in a proposal that is not final, of all there is."),
        SeriesFamily(
            "quorum_ratio", .gauge, labels: ["governor", "proposal"],
            "Votes that count towards the quorum of a proposal that is not final, of the quorum."),
        SeriesFamily(
            "proposal_deadline_timestamp_seconds", .gauge, labels: ["governor", "proposal"],
            "When the vote on a proposal ends; estimated where the governor counts blocks."),
        SeriesFamily(
            "timelock_eta_timestamp_seconds", .gauge, labels: ["governor", "proposal"],
            "From when a queued proposal can be executed."),
    ]

    /// How many proposals have series of their own.
    static let shownMax = 50

    func derived(at place: BlockPlace) -> [DerivedSample] {
        var counts: [Status: UInt64] = [:]
        var shown: [(proposal: Proposal, status: Status)] = []
        for proposal in self.proposals.values.values {
            let status = self.status(of: proposal, at: place)
            counts[status, default: 0] += 1
            switch status {
            case .pending, .active, .succeeded, .queued: shown.append((proposal, status))
            case .ended, .defeated, .executed, .canceled, .expired: break
            }
        }
        // What is nearest to being executed: that no crowd of proposals can hide it.
        shown.sort { first, second in
            if (first.status == .queued) != (second.status == .queued) {
                return first.status == .queued
            }
            let (left, right) = (first.proposal, second.proposal)
            return left.votes.inFavour == right.votes.inFavour
                ? left.ordinal > right.ordinal : left.votes.inFavour > right.votes.inFavour
        }
        var samples = Status.allCases.map { status in
            let gone = self.forgotten[status.rawValue]?.count ?? 0
            return DerivedSample(
                Shown.proposals, [self.name, status.rawValue],
                Double(counts[status] ?? 0)
                    + Double(gone))
        }
        var taken: Set<String> = []
        for (proposal, status) in shown.prefix(Self.shownMax) {
            // Ids of one beginning are easily made; two series must not be one.
            var label = Self.label(proposal.name)
            if !taken.insert(label).inserted {
                label = proposal.name
                guard taken.insert(label).inserted else { continue }
            }
            samples += self.samples(of: proposal, status, label, at: place)
        }
        return samples
    }

    private func samples(
        of proposal: Proposal, _ status: Status, _ label: String, at place: BlockPlace
    ) -> [DerivedSample] {
        let labels = [self.name, label]
        let decimals = self.token.decimals ?? 0
        var samples: [DerivedSample] = []
        for support in Votes.all {
            let votes = proposal.votes[support]
            if support == .other, votes.isZero { continue }
            samples.append(
                DerivedSample(
                    Shown.power, labels + [support.label], votes.scaledDouble(decimals: decimals)))
        }
        if let supply = self.supply(of: proposal), !supply.isZero {
            samples.append(
                DerivedSample(
                    Shown.participation, labels,
                    proposal.votes.sum(Votes.all).double / supply.double))
        }
        // Of a quorum of nothing there is no ratio.
        if let quorum = self.quorum(of: proposal), !quorum.isZero {
            samples.append(
                DerivedSample(Shown.quorum, labels, self.counted(proposal).double / quorum.double))
        }
        if status == .pending || status == .active,
            let deadline = self.deadline(of: proposal, at: place)
        {
            samples.append(DerivedSample(Shown.deadline, labels, deadline))
        }
        if status == .queued, let eta = proposal.eta {
            samples.append(DerivedSample(Shown.eta, labels, Double(eta.rawValue)))
        }
        return samples
    }

    /// The label `proposal`: a short id whole, of a long one its first ten digits.
    static func label(_ name: String) -> String {
        if name.utf8.count <= 12 { return name }
        return String(name.prefix(name.hasPrefix("0x") ? 12 : 10))
    }
}
