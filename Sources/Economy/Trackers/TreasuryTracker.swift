// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMPrimitives

/// What a treasury holds, what comes in and goes out and to whom, how long it lasts and what it is
/// worth.
///
/// Invariant: of each token the opening balance, and inflow less outflow since, add up to the
/// ledger's net; the balance shown is that, corrected by the last reading of the chain.
struct TreasuryTracker: Tracker {
    static let kind = TrackerKind.treasury

    struct Settings: Sendable {
        /// The treasury's own addresses: contracts, and wallets whose transactions are not looked at.
        var accounts: [Address]
        /// Those of its own addresses whose transactions are looked at, for their gas and value.
        var wallets: [Address]
        /// Places in the table of tokens.
        var tokens: [Int]
        /// Those of the tokens whose `Transfer` events tell all of their movements.
        var toldTokens: [Int]
        var counterparties: [Counterparty]
        /// Balances are read every so many blocks; zero: never.
        var everyBlocks: UInt64
        var feeds: [Feed]
        /// What budgets may be for.
        var categories: [String]
    }

    /// Addresses that flows are told apart by.
    struct Counterparty: Sendable, Equatable {
        /// The value of the label `counterparty`.
        var name: String
        var addresses: [Address]
    }

    struct Feed: Sendable, Equatable {
        /// The token's place in the table.
        var token: Int
        var feed: PriceFeed
    }

    enum Field: Int, CaseIterable {
        case from, to, amount, token, payer, account, category
    }

    enum Role: Int, CaseIterable {
        case transfer, received, sent, budget
    }

    static let shape = TrackerShape(
        fields: [
            .init("from", .address, "Who sends the tokens."),
            .init("to", .address, "Who gets the tokens."),
            .init("amount", .amount, "How much, in the token's smallest unit."),
            .init(
                "token", .address,
                "The token's contract, zero for the coin; without it the contract of the event."),
            .init("payer", .address, "Who paid."),
            .init(
                "account", .address,
                "Which account of the treasury; without it the contract of the event."),
            .init("category", .key, "What the budget is for: a text or its hash."),
        ],
        roles: [
            .init(
                "transfer", required: [0, 1, 2], optional: [3],
                "Tokens move between any two addresses: ERC-20."),
            .init(
                "received", required: [2], optional: [3, 4, 5],
                "The treasury says that it was paid."),
            .init(
                "sent", required: [2], optional: [1, 3, 5],
                "The treasury says that it paid."),
            .init("budget", required: [2, 6], optional: [3], "A budget is set."),
        ])

    enum Family: Int, CaseIterable {
        case inflow, outflow, budget, feedFailures, drift, driftBlock, readingFailures
    }

    static let families: [SeriesFamily] = [
        SeriesFamily(
            "treasury_inflow_tokens_total", .sum, labels: ["treasury", "token", "counterparty"],
            scale: .token(label: 1), "What came in, by the class of who paid."),
        SeriesFamily(
            "treasury_outflow_tokens_total", .sum, labels: ["treasury", "token", "counterparty"],
            scale: .token(label: 1), "What went out, by the class of who was paid."),
        SeriesFamily(
            "treasury_budget_tokens", .gauge, labels: ["treasury", "token", "category"],
            scale: .token(label: 1), "The budget of a category, as it was last set."),
        .feedFailures, .drift, .driftBlock, .readingFailures,
    ]

    enum Derived: Int, CaseIterable {
        case balance, anchored, largest, runway, value, price, updated, stale, round
    }

    static let derivedFamilies: [SeriesFamily] = [
        SeriesFamily(
            "treasury_balance_tokens", .gauge, labels: ["treasury", "token"],
            "What all accounts of the treasury hold together."),
        SeriesFamily(
            "treasury_balance_anchored", .gauge, labels: ["treasury", "token"],
            "Whether the balance rests on a reading of the chain: 1, or 0 for events alone."),
        SeriesFamily(
            "treasury_largest_outflow_tokens", .gauge, labels: ["treasury", "token"],
            "The largest single outflow of the last 30 days."),
        SeriesFamily(
            "treasury_runway_seconds", .gauge, labels: ["treasury", "token"],
            "How long the balance lasts if as much goes out as in the last 30 days."),
        SeriesFamily(
            "treasury_value_usd", .gauge, labels: ["treasury", "token"],
            "The balance at the price of its feed; absent while that is stale."),
        .feedPrice, .feedUpdated, .feedStale, .feedRound,
    ]

    /// The class of what no event tells, found by comparing balances.
    static let internalClass = "internal"
    /// The class of what a wallet pays for its transactions.
    static let gasClass = "gas"
    /// The gauge of the balance among those that are reconciled.
    static let balanceGauge = "balance"

    var book: SeriesBook
    var ledgers = EntityMap<String, Ledger>("ledger", number: Self.firstDrawer)
    var rounds = EntityMap<String, PriceRound>("feed", number: Self.firstDrawer + 1)
    /// The last blocks at which balances and feeds were read, with or without success.
    var marks = EntityMap<String, BlockMark>("read", number: Self.firstDrawer + 2)
    let name: String
    let settings: Settings
    /// All addresses that are the treasury's.
    let own: Set<Address>
    let classes: [Address: String]
    /// Categories of budgets by what events hold of them.
    let categories: [U256: String]
    /// The readings of balances, which are the same each time.
    let balanceRequests: [ReadingRequest]

    init(_ name: String, _ settings: Settings, tokens: TokenTable) {
        self.name = name
        self.settings = settings
        let accounts = settings.accounts + settings.wallets
        self.own = Set(accounts)
        self.classes = Dictionary(
            settings.counterparties.flatMap { party in
                party.addresses.map { ($0, party.name) }
            }, uniquingKeysWith: { first, _ in first })
        self.categories = Dictionary(
            settings.categories.flatMap { name in Self.words(of: name).map { ($0, name) } },
            uniquingKeysWith: { first, _ in first })
        self.balanceRequests = settings.tokens.flatMap { place in
            accounts.compactMap { Self.balanceRequest(tokens[place], $0) }
        }
        self.book = SeriesBook(Self.families, tokens: tokens)
        var classes = settings.counterparties.map(\.name) + [SeriesBook.other]
        if settings.everyBlocks > 0 { classes.append(Self.internalClass) }
        for place in settings.tokens {
            let symbol = tokens[place].symbol
            for label in classes
            where label != Self.internalClass || !settings.toldTokens.contains(place) {
                self.book.open(Family.inflow, [name, symbol, label])
                self.book.open(Family.outflow, [name, symbol, label])
            }
            if !settings.wallets.isEmpty, tokens[place].address == nil {
                self.book.open(Family.outflow, [name, symbol, Self.gasClass])
            }
        }
        for feed in settings.feeds {
            for fault in PriceFeed.Fault.allCases {
                self.book.open(
                    Family.feedFailures, self.feedLabels(feed.token) + [fault.rawValue])
            }
        }
    }

    var drawers: [any Drawer] { [self.ledgers, self.rounds, self.marks] }

    mutating func restore(drawer: String, key: String, bytes: [UInt8]) -> Bool {
        switch drawer {
        case self.ledgers.name: self.ledgers.restore(key, bytes)
        case self.rounds.name: self.rounds.restore(key, bytes)
        case self.marks.name: self.marks.restore(key, bytes)
        default: false
        }
    }

    func symbol(_ token: Int) -> String { self.book.tokens[token].symbol }

    func feedLabels(_ token: Int) -> [String] {
        [Self.kind.rawValue, self.name, self.symbol(token)]
    }
}
