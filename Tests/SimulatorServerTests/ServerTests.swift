// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import ChainSimulator
import EVMPrimitives
import Foundation
import JSONBytes
import SimulatorServer
import Testing

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// A server on a chain of twenty blocks.
private func server(
    faults: FaultPlan = .none, interval: Duration? = nil
) throws -> SimulatorServer {
    var parameters = SimulationParameters(seed: 5)
    parameters.actionsPerBlock = 3
    return try SimulatorServer(
        .init(parameters: parameters, faults: faults, prehistory: 20, interval: interval))
}

/// A started server for a body, stopped behind it whatever happens.
private func serving(
    _ server: SimulatorServer, _ body: (URL) async throws -> Void
) async throws {
    let port = try await server.start()
    do {
        try await body(try #require(URL(string: "http://127.0.0.1:\(port)/")))
    } catch {
        await server.stop()
        throw error
    }
    await server.stop()
}

private func post(
    _ url: URL, _ text: String, session: URLSession = .shared
) async throws -> (Int, [UInt8], HTTPURLResponse) {
    var request = URLRequest(url: url, timeoutInterval: 10)
    request.httpMethod = "POST"
    request.httpBody = Data(text.utf8)
    let (data, response) = try await session.data(for: request)
    let http = try #require(response as? HTTPURLResponse)
    return (http.statusCode, [UInt8](data), http)
}

private func call(_ method: String, _ params: String = "[]", id: Int = 1) -> String {
    #"{"jsonrpc":"2.0","id":\#(id),"method":"\#(method)","params":\#(params)}"#
}

@Suite("Simulated node over HTTP")
struct ServerTests {
    @Test func theSocketGivesTheBytesThatTheNodeGives() async throws {
        let server = try server()
        try await serving(server) { url in
            for text in [
                call("eth_getBlockByNumber", #"["latest",true]"#),
                "[\(call("eth_chainId")),\(call("eth_nothing", id: 2))]", "rubbish",
            ] {
                let (status, body, _) = try await post(url, text)
                #expect(status == 200)
                #expect(body == server.answer(Array(text.utf8)).body)
            }
        }
        #expect(server.requests == 6)
    }

    @Test func concurrentRequestsAllGetTheirOwnAnswer() async throws {
        let server = try server()
        try await serving(server) { url in
            try await withThrowingTaskGroup(of: Bool.self) { group in
                for id in 0..<64 {
                    group.addTask {
                        let block = #"["0x\#(String(id % 20, radix: 16))",false]"#
                        let (_, body, _) = try await post(
                            url, call("eth_getBlockByNumber", block, id: id))
                        let answer = try JSONValue(parsing: body)
                        return answer["id"]?.int == id
                            && answer["result"]?["number"]?.string
                                == "0x\(String(id % 20, radix: 16))"
                    }
                }
                for try await isRight in group { #expect(isRight) }
            }
        }
        #expect(server.requests == 64)
    }

    @Test func aConnectionIsKeptAndTheChainMovesUnderIt() async throws {
        let server = try server()
        try await serving(server) { url in
            for expected in ["0x14", "0x15", "0x16"] {
                let (_, body, response) = try await post(url, call("eth_blockNumber"))
                #expect(try JSONValue(parsing: body)["result"]?.string == expected)
                #expect(response.value(forHTTPHeaderField: "Connection") != "close")
                try server.advance()
            }
            try server.reorganize(depth: 15)
            #expect(server.chain.orphaned.deepest == 15)
        }
    }

    @Test func theClockMovesTheChain() async throws {
        let server = try server(interval: .milliseconds(5))
        try await serving(server) { url in
            var head = 20
            for _ in 0..<2_000 where head < 24 {
                let (_, body, _) = try await post(url, call("eth_blockNumber"))
                let text = try #require(try JSONValue(parsing: body)["result"]?.string)
                head = try #require(Int(text.dropFirst(2), radix: 16))
            }
            #expect(head >= 24)
        }
    }

    @Test func faultsReachTheWire() async throws {
        let server = try server()
        func only(_ kind: FaultKind) -> FaultPlan {
            FaultPlan(seed: 3, rates: [.init(kind, 1)])
        }
        try await serving(server) { url in
            server.setFaults(only(.tooManyRequests))
            let (status, _, response) = try await post(url, call("eth_chainId"))
            #expect(status == 429)
            #expect(response.value(forHTTPHeaderField: "Retry-After") != nil)

            server.setFaults(only(.badGateway))
            let (gateway, page, _) = try await post(url, call("eth_chainId"))
            #expect(gateway == 502)
            #expect(String(decoding: page, as: UTF8.self).hasPrefix("<html>"))

            let port = try #require(url.port)
            let text = call("eth_getBlockByNumber", #"["latest",true]"#)
            server.setFaults(only(.closedConnection))
            #expect(try await rawExchange(port: port, text).isEmpty)
            server.setFaults(only(.truncatedBody))
            let bytes = try await rawExchange(port: port, text)
            let answer = String(decoding: bytes, as: UTF8.self)
            let body = try #require(answer.range(of: "\r\n\r\n")).upperBound
            let length = try #require(
                answer.split(separator: "\r\n").first { $0.hasPrefix("Content-Length: ") })
            let stated = try #require(Int(length.dropFirst(16)))
            #expect(answer[body...].utf8.count < stated)

            server.setFaults(FaultPlan(latency: 5...10))
            #expect(try await post(url, call("eth_chainId")).0 == 200)
        }
    }

    @Test func otherMethodsAndGiantsAreRefused() async throws {
        try await serving(try server()) { url in
            let (_, response) = try await URLSession.shared.data(from: url)
            #expect((response as? HTTPURLResponse)?.statusCode == 405)
            let giant = String(repeating: " ", count: 6 << 20)
            #expect(try await post(url, giant).0 == 413)
            #expect(try await post(url, call("eth_chainId")).0 == 200)
        }
    }

    @Test func aLiveChainEndsNow() throws {
        var parameters = SimulationParameters(seed: 5)
        parameters.blockTime = 3
        let now = BlockTime(1_800_000_000)
        let settings = SimulatorServer.live(parameters, now: now, prehistory: 10)
        let server = try SimulatorServer(settings)
        #expect(server.chain.head?.header.timestamp == now)
        #expect(settings.interval == .seconds(3))
        let early = SimulatorServer.live(parameters, now: BlockTime(5), prehistory: .max)
        #expect(early.parameters.genesisTime == BlockTime(0))
    }

    @Test func startingTwiceIsRefusedAndStoppingTwiceIsNot() async throws {
        let server = try server()
        let first = try await server.start()
        #expect(first > 0)
        await #expect(throws: SimulatorServerError.alreadyRunning) { _ = try await server.start() }
        await server.stop()
        await server.stop()
        let second = try await server.start()
        #expect(second > 0)
        await server.stop()
    }

    @Test func aTakenPortIsAnErrorAndLeavesTheServerStartable() async throws {
        let one = try server()
        let port = try await one.start()
        let two = try SimulatorServer(.init(port: port, prehistory: 1))
        await #expect(throws: (any Error).self) { _ = try await two.start() }
        await one.stop()
        #expect(try await two.start() == port)
        await two.stop()
    }
}
