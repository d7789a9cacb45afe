// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMPrimitives
import MetricsRegistry

/// Who has staked how much, since when, and what was slashed.
///
/// Invariant: the stakes of all accounts add up to the gauge over all operators, always.
struct StakingTracker: Tracker {
    static let kind = TrackerKind.staking

    struct Settings: Sendable {
        /// The token's place in the table.
        var token: Int
        /// Accounts with series of their own.
        var operators: [NamedAccount]
        var reconciliation: Reconciliation?
    }

    enum Field: Int, CaseIterable {
        case account, amount, total, availableAt, by, reason
    }

    enum Role: Int, CaseIterable {
        case stake, unstake, withdraw, exit, slash, reward, funding
    }

    static let shape = TrackerShape(
        fields: [
            .init("account", .address, "Whose stake it is."),
            .init("amount", .amount, "How much, in the token's smallest unit."),
            .init("total", .amount, "The account's stake after the event."),
            .init("available_at", .amount, "When an unstaked amount may be withdrawn."),
            .init("by", .address, "Who slashed."),
            .init("reason", .text, "Why it was slashed."),
        ],
        roles: [
            .init(
                "stake", required: [0, 1], optional: [2], isRequired: true,
                "Stake comes: registration, top-up."),
            .init(
                "unstake", required: [0, 1], optional: [2, 3], "Stake leaves, at once or later."),
            .init("withdraw", required: [0, 1], "An unstaked amount is paid out."),
            .init("exit", required: [0], optional: [1], "All stake of an account leaves."),
            .init("slash", required: [0, 1], optional: [2, 4, 5], "Stake is taken away."),
            .init("reward", required: [0, 1], "A reward is paid."),
            .init("funding", required: [1], "Rewards are put in."),
        ])

    enum Family: Int, CaseIterable {
        case staked, stakers, unbonding, slashed, slashes, duration, started, rewards, funded,
            drift,
            driftBlock, readingFailures
    }

    static let families: [SeriesFamily] = [
        SeriesFamily(
            "staked_tokens", .gauge, labels: ["registry", "token", "operator"],
            scale: .token(label: 1),
            "Stake by operator: those listed, and all others as other."),
        SeriesFamily("stakers", .gauge, labels: ["registry"], "Accounts with a stake."),
        SeriesFamily(
            "unbonding_tokens", .gauge, labels: ["registry", "token"], scale: .token(label: 1),
            "Stake that was taken out and is not paid yet."),
        SeriesFamily(
            "slashed_tokens_total", .sum, labels: ["registry", "token", "operator"],
            scale: .token(label: 1), "Stake that was slashed."),
        SeriesFamily(
            "slashes_total", .count, labels: ["registry", "operator"], "Slashings."),
        SeriesFamily(
            "stake_duration_seconds", .histogram(SeriesFamily.durationBuckets),
            labels: ["registry"], "How long an account had a stake, at its end."),
        SeriesFamily(
            "stake_started_timestamp_seconds", .gauge, labels: ["registry", "operator"],
            "Since when a listed operator has a stake."),
        SeriesFamily(
            "staking_rewards_tokens_total", .sum, labels: ["registry", "token", "operator"],
            scale: .token(label: 1), "Rewards that were paid."),
        SeriesFamily(
            "staking_rewards_funded_tokens_total", .sum, labels: ["registry", "token"],
            scale: .token(label: 1), "Rewards that were put in."),
        .drift, .driftBlock, .readingFailures,
    ]

    /// An account's stake.
    struct Stake: Entity {
        var amount: U256 = .zero
        /// Taken out and not paid yet.
        var pending: U256 = .zero
        /// Since when it has a stake; meaningless without one.
        var since = BlockTime(0)

        init() {}

        func write(to writer: inout StateWriter) {
            writer.write(self.amount)
            writer.write(self.pending)
            writer.write(self.since)
        }

        init(from reader: inout StateReader) throws(StateReader.Damage) {
            self.amount = try reader.word()
            self.pending = try reader.word()
            self.since = try reader.time()
        }
    }

    var book: SeriesBook
    private(set) var accounts = EntityMap<Address, Stake>("account", number: Self.firstDrawer)
    let name: String
    private let token: String
    private let settings: Settings
    private let operators: [Address: String]

    init(_ name: String, _ settings: Settings, tokens: TokenTable) {
        self.name = name
        self.settings = settings
        self.token = tokens[settings.token].symbol
        self.operators = Dictionary(
            settings.operators.map { ($0.address, $0.name) }, uniquingKeysWith: { $1 })
        self.book = SeriesBook(Self.families, tokens: tokens)
        for label in settings.operators.map(\.name) + [self.rest] {
            self.book.open(Family.staked, [name, self.token, label])
            self.book.open(Family.slashed, [name, self.token, label])
            self.book.open(Family.slashes, [name, label])
        }
        self.book.open(Family.stakers, [name])
        self.book.open(Family.unbonding, [name, self.token])
    }

    var drawers: [any Drawer] { [self.accounts] }

    mutating func restore(drawer: String, key: String, bytes: [UInt8]) -> Bool {
        drawer == self.accounts.name && self.accounts.restore(key, bytes)
    }

    /// The label of accounts that are not listed: empty, which is no label, where none is.
    private var rest: String { self.operators.isEmpty ? "" : SeriesBook.other }

    private func label(_ account: Address) -> String { self.operators[account] ?? self.rest }

    // MARK: Events

    mutating func apply(
        _ event: RoleEvent, _ effects: inout TrackerEffects
    ) throws(SkipReason) {
        switch Role(rawValue: event.role) {
        case .stake: try self.stake(event, &effects)
        case .unstake: try self.unstake(event, &effects)
        case .withdraw: try self.withdraw(event, &effects)
        case .exit: try self.exit(event, &effects)
        case .slash: try self.slash(event, &effects)
        case .reward:
            let account = try event.address(Field.account)
            let amount = try event.amount(Field.amount)
            self.book.add(
                Family.rewards, [self.name, self.token, self.label(account)], amount, &effects)
            self.tell("reward", account, amount, self.accounts[account] ?? Stake(), event, &effects)
        case .funding:
            let amount = try event.amount(Field.amount)
            self.book.add(Family.funded, [self.name, self.token], amount, &effects)
        case nil: throw .unusable
        }
    }

    private mutating func stake(
        _ event: RoleEvent, _ effects: inout TrackerEffects
    ) throws(SkipReason) {
        let account = try event.address(Field.account)
        let amount = try event.amount(Field.amount)
        var stake = self.accounts[account] ?? Stake()
        guard let sum = stake.amount.adding(amount) else { throw .overflow }
        stake.amount = try event.optionalAmount(Field.total) ?? sum
        try self.put(stake, of: account, event, &effects)
        self.tell("stake", account, amount, stake, event, &effects)
    }

    private mutating func unstake(
        _ event: RoleEvent, _ effects: inout TrackerEffects
    ) throws(SkipReason) {
        let account = try event.address(Field.account)
        let amount = try event.amount(Field.amount)
        guard var stake = self.accounts[account] else { throw .unknownKey }
        if let total = try event.optionalAmount(Field.total) {
            stake.amount = total
        } else {
            guard let rest = stake.amount.subtracting(amount) else { throw .insufficient }
            stake.amount = rest
        }
        // What leaves at once is not owed.
        if event.has(Field.availableAt) {
            guard let pending = stake.pending.adding(amount) else { throw .overflow }
            stake.pending = pending
        }
        try self.put(stake, of: account, event, &effects)
        self.tell("unstake", account, amount, stake, event, &effects)
    }

    private mutating func withdraw(
        _ event: RoleEvent, _ effects: inout TrackerEffects
    ) throws(SkipReason) {
        let account = try event.address(Field.account)
        let amount = try event.amount(Field.amount)
        guard var stake = self.accounts[account] else { throw .unknownKey }
        guard let pending = stake.pending.subtracting(amount) else { throw .insufficient }
        stake.pending = pending
        try self.put(stake, of: account, event, &effects)
        self.tell("withdraw", account, amount, stake, event, &effects)
    }

    private mutating func exit(
        _ event: RoleEvent, _ effects: inout TrackerEffects
    ) throws(SkipReason) {
        let account = try event.address(Field.account)
        guard var stake = self.accounts[account] else { throw .unknownKey }
        let amount = try event.optionalAmount(Field.amount) ?? stake.amount
        stake.amount = .zero
        stake.pending = .zero
        try self.put(stake, of: account, event, &effects)
        self.tell("exit", account, amount, stake, event, &effects)
    }

    private mutating func slash(
        _ event: RoleEvent, _ effects: inout TrackerEffects
    ) throws(SkipReason) {
        let account = try event.address(Field.account)
        let amount = try event.amount(Field.amount)
        guard var stake = self.accounts[account] else { throw .unknownKey }
        let total = try event.optionalAmount(Field.total)
        // A slash takes from the stake first, and what is left of it from what is on its way out.
        let fromStake = min(amount, stake.amount)
        let left = total ?? stake.amount.subtracting(fromStake) ?? .zero
        let taken = stake.amount.subtracting(left) ?? .zero
        let more = amount.subtracting(taken) ?? .zero
        guard let pending = stake.pending.subtracting(more) else { throw .insufficient }
        stake.amount = left
        stake.pending = pending
        try self.put(stake, of: account, event, &effects)
        let label = self.label(account)
        self.book.add(Family.slashed, [self.name, self.token, label], amount, &effects)
        self.book.count(Family.slashes, [self.name, label], &effects)
        self.tell("slash", account, amount, stake, event, &effects)
    }

    // MARK: State

    /// Puts an account's new stake in its place, with all that follows from it.
    private mutating func put(
        _ stake: Stake, of account: Address, _ event: RoleEvent, _ effects: inout TrackerEffects
    ) throws(SkipReason) {
        let old = self.accounts[account] ?? Stake()
        let label = self.label(account)
        let place = [self.name, self.token, label]
        let staked = try Self.moved(
            self.book.gauge(Family.staked, place) ?? .zero, from: old.amount, to: stake.amount)
        let unbonding = try Self.moved(
            self.book.gauge(Family.unbonding, [self.name, self.token]) ?? .zero,
            from: old.pending, to: stake.pending)
        self.book.set(Family.staked, place, staked, &effects)
        if old.pending != stake.pending {
            self.book.set(Family.unbonding, [self.name, self.token], unbonding, &effects)
        }
        var stake = stake
        var stakers = self.book.gauge(Family.stakers, [self.name]) ?? .zero
        if old.amount.isZero, !stake.amount.isZero {
            stake.since = event.time
            stakers = stakers.adding(.one) ?? stakers
            self.book.set(Family.stakers, [self.name], stakers, &effects)
            if self.operators[account] != nil {
                self.book.set(
                    Family.started, [self.name, label], U256(event.time.rawValue), &effects)
            }
        } else if !old.amount.isZero, stake.amount.isZero {
            stakers = stakers.subtracting(.one) ?? .zero
            self.book.set(Family.stakers, [self.name], stakers, &effects)
            let seconds = UInt64(clamping: max(0, event.time.seconds(since: old.since)))
            self.book.observe(Family.duration, [self.name], U256(seconds), &effects)
            self.book.remove(Family.started, [self.name, label], &effects)
        }
        let isGone = stake.amount.isZero && stake.pending.isZero
        self.accounts.set(isGone ? nil : stake, for: account, &effects)
    }

    /// A sum in which one part became another.
    private static func moved(_ sum: U256, from old: U256, to new: U256) throws(SkipReason) -> U256
    {
        guard let less = sum.subtracting(old), let more = less.adding(new) else { throw .overflow }
        return more
    }

    private func tell(
        _ change: String, _ account: Address, _ amount: U256, _ stake: Stake, _ event: RoleEvent,
        _ effects: inout TrackerEffects
    ) {
        var fields = [
            ("change", change), ("account", account.description), ("token", self.token),
            ("amount", amount.description), ("stake", stake.amount.description),
            ("pending", stake.pending.description), ("time", event.time.description),
        ]
        if let by = event.optionalAddress(Field.by) { fields.append(("by", by.description)) }
        if event.role == Role.slash.rawValue, let reason = event.text(Field.reason) {
            fields.append(("reason", reason))
        }
        effects.fact("stake_change", fields)
    }

    // MARK: Reconciliation

    func plan(after tip: BlockNumber) -> FetchPlan {
        self.settings.reconciliation?
            .plan(after: tip, of: [Self.kind.rawValue, self.name], self.book) ?? FetchPlan()
    }

    mutating func observe(_ extras: BlockExtras, _ effects: inout TrackerEffects) {
        guard let reconciliation = self.settings.reconciliation else { return }
        var sum = U256.zero
        for label in Set(self.operators.values).union([self.rest]) {
            sum =
                sum.adding(self.book.gauge(Family.staked, [self.name, self.token, label]) ?? .zero)
                ?? .max
        }
        reconciliation.compare(
            sum, token: self.token, of: [Self.kind.rawValue, self.name], extras, &self.book,
            &effects)
    }
}
