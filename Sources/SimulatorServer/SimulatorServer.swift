// Weir
// SPDX-License-Identifier: Apache-2.0

package import ChainSimulator
package import EVMPrimitives
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// A simulated node behind HTTP/1.1 on loopback, whose chain grows by a clock.
///
///     let server = try SimulatorServer(SimulatorServer.Settings())
///     let port = try await server.start()
///     …
///     await server.stop()
///
/// One event loop of its own serves all connections, so answers come in the order of arrival. The
/// chain can also be asked and moved directly; it is one and the same chain.
package final class SimulatorServer: Sendable {
    /// What is served, where, and how fast it grows.
    package struct Settings: Sendable {
        package var parameters: SimulationParameters
        package var faults: FaultPlan
        /// 0 lets the system choose.
        package var port: Int
        /// How many blocks there are before the first request.
        package var prehistory: UInt64
        /// The time from step to step; nil for a chain that only moves when told.
        package var interval: Duration?

        package init(
            parameters: SimulationParameters = SimulationParameters(), faults: FaultPlan = .none,
            port: Int = 0, prehistory: UInt64 = 300, interval: Duration? = nil
        ) {
            self.parameters = parameters
            self.faults = faults
            self.port = port
            self.prehistory = prehistory
            self.interval = interval
        }
    }

    /// The settings of a chain that keeps pace with the world's clock: its prehistory ends now, and
    /// every step takes the block time.
    package static func live(
        _ parameters: SimulationParameters, now: BlockTime, prehistory: UInt64 = 300,
        faults: FaultPlan = .none, port: Int = 0
    ) -> Settings {
        var parameters = parameters
        let blockTime = min(max(1, parameters.blockTime), 3_600)
        parameters.blockTime = blockTime
        let age = blockTime.multipliedReportingOverflow(by: prehistory)
        let start = now.rawValue.subtractingReportingOverflow(age.partialValue)
        parameters.genesisTime = BlockTime(
            age.overflow || start.overflow ? 0 : start.partialValue)
        return Settings(
            parameters: parameters, faults: faults, port: port, prehistory: prehistory,
            interval: .seconds(Int64(blockTime)))
    }

    private enum Phase {
        case idle
        case starting
        case running(MultiThreadedEventLoopGroup, any Channel)
    }

    private struct State {
        var phase = Phase.idle
        var connections: [ObjectIdentifier: any Channel] = [:]
    }

    private let settings: Settings
    private let node: Mutex<SimulatedNode>
    private let state = Mutex(State())

    /// Makes the chain and its prehistory; nothing listens yet.
    package init(_ settings: Settings = Settings()) throws(SimulationError) {
        self.settings = settings
        self.node = Mutex(
            try SimulatedNode(
                settings.parameters, prehistory: settings.prehistory, faults: settings.faults))
    }

    // MARK: The node

    /// Answers the body of a request without a socket; counts as a request.
    package func answer(_ request: [UInt8]) -> HTTPAnswer {
        self.node.withLock { $0.answer(request) }
    }

    /// Takes a step as the chain's script says.
    @discardableResult
    package func advance() throws(SimulationError) -> ChainStep {
        try self.node.withLock { node throws(SimulationError) in try node.chain.advance() }
    }

    /// Forces a reorganization, also below the finalized block.
    @discardableResult
    package func reorganize(
        depth: UInt64, blocks: UInt64? = nil
    ) throws(SimulationError) -> ChainStep {
        try self.node.withLock { node throws(SimulationError) in
            try node.chain.reorganize(depth: depth, blocks: blocks)
        }
    }

    /// From now on these faults.
    package func setFaults(_ faults: FaultPlan) {
        self.node.withLock { $0.faults = faults }
    }

    /// The chain as it is now: a value that does not move any more.
    package var chain: SimulatedChain { self.node.withLock { $0.chain } }

    /// How many requests were answered.
    package var requests: UInt64 { self.node.withLock { $0.requests } }

    // MARK: Listening

    /// Listens on 127.0.0.1 and starts the clock; answers the port.
    ///
    /// Throws ``SimulatorServerError/alreadyRunning`` the second time, or what binding throws where
    /// the port is taken.
    package func start() async throws -> Int {
        try self.state.withLock { state in
            guard case .idle = state.phase else { throw SimulatorServerError.alreadyRunning }
            state.phase = .starting
        }
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        do {
            let channel = try await self.bootstrap(group)
                .bind(host: "127.0.0.1", port: self.settings.port).get()
            guard let port = channel.localAddress?.port else {
                throw SimulatorServerError.noAddress
            }
            self.state.withLock { $0.phase = .running(group, channel) }
            self.startClock(on: channel.eventLoop)
            return port
        } catch {
            self.state.withLock { $0.phase = .idle }
            try? await group.shutdownGracefully()
            throw error
        }
    }

    /// Closes the port and all connections, and stops the clock. Stopping twice does no harm; a
    /// stopped server may start again.
    package func stop() async {
        let running = self.state.withLock { state -> (MultiThreadedEventLoopGroup, any Channel)? in
            guard case .running(let group, let channel) = state.phase else { return nil }
            state.phase = .idle
            return (group, channel)
        }
        guard let (group, channel) = running else { return }
        try? await channel.close().get()
        let connections = self.state.withLock { Array($0.connections.values) }
        for connection in connections { try? await connection.close().get() }
        try? await group.shutdownGracefully()
    }

    private func bootstrap(_ group: MultiThreadedEventLoopGroup) -> ServerBootstrap {
        ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 128)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(RequestHandler(self))
                }
            }
    }

    private func startClock(on loop: any EventLoop) {
        guard let interval = self.settings.interval, interval > .zero else { return }
        let (seconds, attoseconds) = interval.components
        let whole = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        let nanoseconds = whole.overflow ? Int64.max / 2 : whole.partialValue
        let delay = TimeAmount.nanoseconds(
            max(1_000_000, nanoseconds + attoseconds / 1_000_000_000))
        _ = loop.scheduleRepeatedTask(initialDelay: delay, delay: delay) { [weak self] task in
            // A step cannot fail but by a mistake in the simulation; then the chain stands still.
            guard let self, (try? self.advance()) != nil else { return task.cancel() }
        }
    }

    // MARK: Connections

    func opened(_ channel: any Channel) {
        let isRunning = self.state.withLock { state in
            state.connections[ObjectIdentifier(channel)] = channel
            if case .idle = state.phase { return false }
            return true
        }
        if !isRunning { channel.close(promise: nil) }
    }

    func closed(_ channel: any Channel) {
        self.state.withLock { $0.connections[ObjectIdentifier(channel)] = nil }
    }
}

/// Why the server does not start.
package enum SimulatorServerError: Error, Equatable, Sendable, CustomStringConvertible {
    case alreadyRunning
    case noAddress

    package var description: String {
        switch self {
        case .alreadyRunning: "the simulated node is running already; stop it first"
        case .noAddress: "the simulated node has no port; the system gave no address"
        }
    }
}
