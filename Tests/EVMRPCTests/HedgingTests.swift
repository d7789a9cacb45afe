// Weir
// SPDX-License-Identifier: Apache-2.0

import CurlTransport
import EVMPrimitives
import Synchronization
import Testing
import WeirPorts

@testable import EVMRPC

/// A slow request is asked of another endpoint too, seldom enough.
@Suite struct HedgingTests {
    /// Two endpoints behind gates, the first one preferred.
    struct Two {
        let clock = SteppedClock()
        let first = GatedTransport(.answering(node(head: 1)))
        let second = GatedTransport(.answering(node(head: 2)))
        let pool: EndpointPool
        let hedged = Log()

        final class Log: Sendable {
            private let names = Mutex<[String]>([])
            var all: [String] { self.names.withLock { $0 } }
            func add(_ name: String) { self.names.withLock { $0.append(name) } }
        }

        init() {
            let (clock, hedged) = (self.clock, self.hedged)
            let clients = [(self.first, "first", 2), (self.second, "second", 1)].map {
                JSONRPCClient(
                    RPCEndpoint(simulated: $0.1, weight: $0.2), transport: $0.0,
                    clock: clock.clock)
            }
            self.pool = EndpointPool(
                clients, expecting: ChainID(7), policy: EndpointPool.Policy(lagMax: nil),
                clock: clock.clock,
                observer: EndpointPool.Observer(hedged: { hedged.add($0) }), random: { 0 })
        }

        func head() async throws -> UInt64? { try await PoolTests.head(self.pool) }

        /// Enough quick answers to know what is usual, and to have saved a hedge.
        func warm(_ count: Int = 40) async throws {
            for _ in 0..<count { #expect(try await self.head() == 1) }
        }
    }

    @Test func aSlowRequestIsOvertakenAndCancelled() async throws {
        let two = Two()
        try await two.warm()
        #expect(two.second.inner.bodies.isEmpty)
        two.first.close()
        async let head = two.head()
        await two.clock.untilAsleep(1)
        two.clock.advance(HedgePolicy.waitMin - .milliseconds(1))
        #expect(two.second.inner.bodies.isEmpty)
        two.clock.advance(.milliseconds(1))
        #expect(try await head == 2)
        #expect(two.hedged.all == ["second"])
        #expect(two.first.cancelled == 1)
        // It was slow once, which is no failure.
        #expect(two.pool.health[0].failures == 0 && two.pool.health[0].isReady)
        two.first.open()
        #expect(try await two.head() == 1)
    }

    @Test func theSlowOneMayStillWin() async throws {
        let two = Two()
        try await two.warm()
        two.first.close()
        two.second.close()
        async let head = two.head()
        await two.clock.untilAsleep(1)
        two.clock.advance(.seconds(1))
        while two.second.waiting == 0 { await Task.yield() }
        two.first.open()
        #expect(try await head == 1)
        #expect(two.second.cancelled == 1 && two.hedged.all == ["second"])
    }

    @Test func withoutExperienceNobodyIsOvertaken() async throws {
        let two = Two()
        try await two.warm(LatencyEstimate.samplesMin - 1)
        two.first.close()
        async let head = two.head()
        while two.first.waiting == 0 { await Task.yield() }
        two.clock.advance(.seconds(100))
        two.first.open()
        #expect(try await head == 1)
        #expect(two.second.inner.bodies.isEmpty)
    }

    /// An endpoint that is always overtaken rests, is tried again, and gets its place back.
    @Test func anEndpointThatIsAlwaysSlowRests() async throws {
        let two = Two()
        try await two.warm(80)
        two.first.close()
        for _ in 0..<EndpointState.overtakenMax {
            async let head = two.head()
            await two.clock.untilAsleep(1)
            two.clock.advance(HedgePolicy.waitMax)
            #expect(try await head == 2)
        }
        #expect(!two.pool.health[0].isReady && two.pool.health[0].reason == "unreachable")
        let asked = two.hedged.all.count
        #expect(try await two.head() == 2)
        #expect(two.hedged.all.count == asked)
        // The one request that tries it is overtaken after a second at most.
        two.clock.advance(.seconds(1))
        async let probe = two.head()
        await two.clock.untilAsleep(1)
        two.clock.advance(HedgePolicy.probeWait)
        #expect(try await probe == 2)
        #expect(!two.pool.health[0].isReady)
        two.first.open()
        two.clock.advance(.seconds(30))
        #expect(try await two.head() == 1)
        #expect(two.pool.health[0].isReady && two.pool.health[0].failures == 0)
    }

    @Test func aFailureBesideASlowRequestIsWaitedOut() async throws {
        let clock = SteppedClock()
        let slow = GatedTransport(.answering(node(head: 1)))
        let broken = Mutex(false)
        let good = node(head: 2)
        let other = ScriptedTransport.answering { asked in
            broken.withLock { $0 } ? .error(-32603, "internal error") : good(asked)
        }
        let pool = EndpointPool(
            [
                JSONRPCClient(
                    RPCEndpoint(simulated: "slow", weight: 2), transport: slow, clock: clock.clock),
                JSONRPCClient(
                    RPCEndpoint(simulated: "other"), transport: other, clock: clock.clock),
            ], expecting: nil, policy: EndpointPool.Policy(lagMax: nil), clock: clock.clock,
            random: { 0 })
        for _ in 0..<40 { #expect(try await PoolTests.head(pool) == 1) }
        broken.withLock { $0 = true }
        slow.close()
        async let head = PoolTests.head(pool)
        await clock.untilAsleep(1)
        clock.advance(.seconds(1))
        while other.bodies.isEmpty { await Task.yield() }
        slow.open()
        #expect(try await head == 1)
    }

    // MARK: Values

    /// Whatever comes in whatever order: at most one second request in twenty.
    @Test(arguments: [1, 2, 3, 4] as [UInt64])
    func hedgesAreAtMostOneInTwenty(seed: UInt64) {
        var random = seed
        var policy = HedgePolicy()
        var (requests, hedges) = (0, 0)
        for _ in 0..<20_000 {
            random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            policy.counted()
            requests += 1
            if random >> 63 == 0, policy.take() { hedges += 1 }
            #expect(hedges * 20 <= requests, "seed \(seed)")
        }
        #expect(hedges > 900, "seed \(seed): hedges are not used: \(hedges)")
        // However long all was quick, few are saved up.
        for _ in 0..<10_000 { policy.counted() }
        var burst = 0
        while policy.take() { burst += 1 }
        #expect(burst == HedgePolicy.savedMax)
    }

    @Test func whatIsUsualIsThe95thOfTheLastAnswers() {
        var estimate = LatencyEstimate()
        for milliseconds in 1...15 { estimate.add(.milliseconds(milliseconds)) }
        #expect(estimate.p95 == nil)
        estimate.add(.milliseconds(16))
        #expect(estimate.p95 == .milliseconds(16))
        for milliseconds in 1...100 { estimate.add(.milliseconds(milliseconds)) }
        // The last 64 are 37 to 100; 61 of them are 95 of 100.
        #expect(estimate.p95 == .milliseconds(97))
        for _ in 0..<64 { estimate.add(.milliseconds(-5)) }
        #expect(estimate.p95 == .zero)
    }

    @Test func waitsAreWithinBounds() {
        var quick = LatencyEstimate()
        var slow = LatencyEstimate()
        for _ in 0..<20 {
            quick.add(.zero)
            slow.add(.seconds(100))
        }
        #expect(HedgePolicy.wait(quick, isProbe: false) == HedgePolicy.waitMin)
        #expect(HedgePolicy.wait(slow, isProbe: false) == HedgePolicy.waitMax)
        #expect(HedgePolicy.wait(slow, isProbe: true) == HedgePolicy.probeWait)
        #expect(HedgePolicy.wait(LatencyEstimate(), isProbe: true) == HedgePolicy.probeWait)
        #expect(HedgePolicy.wait(LatencyEstimate(), isProbe: false) == nil)
    }
}
