// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMABI
import EVMPrimitives

extension GovernanceTracker {
    /// What a proposal says it does: for facts, so that an alert shows calls instead of hex.
    struct ProposalText: Entity {
        var title: String
        /// One line each; bounded, as ``CallText`` bounds them.
        var calls: [String]
        /// The cut description, and how many calls there are. Not kept.
        var summary = ""
        var count = 0

        /// Reads the texts of a proposal. Lists that are not mapped make no calls.
        init(_ event: RoleEvent, _ reader: CallText) {
            var summary: [UInt8] = []
            if case .string(let utf8)? = event.value(Field.summary) {
                summary = utf8
            } else if let text = event.text(Field.summary) {
                summary = Array(text.utf8)
            }
            let text = String(decoding: summary.prefix(4 * Self.summaryMax), as: UTF8.self)
            self.summary = Self.clean(text, Self.summaryMax)
            self.title = Self.title(text)
            self.calls = []
            guard let targets = event.value(Field.targets),
                let calldatas = event.value(Field.calldatas)
            else { return }
            var values = event.value(Field.values)
            if case .array(let items) = targets {
                self.count = items.count
                values = values ?? .array(items.map { _ in .uint(.zero) })
            }
            self.calls = reader.lines(
                targets: targets, values: values ?? .array([]),
                signatures: event.value(Field.signatures), calldatas: calldatas)
        }

        private static let summaryMax = 500

        /// What is kept until the proposal is final.
        var shortened: ProposalText {
            var text = self
            text.summary = ""
            text.calls = self.calls.prefix(5).map { SafeText.cleaned($0, limit: 300) }
            if self.calls.count > 5 { text.calls.append("… and \(self.calls.count - 5) more") }
            return text
        }

        /// The first line with something on it, without the marks of a heading.
        private static func title(_ text: String) -> String {
            let line = text.split(whereSeparator: \.isNewline).lazy
                .map { $0.drop { $0 == "#" || $0.isWhitespace } }
                .first { !$0.isEmpty }
            return self.clean(String(line ?? ""), 100)
        }

        private static func clean(_ text: String, _ limit: Int) -> String {
            SafeText.cleaned(
                String(text.map { $0.isNewline || $0 == "\t" ? " " : $0 }), limit: limit)
        }

        func write(to writer: inout StateWriter) {
            writer.write(self.title)
            writer.write(UInt64(self.calls.count))
            for call in self.calls { writer.write(call) }
        }

        init(from reader: inout StateReader) throws(StateReader.Damage) {
            self.title = try reader.text()
            self.calls = []
            let count = try reader.number()
            guard count <= 100 else { throw StateReader.Damage() }
            for _ in 0..<count { self.calls.append(try reader.text()) }
        }

        var fields: [(String, String)] {
            self.calls.enumerated().map { ("call_\($0.offset)", $0.element) }
        }
    }

    // MARK: Facts

    /// `proposal_created`: who proposes what to whom, and when votes are taken.
    func tellCreated(
        _ proposal: Proposal, _ text: ProposalText, _ event: RoleEvent,
        _ effects: inout TrackerEffects
    ) {
        var fields = self.fields(of: proposal, event)
        if let proposer = event.optionalAddress(Field.proposer) {
            fields.append(("proposer", proposer.description))
        }
        if let start = proposal.start { fields.append(("start", String(start))) }
        if let end = proposal.end { fields.append(("end", String(end))) }
        if let quorum = self.quorum(of: proposal) {
            fields.append(("quorum", quorum.description))
        }
        fields.append(("title", text.title))
        fields.append(("description", text.summary))
        fields.append(("calls", String(text.count)))
        effects.fact("proposal_created", fields + text.fields)
    }

    /// `proposal_queued`, `proposal_executed` and so on, with the votes as they stand and the calls
    /// once more.
    func tell(
        _ change: Change, _ id: U256, _ proposal: Proposal, _ event: RoleEvent,
        _ effects: inout TrackerEffects
    ) {
        var fields = self.fields(of: proposal, event)
        if let end = proposal.end { fields.append(("end", String(end))) }
        if let eta = proposal.eta { fields.append(("eta", eta.description)) }
        for support in [Support.inFavour, .against, .abstain] {
            fields.append((support.label, proposal.votes[support].description))
        }
        fields.append(("votes", String(proposal.voteCount)))
        if let quorum = self.quorum(of: proposal) {
            fields.append(("quorum", quorum.description))
        }
        if let supply = self.supply(of: proposal) {
            fields.append(("supply", supply.description))
        }
        let text = self.texts[id]
        fields.append(("title", text?.title ?? ""))
        effects.fact("proposal_\(change.rawValue)", fields + (text?.fields ?? []))
    }

    /// `vote_cast` or `vote_reduced`, with the votes after it.
    func tellVote(
        _ kind: String, _ support: String, _ weight: U256, _ proposal: Proposal,
        _ event: RoleEvent, _ effects: inout TrackerEffects
    ) {
        var fields = self.fields(of: proposal, event)
        if let voter = event.optionalAddress(Field.voter) {
            fields.append(("voter", voter.description))
        }
        fields.append(("support", support))
        fields.append(("weight", weight.description))
        for support in [Support.inFavour, .against, .abstain] {
            fields.append((support.label, proposal.votes[support].description))
        }
        if let reason = event.text(Field.reason), !reason.isEmpty {
            fields.append(("reason", reason))
        }
        effects.fact(kind, fields)
    }

    private func fields(of proposal: Proposal, _ event: RoleEvent) -> [(String, String)] {
        [
            ("proposal", proposal.name), ("governor", event.entry.address.description),
            ("token", self.token.symbol), ("time", event.time.description),
        ]
    }
}
