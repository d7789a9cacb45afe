// Weir
// SPDX-License-Identifier: Apache-2.0

import HTTPFront
import Synchronization
import Testing

@testable import HTTPFront

/// Addresses that the application answers by itself: who may, with what, and what reaches it.
@Suite struct APIRouteTests {
    private static let token = "0123456789abcdef"

    private static func serve(_ body: (RunningFront) async throws -> Void) async throws {
        try await withFront(
            routes: { routes in
                routes.api = [
                    APIRoute(.get, "/api/v2/silence/{id}") { request in
                        APIAnswer(json: Array("\"\(request.parameter)\"".utf8))
                    },
                    APIRoute(.get, "/api/v1/things") { (request) async throws(HTTPProblem) in
                        try request.allow(["name"])
                        let name = try request.value("name") ?? "none"
                        return APIAnswer(json: Array("\"\(name)\"".utf8))
                    },
                    APIRoute(
                        .post, "/api/v1/things",
                        access: .token(BearerToken(Self.token), advice: "Configure it.")
                    ) { request in APIAnswer(status: 201, json: request.body) },
                    APIRoute(.post, "/api/v1/closed", access: .token(nil, advice: "Write a token."))
                    { _ in APIAnswer(json: []) },
                    APIRoute(.post, "/api/v1/open") { request in
                        APIAnswer(json: Array(String(request.body.count).utf8))
                    },
                ]
            }, body)
    }

    private static func ask(
        _ front: RunningFront, _ method: String, _ target: String, _ headers: String = "",
        body: String = ""
    ) async -> LoopbackClient.Answer? {
        await blocking {
            let client = try? LoopbackClient(port: front.port)
            let length = body.isEmpty ? "" : "Content-Length: \(body.utf8.count)\r\n"
            client?.send(
                "\(method) \(target) HTTP/1.1\r\nHost: a\r\n\(headers)\(length)\r\n\(body)")
            return client?.answer(toHead: method == "HEAD")
        }
    }

    private static let json = "Content-Type: application/json\r\n"

    @Test(arguments: [
        ("GET", "/api/v1/things", 200, "\"none\""),
        ("GET", "/api/v1/things?name=a%20b", 200, "\"a b\""),
        ("GET", "/api/v1/things?name=a&name=b", 400, "stands twice"),
        ("GET", "/api/v1/things?nmae=a", 400, "the keys are name"),
        ("GET", "/api/v2/silence/7f-1", 200, "\"7f-1\""),
        ("GET", "/api/v2/silence/", 404, "nothing here"),
        ("GET", "/api/v2/silence/a/b", 404, "nothing here"),
        ("GET", "/api/v1/open", 405, "takes POST only"),
        ("DELETE", "/api/v1/things", 405, "takes GET, HEAD, POST only"),
        ("GET", "/api/v1/nothing", 404, "nothing here"),
    ])
    func targets(method: String, target: String, status: Int, text: String) async throws {
        try await Self.serve { front in
            let answer = await Self.ask(front, method, target)
            #expect(answer?.status == status)
            #expect(answer?.text.contains(text) == true)
        }
    }

    @Test func aHeadHasNoBody() async throws {
        try await Self.serve { front in
            let answer = await Self.ask(front, "HEAD", "/api/v1/things")
            #expect(answer?.status == 200)
            #expect(answer?.text.isEmpty == true)
        }
    }

    @Test func whoChangesSomethingShowsTheToken() async throws {
        try await Self.serve { front in
            let path = "/api/v1/things"
            let none = await Self.ask(front, "POST", path, Self.json, body: "{}")
            #expect(none?.status == 401)
            #expect(none?.headers["www-authenticate"] != nil)
            let wrong = await Self.ask(
                front, "POST", path, Self.json + "Authorization: Bearer no\r\n", body: "{}")
            #expect(wrong?.status == 401)
            let right = await Self.ask(
                front, "POST", path, Self.json + "Authorization: Bearer \(Self.token)\r\n",
                body: "{}")
            #expect(right?.status == 201)
            #expect(right?.text == "{}")
            let closed = await Self.ask(front, "POST", "/api/v1/closed", Self.json, body: "{}")
            #expect(closed?.status == 403)
            #expect(closed?.text.contains("Write a token.") == true)
        }
    }

    /// A form of another site's page can be sent without asking; JSON cannot.
    @Test(arguments: ["", "Content-Type: text/plain\r\n", "Content-Type: multipart/form-data\r\n"])
    func onlyJSONIsTaken(headers: String) async throws {
        try await Self.serve { front in
            #expect(
                await Self.ask(front, "POST", "/api/v1/open", headers, body: "{}")?.status == 415)
        }
    }

    @Test func aBodyHasALimit() async throws {
        try await Self.serve { front in
            let most = String(repeating: "x", count: APIRoute.bodyBytesMax)
            let taken = await Self.ask(front, "POST", "/api/v1/open", Self.json, body: most)
            #expect(taken?.text == String(APIRoute.bodyBytesMax))
            let long = await Self.ask(front, "POST", "/api/v1/open", Self.json, body: most + "x")
            #expect(long?.status == 413)
        }
    }

    /// Requests are counted by the address as it is registered, whatever clients ask for.
    @Test func theLabelIsTheRegisteredAddress() async throws {
        try await Self.serve { front in
            for id in ["a", "b", "c"] { _ = await Self.ask(front, "GET", "/api/v2/silence/\(id)") }
            let page = await Self.ask(front, "GET", "/metrics")
            #expect(
                page?.text.contains(
                    #"weir_http_requests_total{route="/api/v2/silence/{id}",code="200"} 3"#)
                    == true)
        }
    }
}
