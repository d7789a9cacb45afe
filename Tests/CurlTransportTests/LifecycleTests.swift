// Weir
// SPDX-License-Identifier: Apache-2.0

import CurlTransport
import Foundation
import Testing
import WeirTestSupport

/// Cancellation, limits and the end of the client: every caller gets exactly one outcome.
@Suite(.timeLimit(.minutes(2)))
struct LifecycleTests {
    @Test func cancelledTaskSendsNothing() async throws {
        let server = try LoopbackServer(answering: { answer($0.body) })
        let client = directClient()
        let request = try HTTPRequest.loopback(server.port)
        let task = Task {
            unsafe withUnsafeCurrentTask { unsafe $0?.cancel() }
            return await failure(client, request)
        }
        #expect(await task.value == .cancelled)
        // This one would come after the first on the loop's thread.
        _ = try await client.send(request)
        #expect(server.connections == 1)
        await client.shutdown()
    }

    @Test func cancellingClosesTheConnectionAtOnce() async throws {
        let arrived = Tally()
        let ended = Tally()
        let server = try LoopbackServer { connection in
            _ = connection.read()
            arrived.report()
            connection.waitForEnd()
            ended.report()
        }
        let client = directClient()
        let request = try HTTPRequest.loopback(server.port)
        let task = Task { await failure(client, request) }
        await arrived.wait()
        task.cancel()
        #expect(await task.value == .cancelled)
        await ended.wait()
        #expect(client.statistics.inFlight == 0)
        #expect(client.statistics.failures == 1)
        await client.shutdown()
    }

    @Test func cancelledHandleServesTheNextRequest() async throws {
        let arrived = Tally()
        let server = try LoopbackServer { connection in
            while let request = connection.read() {
                if request.body == [0] {
                    arrived.report()
                    connection.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nold bytes")
                    connection.waitForEnd()
                    return
                }
                connection.write(answer(request.body))
            }
        }
        let client = directClient()
        for round in UInt8(1)...5 {
            let hanging = try HTTPRequest.loopback(server.port, body: [0])
            let task = Task { await failure(client, hanging) }
            await arrived.wait()
            task.cancel()
            #expect(await task.value == .cancelled)
            let response = try await client.send(.loopback(server.port, body: [round]))
            #expect(response.body == [round])
        }
        await client.shutdown()
    }

    @Test func stormOfCancellationsLeavesNothingBehind() async throws {
        let server = try LoopbackServer(answering: { answer($0.body) })
        let client = directClient { $0.maxConnectionsPerHost = 8 }
        let request = try HTTPRequest.loopback(server.port, body: [1, 2, 3])
        let outcomes = await withTaskGroup(of: Bool.self) { group in
            for number in 0..<1000 {
                let task = Task {
                    do throws(TransportError) {
                        return try await client.send(request).body == [1, 2, 3]
                    } catch {
                        return error == .cancelled
                    }
                }
                if number % 3 == 0 { task.cancel() }
                group.addTask {
                    if number % 3 == 1 { task.cancel() }
                    return await task.value
                }
            }
            var good = 0
            for await isGood in group { good += isGood ? 1 : 0 }
            return good
        }
        #expect(outcomes == 1000)
        #expect(client.statistics.inFlight == 0)
        #expect(client.statistics.requests == 1000)
        #expect(try await client.send(request).body == [1, 2, 3])
        await client.shutdown()
    }

    @Test func requestBeyondTheLimitIsRefusedAtOnce() async throws {
        let gate = Gate()
        let arrived = Tally()
        let server = try LoopbackServer { connection in
            while let request = connection.read() {
                arrived.report()
                gate.wait()
                connection.write(answer(request.body))
            }
        }
        let client = directClient { $0.maxInFlight = 2 }
        let request = try HTTPRequest.loopback(server.port, body: [1])
        async let first = client.send(request)
        async let second = client.send(request)
        await arrived.wait(for: 2)
        #expect(await failure(client, request) == .tooManyInFlight(limit: 2))
        gate.open()
        _ = try await (first, second)
        #expect(try await client.send(request).body == [1])
        await client.shutdown()
    }

    @Test func shutdownFailsWhatIsInFlightAndWhatComesLater() async throws {
        let arrived = Tally()
        let ended = Tally()
        let server = try LoopbackServer { connection in
            _ = connection.read()
            arrived.report()
            connection.waitForEnd()
            ended.report()
        }
        // Four are sent, six wait for a connection.
        let client = directClient { $0.maxConnectionsPerHost = 4 }
        let request = try HTTPRequest.loopback(server.port)
        let tasks = (0..<10).map { _ in Task { await failure(client, request) } }
        await arrived.wait(for: 4)
        async let first: Void = client.shutdown()
        async let second: Void = client.shutdown()
        _ = await (first, second)
        for task in tasks { #expect(await task.value == .shutDown) }
        await ended.wait(for: 4)
        #expect(await failure(client, request) == .shutDown)
        #expect(client.statistics.inFlight == 0)
        await client.shutdown()
    }

    @Test func sendsThatRaceWithShutdownAllEnd() async throws {
        let server = try LoopbackServer(answering: { answer($0.body) })
        for _ in 0..<30 {
            let client = directClient()
            let request = try HTTPRequest.loopback(server.port, body: [1])
            let tasks = (0..<20).map { _ in
                Task {
                    do throws(TransportError) {
                        return try await client.send(request).body == [1]
                    } catch {
                        return error == .shutDown
                    }
                }
            }
            await client.shutdown()
            for task in tasks { #expect(await task.value) }
        }
    }

    @Test func forgottenClientClosesItsConnections() async throws {
        let ended = Tally()
        let server = try LoopbackServer { connection in
            while let request = connection.read() { connection.write(answer(request.body)) }
            ended.report()
        }
        for _ in 0..<20 {
            var client: CurlClient? = directClient()
            _ = try await client?.send(.loopback(server.port, body: [1]))
            client = nil
            await ended.wait()
        }
        #expect(server.connections == 20)
    }

    @Test func unusedClientShutsDown() async {
        await directClient().shutdown()
    }
}
