// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import CurlTransport
import EVMPrimitives
import JSONBytes
import Synchronization
import Testing
import WeirPorts

@testable import EVMRPC

/// Several endpoints behind one face.
@Suite struct PoolTests {
    /// A server that can be broken and mended.
    final class Switch: Sendable {
        private let error = Mutex<Reply?>(nil)
        func set(_ reply: Reply?) { self.error.withLock { $0 = reply } }

        func transport(head: UInt64, chainID: UInt64 = 7) -> ScriptedTransport {
            let good = node(head: head, chainID: chainID)
            return .answering { asked in self.error.withLock { $0 } ?? good(asked) }
        }
    }

    static func pool(
        _ clients: [JSONRPCClient], _ clock: FakeClock, rounds: Int = 3,
        patience: Duration = .seconds(5), quorum: Int = 1, lagMax: Duration? = nil,
        time: RPCClock? = nil,
        observer: EndpointPool.Observer = EndpointPool.Observer(),
    ) -> EndpointPool {
        EndpointPool(
            clients, expecting: ChainID(7),
            policy: EndpointPool.Policy(
                backoff: Backoff.Policy(
                    first: .seconds(1), ceiling: .seconds(30), retries: 16),
                rounds: rounds, patience: patience, quorum: quorum, isHedging: false,
                lagMax: lagMax),
            clock: time ?? clock.clock, observer: observer, random: { 0 })
    }

    static func head(_ pool: EndpointPool) async throws -> UInt64? {
        try await pool.heads([.latest])[.latest]?.number.rawValue
    }

    @Test func theHeaviestEndpointIsAskedFirst() async throws {
        let clock = FakeClock()
        let pool = Self.pool(
            [
                try .test(Switch().transport(head: 1), name: "light"),
                try .test(Switch().transport(head: 2), name: "heavy", weight: 5),
                try .test(Switch().transport(head: 3), name: "light too"),
            ], clock)
        #expect(try await Self.head(pool) == 2)
        #expect(pool.health.map(\.endpoint) == ["heavy", "light", "light too"])
    }

    @Test func aBrokenEndpointRestsAndComesBack() async throws {
        let clock = FakeClock()
        let first = Switch()
        let transport = first.transport(head: 1)
        let pool = Self.pool(
            [try .test(transport, name: "a"), try .test(Switch().transport(head: 2), name: "b")],
            clock)
        #expect(try await Self.head(pool) == 1)
        first.set(.error(-32603, "internal error"))
        #expect(try await Self.head(pool) == 2)
        #expect(pool.health[0].reason == "server_error" && !pool.health[0].isReady)
        first.set(nil)
        let asked = transport.bodies.count
        #expect(try await Self.head(pool) == 2)
        #expect(transport.bodies.count == asked)
        clock.advance(.seconds(2))
        #expect(try await Self.head(pool) == 1)
        #expect(pool.health[0].failures == 0 && pool.health[0].reason == nil)
        #expect(clock.slept.isEmpty)
    }

    @Test func restsGrowWithFailures() async throws {
        let clock = FakeClock()
        let only = Switch()
        only.set(.error(-32603, "internal error"))
        let transport = only.transport(head: 1)
        let pool = Self.pool([try .test(transport)], clock, rounds: 1)
        for _ in 0..<6 {
            #expect(
                await failure { () throws(ChainClientError) in try await pool.chainID() } != nil)
            // Nothing is ready: the next call does not bother the endpoint at once.
            let asked = transport.bodies.count
            #expect(
                await failure { () throws(ChainClientError) in try await pool.chainID() } != nil)
            #expect(transport.bodies.count == asked)
            clock.advance(.seconds(31))
        }
        #expect(pool.health[0].failures == 6)
    }

    @Test func aRateLimitIsWaitedForWithinTheCall() async throws {
        let clock = FakeClock()
        let answers = Mutex(0)
        let good = node(head: 4)
        let client = try JSONRPCClient.test(
            ScriptedTransport { body throws(TransportError) in
                let count = answers.withLock { count in
                    count += 1
                    return count
                }
                if count == 2 {
                    return HTTPResponse(
                        status: 429, headers: HTTPHeaders([("Retry-After", "3")]), body: [])
                }
                let asked = Asked((try? JSONValue(parsing: body)) ?? nil)
                let text = ScriptedTransport.text(good(asked), id: asked.id) ?? ""
                return HTTPResponse(status: 200, body: Array(text.utf8))
            }, clock: clock.clock)
        let pool = Self.pool([client], clock)
        #expect(try await Self.head(pool) == 4)
        #expect(clock.slept == [.seconds(3)])
    }

    @Test func aLongRateLimitIsReportedAndNotWaitedFor() async throws {
        let clock = FakeClock()
        let client = try JSONRPCClient.test(
            ScriptedTransport(status: 429, headers: [("Retry-After", "60")], ""))
        let pool = Self.pool([client], clock)
        let error = await failure { () throws(ChainClientError) in try await pool.chainID() }
        #expect(error == .rateLimited(endpoint: "node", retryAfter: .seconds(60)))
        #expect(clock.slept.isEmpty)
    }

    @Test func anEndpointThatLagsIsPassedOverButNotPunished() async throws {
        let clock = FakeClock()
        let pool = Self.pool(
            [
                try .test(Switch().transport(head: 5), name: "a"),
                try .test(Switch().transport(head: 9), name: "b"),
            ], clock)
        let page = try await pool.logs(BlockNumber(1)...BlockNumber(8), filter: LogFilter())
        #expect(page.logs.count == 8)
        #expect(pool.health.allSatisfy { $0.failures == 0 && $0.isReady })
        let error = await failure { () throws(ChainClientError) in
            try await pool.logs(BlockNumber(1)...BlockNumber(10), filter: LogFilter())
        }
        guard case .behind? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test func anEndpointOfAnotherChainIsNeverUsed() async throws {
        let clock = FakeClock()
        let foreign = Switch().transport(head: 1, chainID: 8)
        let pool = Self.pool(
            [
                try .test(foreign, name: "foreign", weight: 9),
                try .test(Switch().transport(head: 2), name: "right"),
            ], clock)
        for _ in 0..<3 { #expect(try await Self.head(pool) == 2) }
        #expect(foreign.calls.map { $0.map(\.method) } == [["eth_chainId"]])
        clock.advance(.seconds(3600))
        #expect(try await Self.head(pool) == 2)
        #expect(foreign.bodies.count == 1)
        #expect(pool.health[0].reason == "wrong_chain")
    }

    @Test func onlyForeignEndpointsAreTheWrongChain() async throws {
        let clock = FakeClock()
        let pool = Self.pool([try .test(Switch().transport(head: 1, chainID: 8))], clock)
        for _ in 0..<2 {
            #expect(
                await failure { () throws(ChainClientError) in try await pool.heads([.latest]) }
                    == .wrongChain(endpoint: "node", expected: 7, found: 8))
        }
        #expect(clock.slept.isEmpty)
    }

    @Test func aPoolWithoutEndpointsFails() async throws {
        let pool = Self.pool([], FakeClock())
        #expect(await failure { () throws(ChainClientError) in try await pool.chainID() } != nil)
    }

    // MARK: Budget

    @Test func budgetsAreRead() {
        #expect(RateBudget("25/s") == RateBudget(calls: 25))
        #expect(RateBudget("600/min") == RateBudget(calls: 600, perSeconds: 60))
        #expect(RateBudget("9/h")?.seconds == 3600)
        for text in [
            "", "25", "/s", "0/s", "-1/s", "+1/s", "1.5/s", "25/x", "25/s/s", "99999999999/s",
        ] {
            #expect(RateBudget(text) == nil, "\(text)")
        }
    }

    @Test func aBudgetLetsABurstThroughAndThenSpreads() {
        var bucket = TokenBucket(RateBudget(calls: 10))
        var now = Duration.seconds(100)
        for _ in 0..<10 {
            let (wait, taken) = bucket.take(1, now: now, patience: .seconds(5))
            #expect(wait == .zero && taken)
        }
        #expect(bucket.take(1, now: now, patience: .seconds(5)).wait == .milliseconds(100))
        #expect(bucket.take(1, now: now, patience: .seconds(5)).wait == .milliseconds(200))
        // Without patience nothing is taken.
        #expect(!bucket.take(1, now: now, patience: .milliseconds(100)).taken)
        #expect(bucket.take(1, now: now, patience: .seconds(5)).wait == .milliseconds(300))
        now += .seconds(10)
        #expect(bucket.take(10, now: now, patience: .zero).taken)
        // A batch larger than the burst goes, and is paid for by those behind it.
        now += .seconds(10)
        #expect(bucket.take(100, now: now, patience: .zero).taken)
        #expect(bucket.take(1, now: now, patience: .seconds(60)).wait == .milliseconds(9100))
        #expect(bucket.take(.max, now: now, patience: .seconds(Int64.max)).wait >= .zero)
    }

    /// Over any stretch, no more calls go out than the budget and one burst allow.
    @Test func aBudgetIsNeverExceeded() async throws {
        let clock = FakeClock()
        let transport = ScriptedTransport.answering(node(head: 4))
        let client = try JSONRPCClient.test(
            transport, budget: RateBudget(calls: 5), clock: clock.clock)
        let start = clock.clock.now()
        for _ in 0..<50 { _ = try await client.chainID() }
        let seconds = clock.clock.now() - start
        #expect(seconds >= .seconds(9) && seconds <= .seconds(10))
        let slow = try JSONRPCClient.test(
            .answering(node(head: 4)), budget: RateBudget("1/h"), clock: clock.clock)
        _ = try await slow.chainID()
        guard
            case .rateLimited(_, let after?)? = await failure({ () throws(ChainClientError) in
                try await slow.chainID()
            })
        else {
            Issue.record("an hour was waited for")
            return
        }
        #expect(after > .seconds(3000))
    }
}
