// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import ChainSimulator
import ChainSync
import CurlTransport
import EVMPrimitives
import EVMRPC
import Foundation
import Logging
import MetricsRegistry
import SQLiteDriver
import Synchronization
import Testing
import WeirApp
import WeirStore

/// A node of a simulated world that leaves a log out of every answer with logs, while it lies.
final class LyingTransport: RPCTransport {
    private let world: SimulatedWorld
    private let state = Mutex((isLying: true, requests: UInt64(0)))

    init(_ world: SimulatedWorld) {
        self.world = world
    }

    func tellTheTruth() { self.state.withLock { $0.isLying = false } }

    func send(_ body: [UInt8]) async throws(TransportError) -> HTTPResponse {
        await Task.yield()
        if Task.isCancelled { throw .cancelled }
        let (isLying, salt) = self.state.withLock { state in
            state.requests += 1
            return (state.isLying, state.requests)
        }
        let fault = isLying ? FaultDecision(kind: .omittedLog, salt: salt) : .healthy
        let answer = JSONRPCFacade.answer(body, chain: self.world.chain, fault: fault)
        return HTTPResponse(status: answer.status, body: answer.body)
    }
}

/// A node of a chain that does not grow.
struct ForeignTransport: RPCTransport {
    let chain: SimulatedChain

    func send(_ body: [UInt8]) async throws(TransportError) -> HTTPResponse {
        await Task.yield()
        if Task.isCancelled { throw .cancelled }
        return HTTPResponse(
            status: 200, body: JSONRPCFacade.answer(body, chain: self.chain).body)
    }
}

/// A node that dies after some requests for receipts.
final class MortalTransport: RPCTransport {
    private let node: SimulatedTransport
    private let left: Mutex<Int>

    init(_ node: SimulatedTransport, requests: Int) {
        self.node = node
        self.left = Mutex(requests)
    }

    var isDead: Bool { self.left.withLock { $0 == 0 } }

    func send(_ body: [UInt8]) async throws(TransportError) -> HTTPResponse {
        let isOfReceipts = String(decoding: body, as: UTF8.self).contains("eth_getBlockReceipts")
        let lives = self.left.withLock { left in
            if left > 0, isOfReceipts { left -= 1 }
            return left > 0
        }
        guard lives else { throw .connectionLost(host: "right") }
        return try await self.node.send(body)
    }
}

/// A follower at level `receipts` over some endpoints of a simulated world, the heaviest first.
struct VerifiedLife {
    let world: SimulatedWorld
    let chain: FollowedChain
    let metrics: AppMetrics
    let store: WeirStore
    let follower: ChainFollower

    /// Runs a follower on a store of its own until `body` returns.
    static func run(
        seed: UInt64, _ endpoints: (SimulatedWorld) -> [(name: String, any RPCTransport)],
        _ body: (VerifiedLife) async throws -> Void
    ) async throws {
        var parameters = SimulationParameters(seed: seed)
        parameters.actionsPerBlock = 2
        parameters.forks = .none
        let world = try SimulatedWorld(
            parameters, faults: .none, steps: 20, prehistory: 60)
        let folder = try Scratch.folder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let database = try SQLiteConnection(path: folder.appendingPathComponent("weir.db").path)
        do {
            let life = try await Self.make(world, seed, endpoints(world), database)
            let task = Task { try await life.follower.run() }
            do {
                try await body(life)
            } catch {
                task.cancel()
                throw error
            }
            task.cancel()
            do { try await task.value } catch is CancellationError {}
            try await database.close()
        } catch {
            try? await database.close()
            throw error
        }
    }

    private static func make(
        _ world: SimulatedWorld, _ seed: UInt64, _ endpoints: [(name: String, any RPCTransport)],
        _ database: SQLiteConnection
    ) async throws -> VerifiedLife {
        let configuration = try DemoConfiguration.configuration(endpoint: "http://127.0.0.1:1")
        let demo = try #require(configuration.chains.first)
        #expect(demo.verify == .receipts)
        var chain = demo.followed
        chain.sync.firstSpan = 8
        let store = try await WeirStore.prepare(database)
        let metrics = try AppMetrics(
            namespace: "weir", version: "test", definitions: [chain.definition], aliases: [])
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let verification = Verification(
            .receipts, observer: metrics.verificationObserver(of: chain.name, logger: logger))
        let clients = endpoints.enumerated().map { index, endpoint in
            JSONRPCClient(
                RPCEndpoint(simulated: endpoint.name, weight: 9 - index), transport: endpoint.1,
                clock: world.clock, verification: verification)
        }
        let follower = try await ChainFollower(
            chain,
            client: EndpointPool(
                clients, expecting: chain.id, clock: world.clock, random: { seed }),
            proving: ChainProving(
                chain.name, chain.id, verification,
                trial: VerificationTrial(clients, of: chain.id), store: store, metrics: metrics,
                clock: world.clock, logger: logger),
            store: store, metrics: metrics, clock: world.clock, seed: seed, logger: logger)
        return VerifiedLife(
            world: world, chain: chain, metrics: metrics, store: store, follower: follower)
    }

    /// Waits until something holds; it must within twenty seconds.
    func wait(_ isDone: () async -> Bool) async throws {
        let deadline = ContinuousClock.now + .seconds(20)
        while ContinuousClock.now < deadline {
            if await isDone() { return }
            try await Task.sleep(for: .milliseconds(1))
        }
        Issue.record("nothing came of waiting; the chain is \(await self.follower.status)")
    }

    /// Whether the last block that there will be has been read.
    var isAtTheEnd: Bool {
        get async {
            guard self.world.isStill, let head = self.world.chain.head else { return false }
            return await self.follower.status.processed?.ref == head.ref
        }
    }

    func stored() async throws -> [SimulatedTruth.LogPlace] {
        try await StoredPlaces.read(self.store, self.chain.id)
    }

    /// The sum of the series of a family that have these label values among theirs.
    func value(_ family: String, _ labels: String...) -> Double {
        let samples =
            self.metrics.registry.snapshot().family(named: family)?.exposedSamples() ?? []
        return samples.filter { sample in
            labels.allSatisfy { label in sample.labels.contains { $0.value == label } }
        }.reduce(0) { $0 + $1.value.doubleValue }
    }
}
