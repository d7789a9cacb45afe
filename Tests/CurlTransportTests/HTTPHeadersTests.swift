// Weir
// SPDX-License-Identifier: Apache-2.0

import CurlTransport
import Testing
import WeirTestSupport

/// Header lines are found without regard to case, the first of several wins.
struct HTTPHeadersTests {
    @Test func lookupIgnoresCaseAndBlanks() {
        let headers = HTTPHeaders([
            ("Content-Type", "  text/html \t"), ("X-Twice", "1"), ("x-twice", "2"), ("X-Empty", ""),
        ])
        #expect(headers["content-type"] == "text/html")
        #expect(headers["CONTENT-TYPE"] == "text/html")
        #expect(headers["X-tWiCe"] == "1")
        #expect(headers["x-empty"] == "")
        #expect(headers["content"] == nil)
        #expect(headers["content-type:"] == nil)
        #expect(headers[""] == nil)
        #expect(headers.count == 4)
        #expect(headers.all.map(\.name) == ["content-type", "x-twice", "x-twice", "x-empty"])
        #expect(headers.all.map(\.value) == ["text/html", "1", "2", ""])
    }

    @Test func foldedLineGoesOnWithTheOneBefore() async throws {
        let server = try LoopbackServer { connection in
            _ = connection.read()
            connection.write("HTTP/1.1 200 OK\r\nX-Long: one\r\n  two\r\n\tthree\r\n")
            connection.write(
                "X-Bytes: \u{E9}\r\nContent-Length: 0\r\n\r\n")
        }
        let client = directClient()
        let headers = try await client.send(.loopback(server.port)).headers
        #expect(headers["x-long"]?.split(separator: /[ \t]+/) == ["one", "two", "three"])
        #expect(headers["x-bytes"] == "\u{E9}")
        #expect(headers.all.map(\.name) == ["x-long", "x-bytes", "content-length"])
        await client.shutdown()
    }
}
