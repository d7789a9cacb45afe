// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import CurlTransport
import EVMPrimitives
import Foundation
import Synchronization
import Testing
import WeirPorts

@testable import EVMRPC

/// The real path: client, libcurl, sockets, on loopback.
@Suite struct LoopbackTests {
    static func client(
        _ server: MiniServer, curl: CurlClient, maxResponseBytes: Int = 64 << 20
    ) throws -> JSONRPCClient {
        let endpoint = try RPCEndpoint(
            url: "http://user:\(canary)@127.0.0.1:\(server.port)/\(canary)?key=\(canary)",
            headers: [("X-Api-Key", canary)],
            timeouts: HTTPTimeouts(connect: .seconds(10), total: .seconds(30), stall: nil),
            maxResponseBytes: maxResponseBytes)
        return try JSONRPCClient(endpoint, curl: curl)
    }

    static func withServer(
        _ answer: @escaping @Sendable (MiniServer.Request) -> [UInt8],
        _ body: (MiniServer, CurlClient) async throws -> Void,
    ) async throws {
        let server = try MiniServer(answer)
        let curl = CurlClient(configuration: CurlConfiguration(proxy: .direct))
        try await body(server, curl)
        await curl.shutdown()
    }

    @Test func aChainIsReadOverHTTP() async throws {
        let script = ScriptedTransport.answering(node(head: 30))
        try await Self.withServer({ request in
            guard request.headers["x-api-key"] == canary,
                request.headers["content-type"] == "application/json",
                request.line.hasPrefix("POST /\(canary)?key=\(canary) ")
            else { return MiniServer.answer("", status: "400 Bad Request") }
            return MiniServer.answer(script.reply(request.body))
        }) { server, curl in
            let client = try Self.client(server, curl: curl)
            #expect(client.endpoint.name == "127.0.0.1")
            let head = try #require(try await client.heads(HeadTag.allCases)[.latest])
            #expect(head.number == BlockNumber(30))
            let page = try await client.logs(BlockNumber(1)...head.number, filter: LogFilter())
            #expect(page.logs.count == 30)
            let blocks = try await client.blocks([head.ref], filter: LogFilter())
            #expect(blocks.first??.header == head)
        }
    }

    @Test func troubleOverHTTPIsTypedAndShowsNoSecret() async throws {
        let cases: [([UInt8], String)] = [
            (MiniServer.answer("<html>\(canary)</html>"), "bad_answer"),
            (MiniServer.answer("<html></html>", status: "502 Bad Gateway"), "server_error"),
            (MiniServer.answer("", status: "401 Unauthorized"), "denied"),
            (
                MiniServer.answer("", status: "429 Too Many Requests", headers: ["Retry-After: 2"]),
                "rate_limited"
            ),
            (Array("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{\"id\":1".utf8), "unreachable"),
            (Array("not http\r\n\r\n".utf8), "bad_answer"),
            (MiniServer.answer(String(repeating: "x", count: 5000)), "bad_answer"),
        ]
        for (bytes, reason) in cases {
            try await Self.withServer({ _ in bytes }) { server, curl in
                let client = try Self.client(server, curl: curl, maxResponseBytes: 4096)
                let error = await failure { () throws(ChainClientError) in
                    try await client.chainID()
                }
                #expect(error?.reason == reason, "\(String(describing: error))")
            }
        }
    }

    @Test func aPortWithoutServerIsUnreachable() async throws {
        let port = try MiniServer { _ in [] }.port
        let curl = CurlClient(configuration: CurlConfiguration(proxy: .direct))
        let endpoint = try RPCEndpoint(url: "http://127.0.0.1:\(port)/\(canary)")
        let client = try JSONRPCClient(endpoint, curl: curl)
        let error = await failure { () throws(ChainClientError) in try await client.chainID() }
        #expect(error?.reason == "unreachable")
        await curl.shutdown()
    }

    /// Two real servers: one has enough of us, the other serves, then the first is heard again.
    @Test func aRateLimitOverHTTPIsHonouredAndTheEndpointComesBack() async throws {
        let isStrict = Mutex(false)
        let (first, second) = (
            ScriptedTransport.answering(node(head: 31)), ScriptedTransport.answering(node(head: 30))
        )
        let strict = try MiniServer { request in
            if isStrict.withLock({ $0 }) {
                return MiniServer.answer(
                    "", status: "429 Too Many Requests", headers: ["Retry-After: 40"])
            }
            return MiniServer.answer(first.reply(request.body))
        }
        try await Self.withServer({ MiniServer.answer(second.reply($0.body)) }) { server, curl in
            let clock = FakeClock()
            func client(_ name: String, _ port: Int, _ weight: Int) throws -> JSONRPCClient {
                try JSONRPCClient(
                    RPCEndpoint(name: name, url: "http://127.0.0.1:\(port)", weight: weight),
                    curl: curl, clock: clock.clock)
            }
            let pool = PoolTests.pool(
                [try client("strict", strict.port, 2), try client("other", server.port, 1)], clock)
            #expect(try await PoolTests.head(pool) == 31)
            isStrict.withLock { $0 = true }
            #expect(try await PoolTests.head(pool) == 30)
            #expect(pool.health[0].reason == "rate_limited")
            #expect(pool.health[0].rest == .seconds(40))
            isStrict.withLock { $0 = false }
            clock.advance(.seconds(39))
            #expect(try await PoolTests.head(pool) == 30)
            clock.advance(.seconds(1))
            #expect(try await PoolTests.head(pool) == 31)
            #expect(pool.health[0].isReady && pool.health[0].reason == nil)
        }
    }
}
