// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMPrimitives

/// Jobs of a market: where each stands, how long it took, what it was worth, what its escrow holds,
/// who earned what, and what was left of it after gas.
///
/// Invariants: the gauge of a state is the number of jobs in it, those that left memory included;
/// the holds of a token add up to its escrow.
struct JobsTracker: Tracker {
    static let kind = TrackerKind.jobs

    enum Field: Int, CaseIterable {
        case job, client, node, token, value, deadline, model, reason, forNode, forClient
        case payer, payee, amount, fee, gross, closes
    }

    enum Role: Int, CaseIterable {
        case posted, deposited, claimed, completed, failed, cancelled, expired, disputed, resolved
        case released, refunded, earned
    }

    static let shape = TrackerShape(
        fields: [
            .init("job", .key, "Which job."),
            .init("client", .address, "Who wants it done."),
            .init("node", .address, "Who does it."),
            .init("token", .address, "The token of the amounts; zero for the chain's own coin."),
            .init("value", .amount, "What it is worth, in the token's smallest unit."),
            .init("deadline", .amount, "Until when it has to be done."),
            .init("model", .text, "What kind of job it is."),
            .init("reason", .text, "Why."),
            .init("for_node", .flag, "Whether the node was right."),
            .init("for_client", .flag, "Whether the client was right."),
            .init("payer", .address, "Who paid."),
            .init("payee", .address, "Who was paid; the job's node if missing."),
            .init("amount", .amount, "How much, in the token's smallest unit, without the fee."),
            .init("fee", .amount, "What the market kept."),
            .init("gross", .amount, "What left the escrow: the amount and the fee."),
            .init("closes", .flag, "Whether nothing is held any more: the rest is the fee."),
        ],
        roles: [
            .init(
                "posted", required: [0], optional: [1, 2, 3, 4, 5, 6],
                "A job is offered; with a node it is claimed at once."),
            .init(
                "deposited", required: [0, 12], optional: [3, 10], "Escrow takes an amount."),
            .init("claimed", required: [0], optional: [2], "A node takes the job."),
            .init("completed", required: [0], optional: [2], "The job is done."),
            .init("failed", required: [0], optional: [2, 7], "The job is given up."),
            .init("cancelled", required: [0], optional: [7], "The client takes the job back."),
            .init("expired", required: [0], optional: [7], "The contract lets the job run out."),
            .init("disputed", required: [0], optional: [7], "Somebody objects."),
            .init(
                "resolved", required: [0], optional: [7, 8, 9],
                "A dispute ends; without an outcome the job stands as it stood before."),
            .init(
                "released", required: [0, 12], optional: [3, 11, 13, 14, 15],
                "An amount is paid to who did the job."),
            .init(
                "refunded", required: [0], optional: [3, 10, 12, 13, 15],
                "An amount goes back to who paid; without one all that is held."),
            .init(
                "earned", required: [12], optional: [0, 3, 10, 11, 13, 14],
                "An amount is earned beside any escrow."),
        ])

    struct Settings: Sendable {
        /// The place of the token of amounts whose event names none.
        var token: Int?
        /// Accounts with series of their own.
        var operators: [NamedAccount] = []
        /// Kinds of jobs with series of their own, by what the event says; nil: the first ones.
        var models: [JobModel]?
        /// How many kinds get series when none are listed.
        var modelsMax = 20
        /// Whether any event says what kind of job it is.
        var hasModels = false
        /// Whether any event says what escrow takes.
        var hasEscrow = false
        /// How many jobs are remembered.
        var jobsMax = 200_000
        /// How many finished jobs are.
        var finishedMax = 10_000
        var profit: JobProfit?
    }

    var book: SeriesBook
    var jobs = EntityMap<U256, Job>("job", number: Self.firstDrawer)
    /// What escrow holds, by job and token.
    var holds = EntityMap<WordPair, Hold>("hold", number: Self.firstDrawer + 1)
    /// The last finished jobs in a ring, by place.
    var finished = EntityMap<U256, Finished>("finished", number: Self.firstDrawer + 2)
    /// How many were ever put in the ring.
    var cursor = EntityMap<String, Finished>("cursor", number: Self.firstDrawer + 3)
    /// Kinds of jobs that came first.
    var models = EntityMap<String, Finished>("model", number: Self.firstDrawer + 4)
    /// When open and claimed jobs fall due.
    var deadlines = DeadlineIndex()
    /// What the events of the block at work were about. Not stored: a block is taken in whole.
    var acts = JobActs()
    let name: String
    let tokens: TokenTable
    let settings: Settings
    let operators: [Address: String]
    private let listedModels: [String: String]

    init(_ name: String, _ settings: Settings, tokens: TokenTable) {
        self.name = name
        self.settings = settings
        self.tokens = tokens
        self.operators = Dictionary(
            settings.operators.map { ($0.address, $0.name) }, uniquingKeysWith: { $1 })
        self.listedModels = Dictionary(
            (settings.models ?? []).map { ($0.value, $0.name) }, uniquingKeysWith: { $1 })
        self.book = SeriesBook(Self.families, tokens: tokens)
        self.openSeries()
    }

    private mutating func openSeries() {
        let listed = self.settings.models.map { Set($0.map(\.name)).sorted() } ?? []
        for model in listed + [self.settings.hasModels ? SeriesBook.other : ""] {
            for state in Job.State.allCases {
                self.book.open(Family.jobs, [self.name, state.label, model])
            }
            for status in Status.allCases {
                self.book.open(Family.events, [self.name, status.rawValue, model])
            }
        }
        self.book.open(Family.unknownTokens, [self.name])
        for label in Set(self.operators.values) {
            for status in [Status.claimed, .completed, .failed] {
                self.book.open(Family.operatorJobs, [self.name, label, status.rawValue])
            }
            guard self.settings.profit != nil else { continue }
            self.book.open(Family.profit, [self.name, label])
            self.book.open(Family.gas, [self.name, label])
        }
    }

    var drawers: [any Drawer] {
        [self.jobs, self.holds, self.finished, self.cursor, self.models]
    }

    mutating func restore(drawer: String, key: String, bytes: [UInt8]) -> Bool {
        switch drawer {
        case self.jobs.name:
            guard self.jobs.restore(key, bytes) else { return false }
            if let job = U256(entityText: key).flatMap({ self.jobs[$0] }), let due = job.due {
                self.deadlines.insert(due)
            }
            return true
        case self.holds.name: return self.holds.restore(key, bytes)
        case self.finished.name: return self.finished.restore(key, bytes)
        case self.cursor.name: return self.cursor.restore(key, bytes)
        case self.models.name: return self.models.restore(key, bytes)
        default: return false
        }
    }

    // MARK: Events

    mutating func apply(
        _ event: RoleEvent, _ effects: inout TrackerEffects
    ) throws(SkipReason) {
        try self.fold(event, &effects)
        if self.settings.profit != nil, event.has(Field.job) {
            self.acts.note(try event.key(Field.job), event)
        }
    }

    private mutating func fold(
        _ event: RoleEvent, _ effects: inout TrackerEffects
    ) throws(SkipReason) {
        switch Role(rawValue: event.role) {
        case .posted: try self.post(event, &effects)
        case .claimed: try self.claim(event, &effects)
        case .completed: try self.finish(event, as: .completed, .completed, &effects)
        case .failed: try self.finish(event, as: .failed, .failed, &effects)
        case .cancelled: try self.finish(event, as: .cancelled, .cancelled, &effects)
        case .expired: try self.finish(event, as: .expired, .expired, &effects)
        case .disputed: try self.dispute(event, &effects)
        case .resolved: try self.resolve(event, &effects)
        case .deposited: try self.deposit(event, &effects)
        case .released: try self.release(event, &effects)
        case .refunded: try self.refund(event, &effects)
        case .earned: try self.earn(event, &effects)
        case nil: throw .unusable
        }
    }

    // MARK: Labels

    /// The label of accounts that are not listed: empty, which is no label, where none is.
    private var rest: String { self.operators.isEmpty ? "" : SeriesBook.other }

    func label(_ account: Address?) -> String {
        account.flatMap { self.operators[$0] } ?? self.rest
    }

    /// The label of a kind of job: those listed, or else the first ones; the others are one.
    mutating func model(_ event: RoleEvent, _ effects: inout TrackerEffects) -> String {
        guard self.settings.hasModels else { return "" }
        guard let text = event.text(Field.model), !text.isEmpty, text != SeriesBook.other else {
            return SeriesBook.other
        }
        guard self.settings.models == nil else {
            return self.listedModels[text] ?? SeriesBook.other
        }
        // Texts of the same look are told apart by their bytes, as labels are.
        let key = SeriesKey.text(of: [text])
        if self.models[key] != nil { return text }
        guard self.models.count < self.settings.modelsMax else { return SeriesBook.other }
        self.models.set(Finished(), for: key, &effects)
        // A rate of two counters needs both of them.
        for state in Job.State.allCases {
            self.book.set(Family.jobs, [self.name, state.label, text], U256.zero, &effects)
        }
        for status in Status.allCases {
            self.book.count(
                Family.events, [self.name, status.rawValue, text], by: 0, &effects)
        }
        return text
    }

    /// The symbol of the token that an event's amounts are in; nil where the configuration does not
    /// name it.
    func token(_ event: RoleEvent, _ job: Job?) -> String? {
        if let address = event.optionalAddress(Field.token) {
            return self.tokens.place(at: address).map { self.tokens[$0].symbol }
        }
        if let job, !job.token.isEmpty { return job.token }
        return self.settings.token.map { self.tokens[$0].symbol }
    }
}
