// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMPrimitives

extension GovernanceTracker {
    /// A way to vote.
    enum Support: Sendable, Equatable {
        case against, inFavour, abstain
        /// A value that governors of this kind do not use.
        case other

        /// As the events of Governor, Bravo, Alpha and Aragon have it.
        init(_ word: U256) {
            switch word.uint64 {
            case 0: self = .against
            case 1: self = .inFavour
            case 2: self = .abstain
            default: self = .other
            }
        }

        /// The label `support`.
        var label: String {
            switch self {
            case .against: "against"
            case .inFavour: "for"
            case .abstain: "abstain"
            case .other: "other"
            }
        }
    }

    /// What happens to a proposal. The text is a label: it does not change.
    enum Change: String, Sendable, CaseIterable {
        case proposed, queued, executed, canceled, rejected, extended

        /// The phase that it leads to.
        var phase: Proposal.Phase {
            switch self {
            case .proposed, .extended: .open
            case .queued: .queued
            case .executed: .executed
            case .canceled: .canceled
            case .rejected: .rejected
            }
        }
    }

    /// The weight of votes by support, in smallest units.
    struct Votes: Sendable, Equatable {
        var against = U256.zero
        var inFavour = U256.zero
        var abstain = U256.zero
        var other = U256.zero

        subscript(support: Support) -> U256 {
            get {
                switch support {
                case .against: self.against
                case .inFavour: self.inFavour
                case .abstain: self.abstain
                case .other: self.other
                }
            }
            set {
                switch support {
                case .against: self.against = newValue
                case .inFavour: self.inFavour = newValue
                case .abstain: self.abstain = newValue
                case .other: self.other = newValue
                }
            }
        }

        /// The weight of several kinds together, or the largest number.
        func sum(_ kinds: [Support]) -> U256 {
            kinds.reduce(.zero) { sum, kind in sum.adding(self[kind]) ?? .max }
        }

        static let all: [Support] = [.against, .inFavour, .abstain, .other]
    }

    /// A proposal as its events tell it.
    struct Proposal: Entity {
        /// How far events have brought it. The numbers stand in the store.
        enum Phase: UInt8, Sendable {
            case open, queued, executed, canceled, rejected

            var isFinal: Bool { self != .open && self != .queued }
        }

        /// The id for people: decimal digits, or hex of bytes.
        let name: String
        /// Where it was made.
        let created: BlockPlace
        /// How many were made before it.
        let ordinal: UInt64
        var phase = Phase.open
        /// Votes are taken after this block or time, and until that one; nil where it is not known.
        var start: UInt64?
        var end: UInt64?
        var votes = Votes()
        var voteCount: UInt64 = 0
        /// From when it can be executed.
        var eta: BlockTime?
        /// What was read at its snapshot, or stood in its event.
        var quorum: U256?
        var supply: U256?
        /// The timelock's operation, while it waits.
        var operation: U256?
        /// Whether the timelock said so first, and the governor may still say the same.
        var isFinishedByTimelock = false
        /// The block at which missing readings are asked for next, and how often they failed.
        var askAt: UInt64 = 0
        var failures: UInt8 = 0

        init(name: String, created: BlockPlace, ordinal: UInt64) {
            self.name = name
            self.created = created
            self.ordinal = ordinal
        }

        func write(to writer: inout StateWriter) {
            writer.write(self.name)
            writer.write(self.created.number.rawValue)
            writer.write(self.created.time)
            writer.write(self.ordinal)
            writer.write(self.phase.rawValue)
            writer.write(self.start) { $0.write($1) }
            writer.write(self.end) { $0.write($1) }
            for support in Votes.all { writer.write(self.votes[support]) }
            writer.write(self.voteCount)
            writer.write(self.eta) { $0.write($1) }
            writer.write(self.quorum) { $0.write($1) }
            writer.write(self.supply) { $0.write($1) }
            writer.write(self.operation) { $0.write($1) }
            writer.write(self.isFinishedByTimelock)
            writer.write(self.askAt)
            writer.write(self.failures)
        }

        init(from reader: inout StateReader) throws(StateReader.Damage) {
            self.name = try reader.text()
            self.created = BlockPlace(
                number: BlockNumber(try reader.number()), time: try reader.time())
            self.ordinal = try reader.number()
            guard let phase = Phase(rawValue: try reader.byte()) else {
                throw StateReader.Damage()
            }
            self.phase = phase
            self.start = try reader.optionalNumber()
            self.end = try reader.optionalNumber()
            for support in Votes.all { self.votes[support] = try reader.word() }
            self.voteCount = try reader.number()
            self.eta = try reader.optionalNumber().map { BlockTime($0) }
            self.quorum = try reader.optionalWord()
            self.supply = try reader.optionalWord()
            self.operation = try reader.optionalWord()
            self.isFinishedByTimelock = try reader.flag()
            self.askAt = try reader.number()
            self.failures = try reader.byte()
        }
    }

    /// Which proposal an operation of the timelock executes.
    struct Operation: Entity {
        var proposal: U256

        init(proposal: U256) { self.proposal = proposal }
        func write(to writer: inout StateWriter) { writer.write(self.proposal) }
        init(from reader: inout StateReader) throws(StateReader.Damage) {
            self.proposal = try reader.word()
        }
    }

    /// How many proposals there were of which nothing else is remembered.
    struct Forgotten: Entity {
        var count: UInt64

        init(count: UInt64) { self.count = count }
        func write(to writer: inout StateWriter) { writer.write(self.count) }
        init(from reader: inout StateReader) throws(StateReader.Damage) {
            self.count = try reader.number()
        }
    }

    /// What the governor counts time in (EIP-6372). The numbers stand in the store.
    enum ClockMode: UInt8, Sendable {
        /// Numbers of this chain's blocks.
        case blocks = 1
        /// Unix time.
        case seconds
        /// Something that is not seen here, such as blocks of another chain.
        case foreign
    }

    /// What was learned of the governor's clock and the chain's pace.
    struct Clock: Entity {
        var mode: ClockMode?
        /// The block of the first proposal: from there the time between blocks is measured.
        var first: BlockPlace?
        var askAt: UInt64 = 0
        var failures: UInt8 = 0

        init() {}

        func write(to writer: inout StateWriter) {
            writer.write(self.mode) { $0.write($1.rawValue) }
            writer.write(self.first) {
                $0.write($1.number.rawValue)
                $0.write($1.time)
            }
            writer.write(self.askAt)
            writer.write(self.failures)
        }

        init(from reader: inout StateReader) throws(StateReader.Damage) {
            if try reader.flag() {
                guard let mode = ClockMode(rawValue: try reader.byte()) else {
                    throw StateReader.Damage()
                }
                self.mode = mode
            }
            if try reader.flag() {
                self.first = BlockPlace(
                    number: BlockNumber(try reader.number()), time: try reader.time())
            }
            self.askAt = try reader.number()
            self.failures = try reader.byte()
        }
    }
}

extension StateReader {
    fileprivate mutating func optionalNumber() throws(Damage) -> UInt64? {
        try self.flag() ? try self.number() : nil
    }
    fileprivate mutating func optionalWord() throws(Damage) -> U256? {
        try self.flag() ? try self.word() : nil
    }
}
