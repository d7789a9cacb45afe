// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMPrimitives

extension JobsTracker {
    /// What can happen to a job: the label `status`.
    enum Status: String, CaseIterable {
        case posted, claimed, completed, failed, cancelled, expired, disputed, resolved
    }

    /// A job as long as it is remembered.
    struct Job: Entity {
        /// Where it stands. The numbers stand in the store: they do not change.
        enum State: UInt8, CaseIterable, Sendable {
            case open, claimed, completed, failed, cancelled, expired, disputed

            var isFinished: Bool {
                switch self {
                case .completed, .failed, .cancelled, .expired: true
                case .open, .claimed, .disputed: false
                }
            }

            /// The label `state`.
            var label: String {
                switch self {
                case .open: "open"
                case .claimed: "claimed"
                case .completed: "completed"
                case .failed: "failed"
                case .cancelled: "cancelled"
                case .expired: "expired"
                case .disputed: "disputed"
                }
            }
        }

        var state = State.open
        /// Where it stood before a dispute.
        var before = State.open
        /// The label of its kind.
        var model = ""
        /// The symbol of its token; empty where it is not known.
        var token = ""
        var value = U256.zero
        var posted = BlockTime(0)
        var node: Address?
        var deadline: BlockTime?
        /// What its node got for it, in wei, as far as a rate is known.
        var earnedWei = U256.zero
        /// What the transactions of its node that told of it cost.
        var gasWei = U256.zero
        /// Its number among the finished ones.
        var number: UInt64?

        init() {}

        /// When it falls due; nil where it is no longer waited for.
        var due: BlockTime? {
            self.state == .open || self.state == .claimed ? self.deadline : nil
        }

        func write(to writer: inout StateWriter) {
            writer.write(self.state.rawValue)
            writer.write(self.before.rawValue)
            writer.write(self.model)
            writer.write(self.token)
            writer.write(self.value)
            writer.write(self.posted)
            writer.write(self.node) { $0.write($1) }
            writer.write(self.deadline) { $0.write($1) }
            writer.write(self.number) { $0.write($1) }
            writer.write(self.earnedWei)
            writer.write(self.gasWei)
        }

        init(from reader: inout StateReader) throws(StateReader.Damage) {
            guard let state = State(rawValue: try reader.byte()),
                let before = State(rawValue: try reader.byte())
            else { throw StateReader.Damage() }
            self.state = state
            self.before = before
            self.model = try reader.text()
            self.token = try reader.text()
            self.value = try reader.word()
            self.posted = try reader.time()
            self.node = try reader.optional { (r) throws(StateReader.Damage) in try r.address() }
            self.deadline = try reader.optional { (r) throws(StateReader.Damage) in try r.time() }
            self.number = try reader.optional { (r) throws(StateReader.Damage) in try r.number() }
            self.earnedWei = try reader.word()
            self.gasWei = try reader.word()
        }
    }

    /// What escrow holds for a job in a token.
    struct Hold: Entity {
        var amount: U256

        init(_ amount: U256) { self.amount = amount }

        func write(to writer: inout StateWriter) { writer.write(self.amount) }

        init(from reader: inout StateReader) throws(StateReader.Damage) {
            self.amount = try reader.word()
        }
    }

    /// A place in the ring of finished jobs: the job, and its number among them.
    struct Finished: Entity {
        var job: U256 = .zero
        var number: UInt64 = 0

        init(job: U256 = .zero, number: UInt64 = 0) {
            self.job = job
            self.number = number
        }

        func write(to writer: inout StateWriter) {
            writer.write(self.job)
            writer.write(self.number)
        }

        init(from reader: inout StateReader) throws(StateReader.Damage) {
            self.job = try reader.word()
            self.number = try reader.number()
        }
    }
}

/// A kind of job that is listed: what events say, and the label that it gets.
struct JobModel: Sendable, Equatable {
    var name: String
    var value: String
}
