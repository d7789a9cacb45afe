// Weir
// SPDX-License-Identifier: Apache-2.0

import CurlTransport
import Foundation
import Testing
import WeirTestSupport

/// What goes out is what was asked for, what comes back is what was sent: against a server of raw
/// bytes on loopback.
@Suite(.timeLimit(.minutes(2)))
struct ExchangeTests {
    @Test func postCarriesBodyAndHeadersAndNothingOdd() async throws {
        let server = try LoopbackServer { connection in
            guard let request = connection.read() else { return }
            let lines = [request.line] + request.headers.map { "\($0): \($1)" }.sorted()
            connection.write(answer(Array(lines.joined(separator: "\n").utf8) + request.body))
        }
        let client = directClient()
        let response = try await client.send(
            HTTPRequest(
                method: .post,
                url: try EndpointURL("http://127.0.0.1:\(server.port)/rpc?k=1"),
                headers: [RequestHeader("X-One", "1"), RequestHeader("X-Empty", "")],
                body: Array("{}".utf8),
            ))
        let text = String(decoding: response.body, as: UTF8.self)
        let encodings = text.firstMatch(of: /accept-encoding: (.*)/)
        #expect(encodings?.1.contains("gzip") == true)
        let others = text.replacing(/accept-encoding: .*\n/, with: "")
        #expect(
            others == """
                POST /rpc?k=1 HTTP/1.1
                accept: */*
                content-length: 2
                host: 127.0.0.1:\(server.port)
                user-agent: weir
                x-empty: 
                x-one: 1{}
                """)
        #expect(response.status == 200)
        #expect(response.version == .http11)
        await client.shutdown()
    }

    @Test func bodiesOfAllSizesComeBackWhole() async throws {
        let server = try LoopbackServer(answering: { answer($0.body) })
        let client = directClient()
        for size in [0, 1, 63, 64, 65, 16_383, 16_384, 16_385, 1_000_000, 0, 3] {
            let body = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31) }
            let response = try await client.send(.loopback(server.port, body: body))
            #expect(response.body == body)
            #expect(response.body.capacity - response.body.count >= HTTPResponse.spareCapacity)
            #expect(response.bytesReceived > size)
        }
        await client.shutdown()
    }

    @Test func getAndPostMayFollowEachOtherOnOneHandle() async throws {
        let server = try LoopbackServer(answering: { request in
            answer(Array((request.line.prefix(4) + "\(request.body.count)").utf8))
        })
        let client = directClient()
        var answers: [String] = []
        for body in [[UInt8]?]([nil, [1, 2, 3], nil, [], [4], nil]) {
            let response = try await client.send(.loopback(server.port, body: body))
            answers.append(String(decoding: response.body, as: UTF8.self))
        }
        #expect(answers == ["GET 0", "POST3", "GET 0", "POST0", "POST1", "GET 0"])
        #expect(server.connections == 1)
        await client.shutdown()
    }

    @Test func connectionIsKeptForTheNextRequest() async throws {
        let server = try LoopbackServer(answering: { answer($0.body) })
        let client = directClient()
        let first = try await client.send(.loopback(server.port, body: [1]))
        let second = try await client.send(.loopback(server.port, body: [2]))
        #expect(!first.connectionReused)
        #expect(second.connectionReused)
        #expect(first.timing.connect > .zero)
        #expect(second.timing.connect == .zero)
        #expect(second.timing.total >= second.timing.startTransfer)
        let statistics = client.statistics
        #expect(statistics.requests == 2)
        #expect(statistics.failures == 0)
        #expect(statistics.connectionsOpened == 1)
        #expect(statistics.bytesReceived == UInt64(first.bytesReceived + second.bytesReceived))
        #expect(statistics.bytesSent > 0)
        #expect(statistics.inFlight == 0)
        await client.shutdown()
    }

    @Test func keptConnectionThatTheServerClosedIsReplaced() async throws {
        // Each connection answers once and then closes without having said so.
        let server = try LoopbackServer { connection in
            guard let request = connection.read() else { return }
            connection.write(answer(request.body))
        }
        let client = directClient()
        for number in UInt8(0)..<20 {
            let response = try await client.send(.loopback(server.port, body: [number]))
            #expect(response.body == [number])
        }
        #expect(server.connections == 20)
        await client.shutdown()
    }

    @Test func chunkedAnswerIsJoinedAndTrailersAreNoHeaders() async throws {
        let server = try LoopbackServer { connection in
            _ = connection.read()
            connection.write(
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX-A: 1\r\n\r\n"
                    + "5\r\nhello\r\n1;ext=1\r\n \r\n5\r\nworld\r\n0\r\nX-Trailer: 1\r\n\r\n")
        }
        let client = directClient()
        let response = try await client.send(.loopback(server.port))
        #expect(response.body == Array("hello world".utf8))
        #expect(response.headers["x-a"] == "1")
        #expect(response.headers["x-trailer"] == nil)
        await client.shutdown()
    }

    @Test func answerWithoutLengthEndsWithTheConnection() async throws {
        let server = try LoopbackServer { connection in
            _ = connection.read()
            connection.write("HTTP/1.0 200 OK\r\n\r\nold style")
        }
        let client = directClient()
        let response = try await client.send(.loopback(server.port))
        #expect(response.body == Array("old style".utf8))
        #expect(response.version == .http10)
        await client.shutdown()
    }

    @Test func interimAnswersLeaveNoHeaders() async throws {
        let server = try LoopbackServer { connection in
            _ = connection.read()
            connection.write("HTTP/1.1 103 Early Hints\r\nX-Early: 1\r\n\r\n")
            connection.write(answer([7], headers: ["X-Late: 2"]))
        }
        let client = directClient()
        let response = try await client.send(.loopback(server.port))
        #expect(response.status == 200)
        #expect(response.headers["x-early"] == nil)
        #expect(response.headers["X-LATE"] == "2")
        await client.shutdown()
    }

    @Test func gzipIsUnpackedUnlessRefused() async throws {
        let text = (0..<200_000).map { UInt8(truncatingIfNeeded: $0) }
        let server = try LoopbackServer(answering: { request in
            guard request.headers["accept-encoding"]?.contains("gzip") == true else {
                return answer(text)
            }
            return answer(Gzip.stored(text), headers: ["Content-Encoding: gzip"])
        })
        let client = directClient()
        var request = try HTTPRequest.loopback(server.port)
        let packed = try await client.send(request)
        #expect(packed.body == text)
        #expect(packed.headers["content-encoding"] == "gzip")
        request.acceptsEncoding = false
        let plain = try await client.send(request)
        #expect(plain.body == text)
        #expect(plain.headers["content-encoding"] == nil)
        await client.shutdown()
    }

    @Test(arguments: ["301 Moved", "404 Not Found", "429 Too Many Requests", "502 Bad Gateway"])
    func everyStatusIsAnAnswer(status: String) async throws {
        let html = Array("<html><body><h1>\(status)</h1></body></html>".utf8)
        let server = try LoopbackServer(answering: { _ in
            answer(
                html,
                status: status,
                headers: [
                    "Content-Type: text/html", "Retry-After: 7", "Location: http://127.0.0.1:1/",
                ],
            )
        })
        let client = directClient()
        let response = try await client.send(.loopback(server.port, body: [1]))
        #expect(response.status == Int(status.prefix(3)))
        #expect(response.body == html)
        #expect(response.headers["content-type"] == "text/html")
        #expect(response.retryAfter(now: 0) == .seconds(7))
        await client.shutdown()
    }

    @Test func fiftyMegabytesArriveWithAndWithoutLength() async throws {
        let piece = (0..<500_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        let server = try LoopbackServer { connection in
            while let request = connection.read() {
                let isChunked = request.body.first == 1
                connection.write(
                    "HTTP/1.1 200 OK\r\n"
                        + (isChunked
                            ? "Transfer-Encoding: chunked\r\n\r\n"
                            : "Content-Length: 50000000\r\n\r\n"))
                for _ in 0..<100 {
                    if isChunked { connection.write("7a120\r\n") }
                    connection.write(piece)
                    if isChunked { connection.write("\r\n") }
                }
                if isChunked { connection.write("0\r\n\r\n") }
            }
        }
        let client = directClient()
        for kind in UInt8(0)...1 {
            let response = try await client.send(.loopback(server.port, body: [kind]))
            #expect(response.body.count == 50_000_000)
            #expect(response.body.suffix(500_000).elementsEqual(piece))
        }
        await client.shutdown()
    }

    @Test func twoHundredRequestsAtOnceShareTheAllowedConnections() async throws {
        let server = try LoopbackServer(answering: { answer($0.body + [9]) })
        let client = directClient { $0.maxConnectionsPerHost = 16 }
        let answers = try await withThrowingTaskGroup(of: Bool.self) { group in
            for number in 0..<200 {
                let body = Array("\(number)".utf8)
                let request = try HTTPRequest.loopback(server.port, body: body)
                group.addTask { try await client.send(request).body == body + [9] }
            }
            var good = 0
            for try await isGood in group { good += isGood ? 1 : 0 }
            return good
        }
        #expect(answers == 200)
        #expect(server.mostConnections <= 16)
        #expect(server.connections <= 16)
        #expect(client.statistics.inFlight == 0)
        await client.shutdown()
    }

    @Test func proxyGetsTheWholeAddressUnlessTheHostIsExempt() async throws {
        let proxy = try LoopbackServer(answering: { answer(Array($0.line.utf8)) })
        let origin = try LoopbackServer(answering: { _ in answer(Array("direct".utf8)) })
        let client = directClient {
            $0.proxy = .fixed(
                (try? EndpointURL("http://127.0.0.1:\(proxy.port)")) ?? EndpointURLTests.some,
                except: "127.0.0.1")
        }
        let through = try EndpointURL("http://nowhere.invalid/a")
        let response = try await client.send(HTTPRequest(method: .get, url: through))
        #expect(response.body == Array("GET http://nowhere.invalid/a HTTP/1.1".utf8))
        let direct = try await client.send(.loopback(origin.port))
        #expect(direct.body == Array("direct".utf8))
        await client.shutdown()
    }
}
