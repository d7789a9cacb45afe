// Weir
// SPDX-License-Identifier: Apache-2.0

import Foundation
import HTTPFront
import Logging
import ServiceLifecycle
import Testing

/// How the server starts, and how it ends.
@Suite struct LifecycleTests {
    private static let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })

    private static func server(
        _ listen: String, _ configure: (inout HTTPConfiguration) -> Void = { _ in },
        routes change: (inout HTTPRoutes) -> Void = { _ in },
    ) throws -> HTTPServer {
        var configuration = HTTPConfiguration()
        configuration.listen = try ListenAddress(listen)
        configure(&configuration)
        var routes = try exampleRoutes()
        change(&routes)
        return try HTTPServer(configuration: configuration, routes: routes, logger: Self.logger)
    }

    @Test func portInUseIsToldToRunnerAndWaiter() async throws {
        try await withFront { front in
            let server = try Self.server("127.0.0.1:\(front.port)")
            let expected = HTTPFrontError.portInUse(try ListenAddress("127.0.0.1:\(front.port)"))
            await #expect(throws: expected) { try await server.run() }
            await #expect(throws: expected) { try await server.listeningAddress() }
            #expect(expected.description.contains("the port is in use"))
        }
    }

    @Test func foreignAddressIsUnknown() async throws {
        // TEST-NET-1 is nobody's (RFC 5737).
        let server = try Self.server("192.0.2.1:0")
        let address = try ListenAddress("192.0.2.1:0")
        await #expect(throws: HTTPFrontError.unknownHost(address)) {
            try await server.run()
        }
    }

    @Test(.enabled(if: geteuid() != 0, "root may use every port"))
    func lowPortIsDenied() async throws {
        let server = try Self.server("127.0.0.1:1")
        let address = try ListenAddress("127.0.0.1:1")
        await #expect(throws: HTTPFrontError.permissionDenied(address)) {
            try await server.run()
        }
    }

    @Test func cancelledWaiterIsReleased() async throws {
        let server = try Self.server("127.0.0.1:0")
        let waiter = Task { try await server.listeningAddress() }
        waiter.cancel()
        let address = try ListenAddress("127.0.0.1:0")
        await #expect(throws: HTTPFrontError.stopped(address)) {
            try await waiter.value
        }
    }

    @Test func secondServerOnOneRegistryIsRefused() throws {
        let routes = try exampleRoutes()
        _ = try HTTPServer(
            configuration: HTTPConfiguration(), routes: routes, logger: Self.logger)
        #expect(throws: (any Error).self) {
            try HTTPServer(configuration: HTTPConfiguration(), routes: routes, logger: Self.logger)
        }
    }

    @Test func gracefulShutdownLetsARequestEnd() async throws {
        let gate = Gate()
        let server = try Self.server(
            "127.0.0.1:0", routes: { $0.beforeScrape = { await gate.enter() } })
        let services = ServiceGroup(configuration: .init(services: [server], logger: Self.logger))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await services.run() }
            let port = try await server.listeningAddress().port
            let idle = try LoopbackClient(port: port)
            let half = try LoopbackClient(port: port)
            half.send("GET /metr")
            async let answer = request(port, "/metrics")
            await gate.untilEntered(1)
            await services.triggerGracefulShutdown()
            // These have nothing under way, so they close before the scrape ends.
            #expect(await blocking { idle.untilClosed() } == [])
            #expect(await blocking { half.untilClosed() } == [])
            #expect(await blocking { (try? LoopbackClient(port: port)) == nil })
            gate.open()
            #expect(try await answer.status == 200)
            #expect(try await answer.headers["connection"] == "close")
            try await tasks.waitForAll()
        }
    }

    @Test func shutdownDoesNotWaitForEver() async throws {
        let gate = Gate()
        let server = try Self.server("127.0.0.1:0") {
            $0.shutdownTimeout = .milliseconds(200)
        } routes: {
            $0.beforeScrape = { await gate.enter() }
        }
        let services = ServiceGroup(configuration: .init(services: [server], logger: Self.logger))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await services.run() }
            let port = try await server.listeningAddress().port
            let stuck = try LoopbackClient(port: port)
            stuck.send("GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n")
            await gate.untilEntered(1)
            let start = ContinuousClock.now
            await services.triggerGracefulShutdown()
            // The gate is never opened.
            try await tasks.waitForAll()
            #expect(ContinuousClock.now - start < .seconds(4))
        }
    }

    @Test func cancellationStopsTheServerWithConnectionsOpen() async throws {
        let server = try Self.server("127.0.0.1:0")
        let running = Task { try await server.run() }
        let port = try await server.listeningAddress().port
        let clients = try (0..<5).map { _ in try LoopbackClient(port: port) }
        #expect(try await request(port, "/health").status == 200)
        running.cancel()
        try await running.value
        #expect(await blocking { clients.allSatisfy { $0.untilClosed() == [] } })
        await #expect(throws: HTTPFrontError.self) { try await server.listeningAddress() }
    }
}
