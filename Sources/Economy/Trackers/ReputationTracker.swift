// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMPrimitives
import MetricsRegistry

/// Scores of those who are listed and how they changed, ratings, results of tasks, and who is on
/// the blacklist.
struct ReputationTracker: Tracker {
    static let kind = TrackerKind.reputation

    enum Field: Int, CaseIterable {
        case subject, score, old, delta, stars, success, listed, by, reason
    }

    enum Role: Int, CaseIterable { case updated, rated, task, blacklisted, unblacklisted }

    static let shape = TrackerShape(
        fields: [
            .init("subject", .address, "Whose reputation it is."),
            .init("score", .signed, "The score after the event."),
            .init("old", .signed, "The score before the event."),
            .init("delta", .signed, "By how much the score changed."),
            .init("stars", .amount, "How many stars were given."),
            .init("success", .flag, "Whether the task was done well."),
            .init("listed", .flag, "Whether the subject is on the list after the event."),
            .init("by", .address, "Who says so."),
            .init("reason", .text, "Why."),
        ],
        roles: [
            .init(
                "updated", required: [0], optional: [1, 2, 3, 7, 8],
                "A score changes: to a score, or by a delta."),
            .init("rated", required: [0, 4], optional: [7, 8], "A subject gets stars."),
            .init("task", required: [5], optional: [0, 7, 8], "A task ends, well or not."),
            .init(
                "blacklisted", required: [0], optional: [6, 7, 8],
                "A subject is put on the blacklist; taken off it where listed is false."),
            .init("unblacklisted", required: [0], optional: [7, 8], "A subject is taken off it."),
        ])

    enum Family: Int, CaseIterable {
        case score, updates, mismatches, ratings, stars, tasks, blacklisted, isBlacklisted
    }

    static let families: [SeriesFamily] = [
        SeriesFamily(
            "reputation_score", .signedGauge, labels: ["registry", "subject"],
            "The score of a listed subject."),
        SeriesFamily(
            "reputation_updates_total", .count, labels: ["registry", "subject"],
            "Changes of scores."),
        SeriesFamily(
            "reputation_mismatches_total", .count, labels: ["registry", "subject"],
            "Changes of a listed subject's score that did not begin at the score that was known."),
        SeriesFamily(
            "reputation_ratings_total", .count, labels: ["registry", "subject"], "Ratings."),
        SeriesFamily(
            "reputation_stars_total", .sum, labels: ["registry", "subject"],
            "Stars of all ratings together."),
        SeriesFamily(
            "reputation_tasks_total", .count, labels: ["registry", "result", "subject"],
            "Tasks that ended, by result."),
        SeriesFamily(
            "blacklisted", .gauge, labels: ["registry"], "Subjects on the blacklist."),
        SeriesFamily(
            "subject_blacklisted", .gauge, labels: ["registry", "subject"],
            "Whether a listed subject is on the blacklist: 1 or 0."),
    ]

    enum Derived: Int { case change }

    static let derivedFamilies: [SeriesFamily] = [
        SeriesFamily(
            "reputation_score_change", .signedGauge, labels: ["registry", "subject", "window"],
            "By how much the score of a listed subject changed in the time up to the last block.")
    ]

    /// A time over which changes are told.
    struct Window: Sendable, Equatable {
        /// The label, as it was written.
        var name: String
        var seconds: UInt64
    }

    struct Settings: Sendable {
        /// Accounts with series of their own.
        var subjects: [NamedAccount] = []
        var windows: [Window] = Self.standardWindows
        /// How many changes are remembered of each listed subject.
        var historyMax = 256
        /// How many subjects may be on the blacklist.
        var blacklistMax = 100_000

        static let standardWindows = [
            Window(name: "1h", seconds: 3_600), Window(name: "24h", seconds: 86_400),
            Window(name: "7d", seconds: 604_800),
        ]
    }

    var book: SeriesBook
    private(set) var histories = EntityMap<Address, ScoreHistory>(
        "score", number: Self.firstDrawer)
    private(set) var blacklist = EntityMap<Address, Listing>(
        "blacklist", number: Self.firstDrawer + 1)
    private let name: String
    private let settings: Settings
    private let subjects: [Address: String]
    /// The longest window.
    private let memory: UInt64

    init(_ name: String, _ settings: Settings, tokens: TokenTable) {
        self.name = name
        self.settings = settings
        self.subjects = Dictionary(
            settings.subjects.map { ($0.address, $0.name) }, uniquingKeysWith: { $1 })
        self.memory = settings.windows.map(\.seconds).max() ?? 0
        self.book = SeriesBook(Self.families, tokens: tokens)
        for label in settings.subjects.map(\.name) + [self.rest] {
            self.book.open(Family.updates, [name, label])
            self.book.open(Family.ratings, [name, label])
            self.book.open(Family.stars, [name, label])
            for success in [true, false] {
                self.book.open(Family.tasks, [name, Self.result(success), label])
            }
        }
        for label in settings.subjects.map(\.name) {
            self.book.open(Family.mismatches, [name, label])
            self.book.open(Family.isBlacklisted, [name, label])
        }
        self.book.open(Family.blacklisted, [name])
    }

    var drawers: [any Drawer] { [self.histories, self.blacklist] }

    mutating func restore(drawer: String, key: String, bytes: [UInt8]) -> Bool {
        switch drawer {
        case self.histories.name: self.histories.restore(key, bytes)
        case self.blacklist.name: self.blacklist.restore(key, bytes)
        default: false
        }
    }

    /// The label of subjects that are not listed: empty, which is no label, where none is.
    private var rest: String { self.subjects.isEmpty ? "" : SeriesBook.other }

    private func label(_ subject: Address?) -> String {
        subject.flatMap { self.subjects[$0] } ?? self.rest
    }

    private static func result(_ success: Bool) -> String { success ? "success" : "failed" }

    // MARK: Events

    mutating func apply(
        _ event: RoleEvent, _ effects: inout TrackerEffects
    ) throws(SkipReason) {
        switch Role(rawValue: event.role) {
        case .updated: try self.update(event, &effects)
        case .rated:
            let subject = try event.address(Field.subject)
            let stars = try event.amount(Field.stars)
            let label = self.label(subject)
            self.book.count(Family.ratings, [self.name, label], &effects)
            self.book.add(Family.stars, [self.name, label], stars, &effects)
            self.tell("rating", subject, event, [("stars", stars.description)], &effects)
        case .task:
            guard let success = event.flag(Field.success) else { throw .unusable }
            let subject = event.optionalAddress(Field.subject)
            let result = Self.result(success)
            self.book.count(Family.tasks, [self.name, result, self.label(subject)], &effects)
            self.tell("reputation_task", subject, event, [("result", result)], &effects)
        case .blacklisted:
            try self.put(
                try event.address(Field.subject), onList: event.flag(Field.listed) ?? true, event,
                &effects)
        case .unblacklisted:
            try self.put(try event.address(Field.subject), onList: false, event, &effects)
        case nil: throw .unusable
        }
    }

    private mutating func update(
        _ event: RoleEvent, _ effects: inout TrackerEffects
    ) throws(SkipReason) {
        let subject = try event.address(Field.subject)
        let delta = event.has(Field.delta) ? try event.signed(Field.delta) : nil
        let old = event.has(Field.old) ? try event.signed(Field.old) : nil
        var score = event.has(Field.score) ? try event.signed(Field.score) : nil
        let label = self.label(subject)
        if self.subjects[subject] != nil {
            var history = self.histories[subject]
            if score == nil, let delta {
                guard let sum = (old ?? history?.score ?? .zero).adding(delta) else {
                    throw .overflow
                }
                score = sum
            }
            guard let score else { throw .unusable }
            let before = old ?? delta.flatMap { score.subtracting($0) }
            if let known = history?.score, let before, known != before {
                self.book.count(Family.mismatches, [self.name, label], &effects)
            }
            if history == nil { history = ScoreHistory(origin: before ?? score) }
            history?.add(
                score, at: event.time, memory: self.memory, max: self.settings.historyMax)
            self.histories.set(history, for: subject, &effects)
            self.book.set(Family.score, [self.name, label], score, &effects)
        }
        self.book.count(Family.updates, [self.name, label], &effects)
        self.tell(
            "reputation_change", subject, event,
            [
                ("score", score?.description), ("old", old?.description),
                ("delta", delta?.description),
            ], &effects)
    }

    private mutating func put(
        _ subject: Address, onList: Bool, _ event: RoleEvent, _ effects: inout TrackerEffects
    ) throws(SkipReason) {
        let isOn = self.blacklist[subject] != nil
        guard isOn != onList else { throw onList ? .duplicate : .unknownKey }
        guard !onList || self.blacklist.count < self.settings.blacklistMax else { throw .full }
        self.blacklist.set(onList ? Listing(since: event.time) : nil, for: subject, &effects)
        self.book.set(
            Family.blacklisted, [self.name], U256(UInt64(self.blacklist.count)), &effects)
        if let label = self.subjects[subject] {
            self.book.set(
                Family.isBlacklisted, [self.name, label], onList ? U256.one : .zero, &effects)
        }
        self.tell(
            "blacklist_change", subject, event, [("listed", onList ? "true" : "false")], &effects)
    }

    private func tell(
        _ kind: String, _ subject: Address?, _ event: RoleEvent, _ more: [(String, String?)],
        _ effects: inout TrackerEffects
    ) {
        var fields = [("registry", self.name), ("time", event.time.description)]
        if let subject { fields.append(("subject", subject.description)) }
        for (name, value) in more {
            if let value { fields.append((name, value)) }
        }
        if let by = event.optionalAddress(Field.by) { fields.append(("by", by.description)) }
        if let reason = event.text(Field.reason) { fields.append(("reason", reason)) }
        effects.fact(kind, fields)
    }

    // MARK: Time

    func derived(at place: BlockPlace) -> [DerivedSample] {
        var samples: [DerivedSample] = []
        for (subject, label) in self.subjects {
            guard let history = self.histories[subject] else { continue }
            for window in self.settings.windows {
                let now = place.time.rawValue
                let start = BlockTime(now > window.seconds ? now - window.seconds : 0)
                let before = history.score(at: start)
                // The difference of two scores may have a bit more than they have.
                let change =
                    history.score.subtracting(before)?.double
                    ?? history.score.double - before.double
                samples.append(
                    DerivedSample(Derived.change, [self.name, label, window.name], change))
            }
        }
        return samples
    }
}
