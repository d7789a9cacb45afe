// Weir
// SPDX-License-Identifier: Apache-2.0

import Foundation
import HTTPFront
import MetricsRegistry
import Testing

/// Clients that are wrong, slow or mean: each is answered or dropped, and the others are served.
@Suite struct HostileTests {
    @Test(arguments: [
        "GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /%00 HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /metrics?name[]=%ff HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /\u{0}metrics HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /metrics HTTP/1.1\r\nHo\u{0}st: a\r\n\r\n",
        "GET /metrics HTTP/9.9\r\n\r\n",
        "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
        "NONSENSE\r\n\r\n",
        "GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        "GET / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
        "GET /" + String(repeating: "a", count: 9_000) + " HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /" + String(repeating: "a", count: 100_000) + " HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET / HTTP/1.1\r\nX: " + String(repeating: "a", count: 100_000) + "\r\n\r\n",
        "GET / HTTP/1.1\r\n" + String(repeating: "X: y\r\n", count: 200) + "\r\n",
        "GET / HTTP/1.1\r\n" + String(repeating: "A", count: 100_000) + ": y\r\n\r\n",
        "\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}\u{0}",
    ])
    func badRequestIsRefusedAndTheServerLives(text: String) async throws {
        try await withFront { front in
            let got = await blocking { () -> [UInt8]? in
                guard let client = try? LoopbackClient(port: front.port) else { return nil }
                client.send(text)
                client.finishSending()
                return client.untilClosed()
            }
            let answer = String(decoding: try #require(got), as: UTF8.self)
            #expect(answer.isEmpty || answer.hasPrefix("HTTP/1.1 4"), "\(answer.prefix(80))")
            #expect(try await request(front.port, "/metrics").status == 200)
        }
    }

    @Test func refusalsHaveTheirStatus() async throws {
        try await withFront { front in
            let long = "/" + String(repeating: "a", count: 9_000)
            #expect(try await request(front.port, long).status == 414)
            #expect(try await request(front.port, "/%4").status == 400)
            #expect(try await exchange(front.port, "NONSENSE\r\n\r\n").status == 400)
            let page = try await request(front.port, "/metrics")
            #expect(page.text.contains("{route=\"other\",code=\"414\"} 1\n"))
            #expect(page.text.contains("{route=\"other\",code=\"400\"} 1\n"))
        }
    }

    @Test func halfRequestsAreDroppedAndBlockNobody() async throws {
        try await withFront({ $0.readTimeout = .seconds(1) }) { front in
            let slow = try (0..<50).map { index in
                let client = try LoopbackClient(port: front.port)
                client.send(index % 2 == 0 ? "GET /metrics HTTP/1.1\r\nX-Slow: " : "")
                return client
            }
            #expect(try await request(front.port, "/metrics").status == 200)
            let left = await blocking { slow.map { $0.untilClosed() } }
            // Closed without an answer, all of them.
            #expect(left.allSatisfy { $0?.isEmpty == true })
        }
    }

    @Test func idleConnectionsAreClosedAndBusyOnesReused() async throws {
        try await withFront({ $0.idleTimeout = .seconds(1) }) { front in
            let ends = await blocking { () -> (Int?, Int?, [UInt8]?) in
                guard let client = try? LoopbackClient(port: front.port) else {
                    return (nil, nil, nil)
                }
                client.send("GET /health HTTP/1.1\r\nHost: a\r\n\r\n")
                let first = client.answer()
                client.send("GET /health HTTP/1.1\r\nHost: a\r\n\r\n")
                let second = client.answer()
                return (first?.status, second?.status, client.untilClosed())
            }
            #expect(ends.0 == 200 && ends.1 == 200 && ends.2 == [])
        }
    }

    @Test func aReaderThatDoesNotReadGivesItsSlotBack() async throws {
        let gate = Gate()
        try await withFront({
            $0.answerTimeout = .seconds(1)
            $0.scrapesInFlightMax = 1
        }) {
            // More than the system takes into its buffers.
            try MetricsRouteTests.fill($0.metrics, series: 25_000, labelBytes: 500)
            gate.open()
            $0.beforeScrape = { await gate.enter() }
        } _: { front in
            let length = front.registry.render(.text004).count
            #expect(length > 12_000_000)
            let stuck = try LoopbackClient(port: front.port)
            stuck.send("GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n")
            await gate.untilEntered(1)
            // On a loaded machine the slot may be back before anybody was refused.
            let (isFree, refusals) = await blocking { () -> (Bool, Int) in
                for refusals in 0..<1_000_000 {
                    guard let other = try? LoopbackClient(port: front.port) else { break }
                    other.send("GET /metrics?name[]=x HTTP/1.1\r\nHost: a\r\n\r\n")
                    if other.answer()?.status == 200 { return (true, refusals) }
                }
                return (false, 0)
            }
            #expect(isFree)
            let received = await blocking { stuck.untilClosed()?.count }
            #expect(try #require(received) < length)
            let page = try await request(front.port, "/metrics?name[]=weir_http_requests_total")
            #expect(page.text.contains("{route=\"/metrics\",code=\"503\"}") == (refusals > 0))
        }
    }

    @Test func uploadsAreNotTakenIn() async throws {
        try await withFront { front in
            let answer = try await exchange(
                front.port,
                "POST /metrics HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000000\r\n\r\nabc")
            #expect(answer.status == 405)
            let isCut = await blocking { () -> Bool in
                guard let client = try? LoopbackClient(port: front.port) else { return false }
                client.send("GET /health HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n")
                let chunk = "10000\r\n" + String(repeating: "x", count: 65_536) + "\r\n"
                return (0..<1000).contains { _ in !client.send(chunk) }
            }
            #expect(isCut)
            #expect(try await request(front.port, "/health").status == 200)
        }
    }

    @Test func pipelinedRequestsAreAnsweredInOrder() async throws {
        try await withFront { front in
            let statuses = await blocking { () -> [Int] in
                guard let client = try? LoopbackClient(port: front.port) else { return [] }
                let good = "GET /health HTTP/1.1\r\nHost: a\r\n\r\n"
                let bad = "GET /nowhere HTTP/1.1\r\nHost: a\r\n\r\n"
                client.send(String(repeating: good + bad, count: 200))
                return (0..<400).map { _ in client.answer()?.status ?? 0 }
            }
            #expect(statuses == (0..<400).map { $0 % 2 == 0 ? 200 : 404 })
        }
    }

    @Test func oldClientsAreClosedAfterTheAnswer() async throws {
        try await withFront { front in
            let got = await blocking { () -> [UInt8]? in
                guard let client = try? LoopbackClient(port: front.port) else { return nil }
                client.send("GET /-/healthy HTTP/1.0\r\n\r\n")
                return client.untilClosed()
            }
            let text = String(decoding: try #require(got), as: UTF8.self)
            #expect(text.contains("connection: close\r\n"))
            #expect(text.hasSuffix("\r\n\r\nWeir is Healthy.\n"))
        }
    }

    @Test func connectionsBeyondTheLimitWaitTheirTurn() async throws {
        try await withFront({ $0.connectionsMax = 1 }) { front in
            let first = try LoopbackClient(port: front.port)
            first.send("GET /health HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            let second = try LoopbackClient(port: front.port)
            second.send("GET /health HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            let statuses = await blocking { [first.answer()?.status, second.answer()?.status] }
            #expect(statuses == [200, 200])
        }
    }
}
