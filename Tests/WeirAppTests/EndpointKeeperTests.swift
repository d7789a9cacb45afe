// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import CurlTransport
import EVMPrimitives
import EVMRPC
import JSONBytes
import Logging
import MetricsRegistry
import SQLiteDriver
import Testing
import WeirPorts
import WeirStore

@testable import WeirApp

/// What is learnt of endpoints outlives the process, and is shown.
@Suite struct EndpointKeeperTests {
    /// Refuses every range of more than ten blocks, and anything else with an error of its own.
    private struct Strict: RPCTransport {
        func send(_ body: [UInt8]) async throws(TransportError) -> HTTPResponse {
            let value = (try? JSONValue(parsing: body)) ?? nil
            let answers = (value.array ?? [value]).map { call in
                #"{"jsonrpc":"2.0","id":\#(call["id"]?.uint64 ?? 0),"error":"#
                    + #"{"code":-32000,"message":"maximum block range: 10"}}"#
            }
            return HTTPResponse(
                status: 200, body: Array("[\(answers.joined(separator: ","))]".utf8))
        }
    }

    static let chain = ChainID(7)

    static func metrics() throws -> AppMetrics {
        try AppMetrics(namespace: "weir", version: "test", definitions: [], aliases: [])
    }

    static func pool(_ metrics: AppMetrics) -> EndpointPool {
        let client = JSONRPCClient(
            RPCEndpoint(simulated: "strict"), transport: Strict(),
            observer: metrics.observer(of: "base"))
        return EndpointPool(
            [client], expecting: nil, observer: metrics.poolObserver(of: "base"))
    }

    static func ask(_ pool: EndpointPool) async -> ChainClientError? {
        do throws(ChainClientError) {
            _ = try await pool.logs(BlockNumber(1)...BlockNumber(40), filter: LogFilter())
            return nil
        } catch { return error }
    }

    static func text(_ metrics: AppMetrics) -> String {
        metrics.registry.snapshot().families.flatMap { family in
            family.exposedSamples().map { sample in
                let labels = sample.labels.map { "\($0.name)=\($0.value)" }
                return "\(family.descriptor.name){\(labels.joined(separator: ","))} "
                    + "\(sample.value.doubleValue)"
            }
        }.joined(separator: "\n")
    }

    @Test func limitsAndCreditsAreTakenUpAtTheNextStart() async throws {
        let store = try await WeirStore.prepare(SQLiteConnection.inMemory())
        try await store.configure(Self.chain, name: "base", filter: "", trackers: "")
        let before = Self.pool(try Self.metrics())
        let keeper = EndpointKeeper(
            pools: [(Self.chain, before)], store: store, clock: .system,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        #expect(await Self.ask(before)?.disposition == .shrink(.blocks(10)))
        #expect(before.health[0].credits.used == 2)
        // A limit is written at once, credits with every sixth look and at the end.
        await keeper.write(withCredits: false)
        let memory = try await store.memory(Self.chain)
        #expect(memory["endpoint/strict"]?.hasPrefix("range=10@") == true)
        let after = Self.pool(try Self.metrics())
        #expect(after.rangeLimit == nil)
        after.restore(EndpointKeeper.memories(in: memory.merging(["other": "x"]) { a, _ in a }))
        #expect(after.rangeLimit == 10 && after.health[0].credits.used == 2)
        #expect(after.health[0].rangeLimit == 10)
        // The known limit is told without asking.
        #expect(await Self.ask(after)?.disposition == .shrink(.blocks(10)))
        #expect(after.health[0].credits.used == 2)
    }

    @Test func onlyWhatIsNewIsWritten() async throws {
        let store = try await WeirStore.prepare(SQLiteConnection.inMemory())
        try await store.configure(Self.chain, name: "base", filter: "", trackers: "")
        let pool = Self.pool(try Self.metrics())
        let keeper = EndpointKeeper(
            pools: [(Self.chain, pool)], store: store, clock: .system,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        await keeper.write(withCredits: true)
        #expect(try await store.memory(Self.chain).isEmpty)
        _ = await Self.ask(pool)
        await keeper.write(withCredits: true)
        // Nothing changed: what stands there is left alone.
        try await store.remember(Self.chain, "endpoint/strict", "touched")
        await keeper.write(withCredits: true)
        #expect(try await store.memory(Self.chain) == ["endpoint/strict": "touched"])
    }

    @Test func callsCreditsAndReadinessAreMetrics() async throws {
        let metrics = try Self.metrics()
        let pool = Self.pool(metrics)
        _ = await Self.ask(pool)
        metrics.show(pool.health, of: "base")
        let text = Self.text(metrics)
        for line in [
            "weir_rpc_credits_total{chain=base,endpoint=strict,method=eth_getLogs} 1.0",
            "weir_rpc_requests_total{chain=base,endpoint=strict,method=eth_getLogs} 1.0",
            "weir_rpc_endpoint_up{chain=base,endpoint=strict} 1.0",
            "weir_rpc_quorum_disagreements_total{chain=base} 0.0",
        ] {
            #expect(text.contains(line), "\(line) is not in\n\(text)")
        }
        let observer = metrics.poolObserver(of: "base")
        observer.hedged("other")
        observer.disagreed()
        let later = Self.text(metrics)
        #expect(later.contains("weir_rpc_hedged_requests_total{chain=base,endpoint=other} 1.0"))
        #expect(later.contains("weir_rpc_quorum_disagreements_total{chain=base} 1.0"))
    }
}
