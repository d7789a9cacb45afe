// Weir
// SPDX-License-Identifier: Apache-2.0

import Foundation
import HTTPFront
import MetricsRegistry
import Synchronization
import Testing

/// `/metrics` on the wire.
@Suite struct MetricsRouteTests {
    @Test(
        arguments: [
            (nil, "text/plain; version=0.0.4; charset=utf-8", false),
            ("*/*", "text/plain; version=0.0.4; charset=utf-8", false),
            ("nonsense;;,", "text/plain; version=0.0.4; charset=utf-8", false),
            (
                "text/plain;version=1.0.0;escaping=allow-utf-8",
                "text/plain; version=1.0.0; charset=utf-8; escaping=allow-utf-8", false
            ),
            (
                "application/openmetrics-text;version=0.0.1,text/plain;q=0.5",
                "application/openmetrics-text; version=0.0.1; charset=utf-8", true
            ),
            // What Prometheus 3 sends.
            (
                "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,"
                    + "application/openmetrics-text;version=0.0.1;q=0.4,"
                    + "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,"
                    + "text/plain;version=0.0.4;q=0.2,*/*;q=0.1",
                "application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=allow-utf-8",
                true
            ),
        ] as [(String?, String, Bool)])
    func formIsNegotiated(accept: String?, contentType: String, isOpenMetrics: Bool) async throws {
        try await withFront { front in
            let headers = accept.map { ["Accept": $0] } ?? [:]
            let answer = try await request(front.port, "/metrics", headers: headers)
            #expect(answer.status == 200)
            #expect(answer.headers["content-type"] == contentType)
            #expect(answer.headers["vary"] == "Accept, Accept-Encoding")
            #expect(answer.headers["x-content-type-options"] == "nosniff")
            #expect(answer.headers["access-control-allow-origin"] == nil)
            #expect(answer.text.hasSuffix("\n"))
            #expect(answer.text.hasSuffix("# EOF\n") == isOpenMetrics)
            #expect(answer.text.contains("weir_events_total{chain=\"base\"} 7\n"))
        }
    }

    @Test func namesFilterAndUnknownKeysDoNot() async throws {
        try await withFront { front in
            let one = try await request(
                front.port, "/metrics?name[]=weir_chain_head_block&x=%C3%A9&y")
            #expect(
                one.text == """
                    # HELP weir_chain_head_block Newest block.
                    # TYPE weir_chain_head_block gauge
                    weir_chain_head_block{chain="base"} 19000000

                    """)
            let two = try await request(
                front.port,
                "/metrics?name%5B%5D=weir_events_total&name[]=weir_chain_head_block")
            #expect(two.text.contains("weir_events_total{"))
            #expect(two.text.contains("weir_chain_head_block{"))
            #expect(!two.text.contains("weir_http_"))
            let none = try await request(front.port, "/metrics?name[]=nothing")
            #expect(none.status == 200 && none.body.isEmpty)
        }
    }

    @Test func gzipUnpacksToThePlainPage() async throws {
        try await withFront(routes: { try Self.fill($0.metrics, series: 300) }) { front in
            let target = "/metrics?name[]=test_filler_total"
            let plain = try await request(front.port, target)
            let packed = try await request(
                front.port, target, headers: ["Accept-Encoding": "br, gzip"])
            #expect(plain.headers["content-encoding"] == nil)
            #expect(packed.headers["content-encoding"] == "gzip")
            #expect(plain.body.count > 8_000 && packed.body.count < plain.body.count / 3)
            #expect(try await Self.run("/bin/gzip", ["-dc"], packed.body).1 == plain.body)
            let refused = try await request(
                front.port, target, headers: ["Accept-Encoding": "gzip;q=0"])
            #expect(refused.body == plain.body)
        }
    }

    @Test func headHasTheLengthAndNoBody() async throws {
        try await withFront { front in
            let target = "/metrics?name[]=weir_events_total"
            let answers = await blocking { () -> [LoopbackClient.Answer?] in
                guard let client = try? LoopbackClient(port: front.port) else { return [] }
                client.send("HEAD \(target) HTTP/1.1\r\nHost: a\r\n\r\n")
                let head = client.answer(toHead: true)
                // A body sent by mistake would stand before this answer.
                client.send("GET \(target) HTTP/1.1\r\nHost: a\r\n\r\n")
                return [head, client.answer()]
            }
            let head = try #require(answers.first ?? nil)
            let page = try #require(answers.last ?? nil)
            #expect(head.status == 200 && page.status == 200)
            #expect(head.headers["content-length"] == String(page.body.count))
            #expect(head.headers["content-type"] == page.headers["content-type"])
        }
    }

    @Test func scrapesBeyondTheLimitAre503() async throws {
        let gate = Gate()
        try await withFront({ $0.scrapesInFlightMax = 2 }) {
            $0.beforeScrape = { await gate.enter() }
        } _: { front in
            // Pages of their own: scrapes of the whole page that wait together share one.
            async let first = request(front.port, "/metrics?name[]=weir_events_total")
            async let second = request(front.port, "/metrics?name[]=weir_chain_head_block")
            await gate.untilEntered(2)
            let third = try await request(front.port, "/metrics")
            #expect(third.status == 503)
            #expect(
                third.text == "Limit of concurrent requests reached (2), try again later.\n")
            // Other routes have no such limit.
            #expect(try await request(front.port, "/health").status == 200)
            gate.open()
            #expect(try await (first.status, second.status) == (200, 200))
            let page = try await request(front.port, "/metrics")
            #expect(
                page.text.contains(
                    "weir_http_requests_total{route=\"/metrics\",code=\"503\"} 1\n"))
            #expect(
                page.text.contains(
                    "weir_http_requests_total{route=\"/metrics\",code=\"200\"} 2\n"))
        }
    }

    /// Scrapes that come while a page is being written wait for the next one, all for the same: so
    /// each sees what was so when it came.
    @Test func scrapesThatWaitShareAPageThatIsNewerThanThey() async throws {
        let gate = Gate()
        let writings = Writings()
        try await withFront({ $0.scrapesInFlightMax = 2 }) {
            $0.beforeScrape = {
                writings.count.withLock { $0 += 1 }
                await gate.enter()
            }
        } _: { front in
            async let first = request(front.port, "/metrics")
            await gate.untilEntered(1)
            let statuses = await withTaskGroup(of: Int?.self) { tasks in
                for _ in 0..<20 {
                    tasks.addTask { try? await request(front.port, "/metrics").status }
                }
                // All of them are in and wait.
                while Self.inFlight(front.registry) != .double(21) { await Task.yield() }
                gate.open()
                return await tasks.reduce(into: []) { $0.append($1) }
            }
            #expect(statuses == Array(repeating: 200, count: 20))
            let status = try await first.status
            #expect(status == 200)
            // One for the first, one for all that came meanwhile, one more at most for who was late.
            let count = writings.count.withLock { $0 }
            #expect(count == 2 || count == 3)
        }
    }

    static func inFlight(_ registry: MetricsRegistry) -> MetricValue? {
        registry.snapshot().family(named: "weir_http_requests_in_flight")?.exposedSamples().first?
            .value
    }

    @Test func aHundredScrapersAreAllAnswered() async throws {
        try await withFront({ $0.scrapesInFlightMax = 100 }) {
            try Self.fill($0.metrics, series: 300)
        } _: { front in
            let target = "/metrics?name[]=test_filler_total"
            let expected = try await request(front.port, target).body
            let wrong = await withTaskGroup(of: Int.self) { tasks in
                for _ in 0..<100 {
                    tasks.addTask {
                        await blocking {
                            guard let client = try? LoopbackClient(port: front.port) else {
                                return 5
                            }
                            return (0..<5).count { _ in
                                client.send("GET \(target) HTTP/1.1\r\nHost: a\r\n\r\n")
                                let answer = client.answer()
                                return answer?.status != 200 || answer?.body != expected
                            }
                        }
                    }
                }
                return await tasks.reduce(0, +)
            }
            #expect(wrong == 0)
            let page = try await request(front.port, "/metrics")
            #expect(page.text.contains("{route=\"/metrics\",code=\"200\"} 501\n"))
            #expect(page.text.contains("weir_http_scrape_duration_seconds_count 501\n"))
        }
    }

    @Test(.enabled(if: promtool != nil, "promtool is not installed"))
    func promtoolAcceptsTheFetchedPage() async throws {
        try await withFront { front in
            _ = try await request(front.port, "/nowhere")
            _ = try await request(front.port, "/metrics")
            let page = try await request(front.port, "/metrics")
            let tool = try #require(Self.promtool)
            let (code, printed) = try await Self.run(tool, ["check", "metrics"], page.body)
            #expect(code == 0 && printed.isEmpty, "\(String(decoding: printed, as: UTF8.self))")
        }
    }

    static let promtool = ["/usr/bin/promtool", "/usr/local/bin/promtool"].first {
        FileManager.default.isExecutableFile(atPath: $0)
    }

    /// Adds series, each with a label as long as asked.
    static func fill(_ registry: MetricsRegistry, series: Int, labelBytes: Int = 0) throws {
        let family = try registry.register(
            MetricDescriptor(
                name: "test_filler_total", help: "Fills the page.", type: .counter,
                labelNames: ["number"], maxSeries: 1_000_000))
        let padding = String(repeating: "x", count: labelBytes)
        for index in 0..<series {
            family.counter("\(index)\(padding)").increment(by: UInt64(index))
        }
    }

    /// Runs a program with `input`; its exit code and what it printed.
    static func run(
        _ path: String, _ arguments: [String], _ input: [UInt8],
    ) async throws -> (Int32, [UInt8]) {
        let result = await blocking { () -> Result<(Int32, [UInt8]), any Error> in
            Result {
                let process = Process()
                process.executableURL = URL(fileURLWithPath: path)
                process.arguments = arguments
                let (stdin, stdout) = (Pipe(), Pipe())
                process.standardInput = stdin
                process.standardOutput = stdout
                process.standardError = stdout
                try process.run()
                try stdin.fileHandleForWriting.write(contentsOf: Data(input))
                try stdin.fileHandleForWriting.close()
                let printed = try stdout.fileHandleForReading.readToEnd() ?? Data()
                process.waitUntilExit()
                return (process.terminationStatus, Array(printed))
            }
        }
        return try result.get()
    }
}

/// How often a page was written.
private final class Writings: Sendable {
    let count = Mutex(0)
}
