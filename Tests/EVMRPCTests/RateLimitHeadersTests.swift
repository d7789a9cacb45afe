// Weir
// SPDX-License-Identifier: Apache-2.0

import CurlTransport
import Testing
import WeirPorts

@testable import EVMRPC

/// What headers say of limits, as providers and proxies write them, and what liars write.
@Suite struct RateLimitHeadersTests {
    typealias Row = (headers: [(name: String, value: String)], pause: Duration?)

    static let now: Int64 = 1_800_000_000

    static let rows: [Row] = [
        ([], nil),
        ([("X-RateLimit-Remaining", "3"), ("X-RateLimit-Reset", "9")], nil),
        ([("X-RateLimit-Remaining", "0"), ("X-RateLimit-Reset", "9")], .seconds(9)),
        ([("x-ratelimit-remaining", "0")], .seconds(1)),
        ([("X-RateLimit-Reset", "9")], nil),
        // The Unix time, in seconds and in milliseconds; one that is past.
        ([("X-RateLimit-Remaining", "0"), ("X-RateLimit-Reset", "1800000012")], .seconds(12)),
        (
            [("X-RateLimit-Remaining", "0"), ("X-RateLimit-Reset", "1800000012500")],
            .milliseconds(12_500)
        ),
        ([("X-RateLimit-Remaining", "0"), ("X-RateLimit-Reset", "1799999000")], .zero),
        ([("X-Rate-Limit-Remaining", "0"), ("X-Rate-Limit-Reset", "2")], .seconds(2)),
        (
            [
                ("X-RateLimit-Remaining", "0"),
                ("X-RateLimit-Reset", "Fri, 15 Jan 2027 08:00:07 GMT"),
            ], .seconds(7)
        ),
        // The drafts of the IETF.
        ([("RateLimit", "limit=100, remaining=0, reset=5")], .seconds(5)),
        ([("RateLimit", "limit=100, remaining=50, reset=5")], nil),
        ([("RateLimit", #""default";r=0;t=30"#)], .seconds(30)),
        ([("RateLimit", #""default";r=50;t=30"#)], nil),
        (
            [("RateLimit-Remaining", "0"), ("RateLimit-Policy", "100;w=60")],
            .seconds(60)
        ),
        ([("RateLimit-Remaining", "0"), ("RateLimit-Reset", "4")], .seconds(4)),
        // Hostile: never longer than five minutes, never a trap.
        ([("X-RateLimit-Remaining", "0"), ("X-RateLimit-Reset", "999999999")], .seconds(300)),
        (
            [("X-RateLimit-Remaining", "0"), ("X-RateLimit-Reset", "999999999999999999")],
            .seconds(300)
        ),
        (
            [("X-RateLimit-Remaining", "0"), ("X-RateLimit-Reset", "99999999999999999999999")],
            .seconds(300)
        ),
        ([("X-RateLimit-Remaining", "0"), ("X-RateLimit-Reset", "-5")], .seconds(1)),
        ([("X-RateLimit-Remaining", "-1"), ("X-RateLimit-Reset", "5")], nil),
        ([("X-RateLimit-Remaining", "none"), ("X-RateLimit-Reset", "soon")], nil),
        ([("RateLimit", ";;==,r=,=0;t")], nil),
        ([("RateLimit-Remaining", "0"), ("RateLimit-Policy", "1;w=99999999999")], .seconds(300)),
    ]

    @Test(arguments: rows.indices)
    func pausesAreRead(row: Int) {
        let (headers, pause) = Self.rows[row]
        #expect(
            RateLimitHeaders(HTTPHeaders(headers), now: Self.now).pause == pause, "\(headers)")
    }

    @Test func anEndpointThatSaysItHasNothingLeftIsSpared() async throws {
        let clock = FakeClock()
        let spared = ScriptedTransport { body throws(TransportError) in
            var answer = try ScriptedTransport.answering(node(head: 1)).answer(body)
            answer.headers = HTTPHeaders([
                ("X-RateLimit-Remaining", "0"), ("X-RateLimit-Reset", "20"),
            ])
            return answer
        }
        let pool = PoolTests.pool(
            [
                try .test(spared, name: "a", weight: 5, clock: clock.clock),
                try .test(.answering(node(head: 2)), name: "b", clock: clock.clock),
            ], clock)
        // The check of the chain said so already; the same call waits for it or goes elsewhere.
        #expect(try await PoolTests.head(pool) == 2)
        #expect(spared.bodies.count == 1)
        clock.advance(EndpointLimits.advisedPauseMax)
        #expect(try await PoolTests.head(pool) == 1)
        #expect(try await PoolTests.head(pool) == 2)
    }

    /// A server that always says so is asked again and again, if not quickly.
    @Test func whoAlwaysSaysThatNothingIsLeftDoesNotStopTheChain() async throws {
        let clock = FakeClock()
        let liar = ScriptedTransport { body throws(TransportError) in
            var answer = try ScriptedTransport.answering(node(head: 1)).answer(body)
            answer.headers = HTTPHeaders([
                ("X-RateLimit-Remaining", "0"), ("X-RateLimit-Reset", "999999999"),
            ])
            return answer
        }
        let pool = PoolTests.pool([try .test(liar, clock: clock.clock)], clock)
        var answers = 0
        for _ in 0..<120 {
            if (try? await PoolTests.head(pool)) == 1 { answers += 1 }
            clock.advance(.seconds(5))
        }
        #expect(answers >= 30, "\(answers) answers in ten minutes")
    }

    static let waits:
        [(status: Int, headers: [(name: String, value: String)], body: String, Duration?)] = [
            (429, [("Retry-After", "7")], "", .seconds(7)),
            (429, [("Retry-After", "Fri, 15 Jan 2027 08:00:30 GMT")], "", .seconds(30)),
            (429, [("Retry-After", "315360000")], "", .seconds(300)),
            (429, [("Retry-After", "-1")], "", nil),
            (503, [("Retry-After", "9")], "<html>", .seconds(9)),
            (429, [("X-RateLimit-Remaining", "0"), ("X-RateLimit-Reset", "8")], "", .seconds(8)),
            (
                429, [],
                #"{"jsonrpc":"2.0","id":1,"error":{"code":-32005,"message":"project ID request rate exceeded","data":{"rate":{"allowed_rps":1,"backoff_seconds":30,"current_rps":1.4},"see":"https://infura.io/dashboard"}}}"#,
                .seconds(30)
            ),
            (
                429, [],
                #"{"jsonrpc":"2.0","id":1,"error":{"code":-32005,"message":"You've exceeded the RPS limit available on the current plan.","data":{"try_again_in":"4.12ms"}}}"#,
                .seconds(1)
            ),
            (
                200, [],
                #"{"jsonrpc":"2.0","id":1,"error":{"code":-32005,"message":"limit exceeded","data":{"rate":{"backoff_seconds":99999999}}}}"#,
                .seconds(300)
            ),
            (
                200, [],
                #"{"jsonrpc":"2.0","id":1,"error":{"code":429,"message":"slow down, retry in 900000s"}}"#,
                .seconds(300)
            ),
        ]

    @Test(arguments: waits.indices)
    func waitsAreHonouredWithinReason(row: Int) async throws {
        let (status, headers, body, wait) = Self.waits[row]
        let client = try JSONRPCClient.test(
            ScriptedTransport(status: status, headers: headers, body))
        #expect(
            await failure { () throws(ChainClientError) in try await client.chainID() }
                == .rateLimited(endpoint: "node", retryAfter: wait))
    }
}
