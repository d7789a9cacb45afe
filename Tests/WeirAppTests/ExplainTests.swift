// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainSimulator
import Foundation
import HTTPFront
import JSONBytes
import Logging
import SimulatorServer
import Synchronization
import Tabular
import Testing

@testable import WeirApp

/// The demo's economy as an instance explains it over HTTP: where numbers come from, and its facts.
@Suite struct ExplainTests {
    /// Runs the demo's configuration on a chain that stands still, until it is read.
    private static func withInstance(
        _ body: (_ address: String) async throws -> Void
    ) async throws {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("weir-explain-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let node = try SimulatorServer(
            .init(
                parameters: SimulationParameters(seed: 7), faults: .none, prehistory: 300,
                interval: nil))
        let port = try await node.start()
        var configuration = try DemoConfiguration.configuration(
            endpoint: "http://127.0.0.1:\(port)")
        configuration.storePath = folder.appendingPathComponent("weir.db").path
        configuration.server.listen = try ListenAddress("127.0.0.1:0")
        let app = try await App(
            configuration, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        let address = Mutex<String?>(nil)
        let running = Task {
            try await app.run { listening in address.withLock { $0 = listening.url } }
        }
        defer { running.cancel() }
        let deadline = ContinuousClock.now + .seconds(120)
        while ContinuousClock.now < deadline {
            try await Task.sleep(for: .milliseconds(20))
            guard let url = address.withLock({ $0 }),
                let status = try? await InstanceStatus.ask(url),
                let chain = (try? JSONValue(parsing: status.json))?["chains"]?[0],
                let head = chain["head"]?["number"]?.uint64,
                head == chain["processed"]?["number"]?.uint64
            else { continue }
            break
        }
        try await body(try #require(address.withLock { $0 }))
        running.cancel()
        _ = try await running.value
        await node.stop()
    }

    private static func get(
        _ address: String, _ path: String, _ query: [(String, String)]
    ) async throws -> JSONValue {
        try JSONValue(parsing: try await InstanceClient(address: address).get(path, query))
    }

    @Test func numbersAreExplainedAndFactsAreFound() async throws {
        try await Self.withInstance { address in
            try await Self.metricsAreExplained(address)
            try await Self.blocksAreExplained(address)
            try await Self.factsAreFound(address)
            try await Self.wrongQuestionsAreRefused(address)
        }
    }

    private static func metricsAreExplained(_ address: String) async throws {
        let staked = try await Self.get(
            address, "/api/v1/explain", [("metric", #"weir_staked_tokens{registry="nodes"}"#)])
        #expect(staked["seriesCount"]?.int ?? 0 > 0)
        let origin = try #require(staked["origins"]?[0])
        #expect(origin["owner"]?.string == "staking/nodes")
        #expect(origin["formula"]?.string?.contains("Stake by operator") == true)
        let inputs = try #require(origin["inputs"]?.array)
        let stake = try #require(inputs.first { $0["role"]?.string == "stake" })
        #expect(
            stake["events"]?[0]?.string?.hasPrefix("NodeRegistry.NodeRegistered(") == true)
        #expect(stake["fields"]?["account"]?.string == "operator")
        #expect(stake["fields"]?["amount"]?.string == "stake")
        let change = try #require(origin["lastChange"])
        #expect(change["fact"]?["kind"]?.string == "stake_change")
        #expect(change["transactionHash"]?.string?.count == 66)
        // What changed is what the block's own explanation tells.
        let block = try #require(change["fact"]?["block"]?.string)
        let told = try await Self.get(address, "/api/v1/explain", [("block", block)])
        #expect(told["facts"]?.array?.contains { $0 == change["fact"] } == true)

        let alias = try await Self.get(
            address, "/api/v1/explain",
            [("metric", "fabstir_contract_event_node_registered_total")])
        #expect(alias["aliasOf"]?.string == "demo_nodes_registered_total")
        #expect(alias["origins"]?[0]?["formula"]?.string == "how many such events were seen")
        let bucket = try await Self.get(
            address, "/api/v1/explain", [("metric", "demo_job_value_tokens_bucket")])
        #expect(bucket["type"]?.string == "histogram")
        let twin = try await Self.get(
            address, "/api/v1/explain", [("metric", "weir_slashes_reverted_total")])
        #expect(twin["origins"]?[0]?["formula"]?.string?.contains("weir_slashes_total") == true)

        let table = try await ExplainTool.metric("weir_staked_tokens", address: address).table
        let text = table.rendered(as: .table)
        #expect(text.contains("last change"))
        #expect(text.contains("event as slash"))
    }

    private static func blocksAreExplained(_ address: String) async throws {
        let facts = try await Self.get(address, "/api/v1/facts", [("limit", "1")])
        let block = try #require(facts["facts"]?[0]?["block"]?.string.flatMap { UInt64($0) })
        let text = try await ExplainTool.block(block, chain: "demo", address: address).table
            .rendered(as: .table)
        #expect(text.contains("fact of "))
    }

    private static func factsAreFound(_ address: String) async throws {
        // Pages of seven are the same as one of all.
        let all = try #require(
            try await Self.get(
                address, "/api/v1/facts", [("tracker", "staking/nodes"), ("limit", "1000")])[
                    "facts"]?.array)
        #expect(all.count > 7)
        var paged: [JSONValue] = []
        var before: String?
        repeat {
            let page = try await Self.get(
                address, "/api/v1/facts",
                [("tracker", "staking/nodes"), ("limit", "7")]
                    + (before.map { [("before", $0)] } ?? []))
            paged += page["facts"]?.array ?? []
            before = page["next"]?.string
        } while before != nil
        #expect(paged == all)
        #expect(all.allSatisfy { $0["fields"]?["tracker"]?.string == "staking/nodes" })

        let account = try #require(all[0]["fields"]?["account"]?.string)
        let ofAccount = try await Self.get(
            address, "/api/v1/facts",
            [("tracker", "staking/nodes"), ("account", account.lowercased()), ("limit", "1000")])
        #expect(
            ofAccount["facts"]?.array
                == all.filter { fact in
                    (fact["fields"]?.object?.members ?? []).contains {
                        $0.value.string == account
                    }
                })
        // By blocks, and by the times of blocks.
        let middle = try #require(
            all[all.count / 2]["block"]?.string.flatMap { UInt64($0) })
        let upTo = try await Self.get(
            address, "/api/v1/facts",
            [("tracker", "staking/nodes"), ("to_block", String(middle)), ("limit", "1000")])
        #expect(
            upTo["facts"]?.array
                == all.filter { UInt64($0["block"]?.string ?? "") ?? .max <= middle })
        let none = try await Self.get(
            address, "/api/v1/facts", [("from", "2200-01-01T00:00:00Z")])
        #expect(none["facts"]?.array?.isEmpty == true)
        let every = try await Self.get(
            address, "/api/v1/facts",
            [("tracker", "staking/nodes"), ("from", "0"), ("to", "2200-01-01"), ("limit", "1000")])
        #expect(every["facts"]?.array == all)
    }

    private static func wrongQuestionsAreRefused(_ address: String) async throws {
        let client = InstanceClient(address: address)
        let questions: [(String, [(String, String)], String)] = [
            ("/api/v1/explain", [], "Say what"),
            ("/api/v1/explain", [("metric", "weir_stakd_tokens")], "weir metrics"),
            ("/api/v1/explain", [("metric", "sum(up)")], "must be a metric's name"),
            ("/api/v1/explain", [("metric", "a{")], "no selector"),
            ("/api/v1/explain", [("block", "-1")], "must be a block number"),
            ("/api/v1/explain", [("blok", "1")], "the keys are"),
            ("/api/v1/facts", [("tracker", "staking/node")], "there is: staking/nodes"),
            ("/api/v1/facts", [("account", "0x12")], "must be an address"),
            ("/api/v1/facts", [("limit", "0")], "from 1 to 1000"),
            ("/api/v1/facts", [("before", "x")], "must be what"),
            ("/api/v1/facts", [("from", "yesterday")], "must be a time"),
            ("/api/v1/facts", [("chain", "base")], "there is: demo"),
        ]
        for (path, query, part) in questions {
            do throws(ToolError) {
                _ = try await client.get(path, query)
                Issue.record("\(path) \(query) was answered")
            } catch {
                #expect("\(error)".contains(part), "\(error)")
            }
        }
    }
}
