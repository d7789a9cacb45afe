// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainSimulator
import ConfigTree
import CoreMetrics
import EVMPrimitives
import EVMRPC
import Foundation
import HTTPFront
import Logging
import MetricsBridge
import SimulatorServer
import UnixSignals

/// What `weir run` and `weir demo` do.
package enum Running {
    /// Runs a configuration until a signal.
    ///
    /// - Parameter say: told what a user wants to read at the start.
    /// - Returns: the exit code: 130 or 143 after a signal.
    package static func run(
        config: String, say: @escaping @Sendable (String) -> Void
    ) async throws -> Int32 {
        ProcessMemory.prepare()
        let loaded = try WeirConfiguration.load(path: config)
        for warning in loaded.warnings { say("weir: \(warning)") }
        let configuration = loaded.configuration
        for fault in configuration.alerting.faults { say("weir: left out: \(fault)") }
        let logger = Self.logger(configuration.logging)
        let app = try await App(configuration, logger: logger)
        // What libraries measure through swift-metrics is exposed beside our own.
        MetricsSystem.bootstrap(RegistryMetricsFactory(registry: app.registry))
        let signal = try await app.run { address in
            logger.notice(
                "listening",
                metadata: ["url": .string(address.url), "version": .string(weirVersion)])
        }
        return Self.code(signal)
    }

    /// Runs the simulated chain and the monitor on it until a signal.
    ///
    /// - Parameter print: told the lines for standard output, the addresses among them.
    package static func demo(
        listen: String, seed: UInt64, blockTime: UInt64, store: String?,
        print: @escaping @Sendable (String) -> Void
    ) async throws -> Int32 {
        var parameters = SimulationParameters(seed: seed)
        parameters.blockTime = blockTime
        parameters.forks = ForkScript(frequency: 0.1, maximumDepth: 4)
        let now = BlockTime(UInt64(clamping: RPCClock.system.unixSeconds()))
        let node = try SimulatorServer(SimulatorServer.live(parameters, now: now))
        let port = try await node.start()
        let folder = store == nil ? try Self.temporaryFolder() : nil
        defer { if let folder { try? FileManager.default.removeItem(atPath: folder) } }
        do {
            var configuration = try DemoConfiguration.configuration(
                endpoint: "http://127.0.0.1:\(port)")
            configuration.server.listen = try ListenAddress(listen)
            configuration.storePath = store ?? (folder ?? ".") + "/weir.db"
            let app = try await App(configuration, logger: Self.logger(configuration.logging))
            MetricsSystem.bootstrap(RegistryMetricsFactory(registry: app.registry))
            let signal = try await app.run { address in
                print(Self.greeting(address, port: port, seed: seed))
            }
            await node.stop()
            return Self.code(signal)
        } catch {
            await node.stop()
            throw error
        }
    }

    private static func greeting(_ address: ListenAddress, port: Int, seed: UInt64) -> String {
        let url = address.url
        return """
            Weir \(weirVersion) on a simulated chain (seed \(seed), JSON-RPC on http://127.0.0.1:\(port))

              dashboard  \(url)
              metrics    \(url)metrics
              status     \(url)api/v1/status
              events     \(url)api/v1/events?limit=10

            Ctrl-C ends it.
            """
    }

    /// The log of a command that ends by itself: what hinders it, on standard error.
    static var toolLogger: Logger {
        var logging = LoggingConfiguration()
        logging.level = .warning
        return Self.logger(logging)
    }

    static func logger(_ logging: LoggingConfiguration) -> Logger {
        let level = Logger.Level(rawValue: logging.level.rawValue) ?? .info
        return Logger(label: "weir") { _ in
            LogOutput(level: level, json: logging.format == .json)
        }
    }

    private static func temporaryFolder() throws -> String {
        let path = NSTemporaryDirectory() + "weir-demo-\(ProcessInfo.processInfo.processIdentifier)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        return path
    }

    private static func code(_ signal: UnixSignal?) -> Int32 {
        switch signal {
        case .some(.sigint): 130
        case .some: 143
        case nil: 0
        }
    }
}
