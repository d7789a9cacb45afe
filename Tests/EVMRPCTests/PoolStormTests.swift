// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import CurlTransport
import EVMPrimitives
import Synchronization
import Testing
import WeirPorts

@testable import EVMRPC

/// Endpoints that fail and recover as a seed has it, asked by many tasks at once.
@Suite struct PoolStormTests {
    static let replies: [Reply?] = [
        nil, .error(-32603, "internal error"), .error(-32005, "limit exceeded"),
        .error(-32000, "Unauthorized"), .error(-32000, "header not found"),
        .error(-32602, "maximum block range: 3"), .nothing, .result("7"),
    ]

    /// Whatever happened: when all are well again, each has its share, and the best one leads.
    @Test(arguments: [1, 2, 3, 4, 5, 6] as [UInt64])
    func sharesReturnAfterAStorm(seed: UInt64) async throws {
        let clock = FakeClock()
        let switches = (0..<3).map { _ in PoolTests.Switch() }
        let transports = switches.map { $0.transport(head: 100) }
        let weights = [4, 2, 1]
        let pool = PoolTests.pool(
            try zip(transports, weights).enumerated().map {
                try .test(
                    $0.element.0, name: "n\($0.offset)", weight: $0.element.1, clock: clock.clock)
            }, clock, rounds: 1)
        var random = seed
        for _ in 0..<120 {
            for one in switches {
                random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                if random >> 62 == 0 {
                    one.set(Self.replies[Int((random >> 33) % UInt64(Self.replies.count))])
                }
            }
            await withTaskGroup(of: Void.self) { group in
                for _ in 0..<6 {
                    group.addTask {
                        _ = try? await PoolSharingTests.logs(pool, 1...9)
                        _ = try? await PoolTests.head(pool)
                    }
                }
            }
            clock.advance(.milliseconds(Int64(random >> 50)))
        }
        for one in switches { one.set(nil) }
        clock.advance(.seconds(1000))
        // A learnt limit is no fault: ranges that all take.
        for _ in 0..<7 { #expect(try await PoolSharingTests.logs(pool, 1...3) == 3) }
        let before = transports.map(PoolSharingTests.asked)
        for _ in 0..<70 { #expect(try await PoolSharingTests.logs(pool, 1...3) == 3) }
        let shares = zip(transports.map(PoolSharingTests.asked), before).map(-)
        #expect(shares == [40, 20, 10], "seed \(seed)")
        #expect(pool.health.allSatisfy { $0.isReady && $0.failures == 0 }, "seed \(seed)")
        let led = transports[0].bodies.count
        #expect(try await PoolTests.head(pool) == 100)
        #expect(transports[0].bodies.count == led + 1, "seed \(seed): the best one does not lead")
    }

    /// After its rest, one request tries the endpoint; the others do not wait for it.
    @Test func onlyOneRequestTriesAnEndpointThatComesBack() async throws {
        let clock = FakeClock()
        let broken = Mutex(true)
        let good = node(head: 100)
        let returning = GatedTransport(
            .answering { asked in
                broken.withLock { $0 } ? .error(-32603, "internal error") : good(asked)
            })
        let other = ScriptedTransport.answering(good)
        let pool = EndpointPool(
            [
                JSONRPCClient(
                    RPCEndpoint(simulated: "returning", weight: 9), transport: returning,
                    clock: clock.clock),
                JSONRPCClient(
                    RPCEndpoint(simulated: "other"), transport: other, clock: clock.clock),
            ], expecting: nil, policy: EndpointPool.Policy(isHedging: false, lagMax: nil),
            clock: clock.clock,
            random: { 0 })
        #expect(try await PoolTests.head(pool) == 100)
        #expect(returning.inner.bodies.count == 1)
        broken.withLock { $0 = false }
        clock.advance(.seconds(1))
        returning.close()
        async let probe = PoolSharingTests.logs(pool, 1...9)
        while returning.waiting == 0 { await Task.yield() }
        for _ in 0..<20 { #expect(try await PoolSharingTests.logs(pool, 1...9) == 9) }
        #expect(returning.waiting == 1)
        returning.open()
        #expect(try await probe == 9)
        #expect(pool.health[0].isReady && pool.health[0].failures == 0)
        let asked = returning.inner.bodies.count
        for _ in 0..<10 { #expect(try await PoolSharingTests.logs(pool, 1...9) == 9) }
        #expect(returning.inner.bodies.count == asked + 9)
    }
}
