// Weir
// SPDX-License-Identifier: Apache-2.0

import HummingbirdCore
package import Logging
package import MetricsRegistry
import NIOCore
import NIOPosix
import ServiceLifecycle

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Weir's HTTP server: read-only but for vouchers, HTTP/1.1, on one event loop thread of its own.
///
/// As a service it listens when run, and on a graceful shutdown stops accepting, closes idle
/// connections, and lets requests in flight end within `shutdownTimeout`.
///
///     let server = try HTTPServer(configuration: configuration, routes: routes, logger: logger)
///     async let running: Void = server.run()
///     print(try await server.listeningAddress().url)      // http://127.0.0.1:9560/
package final class HTTPServer: Service {
    private let configuration: HTTPConfiguration
    private let responder: Responder
    private let logger: Logger
    private let listening = ListeningState()

    /// Registers the server's own metrics with the routes' registry; a second server on one
    /// registry therefore throws.
    package init(
        configuration: HTTPConfiguration, routes: HTTPRoutes, logger: Logger,
    ) throws(MetricsError) {
        self.configuration = configuration
        self.responder = try Responder(routes: routes, configuration: configuration)
        self.logger = logger
    }

    /// The address that the server listens on, with the port that the system chose; waits for it.
    ///
    /// Throws what kept the server from listening, or `.stopped` if the waiting task is
    /// cancelled or the server ended. Waits for ever if nobody runs the server.
    package func listeningAddress() async throws(HTTPFrontError) -> ListenAddress {
        try await self.listening.address(orStopped: self.configuration.listen)
    }

    /// Listens and serves until cancelled or gracefully shut down; to be called once.
    ///
    /// Throws `HTTPFrontError` if it cannot listen, or if the socket closes by itself.
    package func run() async throws {
        let outcome: Result<Void, any Error>
        do {
            try await self.serve(on: Self.loops)
            outcome = .success(())
        } catch {
            outcome = .failure(self.frontError(error))
        }
        let failure =
            if case .failure(let error as HTTPFrontError) = outcome { error } else {
                HTTPFrontError.stopped(self.configuration.listen)
            }
        self.listening.settle(.failure(failure))
        try outcome.get()
    }

    /// The one event loop of all servers of the process. It is never shut down: connections that
    /// were cut at the end of a server still have work to schedule, which a stopped loop refuses.
    private static let loops = MultiThreadedEventLoopGroup(numberOfThreads: 1)

    private func serve(on loops: MultiThreadedEventLoopGroup) async throws {
        let listen = self.configuration.listen
        let server = Server(
            childChannelSetup: FrontChannel(
                responder: self.responder, configuration: self.configuration),
            configuration: ServerConfiguration(
                address: .hostname(listen.host, port: listen.port),
                backlog: 512,
                availableConnectionsDelegate: MaximumAvailableConnections(
                    max(1, self.configuration.connectionsMax), logger: self.quietLogger)),
            onServerRunning: { [listening, logger] channel in
                let port = channel.localAddress?.port ?? listen.port
                let address = ListenAddress(validHost: listen.host, port: port)
                logger.debug("listening", metadata: ["address": "\(address)"])
                listening.settle(.success(address))
            },
            eventLoopGroup: loops,
            logger: self.quietLogger)
        try await withThrowingTaskGroup(of: Bool.self) { tasks in
            tasks.addTask {
                try await server.run()
                return !Task.isCancelled && !Task.isShuttingDownGracefully
            }
            tasks.addTask { [timeout = self.configuration.shutdownTimeout] in
                // Either wait ends early when the server has ended.
                try? await gracefulShutdown()
                try? await Task.sleep(for: timeout)
                return false
            }
            let endedByItself = try await tasks.next()
            // What is still in flight after the timeout is cancelled.
            tasks.cancelAll()
            if endedByItself == true { throw HTTPFrontError.stopped(listen) }
        }
    }

    /// For Hummingbird, which reports its start as we do ourselves.
    private var quietLogger: Logger {
        var logger = self.logger
        logger.logLevel = max(logger.logLevel, .notice)
        return logger
    }

    private func frontError(_ error: any Error) -> any Error {
        let address = self.configuration.listen
        switch error {
        case is SocketAddressError, is SocketAddressError.UnknownHost:
            return HTTPFrontError.unknownHost(address)
        case let error as IOError:
            switch error.errnoCode {
            case EADDRINUSE: return HTTPFrontError.portInUse(address)
            case EACCES, EPERM: return HTTPFrontError.permissionDenied(address)
            case EADDRNOTAVAIL: return HTTPFrontError.unknownHost(address)
            default: return HTTPFrontError.listenFailed(address, code: error.errnoCode)
            }
        default:
            return error
        }
    }
}
