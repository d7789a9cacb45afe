// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMPrimitives
import Synchronization
import Testing
import WeirPorts

@testable import EVMRPC

/// Endpoints that answer, but do not follow their chain any more. Block n is of the second 1000 + n.
@Suite struct LagTests {
    /// A node whose head can be moved.
    final class Moving: Sendable {
        private let head: Mutex<UInt64>
        private let transport = Mutex<ScriptedTransport?>(nil)

        init(_ head: UInt64) {
            self.head = Mutex(head)
            let made = ScriptedTransport.answering { asked in
                node(head: self.head.withLock { $0 })(asked)
            }
            self.transport.withLock { $0 = made }
        }

        func set(_ head: UInt64) { self.head.withLock { $0 = head } }

        func client(_ name: String, weight: Int, _ clock: RPCClock) throws -> JSONRPCClient {
            try .test(
                self.transport.withLock { $0 } ?? ScriptedTransport(""), name: name,
                weight: weight, clock: clock)
        }

        var asked: Int { self.transport.withLock { $0?.bodies.count ?? 0 } }
    }

    struct World {
        let clock = FakeClock()
        let nodes: [Moving]
        let pool: EndpointPool

        /// The first node is the heaviest. `now` is the second of the head that there should be.
        init(_ heads: [UInt64], now: UInt64, quorum: Int = 1) throws {
            self.nodes = heads.map { Moving($0) }
            var time = self.clock.clock
            time.unixSeconds = { 1000 + Int64(now) }
            let clients = try self.nodes.enumerated().map {
                try $0.element.client("n\($0.offset)", weight: 9 - $0.offset, time)
            }
            self.pool = PoolTests.pool(
                clients, self.clock, rounds: 1, quorum: quorum, lagMax: .seconds(60), time: time)
        }

        func head() async throws -> UInt64? { try await PoolTests.head(self.pool) }
    }

    @Test func anEndpointThatStandsStillStandsBack() async throws {
        let world = try World([100, 500], now: 501)
        #expect(try await world.head() == 500)
        #expect(!world.pool.health[0].isReady && world.pool.health[0].reason == "behind")
        #expect(world.pool.health[0].failures == 0)
        let asked = world.nodes[0].asked
        for _ in 0..<5 { #expect(try await world.head() == 500) }
        #expect(try await PoolSharingTests.logs(world.pool, 1...50) == 50)
        #expect(world.nodes[0].asked == asked)
        // It has caught up: it leads again.
        world.nodes[0].set(501)
        world.clock.advance(EndpointPool.lagRest)
        #expect(try await world.head() == 501)
        #expect(world.pool.health[0].isReady && world.pool.health[0].reason == nil)
    }

    @Test func oneThatIsStillBehindStandsBackAgain() async throws {
        let world = try World([100, 500], now: 501)
        for _ in 0..<10 {
            #expect(try await world.head() == 500)
            world.clock.advance(EndpointPool.lagRest)
        }
    }

    @Test func aSmallLagOrAFreshHeadIsNotCompared() async throws {
        // Fresh by the clock: nobody else is asked.
        let fresh = try World([480, 500], now: 520)
        for _ in 0..<5 { #expect(try await fresh.head() == 480) }
        #expect(fresh.nodes[1].asked == 0)
        // A chain without new blocks: compared now and then, and nobody stands back.
        let quiet = try World([450, 500], now: 9000)
        for _ in 0..<10 { #expect(try await quiet.head() == 450) }
        #expect(quiet.nodes[1].asked == 2, "the chain's id, and one look")
        quiet.clock.advance(EndpointPool.lagInterval)
        #expect(try await quiet.head() == 450)
        #expect(quiet.nodes[1].asked == 3)
        #expect(quiet.pool.health.allSatisfy { $0.isReady })
    }

    @Test func whoLagsIsBetterThanNobody() async throws {
        let down = try World([100, 500], now: 501)
        #expect(try await down.head() == 500)
        // The good one refuses; the other one answers, as far as it is.
        down.pool.state.withLock { $0.endpoints[1].chain = .wrong(found: 9) }
        #expect(try await down.head() == 100)
    }

    @Test func aQuorumDoesNotWaitForALaggardWhereOthersAgree() async throws {
        let world = try World([500, 100, 500], now: 501, quorum: 2)
        #expect(try await world.head() == 500)
        #expect(!world.pool.health[1].isReady)
        // With no other left it decides how far the chain is followed.
        let two = try World([500, 100], now: 501, quorum: 2)
        #expect(try await two.head() == 100)
    }

    /// Following looks at the head and the next block in one; laggards are seen there too.
    @Test func aLookSeesWhoStandsStill() async throws {
        let world = try World([100, 500], now: 501)
        let tip = BlockRef(number: BlockNumber(499), hash: hash(499))
        let look = try await world.pool.look([.latest], above: tip, filter: LogFilter())
        #expect(look.heads[.latest]?.number.rawValue == 500)
        #expect(look.next?.header.number.rawValue == 500)
        #expect(!world.pool.health[0].isReady && world.pool.health[0].reason == "behind")
    }
}
