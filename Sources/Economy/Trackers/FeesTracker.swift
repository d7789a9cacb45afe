// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMPrimitives
import MetricsRegistry

/// Which fees were collected, and how tokens move: transfers, supply, holders, circulation.
///
/// Invariant: with a ledger, the balances of all accounts and the rest of it add up to the supply.
struct FeesTracker: Tracker {
    static let kind = TrackerKind.fees

    struct Settings: Sendable {
        /// The place of the token that events speak of which name none; nil: the contract that
        /// emitted them is the token.
        var token: Int?
        /// Nil: no supply is kept.
        var supply: SupplyStart?
        var zeroAddress: ZeroAddress
        /// How many accounts have a balance of their own; nil: no ledger is kept.
        var ledgerMax: Int?
        /// Accounts whose balance does not circulate.
        var locked: [NamedAccount]
        /// From how many whole tokens on a transfer is large.
        var large: Ratio?
        /// Whether each transfer is recorded, not only large ones.
        var recordsTransfers: Bool
        var reconciliation: Reconciliation?
    }

    /// Where the supply starts.
    enum SupplyStart: String, Sendable, CaseIterable {
        /// At zero: reading begins before the first mint.
        case deployment
        /// At what the contract says at the first block that is read.
        case chain
    }

    /// What a transfer from or to the zero address is.
    enum ZeroAddress: String, Sendable, CaseIterable {
        /// A mint or a burn (EIP-20).
        case mints
        /// A transfer like any other: mints and burns have events of their own (WETH9).
        case account
        /// Nothing: mints and burns have events of their own, which tell the same (USDC).
        case ignored
    }

    /// A number of whole tokens.
    struct Ratio: Sendable {
        var numerator: U256
        var denominator: U256
    }

    enum Field: Int, CaseIterable {
        case amount, token, payer, source, from, to
    }

    enum Role: Int, CaseIterable {
        case fee, transfer, mint, burn
    }

    static let shape = TrackerShape(
        fields: [
            .init("amount", .amount, "How much, in the token's smallest unit."),
            .init("token", .address, "The token's contract, where the event says it."),
            .init("payer", .address, "Who paid."),
            .init("source", .text, "What the fee was paid for."),
            .init("from", .address, "Whose tokens they were."),
            .init("to", .address, "Whose tokens they are."),
        ],
        roles: [
            .init("fee", required: [0], optional: [1, 2, 3], "A fee is collected."),
            .init("transfer", required: [0, 4, 5], optional: [1], "Tokens change hands."),
            .init("mint", required: [0, 5], optional: [1], "Tokens come into being."),
            .init("burn", required: [0, 4], optional: [1], "Tokens cease to be."),
        ])

    enum Family: Int, CaseIterable {
        case fees, feePayments, transfers, volume, value, largeTransfers, minted, burned, supply,
            circulating, locked, holders, rest, drift, driftBlock, readingFailures
    }

    static let families: [SeriesFamily] = [
        SeriesFamily(
            "fees_collected_tokens_total", .sum, labels: ["source", "token"],
            scale: .token(label: 1), "Fees that were collected."),
        SeriesFamily(
            "fee_payments_total", .count, labels: ["source", "token"],
            "How often a fee was collected."),
        SeriesFamily("transfers_total", .count, labels: ["token"], "Transfers of tokens."),
        SeriesFamily(
            "transfer_volume_tokens_total", .sum, labels: ["token"], scale: .token(label: 0),
            "Tokens that changed hands."),
        SeriesFamily(
            "transfer_value_tokens", .histogram(SeriesFamily.tokenBuckets), labels: ["token"],
            scale: .token(label: 0), "Tokens of one transfer."),
        SeriesFamily(
            "large_transfers_total", .count, labels: ["token"],
            "Transfers of at least what the configuration calls large."),
        SeriesFamily(
            "token_minted_tokens_total", .sum, labels: ["token"], scale: .token(label: 0),
            "Tokens that came into being."),
        SeriesFamily(
            "token_burned_tokens_total", .sum, labels: ["token"], scale: .token(label: 0),
            "Tokens that ceased to be."),
        SeriesFamily(
            "token_supply_tokens", .gauge, labels: ["token"], scale: .token(label: 0),
            "Tokens that there are."),
        SeriesFamily(
            "token_circulating_tokens", .gauge, labels: ["token"], scale: .token(label: 0),
            "Tokens that there are, less those of locked accounts."),
        SeriesFamily(
            "token_locked_tokens", .gauge, labels: ["token", "account"], scale: .token(label: 0),
            "Tokens of a locked account."),
        SeriesFamily("token_holders", .gauge, labels: ["token"], "Accounts with a balance."),
        SeriesFamily(
            "token_ledger_rest_tokens", .gauge, labels: ["token"], scale: .token(label: 0),
            "Tokens of accounts that the ledger had no room for."),
        .drift, .driftBlock, .readingFailures,
    ]

    /// What an account has; one with nothing is not remembered.
    struct Balance: Entity {
        var amount: U256

        init(_ amount: U256) { self.amount = amount }

        func write(to writer: inout StateWriter) { writer.write(self.amount) }

        init(from reader: inout StateReader) throws(StateReader.Damage) {
            self.amount = try reader.word()
        }
    }

    var book: SeriesBook
    /// Of all accounts where there is a ledger, else of locked ones; only while the supply is known.
    var accounts = EntityMap<Address, Balance>("account", number: Self.firstDrawer)
    let name: String
    let settings: Settings
    let tokens: TokenTable
    /// The names of locked accounts.
    let locked: [Address: String]
    /// The label sets `token`, by place.
    let labels: [[String]]
    /// From how many units on a transfer is large.
    let largeUnits: U256?

    init(_ name: String, _ settings: Settings, tokens: TokenTable) {
        self.name = name
        self.settings = settings
        self.tokens = tokens
        self.locked = Dictionary(
            settings.locked.map { ($0.address, $0.name) }, uniquingKeysWith: { $1 })
        self.labels = tokens.tokens.map { [$0.symbol] }
        self.largeUnits = settings.large.map { large in
            let unit = U256.powerOfTen(Int(settings.token.map { tokens.decimals($0) } ?? 0))
            // What cannot be counted in units is more than any transfer.
            return unit.flatMap { large.numerator.multiplied(by: $0) }?
                .quotientAndRemainder(dividingBy: large.denominator)?.quotient ?? .max
        }
        self.book = SeriesBook(Self.families, tokens: tokens)
        guard settings.supply == .deployment, let labels = self.ownLabels else { return }
        self.book.open(Family.supply, labels)
        self.book.open(Family.circulating, labels)
        for account in settings.locked { self.book.open(Family.locked, labels + [account.name]) }
        if settings.ledgerMax != nil {
            self.book.open(Family.holders, labels)
            self.book.open(Family.rest, labels)
        }
    }

    /// The labels of the one token whose supply is kept.
    var ownLabels: [String]? { self.settings.token.map { self.labels[$0] } }

    var drawers: [any Drawer] { [self.accounts] }

    mutating func restore(drawer: String, key: String, bytes: [UInt8]) -> Bool {
        drawer == self.accounts.name && self.accounts.restore(key, bytes)
    }
}
