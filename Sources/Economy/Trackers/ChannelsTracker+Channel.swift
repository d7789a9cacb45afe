// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMPrimitives
import EVMSignatures

/// One of the two ends of a payment channel.
enum ChannelSide: Int, Sendable, CaseIterable {
    case payer, payee

    var other: ChannelSide { self == .payer ? .payee : .payer }
}

/// Something of each end of a channel.
struct ChannelSides<Value: Sendable & Equatable>: Sendable, Equatable {
    var payer: Value
    var payee: Value

    init(_ payer: Value, _ payee: Value) {
        self.payer = payer
        self.payee = payee
    }

    subscript(side: ChannelSide) -> Value {
        get { side == .payer ? self.payer : self.payee }
        set { if side == .payer { self.payer = newValue } else { self.payee = newValue } }
    }
}

/// A payment channel as its events tell it.
///
/// Invariant: what is ``held`` is what came less what left; it belongs to the two parties as
/// ``balances`` says, and is zero when the channel is closed.
struct Channel: Entity {
    enum State: UInt8, CaseIterable {
        case open, closing, disputed, closed

        /// The label; does not change.
        var text: String {
            switch self {
            case .open: "open"
            case .closing: "closing"
            case .disputed: "disputed"
            case .closed: "closed"
            }
        }
    }

    /// The event by which it began to end, and what that event presented.
    struct Closing: Sendable, Equatable {
        var block: BlockRef
        var logIndex: UInt32
        var role: UInt8
        var time: BlockTime
        var deadline: BlockTime?
        /// By the signer.
        var states = ChannelSides(VoucherState(), VoucherState())
        /// Whether a voucher is known that is newer than what was presented: counted once.
        var isStale = false
    }

    var state = State.open
    var parties = ChannelSides<Address?>(nil, nil)
    var opened = BlockTime(0)
    /// The challenge period in seconds, if the event said one.
    var period: UInt64?
    var held = U256.zero
    /// All that each party put in and took out.
    var deposits = ChannelSides(U256.zero, U256.zero)
    var withdrawn = ChannelSides(U256.zero, U256.zero)
    /// What left the channel to the payee before its end.
    var paid = U256.zero
    /// The sum of all payments so far.
    var claimed = U256.zero
    /// The highest sum of payments that a state promised the payee.
    var presented = U256.zero
    var payments: UInt64 = 0
    /// The highest number of a payment.
    var sequence: U256?
    /// The newest state on the chain, by the signer.
    var latest = ChannelSides(VoucherState(), VoucherState())
    var closing: Closing?
    /// Which of all ended channels it is; zero while it is not.
    var ended: UInt64 = 0

    init() {}

    /// What would go to whom: a payer owes what is promised and has not left yet.
    var balances: ChannelSides<U256> {
        let own = self.deposits.payee.subtracting(self.withdrawn.payee) ?? .zero
        let payee = min(own, self.held)
        let payer = self.held.subtracting(payee) ?? .zero
        let owed = min(self.presented.subtracting(self.paid) ?? .zero, payer)
        return ChannelSides(
            payer.subtracting(owed) ?? .zero, payee.adding(owed) ?? self.held)
    }

    /// The end at which an account stands.
    func side(of account: Address?) -> ChannelSide? {
        guard let account else { return nil }
        if self.parties.payer == account { return .payer }
        return self.parties.payee == account ? .payee : nil
    }

    // MARK: The stored form

    func write(to writer: inout StateWriter) {
        writer.write(self.state.rawValue)
        for side in ChannelSide.allCases {
            writer.write(self.parties[side]) { $0.write($1) }
            writer.write(self.deposits[side])
            writer.write(self.withdrawn[side])
            writer.write(self.latest[side])
        }
        writer.write(self.opened)
        writer.write(self.period) { $0.write($1) }
        for amount in [self.held, self.paid, self.claimed, self.presented] {
            writer.write(amount)
        }
        writer.write(self.payments)
        writer.write(self.sequence) { $0.write($1) }
        writer.write(self.ended)
        writer.write(self.closing) { writer, closing in
            writer.write(closing.block.number.rawValue)
            writer.write(closing.block.hash)
            writer.write(UInt64(closing.logIndex))
            writer.write(closing.role)
            writer.write(closing.time)
            writer.write(closing.deadline) { $0.write($1) }
            writer.write(closing.states.payer)
            writer.write(closing.states.payee)
            writer.write(closing.isStale)
        }
    }

    init(from reader: inout StateReader) throws(StateReader.Damage) {
        guard let state = State(rawValue: try reader.byte()) else { throw StateReader.Damage() }
        self.state = state
        for side in ChannelSide.allCases {
            self.parties[side] = try reader.optional { (reader) throws(StateReader.Damage) in
                try reader.address()
            }
            self.deposits[side] = try reader.word()
            self.withdrawn[side] = try reader.word()
            self.latest[side] = try reader.voucherState()
        }
        self.opened = try reader.time()
        self.period = try reader.optional { (reader) throws(StateReader.Damage) in
            try reader.number()
        }
        self.held = try reader.word()
        self.paid = try reader.word()
        self.claimed = try reader.word()
        self.presented = try reader.word()
        self.payments = try reader.number()
        self.sequence = try reader.optional { (reader) throws(StateReader.Damage) in
            try reader.word()
        }
        self.ended = try reader.number()
        self.closing = try reader.optional { (reader) throws(StateReader.Damage) in
            try Self.closing(&reader)
        }
    }

    private static func closing(
        _ reader: inout StateReader
    ) throws(StateReader.Damage) -> Closing {
        let block = BlockRef(number: BlockNumber(try reader.number()), hash: try reader.hash())
        guard let index = UInt32(exactly: try reader.number()) else { throw StateReader.Damage() }
        var closing = Closing(
            block: block, logIndex: index, role: try reader.byte(), time: try reader.time())
        closing.deadline = try reader.optional { (reader) throws(StateReader.Damage) in
            try reader.time()
        }
        closing.states = ChannelSides(try reader.voucherState(), try reader.voucherState())
        closing.isStale = try reader.flag()
        return closing
    }
}

extension StateWriter {
    fileprivate mutating func write(_ state: VoucherState) {
        self.write(state.nonce) { $0.write($1) }
        self.write(state.cumulative) { $0.write($1) }
    }
}

extension StateReader {
    fileprivate mutating func voucherState() throws(Damage) -> VoucherState {
        let nonce = try self.optional { (reader) throws(Damage) in try reader.word() }
        let sum = try self.optional { (reader) throws(Damage) in try reader.word() }
        return VoucherState(nonce: nonce, cumulative: sum)
    }
}

/// A channel that ended, in the order of their ends: so that the oldest is forgotten first.
struct EndedChannel: Entity {
    var channel: U256

    init(_ channel: U256) { self.channel = channel }

    func write(to writer: inout StateWriter) { writer.write(self.channel) }

    init(from reader: inout StateReader) throws(StateReader.Damage) {
        self.channel = try reader.word()
    }
}
