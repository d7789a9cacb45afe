// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMPrimitives
import EVMSignatures
import HashTreeCollections

/// Payment channels from their opening to their settlement: whose money is in them, what was paid,
/// and whether one is closed with an older state than a voucher in hand.
///
/// Invariant: what all channels hold adds up to `channel_locked_tokens`, and so do the balances of
/// the parties.
struct ChannelsTracker: Tracker {
    static let kind = TrackerKind.channels

    struct Settings: Sendable {
        /// The token's place in the table.
        var token: Int
        /// Whether the amount of a payment is the sum of all so far.
        var isCumulative = true
        /// What the two parties are called in labels.
        var sides = ChannelSides("payer", "payee")
        /// Channels with series of their own.
        var channels: [NamedChannel] = []
        /// Parties with series of their own.
        var accounts: [NamedAccount] = []
        /// Whether a channel is named by the hash of its parties.
        var isNamedByParties = false
        /// Whether a deposit opens a channel that there is not.
        var opensByDeposit = false
        /// The challenge period where events do not say when it ends.
        var period: UInt64?
        /// How many channels there may be at once.
        var channelsMax = 200_000
        /// How many ended channels are remembered for vouchers that come late.
        var endedMax = 10_000
        var reconciliation: Reconciliation?
        var intake: VoucherIntake?
    }

    /// A channel with the name that its series show.
    struct NamedChannel: Sendable, Equatable {
        var name: String
        var key: U256
    }

    enum Field: Int, CaseIterable {
        case channel, peer, via, payer, payee, party, amount, total, balance, paid, sequence, by,
            signer, deadline, period, toPayer, toPayee
    }

    enum Role: Int, CaseIterable {
        case opened, deposit, withdraw, payment, failed, closing, updated, resumed, settled
    }

    var book: SeriesBook
    var channels = EntityMap<U256, Channel>("channel", number: Self.firstDrawer)
    var ended = EntityMap<U256, EndedChannel>("ended", number: Self.firstDrawer + 1)
    /// Channels on their way to an end: made from ``channels``, and not stored.
    var closings: TreeDictionary<U256, Ending> = [:]
    /// The best vouchers by channel and signer. They come from outside and are no part of what the
    /// chain says: not stored with it.
    var promises: TreeDictionary<U256, [Address: VoucherState]> = [:]
    let name: String
    let token: String
    let settings: Settings
    let names: [U256: String]
    private let accounts: [Address: String]

    /// A channel on its way to an end.
    struct Ending: Sendable, Equatable {
        var deadline: BlockTime?
        /// Whether a voucher in hand is newer than all that was presented so far.
        var isStale: Bool
    }

    init(_ name: String, _ settings: Settings, tokens: TokenTable) {
        self.name = name
        self.settings = settings
        self.token = tokens[settings.token].symbol
        self.names = Dictionary(
            settings.channels.map { ($0.key, $0.name) }, uniquingKeysWith: { $1 })
        self.accounts = Dictionary(
            settings.accounts.map { ($0.address, $0.name) }, uniquingKeysWith: { $1 })
        self.book = SeriesBook(Self.families, tokens: tokens)
        for state in Channel.State.allCases {
            self.book.open(Family.channels, [name, state.text])
        }
        for family in [
            Family.opened, .closed, .disputes, .gaps, .staleCloses,
        ] {
            self.book.open(family, [name])
        }
        for family in [Family.locked, .paymentTokens] {
            self.book.open(family, [name, self.token])
        }
        for side in ChannelSide.allCases {
            let label = settings.sides[side]
            self.book.open(Family.balance, [name, self.token, self.rest, label])
            for family in [Family.deposits, .withdrawals, .settled] {
                self.book.open(family, [name, self.token, label])
            }
        }
        self.book.open(Family.payments, [name, "success"])
    }

    var drawers: [any Drawer] { [self.channels, self.ended] }

    mutating func restore(drawer: String, key: String, bytes: [UInt8]) -> Bool {
        if drawer == self.ended.name { return self.ended.restore(key, bytes) }
        guard drawer == self.channels.name, self.channels.restore(key, bytes) else { return false }
        if let key = U256(entityText: key) { self.noteEnding(of: key) }
        return true
    }

    // MARK: Labels

    /// The label of channels that are not listed: empty, which is no label, where none is.
    var rest: String { self.names.isEmpty ? "" : SeriesBook.other }

    func label(_ channel: U256) -> String { self.names[channel] ?? self.rest }

    /// The name of a listed account, or else what its side is called.
    func label(_ side: ChannelSide, of channel: Channel) -> String {
        channel.parties[side].flatMap { self.accounts[$0] } ?? self.settings.sides[side]
    }

    // MARK: Events

    mutating func apply(
        _ event: RoleEvent, _ effects: inout TrackerEffects
    ) throws(SkipReason) {
        switch Role(rawValue: event.role) {
        case .opened: try self.open(event, &effects)
        case .deposit: try self.deposit(event, &effects)
        case .withdraw: try self.withdraw(event, &effects)
        case .payment: try self.pay(event, &effects)
        case .failed: try self.fail(event, &effects)
        case .closing: try self.close(event, &effects)
        case .updated: try self.update(event, &effects)
        case .resumed: try self.resume(event, &effects)
        case .settled: try self.settle(event, &effects)
        case nil: throw .unusable
        }
    }

    /// The word that names the channel of an event: its own, the hash of several, or that of its
    /// parties.
    func key(of event: RoleEvent) throws(SkipReason) -> U256 {
        guard event.has(Field.channel) else {
            guard self.settings.isNamedByParties, let payer = event.optionalAddress(Field.payer),
                let payee = event.optionalAddress(Field.payee)
            else { throw .unusable }
            return Keccak256.hash(payer.bytes + payee.bytes).word
        }
        let first = try event.key(Field.channel)
        guard event.has(Field.peer) || event.has(Field.via) else { return first }
        var words = [first]
        for field in [Field.peer, .via] where event.has(field) {
            words.append(try event.key(field))
        }
        return Self.key(of: words)
    }

    /// The name of a channel that several words name together.
    static func key(of words: [U256]) -> U256 {
        guard words.count > 1 else { return words.first ?? .zero }
        return Keccak256.hash(words.flatMap(\.bigEndianBytes)).word
    }

    /// A channel that is not at its end, with its name.
    func live(_ event: RoleEvent) throws(SkipReason) -> (key: U256, channel: Channel) {
        let key = try self.key(of: event)
        guard let channel = self.channels[key] else { throw .unknownKey }
        guard channel.state != .closed else { throw .outOfOrder }
        return (key, channel)
    }
}
