// Weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import ChainModel
import CurlTransport
import EVMPrimitives
package import EVMRPC
package import HTTPFront
package import Logging
import MetricsRegistry
import SQLiteDriver
import ServiceLifecycle
import Synchronization
package import UnixSignals
import WeirStore

/// Weir's version, as it stands in `--version`, `/metrics` and every page.
package let weirVersion = "0.1.0"

/// One running instance: the store, a follower for each chain, the HTTP server.
///
///     let app = try await App(configuration, logger: logger)
///     try await app.run { address in print("listening on \(address.url)") }
package final class App: Sendable {
    private let configuration: WeirConfiguration
    private let logger: Logger
    private let clock: RPCClock
    private let started: Duration
    private let database: SQLiteConnection
    private let curl: CurlClient
    private let keeper: EndpointKeeper
    private let followers: [ChainFollower]
    private let server: HTTPServer
    private let desk: VoucherDesk
    /// Nil where there is nothing to watch and nobody to tell.
    private let alerts: AlertService?
    /// The instance's metrics: also where the metrics of libraries go, see ``Running``.
    let registry: MetricsRegistry

    /// Opens the store, takes up every chain, and prepares the server; nothing runs yet.
    ///
    /// - Throws: `SQLError` or ``StoreError`` where the store is unusable, ``FollowerError`` and
    ///   `EconomyError` where it does not fit the configuration, `MetricsError` for clashing names.
    package init(
        _ configuration: WeirConfiguration, clock: RPCClock = .system,
        seed: UInt64 = .random(in: 0...UInt64.max), logger: Logger
    ) async throws {
        self.configuration = configuration
        self.logger = logger
        self.clock = clock
        self.started = clock.now()
        let database = try SQLiteConnection(path: configuration.storePath)
        self.database = database
        let curl = CurlClient(configuration: CurlConfiguration())
        self.curl = curl
        do {
            let store = try await WeirStore.prepare(database)
            let chains = configuration.chains.map(\.followed)
            let metrics = try AppMetrics(
                namespace: configuration.namespace, version: weirVersion,
                definitions: chains.map(\.definition),
                aliases: configuration.aliases.map { ($0.name, $0.target) })
            var pools: [String: EndpointPool] = [:]
            var followers: [ChainFollower] = []
            var resolved: [FollowedChain] = []
            var connections: [(ChainConnection, Logger)] = []
            for (chain, followed) in zip(configuration.chains, chains) {
                var chainLogger = logger
                chainLogger[metadataKey: "chain"] = .string(chain.name)
                let connection = try await ChainConnection(
                    chain.connection, curl: curl, metrics: metrics, store: store, clock: clock,
                    logger: chainLogger)
                let pool = connection.pool
                pools[chain.name] = pool
                var followed = followed
                followed.definition = try await TokenResolving(
                    chain: chain.name, id: chain.id, client: pool, store: store, clock: clock,
                    logger: chainLogger
                ).resolve(followed.definition)
                resolved.append(followed)
                connections.append((connection, chainLogger))
            }
            let alerting = configuration.alerting
            let sources = alerting.sources.resolved(resolved.map(\.definition))
            let bell = Bell()
            for (followed, (connection, chainLogger)) in zip(resolved, connections) {
                let engine = try EventRuleEngine(
                    alerting.eventRules, chain: followed.name, sources: sources)
                let watch = EventWatch(
                    engine, bell: bell,
                    metrics: EventRuleMetrics(metrics, chain: followed.name))
                followers.append(
                    try await ChainFollower(
                        followed, client: connection.pool, proving: connection.proving,
                        store: store, metrics: metrics, clock: clock,
                        rangeLimit: connection.pool.rangeLimit,
                        seed: seed &+ UInt64(followers.count), logger: chainLogger,
                        events: alerting.eventRules.isEmpty ? nil : watch))
            }
            self.registry = metrics.registry
            self.keeper = EndpointKeeper(
                pools: chains.compactMap { chain in pools[chain.name].map { (chain.id, $0) } },
                store: store, clock: clock, logger: logger)
            self.followers = followers
            self.desk = VoucherDesk(followers, clock: clock, logger: logger)
            let refresh = Self.refresh(configuration, metrics, pools, clock)
            let ofTrackers = metrics.trackerFamilies
            self.alerts =
                alerting.isEmpty
                ? nil
                : try await AlertService(
                    alerting, curl: curl, store: store, app: metrics, bell: bell, clock: clock,
                    logger: logger,
                    hushed: { [followers] in
                        var names: [String] = []
                        for follower in followers where await !follower.hasReachedHead {
                            names.append(follower.chain.name)
                        }
                        return .ofTrackers(ofTrackers, chains: names)
                    }, beforeSampling: refresh)
            self.server = try Self.server(
                configuration, self.desk, self.alerts?.desk, metrics, followers, pools, store,
                chains, refresh, clock, logger)
        } catch {
            await curl.shutdown()
            try? await database.close()
            throw error
        }
    }

    private static func server(
        _ configuration: WeirConfiguration, _ desk: VoucherDesk, _ alerts: AlertDesk?,
        _ metrics: AppMetrics, _ followers: [ChainFollower], _ pools: [String: EndpointPool],
        _ store: WeirStore, _ chains: [FollowedChain], _ refresh: @escaping @Sendable () -> Void,
        _ clock: RPCClock, _ logger: Logger
    ) throws -> HTTPServer {
        let started = clock.now()
        let document = { @Sendable () async -> StatusDocument in
            var rows: [(status: ChainStatus, endpoints: [EndpointPool.Health])] = []
            for follower in followers {
                rows.append(
                    (await follower.status, pools[follower.chain.name]?.health ?? []))
            }
            return StatusDocument(
                version: weirVersion, uptime: clock.now() - started, chains: rows)
        }
        let pages = EventPages(store: store, chains: chains)
        var routes = HTTPRoutes(
            metrics: metrics.registry, version: weirVersion,
            health: { await document().health },
            status: { () async throws(HTTPProblem) -> [UInt8] in await document().json },
            events: { (query) async throws(HTTPProblem) -> [UInt8] in
                try await pages.page(query)
            })
        routes.vouchers = desk.route(configuration.vouchersToken)
        let facts = FactPages(store: store, chains: chains)
        let explaining = Explaining(
            registry: metrics.registry,
            aliases: Dictionary(
                configuration.aliases.map { ($0.name, $0.target) }, uniquingKeysWith: { $1 }),
            chains: chains, store: store, pages: facts, events: pages)
        routes.api = [
            APIRoute(.get, "/api/v1/facts") { (request) async throws(HTTPProblem) in
                try await facts.page(request)
            },
            APIRoute(.get, "/api/v1/explain") { (request) async throws(HTTPProblem) in
                try await explaining.page(request)
            },
        ]
        routes.runbooks = Runbooks.all
        if let alerts {
            routes.api +=
                AlertPages(
                    desk: alerts, version: weirVersion, started: clock.unixMilliseconds,
                    access: Self.access(configuration)
                ).routes
        }
        routes.chains = { await document().rows }
        routes.beforeScrape = { refresh() }
        return try HTTPServer(configuration: configuration.server, routes: routes, logger: logger)
    }

    /// Who may set silences: whoever shows the token; without one anybody on a machine that alone can
    /// ask.
    private static func access(_ configuration: WeirConfiguration) -> APIRoute.Access {
        let advice = "Write server.api_token into the configuration."
        let token = configuration.apiToken.flatMap { BearerToken($0.reveal()) }
        if token == nil, configuration.server.listen.isLoopback { return .anybody }
        return .token(token, advice: advice)
    }

    /// Brings up to date what nobody pushes: what is read from the process and of the endpoints.
    private static func refresh(
        _ configuration: WeirConfiguration, _ metrics: AppMetrics,
        _ pools: [String: EndpointPool], _ clock: RPCClock
    ) -> @Sendable () -> Void {
        let path = configuration.storePath
        let looks = ProcessLooks(every: .seconds(1))
        return {
            guard looks.isDue(at: clock.now()) else { return }
            metrics.refresh(ProcessFiles.reading(), storeBytes: ProcessFiles.size(ofStore: path))
            for (chain, pool) in pools { metrics.show(pool.health, of: chain) }
        }
    }

    /// Runs until SIGTERM or SIGINT, which end it within five seconds, or until a service fails.
    ///
    /// - Parameter listening: told the address once the server listens.
    /// - Returns: the signal that ended it; nil where the task was cancelled.
    package func run(
        listening: @escaping @Sendable (ListenAddress) async -> Void = { _ in }
    ) async throws -> UnixSignal? {
        let seen = SeenSignal()
        var services: [(any Service, String)] = [
            (self.server, "http server"), (self.keeper, "endpoints"),
        ]
        if let alerts { services.append((alerts, "alerts")) }
        for follower in self.followers {
            services.append((FollowerService(follower: follower), "chain \(follower.chain.name)"))
        }
        // Named, or each is printed with all that is in it: a millisecond of the start.
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: services.map { service, name in
                    .init(
                        service: service, successTerminationBehavior: .gracefullyShutdownGroup,
                        serviceName: name)
                }, logger: self.logger))
        let failure: (any Error)? = await withTaskGroup(of: Void.self) { tasks in
            tasks.addTask { await Self.watchSignals(group, seen) }
            tasks.addTask { await self.desk.takeFiles() }
            tasks.addTask {
                guard let address = try? await self.server.listeningAddress() else { return }
                await listening(address)
                await Self.settleMemory()
            }
            var failure: (any Error)?
            do { try await group.run() } catch { failure = error }
            tasks.cancelAll()
            return failure
        }
        await self.curl.shutdown()
        do { try await self.database.close() } catch {
            self.logger.error("closing the store failed: \(error)")
        }
        if let failure, !(failure is CancellationError) { throw failure }
        return seen.signal
    }

    /// Gives memory back soon after the start, and once a minute what a catch-up took.
    private static func settleMemory() async {
        var delay: Duration = .seconds(10)
        while (try? await Task.sleep(for: delay)) != nil {
            ProcessMemory.settle()
            delay = .seconds(60)
        }
    }

    private static func watchSignals(_ group: ServiceGroup, _ seen: SeenSignal) async {
        for await signal in await UnixSignalsSequence(trapping: .sigterm, .sigint) {
            // A second signal skips what is left of the clean-up.
            if seen.note(signal) { exitAtOnce(for: signal) }
            await group.triggerGracefulShutdown()
        }
    }
}

/// The first signal that came.
private final class SeenSignal: Sendable {
    private let first = Mutex<UnixSignal?>(nil)

    var signal: UnixSignal? { self.first.withLock { $0 } }

    /// True when one had come before.
    func note(_ signal: UnixSignal) -> Bool {
        self.first.withLock { first in
            if first != nil { return true }
            first = signal
            return false
        }
    }
}

/// A follower as a service: cancelled when the group shuts down; its transaction in flight ends.
private struct FollowerService: Service {
    let follower: ChainFollower

    func run() async throws {
        try await cancelWhenGracefulShutdown {
            do {
                try await self.follower.run()
            } catch is CancellationError {}
        }
        // A chain that stands still must not end the others.
        try? await gracefulShutdown()
    }
}
