// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import ChainSimulator
import ChainSync
import EVMABI
import EVMPrimitives
import EVMRPC
import Foundation
import Logging
import MetricsRegistry
import SQLiteDriver
import Testing
import WeirApp
import WeirStore
import WeirTestSupport

/// One run of a whole chain: the real client, pool, machine, trackers and store on a simulated node,
/// with reorganisations, faults and restarts that a seed chooses.
struct Story {
    let seed: UInt64
    let world: SimulatedWorld
    let chain: FollowedChain
    /// How often the follower is stopped and taken up again.
    let restarts: Int
    let verify: VerificationLevel
    /// What is wanted of each block beside its logs.
    let plan: FetchPlan

    /// What a run left behind.
    struct Outcome {
        var totals: EventTotals
        var stored: [SimulatedTruth.LogPlace]
        var extras: [BlockExtras]
        var findings: [String]
        var truth: SimulatedTruth
        var reverts: UInt64
    }

    init(
        seed: UInt64, faults: FaultPlan, faultsStay: Bool = false,
        verify: VerificationLevel = .off, plan wanted: FetchPlan = FetchPlan()
    ) throws {
        self.seed = seed
        self.plan = wanted
        self.verify = verify
        var random = SeededRandom(seed: seed)
        var parameters = SimulationParameters(seed: seed)
        parameters.actionsPerBlock = Double.random(in: 1...3, using: &random)
        parameters.forks = ForkScript(
            frequency: Double.random(in: 0...0.25, using: &random),
            maximumDepth: UInt64.random(in: 1...12, using: &random),
            deepening: Double.random(in: 0.2...0.8, using: &random),
            repetition: Double.random(in: 0...0.5, using: &random))
        var plan = faults
        plan.seed = seed
        if Bool.random(using: &random) {
            plan.limits.blocks = UInt64.random(in: 2...20, using: &random)
        }
        if Bool.random(using: &random) {
            plan.limits.results = Int.random(in: 40...200, using: &random)
        }
        self.world = try SimulatedWorld(
            parameters, faults: plan, steps: Int.random(in: 25...50, using: &random),
            prehistory: UInt64.random(in: 28...50, using: &random), faultsStay: faultsStay)
        let configuration = try DemoConfiguration.configuration(endpoint: "http://127.0.0.1:1")
        var followed = try #require(configuration.chains.first).followed
        followed.sync.finality =
            Bool.random(using: &random) ? .tag(.finalized) : .depth(parameters.finalityLag)
        followed.sync.firstSpan = UInt64.random(in: 1...30, using: &random)
        followed.sync.concurrency = Int.random(in: 1...4, using: &random)
        followed.sync.headersPerRequest = UInt64.random(in: 1...8, using: &random)
        followed.sync.blocksPerRequest = Int.random(in: 1...4, using: &random)
        self.chain = followed
        self.restarts = Int.random(in: 0...5, using: &random)
    }

    /// Every fault that a reader without proofs can notice, each with this probability. A missing log
    /// is not among them, nor a false block hash on the only log of a block inside a range.
    static func noticeable(_ probability: Double) -> FaultPlan {
        FaultPlan(
            rates: FaultKind.allCases.filter { $0 != .omittedLog && $0 != .foreignLog }
                .map { FaultPlan.Rate($0, probability) })
    }

    // MARK: Running

    func run() async throws -> Outcome {
        let folder = try Scratch.folder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appendingPathComponent("weir.db").path
        var random = SeededRandom(seed: self.seed ^ 0x7265_7374)
        var before = EventTotals()
        for _ in 0..<self.restarts {
            let stop = self.world.requests + UInt64.random(in: 1...60, using: &random)
            before = try await self.live(path, after: before, until: stop).totals
            self.world.pass(.seconds(Int64.random(in: 0...30, using: &random)))
        }
        let last = try await self.live(path, after: before, until: nil)
        #expect(self.world.failure == nil)
        let truth = try #require(SimulatedTruth(self.world.chain, from: 1))
        return Outcome(
            totals: last.totals, stored: last.stored, extras: last.extras, findings: last.findings,
            truth: truth,
            reverts: last.totals.reverted.values.reduce(0, +))
    }

    private func isDone(_ follower: ChainFollower) async -> Bool {
        let status = await follower.status
        if status.haltReason != nil { return true }
        guard self.world.isStill, let head = self.world.chain.head else { return false }
        return status.processed?.ref == head.ref
    }

    /// One life of the process: from opening the store to closing it. The follower is cancelled at
    /// the request with the number `stop`, or when it has read the last block there will be.
    private func live(
        _ path: String, after before: EventTotals, until stop: UInt64?
    ) async throws -> (
        totals: EventTotals, stored: [SimulatedTruth.LogPlace], extras: [BlockExtras],
        findings: [String]
    ) {
        let database = try SQLiteConnection(path: path)
        do {
            let store = try await WeirStore.prepare(database)
            let metrics = try AppMetrics(
                namespace: "weir", version: "test", definitions: [self.chain.definition],
                aliases: [])
            let clock = self.world.clock
            let observer = metrics.observer(of: self.chain.name)
            let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            let verification = Verification(
                self.verify,
                observer: metrics.verificationObserver(of: self.chain.name, logger: logger))
            let clients = ["first", "second"].map { name in
                JSONRPCClient(
                    RPCEndpoint(simulated: name, batchLimit: 20),
                    transport: SimulatedTransport(world: self.world), clock: clock,
                    observer: observer, verification: verification)
            }
            let proving = ChainProving(
                self.chain.name, self.chain.id, verification,
                trial: VerificationTrial(clients, of: self.chain.id), store: store,
                metrics: metrics, clock: clock, logger: logger)
            let seed = self.seed
            // Where nothing waits, every request is slow: half the runs hedge all they may. Both
            // endpoints are one node, so with a quorum they differ by its faults only.
            let pool = EndpointPool(
                clients, expecting: self.chain.id,
                policy: EndpointPool.Policy(
                    quorum: seed % 4 == 3 ? 2 : 1, isHedging: seed % 2 == 0),
                clock: clock,
                random: { seed })
            let follower = try await ChainFollower(
                self.chain, client: pool, proving: proving, store: store, metrics: metrics,
                clock: clock, seed: self.seed, logger: logger, plan: { [plan] _, _ in plan })
            EventTotals(metrics.registry).expectAtLeast(before, seed: self.seed)
            let task = Task { try await follower.run() }
            if let stop { self.world.setAlarm(stop) { task.cancel() } }
            // Virtual time: an hour is 1800 blocks' worth of looking.
            let patience = self.world.now + .seconds(3_600)
            // Virtual time may stand still for good; a life that hangs must not hang the tests.
            let deadline = ContinuousClock.now + .seconds(20)
            while self.world.requests < stop ?? .max, self.world.now < patience,
                ContinuousClock.now < deadline
            {
                if await self.isDone(follower) { break }
                try await Task.sleep(for: .milliseconds(1))
            }
            task.cancel()
            do { try await task.value } catch is CancellationError {}
            if stop == nil {
                let status = await follower.status
                #expect(
                    status.processed?.ref == self.world.chain.head?.ref,
                    "seed \(self.seed): stands at \(status), not at the head")
            }
            let totals = EventTotals(metrics.registry)
            let stored = try await StoredPlaces.read(store, self.chain.id)
            let extras = try await store.extras(
                self.chain.id, in: BlockNumber(0)...BlockNumber(.max))
            let findings = try await store.verify(self.chain.id)
            try await database.close()
            return (totals, stored, extras, findings)
        } catch {
            try? await database.close()
            throw error
        }
    }
}
