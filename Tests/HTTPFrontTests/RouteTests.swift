// Weir
// SPDX-License-Identifier: Apache-2.0

import HTTPFront
import JSONBytes
import Testing

/// Every route but `/metrics`, on the wire.
@Suite struct RouteTests {
    @Test func eachRouteAnswersWithItsTypeAndSafeHeaders() async throws {
        try await withFront { front in
            let routes: [(String, Int, String?)] = [
                ("/", 200, "text/html; charset=utf-8"),
                ("/weir.css", 200, "text/css; charset=utf-8"),
                ("/favicon.ico", 204, nil),
                ("/health", 200, "application/json; charset=utf-8"),
                ("/health/live", 200, "application/json; charset=utf-8"),
                ("/health/ready", 200, "application/json; charset=utf-8"),
                ("/health/startup", 200, "application/json; charset=utf-8"),
                ("/-/healthy", 200, "text/plain; charset=utf-8"),
                ("/-/ready", 200, "text/plain; charset=utf-8"),
                ("/api/v1/status", 200, "application/json; charset=utf-8"),
                ("/api/v1/events", 200, "application/json; charset=utf-8"),
                ("/nowhere", 404, "application/problem+json"),
                ("/metrics/", 404, "application/problem+json"),
            ]
            for (path, status, contentType) in routes {
                let answer = try await request(front.port, path)
                #expect(answer.status == status, "\(path)")
                #expect(answer.headers["content-type"] == contentType, "\(path)")
                #expect(answer.headers["x-content-type-options"] == "nosniff", "\(path)")
                #expect(answer.headers["cache-control"] == "no-store", "\(path)")
                let policy = answer.headers["content-security-policy"] ?? ""
                #expect(policy.hasPrefix("default-src 'none'"), "\(path)")
                #expect(!policy.contains("unsafe"), "\(path)")
                #expect(answer.headers["access-control-allow-origin"] == nil, "\(path)")
                #expect(answer.headers["date"]?.hasSuffix(" GMT") == true, "\(path)")
                #expect(answer.body.isEmpty == (status == 204), "\(path)")
                let head = try await request(front.port, path, method: "HEAD")
                #expect(head.status == status, "\(path)")
                #expect(
                    head.headers["content-length"] == answer.headers["content-length"], "\(path)")
            }
            #expect(try await request(front.port, "/-/healthy").text == "Weir is Healthy.\n")
            #expect(try await request(front.port, "/-/ready").text == "Weir is Ready.\n")
        }
    }

    @Test(arguments: ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
    func otherMethodsAre405(method: String) async throws {
        try await withFront { front in
            for path in ["/metrics", "/health", "/", "/api/v1/events"] {
                let answer = try await request(front.port, path, method: method)
                #expect(answer.status == 405)
                #expect(answer.headers["allow"] == "GET, HEAD")
                #expect(try JSONValue(parsing: answer.text)["status"]?.int == 405)
            }
            #expect(try await request(front.port, "/nowhere", method: method).status == 404)
        }
    }

    @Test(arguments: [
        (
            HealthReport(components: [.init(name: "store", state: .unhealthy)]),
            // What is left of Weir can still be seen.
            [
                "/health": 503, "/health/live": 200, "/health/ready": 503, "/health/startup": 200,
                "/-/healthy": 200, "/-/ready": 503, "/metrics": 200, "/": 200,
            ]
        ),
        (
            HealthReport(components: [], hasStarted: false),
            [
                "/health": 200, "/health/live": 200, "/health/ready": 503, "/health/startup": 503,
                "/-/healthy": 200, "/-/ready": 503,
            ]
        ),
        (
            HealthReport(components: [], isLive: false),
            ["/health": 503, "/health/live": 503, "/-/healthy": 503, "/health/ready": 200]
        ),
        (
            HealthReport(components: [
                .init(name: "chain/base", state: .unhealthy, isRemote: true)
            ]),
            ["/health": 200, "/health/live": 200, "/health/ready": 200, "/-/ready": 200]
        ),
    ])
    func probesFollowTheReport(report: HealthReport, statuses: [String: Int]) async throws {
        try await withFront(routes: { $0.health = { report } }) { front in
            for (path, status) in statuses {
                let answer = try await request(front.port, path)
                #expect(answer.status == status, "\(path)")
            }
        }
    }

    @Test func eventsTakeTheQueryAndRefuseABadOne() async throws {
        try await withFront { front in
            let good = try await request(
                front.port, "/api/v1/events?chain=base&limit=5&before=12:3")
            #expect(good.text == #"{"chain":"base","limit":5,"before":"12:3"}"#)
            let bad = try await request(front.port, "/api/v1/events?limit=0")
            #expect(bad.status == 400)
            #expect(bad.headers["content-type"] == "application/problem+json")
            let problem = try JSONValue(parsing: bad.text)
            #expect(problem["title"]?.string == "Bad Request")
            #expect(problem["detail"]?.string?.contains("from 1 to 1000") == true)
        }
    }

    @Test func problemsOfTheApplicationAreShown() async throws {
        try await withFront(routes: { routes in
            routes.status = { () throws(HTTPProblem) -> [UInt8] in
                throw HTTPProblem(status: 503, detail: "The store is closed.")
            }
            routes.events = { _ throws(HTTPProblem) -> [UInt8] in
                throw HTTPProblem(status: 99, detail: "odd")
            }
        }) { front in
            let status = try await request(front.port, "/api/v1/status")
            #expect(status.status == 503 && status.text.contains("The store is closed."))
            let events = try await request(front.port, "/api/v1/events")
            #expect(events.status == 500)
        }
    }

    @Test func landingPageShowsChainsAndEscapesThem() async throws {
        let hostile = "<script>alert('x')</script>&\"\u{202E}\u{0}"
        let chain = ChainSummary(
            name: hostile, chainID: 8453, state: .degraded, headBlock: 100, processedBlock: 99,
            events: 7, note: hostile)
        let report = HealthReport(components: [
            .init(name: hostile, state: .degraded, detail: hostile, isRemote: true)
        ])
        try await withFront(routes: { routes in
            routes.chains = { [chain] }
            routes.health = { report }
            routes.version = hostile
        }) { front in
            let page = try await request(front.port, "/")
            #expect(!page.text.contains("<script"))
            #expect(!page.text.contains("\u{202E}") && !page.text.contains("\u{0}"))
            #expect(
                page.text.contains("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;&quot;"))
            #expect(page.text.contains("8453") && page.text.contains(">99<"))
            for path in ["/metrics", "/health", "/api/v1/status", "/api/v1/events", "/-/ready"] {
                #expect(page.text.contains("href=\"\(path)\""))
            }
            #expect(
                page.headers["content-security-policy"]?.contains("style-src 'self'") == true)
        }
    }
}
