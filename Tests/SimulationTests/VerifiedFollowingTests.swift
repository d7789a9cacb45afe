// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import ChainSimulator
import EVMRPC
import Testing
import WeirApp

/// Whole runs over endpoints that do not tell the truth: the store equals the chain all the same.
@Suite(.serialized) struct VerifiedFollowingTests {
    /// Every kind of fault, logs left out, doubled and made foreign among them.
    @Test(arguments: Array(1...12) as [UInt64])
    func whateverIsLeftOutEveryEventIsCountedOnce(seed: UInt64) async throws {
        let lies: [FaultKind] = [.omittedLog, .foreignLog, .duplicatedLog]
        let faults = FaultPlan(
            rates: lies.map { FaultPlan.Rate($0, 0.1) }
                + [.lag, .nullBlock, .internalError].map { FaultPlan.Rate($0, 0.01) })
        let outcome = try await Story(seed: seed, faults: faults, verify: .receipts).run()
        let note: Comment = "seed \(seed)"
        #expect(outcome.stored == outcome.truth.logs, note)
        #expect(outcome.totals.canonical == outcome.truth.counts, note)
        #expect(outcome.findings == [], note)
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func aLyingEndpointIsFoundOutAndTheOtherOneAsked(seed: UInt64) async throws {
        try await VerifiedLife.run(seed: seed) { world in
            [("liar", LyingTransport(world)), ("honest", SimulatedTransport(world: world))]
        } _: { life in
            try await life.wait { await life.isAtTheEnd }
            let truth = try #require(SimulatedTruth(life.world.chain, from: 1))
            #expect(try await life.stored() == truth.logs)
            #expect(life.value("weir_verification_failures_total") > 0)
            #expect(life.value("weir_logs_missing_total", "liar") > 0)
            #expect(life.value("weir_logs_missing_total", "honest") == 0)
            #expect(life.value("weir_verified_blocks_total", "receipts") >= 80)
            #expect(life.value("weir_verification_level_info", "receipts") == 1)
            #expect(life.value("weir_chain_up") == 1)
        }
    }

    @Test func whereAllLieTheChainWaitsAndGoesOnByItself() async throws {
        let liars = Liars()
        try await VerifiedLife.run(seed: 4) { world in
            liars.all = ["a", "b"].map { ($0, LyingTransport(world)) }
            return liars.all.map { ($0.0, $0.1) }
        } _: { life in
            try await life.wait { life.value("weir_verification_failures_total") >= 8 }
            #expect(life.value("weir_chain_up") == 0)
            let status = await life.follower.status
            #expect(!status.isUp && status.isDisproved)
            #expect(try await life.stored().isEmpty)
            #expect(life.value("weir_verification_level_info", "receipts") == 1)
            for liar in liars.all { liar.1.tellTheTruth() }
            try await life.wait { await life.isAtTheEnd }
            let truth = try #require(SimulatedTruth(life.world.chain, from: 1))
            #expect(try await life.stored() == truth.logs)
            #expect(life.value("weir_chain_up") == 1)
        }
    }

    /// The right endpoint dies, and the one that stands by follows another chain of the same id.
    ///
    /// The trial at start takes four requests for receipts, and the first pages four more.
    @Test(arguments: [9, 12, 16])
    func ofAnotherChainNothingIsStoredAfterFailover(requests: Int) async throws {
        var parameters = SimulationParameters(seed: 77)
        parameters.actionsPerBlock = 2
        var other = try SimulatedChain(parameters)
        try other.extend(by: 120)
        let foreign = ForeignTransport(chain: other)
        let right = Right()
        try await VerifiedLife.run(seed: 5) { world in
            let mortal = MortalTransport(SimulatedTransport(world: world), requests: requests)
            right.transport = mortal
            return [("right", mortal), ("foreign", foreign)]
        } _: { life in
            let patience = life.world.now + .seconds(900)
            try await life.wait {
                let status = await life.follower.status
                return status.haltReason != nil || life.world.now > patience
            }
            #expect(right.transport?.isDead == true)
            let truth = try #require(SimulatedTruth(life.world.chain, from: 1))
            let stored = try await life.stored()
            #expect(!stored.isEmpty && truth.logs.starts(with: stored), "\(stored.count) logs")
            #expect(await !life.isAtTheEnd)
        }
    }

    private final class Right {
        var transport: MortalTransport?
    }

    private final class Liars {
        var all: [(String, LyingTransport)] = []
    }
}
