// Weir
// SPDX-License-Identifier: Apache-2.0

package import ChainModel
package import ChainProofs
import EVMPrimitives
import Synchronization

/// How much the endpoints of one chain have to prove, and what came of it. One for all of them.
package final class Verification: Sendable {
    /// The most blocks of a page in catch-up whose receipts are asked for because their bloom hit
    /// without a log: the least full blooms first. A chain full of traffic would else cost all of
    /// its receipts; who wants them has ``VerificationLevel/receipts``.
    package static let confirmationsPerPage = 64
    /// How often a hit is asked about before it is let through unconfirmed, while some endpoint that
    /// may give receipts does not answer.
    static let unconfirmedMax = 16
    /// How many disproved blocks are remembered until somebody proves them.
    static let suspectsMax = 256

    /// What an endpoint gave for a block that it could not prove.
    private struct Suspect {
        var endpoint: String
        /// How many wanted logs there were.
        var logs: Int
    }

    private struct State {
        var level: VerificationLevel
        var proven = VerificationLevel.off
        var trustsBlooms = false
        var watch: LogWatch?
        var endpoints: Set<String> = []
        /// Endpoints that give receipts in no form.
        var unable: Set<String> = []
        /// How often in a row a hit could not be confirmed.
        var unconfirmed = 0
        var suspects: [Hash256: [Suspect]] = [:]
    }

    package let observer: VerificationObserver
    private let state: Mutex<State>

    package init(_ level: VerificationLevel, observer: VerificationObserver = .none) {
        self.observer = observer
        self.state = Mutex(State(level: level))
    }

    /// Everything is believed.
    package static var off: Verification { Verification(.off) }

    /// The level that is in force.
    package var level: VerificationLevel { self.state.withLock { $0.level } }

    /// The highest level at which a block with logs was proven: what the chain is known to allow.
    package var proven: VerificationLevel { self.state.withLock { $0.proven } }

    /// Whether a block with logs has shown that the chain's blooms hold them. Until then a bloom that
    /// rules a log out does not spare the receipts.
    package var trustsBlooms: Bool { self.state.withLock { $0.trustsBlooms } }

    /// Puts a lower level in force, because the chain does not allow more.
    package func fall(to level: VerificationLevel) {
        self.state.withLock { $0.level = min($0.level, level) }
    }

    /// Takes over what is known of the chain from before.
    package func note(proven level: VerificationLevel) {
        self.state.withLock { state in
            state.proven = max(state.proven, level)
            if level >= .bloom { state.trustsBlooms = true }
        }
    }

    // MARK: For clients

    func join(_ endpoint: String) {
        _ = self.state.withLock { $0.endpoints.insert(endpoint) }
    }

    /// The filter made ready; kept, since a chain has one.
    func watch(_ filter: LogFilter) -> LogWatch {
        self.state.withLock { state in
            if let watch = state.watch, watch.filter == filter { return watch }
            let watch = LogWatch(filter)
            state.watch = watch
            return watch
        }
    }

    /// Notes that an endpoint gives no receipts in any form; true where none of the chain's does, or
    /// those that may do have been silent for long.
    func cannotConfirm(_ endpoint: String) -> Bool {
        self.state.withLock { state in
            state.unable.insert(endpoint)
            state.unconfirmed += 1
            return state.unable.isSuperset(of: state.endpoints)
                || state.unconfirmed > Self.unconfirmedMax
        }
    }

    /// Remembers what was given for a block that was disproved, until somebody proves the block.
    func suspect(_ block: BlockRef, of endpoint: String, logs: Int) {
        self.state.withLock { state in
            var suspects = state.suspects[block.hash] ?? []
            guard !suspects.contains(where: { $0.endpoint == endpoint }) else { return }
            // Blocks that a reorganisation took are never proven: what is left of them goes.
            if suspects.isEmpty, state.suspects.count >= Self.suspectsMax {
                state.suspects.removeAll()
            }
            suspects.append(Suspect(endpoint: endpoint, logs: logs))
            state.suspects[block.hash] = suspects
        }
    }

    /// Notes that the receipts of a block are proven: who had given fewer logs left some out.
    func proved(_ block: BlockRef, wanted: Int, hasLogs: Bool) {
        let suspects = self.state.withLock { state -> [Suspect] in
            state.unconfirmed = 0
            if hasLogs {
                state.trustsBlooms = true
                state.proven = max(state.proven, state.level)
            }
            return state.suspects.isEmpty
                ? [] : state.suspects.removeValue(forKey: block.hash) ?? []
        }
        for suspect in suspects where suspect.logs < wanted {
            self.observer.missing(suspect.endpoint, wanted - suspect.logs)
        }
    }
}

/// Who is told what came of verification; called from the clients' tasks, so it must be quick.
package struct VerificationObserver: Sendable {
    /// That many blocks were verified at a level.
    package var verified: @Sendable (VerificationLevel, Int) -> Void
    /// An endpoint's answer was disproved.
    package var failed: @Sendable (_ endpoint: String, BlockDisproof) -> Void
    /// An endpoint left out that many logs.
    package var missing: @Sendable (_ endpoint: String, Int) -> Void
    /// That many blooms hit without a log and nobody could say why, or their number was too large.
    package var unconfirmed: @Sendable (Int) -> Void

    package init(
        verified: @escaping @Sendable (VerificationLevel, Int) -> Void = { _, _ in },
        failed: @escaping @Sendable (_ endpoint: String, BlockDisproof) -> Void = { _, _ in },
        missing: @escaping @Sendable (_ endpoint: String, Int) -> Void = { _, _ in },
        unconfirmed: @escaping @Sendable (Int) -> Void = { _ in }
    ) {
        self.verified = verified
        self.failed = failed
        self.missing = missing
        self.unconfirmed = unconfirmed
    }

    /// Tells nobody.
    package static let none = VerificationObserver()
}
