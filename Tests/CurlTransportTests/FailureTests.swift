// Weir
// SPDX-License-Identifier: Apache-2.0

import CurlTransport
import Foundation
import Testing
import WeirTestSupport

/// Every way in which a server can misbehave becomes the right error, and no error tells a secret:
/// `failure` looks for the canary in each.
@Suite(.timeLimit(.minutes(2)))
struct FailureTests {
    /// What a script writes after it has read the request, and what must come of it.
    struct Misdeed: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let bytes: [UInt8]
        let expected: @Sendable (String) -> TransportError

        init(
            _ name: String, _ text: String,
            _ expected: @escaping @Sendable (String) -> TransportError
        ) {
            self.init(name, Array(text.utf8), expected)
        }

        init(
            _ name: String,
            _ bytes: [UInt8],
            _ expected: @escaping @Sendable (String) -> TransportError,
        ) {
            self.testDescription = name
            self.bytes = bytes
            self.expected = expected
        }
    }

    static let misdeeds = [
        Misdeed("closes before the answer", "") { .connectionLost(host: $0) },
        Misdeed("closes within the status line", "HTTP/1.1 20") { .connectionLost(host: $0) },
        Misdeed("closes within the body", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf") {
            .truncated(host: $0)
        },
        Misdeed(
            "closes within a chunk",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nhalf"
        ) { .truncated(host: $0) },
        Misdeed(
            "closes between chunks",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n"
        ) { .truncated(host: $0) },
        Misdeed(
            "sends a bad chunk size",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\nhalf\r\n0\r\n\r\n"
        ) { .truncated(host: $0) },
        Misdeed("speaks another protocol", "SSH-2.0-OpenSSH_9.2\r\n") { .badResponse(host: $0) },
        Misdeed("sends binary", [0, 1, 2, 255, 254, 10, 13, 10]) { .badResponse(host: $0) },
        Misdeed("sends a NUL in a header", "HTTP/1.1 200 OK\r\nX: a\0b\r\n\r\n") {
            .badResponse(host: $0)
        },
        Misdeed("sends a negative length", "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n") {
            .badResponse(host: $0)
        },
        Misdeed(
            "sends broken gzip",
            answer(
                [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 7, 7, 7, 7],
                headers: ["Content-Encoding: gzip"])
        ) { .badEncoding(host: $0) },
        Misdeed("announces too much", "HTTP/1.1 200 OK\r\nContent-Length: 50000000\r\n\r\nx") { _ in
            .responseTooLarge(limitBytes: 10_000_000)
        },
        Misdeed(
            "announces far too much",
            "HTTP/1.1 200 OK\r\nContent-Length: 9223372036854775807\r\n\r\nx"
        ) { _ in .responseTooLarge(limitBytes: 10_000_000) },
        Misdeed(
            "unpacks to too much",
            answer(Gzip.bomb(repeats: 80_000), headers: ["Content-Encoding: gzip"])
        ) { _ in .responseTooLarge(limitBytes: 10_000_000) },
        Misdeed(
            "sends one huge header",
            "HTTP/1.1 200 OK\r\nX: \(String(repeating: "a", count: 90_000))\r\n\r\n"
        ) { _ in .headersTooLarge(limitBytes: 65_536) },
        Misdeed(
            "sends many headers",
            "HTTP/1.1 200 OK\r\n\(String(repeating: "X: a\r\n", count: 1000))\r\n"
        ) { _ in .headersTooLarge(limitBytes: 65_536) },
        Misdeed(
            "sends interim answers without end",
            String(repeating: "HTTP/1.1 103 Early Hints\r\n\r\n", count: 1000)
        ) { _ in .headersTooLarge(limitBytes: 65_536) },
    ]

    @Test(arguments: misdeeds)
    func misdeedBecomesItsError(misdeed: Misdeed) async throws {
        let server = try LoopbackServer { connection in
            _ = connection.read()
            connection.write(misdeed.bytes)
        }
        let client = directClient()
        for body in [[UInt8]?]([nil, [1, 2, 3]]) {
            let request = try HTTPRequest.loopback(
                server.port, body: body, maxResponseBytes: 10_000_000)
            let error = await failure(client, request)
            #expect(error == misdeed.expected("127.0.0.1:\(server.port)"))
        }
        #expect(client.statistics.failures == 2)
        // The client is none the worse for it.
        let honest = try LoopbackServer(answering: { answer($0.body) })
        #expect(try await client.send(.loopback(honest.port, body: [5])).body == [5])
        await client.shutdown()
    }

    @Test func fiftyMegabytesInChunksStopAtTheLimit() async throws {
        let tally = Tally()
        let server = try LoopbackServer { connection in
            _ = connection.read()
            connection.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            let piece = Array("7a120\r\n".utf8) + [UInt8](repeating: 1, count: 500_000) + [13, 10]
            var sent = 0
            while sent < 100, connection.write(piece) { sent += 1 }
            // The client hung up long before the end.
            if sent < 60 { tally.report() }
        }
        let client = directClient()
        let request = try HTTPRequest.loopback(server.port, maxResponseBytes: 10_000_000)
        #expect(await failure(client, request) == .responseTooLarge(limitBytes: 10_000_000))
        await tally.wait()
        await client.shutdown()
    }

    @Test func answerOfExactlyTheLimitIsTaken() async throws {
        let server = try LoopbackServer { connection in
            while let request = connection.read() {
                if request.body.first == 0 {
                    connection.write(answer([UInt8](repeating: 7, count: 1000)))
                } else {
                    connection.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3e8\r\n")
                    connection.write([UInt8](repeating: 7, count: 1000))
                    connection.write("\r\n0\r\n\r\n")
                }
            }
        }
        let client = directClient()
        for kind in UInt8(0)...1 {
            let exact = try HTTPRequest.loopback(server.port, body: [kind], maxResponseBytes: 1000)
            #expect(try await client.send(exact).body.count == 1000)
            let tight = try HTTPRequest.loopback(server.port, body: [kind], maxResponseBytes: 999)
            #expect(await failure(client, tight) == .responseTooLarge(limitBytes: 999))
        }
        await client.shutdown()
    }

    @Test func resetBecomesALostConnection() async throws {
        let server = try LoopbackServer { connection in
            _ = connection.read()
            connection.reset()
        }
        let client = directClient()
        let error = await failure(client, try .loopback(server.port, body: [1]))
        #expect(error == .connectionLost(host: "127.0.0.1:\(server.port)"))
        #expect(error?.isRetryable == true)
        await client.shutdown()
    }

    @Test func closedPortIsToldAsSuch() async throws {
        var server: LoopbackServer? = try LoopbackServer { _ in }
        let port = try #require(server?.port)
        server = nil
        let client = directClient()
        let error = await failure(client, try .loopback(port))
        #expect(error == .couldNotConnect(host: "127.0.0.1:\(port)"))
        #expect(error?.isRetryable == true)
        await client.shutdown()
    }

    @Test func unknownHostIsToldAsSuch() async throws {
        let client = directClient()
        let timeouts = HTTPTimeouts(connect: .seconds(5), total: .seconds(6), stall: nil)
        let request = try HTTPRequest.loopback(80, host: "nonexistent.invalid", timeouts: timeouts)
        let error = await failure(client, request)
        if error == .timedOut(.connecting) {
            print("skipped: the resolver of this machine does not answer")
        } else {
            #expect(error == .couldNotResolve(host: "nonexistent.invalid"))
        }
        await client.shutdown()
    }

    @Test func silentServerMeetsTheTotalTimeout() async throws {
        let server = try LoopbackServer { $0.waitForEnd() }
        #expect(try await self.timeout(server.port, .waiting) == .timedOut(.waiting))
    }

    @Test func halfAnAnswerMeetsTheTotalTimeout() async throws {
        let server = try LoopbackServer { connection in
            _ = connection.read()
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")
            connection.waitForEnd()
        }
        #expect(try await self.timeout(server.port, .receiving) == .timedOut(.receiving))
    }

    /// Tries with longer and longer limits, since on a busy machine a short one is over before the
    /// exchange has come as far as `phase`.
    private func timeout(
        _ port: Int,
        _ phase: TransportError.Phase,
    ) async throws -> TransportError? {
        let client = directClient()
        var error: TransportError?
        for milliseconds in [100, 1000, 10_000] where error != .timedOut(phase) {
            let timeouts = HTTPTimeouts(total: .milliseconds(milliseconds), stall: nil)
            error = await failure(client, try .loopback(port, timeouts: timeouts))
        }
        await client.shutdown()
        return error
    }

    @Test func tricklingAnswerStalls() async throws {
        let server = try LoopbackServer { connection in
            _ = connection.read()
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\ntrickle")
            connection.waitForEnd()
        }
        let client = directClient()
        let timeouts = HTTPTimeouts(
            total: .seconds(60), stall: HTTPTimeouts.Stall(bytesPerSecond: 1000, seconds: 1))
        let error = await failure(client, try .loopback(server.port, timeouts: timeouts))
        #expect(error == .stalled)
        await client.shutdown()
    }

    @Test func waitingForAConnectionCountsAgainstTheTotal() async throws {
        let gate = Gate()
        let tally = Tally()
        let server = try LoopbackServer { connection in
            while let request = connection.read() {
                tally.report()
                gate.wait()
                connection.write(answer(request.body))
            }
        }
        let client = directClient { $0.maxConnections = 1 }
        let first = try HTTPRequest.loopback(server.port, body: [1])
        let second = try HTTPRequest.loopback(
            server.port,
            body: [2],
            timeouts: HTTPTimeouts(total: .milliseconds(150), stall: nil),
        )
        async let slow = client.send(first)
        await tally.wait()
        #expect(await failure(client, second) == .timedOut(.connecting))
        gate.open()
        #expect(try await slow.body == [1])
        await client.shutdown()
    }

    @Test(arguments: [
        (RequestHeader("X-Bad", "a\r\nX-Injected: 1"), "X-Bad"),
        (RequestHeader("X-Bad", "a\0b"), "X-Bad"),
        (RequestHeader("X-Bad", "a\nb"), "X-Bad"),
        (RequestHeader("X Bad", canary), nil),
        (RequestHeader("X-Bad\r\nY", canary), nil),
        (RequestHeader("", canary), nil),
        (RequestHeader("Content-Length", "0"), nil),
        (RequestHeader("transfer-encoding", "chunked"), nil),
    ])
    func headerThatWouldBreakTheMessageIsNotSent(header: RequestHeader, name: String?) async throws
    {
        let server = try LoopbackServer(answering: { answer($0.body) })
        let client = directClient()
        var request = try HTTPRequest.loopback(server.port, body: [1])
        request.headers.append(header)
        let reason: TransportError.InvalidRequest =
            name.map { .headerValue(name: $0) } ?? .headerName
        #expect(await failure(client, request) == .invalidRequest(reason))
        #expect(server.connections == 0)
        request.headers.removeLast()
        #expect(try await client.send(request).body == [1])
        await client.shutdown()
    }
}
