// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMABI
import EVMPrimitives
import HashTreeCollections
import MetricsRegistry

/// The proposals of a governor: their votes, their life from proposal to execution, and how near
/// they are to quorum, deadline and execution.
///
/// What an event says is state; what only the clock says (a vote begins, ends, is lost, a queued
/// proposal expires) is never stored: ``status(of:at:)`` tells it for any block.
struct GovernanceTracker: Tracker {
    static let kind = TrackerKind.governance

    enum Field: Int, CaseIterable {
        case proposal, proposer, targets, values, signatures, calldatas, start, end, summary,
            quorum, voter, support, weight, reason, params, eta, deadline, operation
    }

    enum Role: Int, CaseIterable {
        case proposed, vote, reduced, queued, executed, canceled, rejected, extended, scheduled,
            operationExecuted, operationCanceled
    }

    static let shape = TrackerShape(
        fields: [
            .init("proposal", .key, "The proposal's id."),
            .init("proposer", .address, "Who proposes."),
            .init("targets", .list, "The contracts that are called."),
            .init("values", .list, "The native amount sent with each call."),
            .init("signatures", .list, "The signatures of the functions, where they stand apart."),
            .init("calldatas", .list, "The data of each call."),
            .init("start", .amount, "The block or time after which votes are taken."),
            .init("end", .amount, "The last block or time at which votes are taken."),
            .init("description", .text, "What the proposer says of it."),
            .init("quorum", .amount, "The votes that it needs, where the event says so."),
            .init("voter", .address, "Who votes."),
            .init("support", .key, "0 or false: against; 1 or true: for; 2: abstain."),
            .init("weight", .amount, "The voting power, in the token's smallest unit."),
            .init("reason", .text, "Why the voter votes so."),
            .init("params", .text, "Parameters of the vote: how a fractional vote is divided."),
            .init("eta", .amount, "The time from which a queued proposal can be executed."),
            .init("deadline", .amount, "The new last block or time at which votes are taken."),
            .init("operation", .key, "The timelock's operation."),
        ],
        roles: [
            .init(
                "proposed", required: [0], optional: [1, 2, 3, 4, 5, 6, 7, 8, 9],
                isRequired: true, "A proposal is made."),
            .init(
                "vote", required: [0, 11, 12], optional: [10, 13, 14], "A vote is cast."),
            .init(
                "reduced", required: [0, 11, 12], optional: [10],
                "A delegate loses weight because a holder votes for itself."),
            .init("queued", required: [0], optional: [15], "A proposal waits for its execution."),
            .init("executed", required: [0], "A proposal is executed."),
            .init("canceled", required: [0], "A proposal is canceled or vetoed."),
            .init("rejected", required: [0], "A proposal is closed without its execution."),
            .init("extended", required: [0, 16], "Votes are taken longer: late quorum."),
            .init(
                "scheduled", required: [17],
                "The timelock takes an operation, in the transaction that queues its proposal."),
            .init(
                "operation_executed", required: [17], "The timelock executes an operation."),
            .init(
                "operation_canceled", required: [17], "The timelock cancels an operation."),
        ])

    enum Family: Int, CaseIterable {
        case votes, cast, changes, readingFailures
    }

    static let families: [SeriesFamily] = [
        SeriesFamily("votes_total", .count, labels: ["governor", "support"], "Votes cast."),
        SeriesFamily(
            "votes_cast_tokens_total", .sum, labels: ["governor", "token", "support"],
            scale: .token(label: 1), "Voting power of the votes cast."),
        SeriesFamily(
            "proposal_changes_total", .count, labels: ["governor", "change"],
            "Events of proposals: proposed, queued, executed, canceled, rejected, extended."),
        .readingFailures,
    ]

    var book: SeriesBook
    var proposals = EntityMap<U256, Proposal>("proposal", number: Self.firstDrawer)
    /// Titles and calls of proposals that are not final.
    var texts = EntityMap<U256, ProposalText>("text", number: Self.firstDrawer + 1)
    /// The proposals of the timelock's operations.
    var operations = EntityMap<U256, Operation>("operation", number: Self.firstDrawer + 2)
    /// How many proposals were forgotten in each final state.
    var forgotten = EntityMap<String, Forgotten>("forgotten", number: Self.firstDrawer + 3)
    /// One entry, under ``clockKey``.
    var clocks = EntityMap<String, Clock>("clock", number: Self.firstDrawer + 4)
    /// The proposals that lack a reading; follows from the others.
    var awaiting = TreeSet<U256>()
    /// The operation that the transaction at work scheduled last; means nothing after it.
    var scheduled: (transaction: Hash256, operation: U256)?

    let name: String
    let settings: Settings
    let token: TokenDefinition
    let calls: CallText
    /// The quorum and the supply that the configuration gives, in smallest units.
    let fixedQuorum: U256?
    let fixedSupply: U256?

    static let clockKey = "clock"

    init(_ name: String, _ settings: Settings, tokens: TokenTable) {
        self.name = name
        self.settings = settings
        self.token = tokens[settings.token]
        self.calls = settings.functions.text(tokens)
        let decimals = self.token.decimals ?? 0
        self.fixedQuorum = settings.quorum?.units(decimals: decimals)
        self.fixedSupply = settings.supply?.units(decimals: decimals)
        self.book = SeriesBook(Self.families, tokens: tokens)
        for support in [Support.against, .inFavour, .abstain] {
            self.book.open(Family.votes, [name, support.label])
            self.book.open(Family.cast, [name, self.token.symbol, support.label])
        }
        for change in Change.allCases { self.book.open(Family.changes, [name, change.rawValue]) }
    }

    var drawers: [any Drawer] {
        [self.proposals, self.texts, self.operations, self.forgotten, self.clocks]
    }

    mutating func restore(drawer: String, key: String, bytes: [UInt8]) -> Bool {
        switch drawer {
        case self.proposals.name:
            guard self.proposals.restore(key, bytes), let id = U256(entityText: key) else {
                return false
            }
            self.noteAwaiting(id)
            return true
        case self.texts.name: return self.texts.restore(key, bytes)
        case self.operations.name: return self.operations.restore(key, bytes)
        case self.forgotten.name: return self.forgotten.restore(key, bytes)
        case self.clocks.name: return self.clocks.restore(key, bytes)
        default: return false
        }
    }

    // MARK: Events

    mutating func apply(
        _ event: RoleEvent, _ effects: inout TrackerEffects
    ) throws(SkipReason) {
        switch Role(rawValue: event.role) {
        case .proposed: try self.propose(event, &effects)
        case .vote: try self.vote(event, &effects)
        case .reduced: try self.reduce(event, &effects)
        case .queued: try self.queue(event, &effects)
        case .executed: try self.finish(.executed, event, &effects)
        case .canceled: try self.finish(.canceled, event, &effects)
        case .rejected: try self.finish(.rejected, event, &effects)
        case .extended: try self.extend(event, &effects)
        case .scheduled:
            self.scheduled = (event.entry.transactionHash, try event.key(Field.operation))
        case .operationExecuted: try self.finishOperation(.executed, event, &effects)
        case .operationCanceled: try self.finishOperation(.canceled, event, &effects)
        case nil: throw .unusable
        }
    }

    private mutating func propose(
        _ event: RoleEvent, _ effects: inout TrackerEffects
    ) throws(SkipReason) {
        let id = try event.key(Field.proposal)
        guard self.proposals[id] == nil else { throw .duplicate }
        let place = BlockPlace(number: event.block.number, time: event.time)
        var proposal = Proposal(
            name: event.text(Field.proposal) ?? id.description, created: place,
            ordinal: UInt64(self.book.changes(self.name, .proposed)))
        (proposal.start, proposal.end) = try self.period(event, place)
        proposal.quorum = try event.optionalAmount(Field.quorum)
        guard self.makeRoom(at: place, &effects) else { throw .full }
        if self.clocks[Self.clockKey]?.first == nil {
            var clock = self.clocks[Self.clockKey] ?? Clock()
            clock.first = place
            self.clocks.set(clock, for: Self.clockKey, &effects)
        }
        proposal.askAt = self.firstAsk(proposal, after: place)
        self.put(proposal, id, &effects)
        let text = ProposalText(event, self.calls)
        self.texts.set(text.shortened, for: id, &effects)
        self.book.count(Family.changes, [self.name, Change.proposed.rawValue], &effects)
        self.tellCreated(proposal, text, event, &effects)
    }

    /// When votes are taken: as the event says, or from its block on as the configuration says.
    private func period(
        _ event: RoleEvent, _ place: BlockPlace
    ) throws(SkipReason) -> (start: UInt64?, end: UInt64?) {
        // What does not fit is the end of time.
        var start = try event.optionalAmount(Field.start).map { $0.uint64 ?? .max }
        var end = try event.optionalAmount(Field.end).map { $0.uint64 ?? .max }
        if start == nil, let delay = self.settings.votingDelay, let now = self.timepoint(place) {
            start = now.addingSaturated(delay)
        }
        if end == nil, let period = self.settings.votingPeriod,
            let begin = start ?? self.timepoint(place)
        {
            end = begin.addingSaturated(period)
        }
        return (start, end)
    }

    // MARK: State

    /// The proposal of an event.
    func known(_ event: RoleEvent) throws(SkipReason) -> (id: U256, proposal: Proposal) {
        let id = try event.key(Field.proposal)
        guard let proposal = self.proposals[id] else { throw .unknownKey }
        return (id, proposal)
    }

    mutating func put(_ proposal: Proposal, _ id: U256, _ effects: inout TrackerEffects) {
        self.proposals.set(proposal, for: id, &effects)
        self.noteAwaiting(id)
    }

    func plan(after tip: BlockNumber) -> FetchPlan { FetchPlan(readings: self.requests(tip.next)) }
}

extension UInt64 {
    /// The sum, or the largest number.
    func addingSaturated(_ other: UInt64) -> UInt64 {
        let (sum, overflow) = self.addingReportingOverflow(other)
        return overflow ? .max : sum
    }
}

extension SeriesBook {
    /// How often a change was counted.
    fileprivate func changes(_ name: String, _ change: GovernanceTracker.Change) -> UInt64 {
        guard
            case .count(let count)? = self.state(
                GovernanceTracker.Family.changes, [name, change.rawValue])
        else { return 0 }
        return count
    }
}
