// Weir
// SPDX-License-Identifier: Apache-2.0

import Synchronization
import Testing

@testable import HTTPFront

/// Who may hand vouchers in, and what reaches the application.
@Suite struct VoucherRouteTests {
    static let token = "0123456789abcdef"

    /// What the application was given.
    private final class Seen: Sendable {
        let bodies = Mutex<[(String?, Int)]>([])
    }

    private static func post(
        _ front: RunningFront, _ body: String, token: String? = Self.token, path: String = "",
        method: String = "POST"
    ) async -> LoopbackClient.Answer? {
        await blocking {
            guard let client = try? LoopbackClient(port: front.port) else { return nil }
            client.send(
                "\(method) /api/v1/vouchers\(path) HTTP/1.1\r\nHost: a\r\n"
                    + (token.map { "Authorization: \($0)\r\n" } ?? "")
                    + "Content-Length: \(body.utf8.count)\r\n\r\n")
            client.send(body)
            return client.answer()
        }
    }

    private static func serve(
        _ seen: Seen, _ body: (RunningFront) async throws -> Void
    ) async throws {
        let token = try #require(BearerToken(Self.token))
        try await withFront(
            routes: { routes in
                routes.vouchers = VoucherRoute(token: token) {
                    (network, body) async throws(HTTPProblem) in
                    seen.bodies.withLock { $0.append((network, body.count)) }
                    if body.isEmpty { throw HTTPProblem.badRequest("empty") }
                    return (body.count > 10 ? 200 : 422, Array("{}\n".utf8))
                }
            }, body)
    }

    @Test func theBodyReachesTheApplication() async throws {
        let seen = Seen()
        try await Self.serve(seen) { front in
            let big = String(repeating: "x", count: VoucherRoute.bodyBytesMax)
            let good = await Self.post(
                front, big, token: "Bearer \(Self.token)", path: "?network=hub")
            #expect(good?.status == 200)
            #expect(good?.text == "{}\n")
            #expect(
                await Self.post(front, "{}", token: "bearer \(Self.token)")?.status == 422)
            #expect(await Self.post(front, "", token: "Bearer \(Self.token)")?.status == 400)
        }
        let bodies = seen.bodies.withLock { $0 }
        #expect(bodies.map(\.0) == ["hub", nil, nil])
        #expect(bodies.map(\.1) == [VoucherRoute.bodyBytesMax, 2, 0])
    }

    @Test(arguments: [
        nil, "", "Bearer", "Bearer ", "Bearer 0123456789abcdee", "Bearer 0123456789abcde",
        "Bearer 0123456789abcdef0", "Bearer 0123456789abcdef0123456789abcdef",
        "Basic 0123456789abcdef", "0123456789abcdef", "Bearer \u{1F}",
    ])
    func withoutTheTokenNothingIsTaken(token: String?) async throws {
        let seen = Seen()
        try await Self.serve(seen) { front in
            let answer = await Self.post(front, "{\"a\":1,\"b\":2}", token: token)
            if token == "Bearer \u{1F}" {
                #expect(answer?.status != 200)
                return
            }
            #expect(answer?.status == 401)
            #expect(answer?.headers["www-authenticate"] == "Bearer realm=\"weir\"")
        }
        #expect(seen.bodies.withLock { $0.isEmpty })
    }

    @Test func anInstanceWithoutThemSaysHow() async throws {
        try await withFront { front in
            let answer = await Self.post(front, "{}", token: "Bearer \(Self.token)")
            #expect(answer?.status == 403)
            #expect(answer?.text.contains("server.vouchers_token") == true)
        }
    }

    @Test func aBodyThatIsTooLongIsRefused() async throws {
        let seen = Seen()
        try await Self.serve(seen) { front in
            let long = String(repeating: "x", count: VoucherRoute.bodyBytesMax + 1)
            let answer = await Self.post(front, long, token: "Bearer \(Self.token)")
            #expect(answer?.status == 413)
            // The server goes on.
            #expect(
                await Self.post(front, "0123456789a", token: "Bearer \(Self.token)")?.status
                    == 200)
        }
        #expect(seen.bodies.withLock { $0.count } == 1)
    }

    @Test(arguments: ["GET", "HEAD", "PUT", "DELETE"])
    func onlyPostIsTaken(method: String) async throws {
        try await Self.serve(Seen()) { front in
            let answer = await blocking {
                let client = try? LoopbackClient(port: front.port)
                client?.send("\(method) /api/v1/vouchers HTTP/1.1\r\nHost: a\r\n\r\n")
                return client?.answer(toHead: method == "HEAD")
            }
            #expect(answer?.status == 405)
            #expect(answer?.headers["allow"] == "POST")
        }
    }

    @Test func theTokenIsNotShown() {
        let token = BearerToken(Self.token)
        #expect("\(String(describing: token))".contains(Self.token) == false)
        #expect(BearerToken("") == nil)
    }
}
