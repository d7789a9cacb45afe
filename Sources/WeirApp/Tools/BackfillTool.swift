// Weir
// SPDX-License-Identifier: Apache-2.0

package import ChainModel
import ChainSync
import CurlTransport
import EVMPrimitives
import EVMRPC
import Economy
import Logging
import MetricsRegistry
import SQLiteDriver
package import Tabular
import WeirPorts
import WeirStore

/// `weir backfill`: reads a range of blocks into a store, and ends.
///
/// The same follower as `weir run`, told where to stop: what is settled is read in large ranges,
/// the rest block by block, so that a store which a backfill wrote can be followed on from there.
/// Started again, it goes on where it was.
package struct BackfillTool: Sendable {
    /// The first and the last block to read.
    package struct Range: Sendable {
        /// Nil: where the store ends, or the configuration's `start`.
        package var from: UInt64?
        /// Nil: the block that is final now.
        package var to: UInt64?

        /// - Throws: `.usage` where the range is empty.
        package init(from: UInt64?, to: UInt64?) throws(ToolError) {
            if let from, let to, to < from {
                throw .usage("--to \(to) is below --from \(from)")
            }
            self.from = from
            self.to = to
        }
    }

    /// What was read of one chain.
    package struct Summary: Sendable {
        package var chain: String
        package var blocks: UInt64
        package var logs: UInt64
        package var seconds: Double
        /// The last block read, and the checksum of all logs of the store up to the settled one.
        package var last: UInt64
        package var checksum: String
        var counts: [Economy.EventCount]

        /// One line for people.
        package var text: String {
            let rate = self.seconds > 0 ? Double(self.logs) / self.seconds : 0
            return "\(self.chain): \(self.blocks) blocks up to \(self.last), \(self.logs) logs in "
                + "\(Self.hundredths(self.seconds)) s, \(UInt64(rate)) logs/s; "
                + "checksum \(self.checksum)"
        }

        private static func hundredths(_ value: Double) -> String {
            let count = UInt64((value * 100).rounded())
            return "\(count / 100)." + (count % 100 < 10 ? "0" : "") + "\(count % 100)"
        }
    }

    /// A level of verification by its name.
    package static func level(_ name: String?) throws(ToolError) -> VerificationLevel? {
        guard let name else { return nil }
        guard let level = VerificationLevel(rawValue: name) else {
            throw .usage(
                "--verify: \(name) is no level; there are "
                    + VerificationLevel.allCases.map(\.rawValue).joined(separator: ", "))
        }
        return level
    }

    /// One chain to read, and from where.
    private struct Job {
        var chain: FollowedChain
        var connection: ChainConnection.Settings
        var namespace: String
    }

    private let keepsPages: Bool
    private let logger: Logger
    private let progress: (@Sendable (String) -> Void)?
    private let clock = RPCClock.system

    /// Settles how memory is had; to be called before there is a second thread.
    package static func prepareProcess() { ProcessMemory.prepareCatchUp() }

    /// - Parameters:
    ///   - keepsPages: whether raw logs are stored; without them the store holds totals and a
    ///     checkpoint, and cannot be rebuilt.
    ///   - progress: told, once a second, how far it is.
    package init(
        keepsPages: Bool = true, progress: (@Sendable (String) -> Void)? = nil
    ) {
        self.keepsPages = keepsPages
        self.logger = Running.toolLogger
        self.progress = progress
    }

    /// Reads a range of one endpoint's chain, without a configuration.
    ///
    /// - Parameters:
    ///   - rpc: a secret.
    ///   - abi: a JSON ABI, a text of fragments, or a folder of them.
    ///   - address: the contract; nil reads the events of the ABI from every contract.
    /// - Throws: ``ToolError``, `ChainClientError`, `StoreError`, ``FollowerError``.
    package func run(
        rpc: String, abi: String, address: String?, verify: VerificationLevel? = nil, range: Range,
        store path: String
    ) async throws -> [Summary] {
        let catalog = try BackfillCatalog(abi: abi, address: address)
        let endpoint = try EndpointDoctor.Patient(url: rpc).endpoint
        return try await self.withCurl { curl in
            let id = try await JSONRPCClient(endpoint, curl: curl, clock: self.clock).chainID()
            let name = id.description
            let level = verify ?? .bloom
            var sync = SyncConfiguration()
            sync.spanMax = level.spanMax
            let job = Job(
                chain: FollowedChain(
                    name: name, id: id, sync: sync, filter: catalog.filter,
                    definition: EconomyDefinition(chain: name, catalog: catalog.events)),
                connection: ChainConnection.Settings(
                    name: name, id: id, endpoints: [endpoint], quorum: 1,
                    verify: level), namespace: "weir")
            return try await self.run([job], range, store: path, curl)
        }
    }

    /// Reads a range of the chains of a configuration, or of one of them.
    ///
    /// - Throws: ``ToolError``, `ConfigDiagnostics`, `ChainClientError`, `StoreError`,
    ///   ``FollowerError``.
    package func run(
        config: String, chain: String?, verify: VerificationLevel? = nil, range: Range
    ) async throws -> [Summary] {
        let configuration = try WeirConfiguration.load(path: config).configuration
        let chains = configuration.chains.filter { chain == nil || $0.name == chain }
        if let chain, chains.isEmpty {
            throw ToolError.unknownChain(
                name: chain, known: configuration.chains.map(\.name))
        }
        if chains.count > 1, range.from != nil || range.to != nil {
            throw ToolError.usage(
                "--from and --to are blocks of one chain; say which with --chain: "
                    + chains.map(\.name).joined(separator: ", "))
        }
        let jobs = chains.map { chain in
            var connection = chain.connection
            var followed = chain.followed
            if let verify {
                connection.verify = verify
                followed.sync.spanMax = min(followed.sync.spanMax, verify.spanMax)
            }
            return Job(
                chain: followed, connection: connection, namespace: configuration.namespace)
        }
        return try await self.withCurl { curl in
            try await self.run(jobs, range, store: configuration.storePath, curl)
        }
    }

    private func withCurl<T: Sendable>(_ body: (CurlClient) async throws -> T) async throws -> T {
        let curl = CurlClient()
        do {
            let result = try await body(curl)
            await curl.shutdown()
            return result
        } catch {
            await curl.shutdown()
            throw error
        }
    }

    // MARK: Reading

    private func run(
        _ jobs: [Job], _ range: Range, store path: String, _ curl: CurlClient
    ) async throws -> [Summary] {
        let database = try SQLiteConnection(path: path)
        do {
            let store = try await WeirStore.prepare(database, keepsPages: self.keepsPages)
            var summaries: [Summary] = []
            for job in jobs { summaries.append(try await self.run(job, range, store, curl)) }
            try await database.close()
            return summaries
        } catch {
            try? await database.close()
            throw error
        }
    }

    private func run(
        _ job: Job, _ range: Range, _ store: WeirStore, _ curl: CurlClient
    ) async throws -> Summary {
        let began = self.clock.now()
        var chain = job.chain
        let metrics = try AppMetrics(
            namespace: job.namespace, version: weirVersion, definitions: [chain.definition],
            aliases: [])
        var logger = self.logger
        logger[metadataKey: "chain"] = .string(chain.name)
        let connection = try await ChainConnection(
            job.connection, curl: curl, metrics: metrics, store: store, clock: self.clock,
            logger: logger)
        let pool = connection.pool
        let stored = try await store.chain(chain.id)
        // Before the first question, or a chain that hashes otherwise would look like a liar.
        await connection.proving.settle(
            provenBefore: stored.memory[ChainProving.memoryKey]
                .flatMap { VerificationLevel(rawValue: $0) })
        let bounds = try await self.bounds(range, stored, pool, start: chain.sync.start)
        chain.sync.start = bounds.from
        chain.sync.stop = bounds.to
        chain.definition = try await TokenResolving(
            chain: chain.name, id: chain.id, client: pool, store: store, clock: self.clock,
            logger: logger
        ).resolve(chain.definition)
        let follower = try await ChainFollower(
            chain, client: pool, proving: connection.proving, store: store, metrics: metrics,
            clock: self.clock, rangeLimit: pool.rangeLimit, seed: .random(in: 0...UInt64.max),
            logger: logger)
        // What only the start needed is half of the memory that the rest takes.
        ProcessMemory.settle()
        try await self.follow(follower, to: bounds.to)
        let status = await follower.status
        if let reason = status.haltReason {
            throw ToolError.halted(chain: chain.name, reason: reason)
        }
        let before = stored.window.last?.number ?? stored.settled?.number ?? bounds.from.previous
        let last = status.processed?.number ?? bounds.to
        return Summary(
            chain: chain.name, blocks: before.map { last.distance(above: $0) } ?? last.rawValue + 1,
            logs: await follower.logsStored, seconds: (self.clock.now() - began).seconds,
            last: last.rawValue, checksum: await follower.settledChecksum.description,
            counts: await follower.eventCounts)
    }

    /// The range as block numbers that fit the store and the chain.
    private func bounds(
        _ range: Range, _ stored: StoredChain, _ pool: EndpointPool, start: BlockNumber?
    ) async throws -> (from: BlockNumber, to: BlockNumber) {
        let heads = try await pool.heads([.latest, .finalized])
        guard let latest = heads[.latest]?.number else {
            throw ToolError.usage("the endpoint names no latest block")
        }
        let to =
            range.to.map { BlockNumber($0) } ?? heads[.finalized]?.number
            ?? latest.lowered(by: SyncConfiguration().fallbackDepth)
        guard to <= latest else {
            throw ToolError.usage("--to \(to) is above the head, which is block \(latest)")
        }
        var from = range.from.map { BlockNumber($0) } ?? start
        if let tip = stored.window.last?.number ?? stored.settled?.number, let first = stored.first
        {
            if let from, from < first {
                throw ToolError.usage(
                    "the store begins at block \(first); for the blocks from \(from) on use a new "
                        + "store")
            }
            if let from, from > tip.next {
                throw ToolError.usage(
                    "the store ends at block \(tip); --from may be \(tip.next) at most, or blocks "
                        + "would be missing")
            }
            from = first
        }
        guard let from else { throw ToolError.usage("give the first block with --from") }
        guard from <= to else {
            throw ToolError.usage("block \(from) is not final yet: the last final one is \(to)")
        }
        return (from, to)
    }

    /// Runs the follower to its end, and tells how far it is meanwhile.
    private func follow(_ follower: ChainFollower, to last: BlockNumber) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            if let progress = self.progress {
                let clock = self.clock
                group.addTask {
                    var pace = BackfillPace(last: last)
                    while !Task.isCancelled {
                        let status = await follower.status
                        progress(
                            pace.line(
                                status.processed?.number, logs: await follower.logsStored,
                                at: clock.now()))
                        try? await clock.sleep(.seconds(1))
                    }
                }
            }
            group.addTask { try await follower.run() }
            // The first to end is the follower: the other ends by being cancelled.
            try await group.next()
            group.cancelAll()
        }
    }
}

extension Table {
    /// What was counted, one row an event that was seen: columns `chain`, `contract`, `event`,
    /// `count`.
    package init(_ summaries: [BackfillTool.Summary]) {
        self.init(columns: [
            Column("chain", "Chain"), Column("contract", "Contract"), Column("event", "Event"),
            Column("count", "Count", alignment: .right),
        ])
        for summary in summaries {
            for count in summary.counts where count.count > 0 {
                self.append([
                    .text(summary.chain), .text(count.contract), .text(count.event),
                    .integer(count.count),
                ])
            }
        }
    }
}
