// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainSimulator
import EVMPrimitives
import Foundation
import Testing

/// Whole runs against the truth of the simulated chain. `SIM_SEED=n` replays one of them; time and
/// chain repeat exactly, the order in which tasks run may differ.
@Suite(.serialized) struct FollowingTests {
    static let seeds: [UInt64] = {
        if let text = ProcessInfo.processInfo.environment["SIM_SEED"], let seed = UInt64(text) {
            return [seed]
        }
        return Array(1...40)
    }()

    @Test(arguments: Self.seeds) func everyEventIsCountedOnce(seed: UInt64) async throws {
        // A third of the runs meets no fault at all: what differs then is not the node's doing.
        let rate = [0, 0.01, 0.03][Int(seed % 3)]
        let outcome = try await Story(seed: seed, faults: Story.noticeable(rate)).run()
        let truth = outcome.truth
        let note: Comment = "replay with SIM_SEED=\(seed)"
        #expect(outcome.totals.canonical == truth.counts, note)
        #expect(outcome.stored == truth.logs, note)
        #expect(outcome.findings == [], note)
        for (stem, value) in [
            ("slashed_tokens", "NodeRegistry.NodeSlashed.amount"),
            ("earnings_tokens", "JobMarketplace.PaymentReleased.amount"),
        ] {
            let expected = (truth.sums[value] ?? .zero).scaledDouble(decimals: 18)
            let sum = outcome.totals.sum(stem)
            #expect(abs(sum - expected) <= 1e-9 * max(1, expected), note)
        }
        for (stem, event) in [
            ("nodes_registered", "NodeRegistry.NodeRegistered"),
            ("slashings", "NodeRegistry.NodeSlashed"),
            ("jobs_posted", "JobMarketplace.JobPosted"),
            ("votes", "Governor.VoteCast"),
        ] {
            #expect(outcome.totals.sum(stem) == Double(truth.counts[event] ?? 0), note)
        }
    }

    /// The runs would be worth little if none of them undid anything.
    @Test func reorganisationsWereSeenAndUndone() async throws {
        var reverts: UInt64 = 0
        for seed in UInt64(1)...6 {
            reverts += try await Story(seed: seed, faults: .none).run().reverts
        }
        #expect(reverts > 0)
    }

    /// A log left out of an answer cannot be noticed without proofs; but the comparison does.
    @Test func anOmittedLogShowsInTheComparison() async throws {
        let faults = FaultPlan(rates: [FaultPlan.Rate(.omittedLog, 0.5)])
        let outcome = try await Story(seed: 7, faults: faults, faultsStay: true).run()
        #expect(outcome.stored != outcome.truth.logs)
        #expect(outcome.totals.canonical != outcome.truth.counts)
        #expect(outcome.findings == [])
    }
}
