// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import ChainProofs
package import EVMPrimitives
package import EVMRPC
package import Logging
package import WeirStore

/// Finds out how far a chain's blocks can be proven at all, and keeps what it found.
///
/// At start a few blocks of each endpoint are tried. Where the chain hashes otherwise than Ethereum
/// the level falls back, with a warning that names the chain and in `weir_verification_level_info`.
/// Once a level was proven for the store's chain it never falls back again: else an endpoint that
/// lies at the right moment could switch verification off.
package actor ChainProving {
    static let memoryKey = "verification_proven"
    /// The shortest time between two trials.
    private static let pause = Duration.seconds(60)

    private let name: String
    private let id: ChainID
    private let configured: VerificationLevel
    private let verification: Verification
    private let trial: VerificationTrial
    private let store: WeirStore
    private let metrics: AppMetrics
    private let clock: RPCClock
    private let logger: Logger
    private var isDecided = false
    private var triedAt: Duration?

    package init(
        _ name: String, _ id: ChainID, _ verification: Verification, trial: VerificationTrial,
        store: WeirStore, metrics: AppMetrics, clock: RPCClock, logger: Logger
    ) {
        self.name = name
        self.id = id
        self.configured = verification.level
        self.verification = verification
        self.trial = trial
        self.store = store
        self.metrics = metrics
        self.clock = clock
        self.logger = logger
        metrics.show(verification.level, configured: verification.level, of: name)
    }

    /// Before the first question: takes up what is known of the chain, or tries it.
    func settle(provenBefore: VerificationLevel?) async {
        if let provenBefore { self.verification.note(proven: provenBefore) }
        await self.decide(knows: provenBefore)
    }

    /// An answer was disproved by all endpoints: is it them, or the chain?
    func doubt() async { await self.decide(knows: nil) }

    private func decide(knows remembered: VerificationLevel?) async {
        guard !self.isDecided, self.configured > .off else { return }
        let proven = self.verification.proven
        if proven >= self.configured {
            self.isDecided = true
            if remembered.map({ $0 < proven }) != false { await self.remember(proven) }
            return
        }
        let now = self.clock.now()
        if let triedAt = self.triedAt, now - triedAt < Self.pause { return }
        self.triedAt = now
        let configured = self.configured
        let samples = await self.trial.samples { samples in
            LevelTrial.verdict(samples, wanted: configured) == .proven
        }
        switch LevelTrial.verdict(samples, wanted: configured) {
        case .proven:
            self.isDecided = true
            self.verification.note(proven: self.configured)
            await self.remember(self.configured)
        case .fallsBack(let level, let misfit):
            // What was proven once stays in force.
            let level = max(level, proven)
            guard level < self.configured else { return }
            self.isDecided = true
            self.verification.fall(to: level)
            self.metrics.show(level, configured: self.configured, of: self.name)
            self.logger.warning(
                """
                chain \(self.name) cannot be verified at `\(self.configured.rawValue)`: \(misfit); \
                `\(level.rawValue)` is in force instead
                """)
        case .undecided:
            self.logger.debug("no block shows yet how far the chain can be verified")
        }
    }

    private func remember(_ level: VerificationLevel) async {
        do throws(StoreError) {
            try await self.store.remember(self.id, Self.memoryKey, level.rawValue)
        } catch {
            self.logger.warning(
                "the level of verification was not noted", metadata: ["error": .string("\(error)")])
        }
    }
}
