// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import ChainSimulator
import ConfigTree
import CurlTransport
import EVMPrimitives
import Foundation
import HTTPFront
import JSONBytes
import SimulatorServer
import Synchronization
import Tabular
import Testing
import WeirTestSupport

@testable import WeirApp

/// A whole instance on a chain with reorganisations: what reaches a channel over real HTTP, and what the
/// instance says of its alerts and silences.
@Suite struct AppAlertsTests {
    /// A webhook that takes everything, and remembers the alerts.
    private final class Webhook: Sendable {
        struct Told: Sendable {
            var id: String
            var status: String
            var alerts: [(name: String, status: String, labels: String)]
        }

        let server: LoopbackServer

        init() throws {
            let box = Box()
            self.box = box
            self.server = try LoopbackServer { connection in
                while let request = connection.read() {
                    box.add(request)
                    guard connection.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") else {
                        return
                    }
                }
            }
        }

        private let box: Box
        var told: [Told] { self.box.told.withLock { $0 } }

        private final class Box: Sendable {
            let told = Mutex<[Told]>([])

            func add(_ request: Connection.Request) {
                guard let json = try? JSONValue(parsing: request.body) else { return }
                let alerts = (json["alerts"]?.array ?? []).map { alert in
                    (
                        name: alert["labels"]?["alertname"]?.string ?? "",
                        status: alert["status"]?.string ?? "",
                        labels: (alert["labels"]?.object?.members ?? []).map {
                            "\($0.key)=\($0.value.string ?? "")"
                        }.joined(separator: ",")
                    )
                }
                self.told.withLock {
                    $0.append(
                        Told(
                            id: request.headers["webhook-id"] ?? "",
                            status: json["status"]?.string ?? "", alerts: alerts))
                }
            }
        }
    }

    private static func configuration(
        _ node: Int, _ webhook: Int, folder: URL
    ) throws -> WeirConfiguration {
        let rules = folder.appendingPathComponent("rules.yaml")
        try """
        groups:
          - name: g
            interval: 1s
            rules:
              - alert: ManyBlocks
                expr: weir_chain_processed_block > 10
                labels: { severity: info }
                annotations: { summary: "{{ $labels.chain }} is at {{ $value }}" }
              - record: jobs:all
                expr: sum(weir_events_total{contract="JobMarketplace"})
        """.write(to: rules, atomically: true, encoding: .utf8)
        let yaml =
            DemoConfiguration.yaml + """

                rules: ["\(rules.path)"]
                event_rules:
                  - on: JobMarketplace.JobPosted
                    severity: info
                    where: payment > 0 FAB
                    summary: "job {{ jobId }} for {{ payment }}"
                receivers:
                  - name: hook
                    webhook: { url: "http://127.0.0.1:\(webhook)/alerts" }
                route:
                  receiver: hook
                  group_by: ["..."]
                  group_wait: 0s
                  group_interval: 1s
                server: { listen: "127.0.0.1:0" }
                store: { sqlite: "\(folder.appendingPathComponent("weir.db").path)" }
                """
        return try DemoConfiguration.configuration(
            endpoint: "http://127.0.0.1:\(node)", yaml: yaml)
    }

    @Test func whatHappensReachesTheChannelAndIsTakenBack() async throws {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("weir-alerts-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        var parameters = SimulationParameters(seed: 11)
        parameters.blockTime = 1
        parameters.forks = ForkScript(frequency: 0.3, maximumDepth: 3)
        let now = ChainSimulatorTime.now
        let node = try SimulatorServer(SimulatorServer.live(parameters, now: now))
        let port = try await node.start()
        let webhook = try Webhook()
        let configuration = try Self.configuration(port, webhook.server.port, folder: folder)
        let app = try await App(configuration, logger: AlertFixtures.logger)
        let address = Mutex<String?>(nil)
        let running = Task {
            try await app.run { listening in address.withLock { $0 = listening.url } }
        }
        defer { running.cancel() }
        func wait(_ what: String, _ isSo: @Sendable () async throws -> Bool) async throws {
            let deadline = ContinuousClock.now + .seconds(120)
            while ContinuousClock.now < deadline {
                if try await isSo() { return }
                try await Task.sleep(for: .milliseconds(50))
            }
            Issue.record("waited in vain for \(what)")
        }
        try await wait("a rule's alert") {
            webhook.told.contains { $0.alerts.contains { $0.name == "ManyBlocks" } }
        }
        try await wait("an event's alert") {
            webhook.told.contains { $0.alerts.contains { $0.name == "JobPosted" } }
        }
        try await wait("a retraction") {
            webhook.told.contains { told in
                told.alerts.contains { $0.name == "JobPosted" && $0.status == "resolved" }
            }
        }
        // Every message has an identifier of its own.
        let ids = webhook.told.map(\.id)
        #expect(Set(ids).count == ids.count)
        #expect(!ids.contains(""))
        let url = try #require(address.withLock { $0 })
        try await Self.apisAnswer(url)
        running.cancel()
        _ = try? await running.value
        await node.stop()
    }

    private static func apisAnswer(_ url: String) async throws {
        let client = InstanceClient(address: url)
        let alerts = try JSONValue(parsing: try await client.get("/api/v1/alerts"))
        #expect(alerts["status"]?.string == "success")
        #expect(
            alerts["data"]?["alerts"]?.array?.contains {
                $0["labels"]?["alertname"]?.string == "ManyBlocks"
                    && $0["state"]?.string == "firing"
            } == true)
        let rules = try JSONValue(parsing: try await client.get("/api/v1/rules"))
        let group = try #require(rules["data"]?["groups"]?[0])
        #expect(group["name"]?.string == "g")
        #expect(group["rules"]?[0]?["state"]?.string == "firing")
        #expect(group["rules"]?[0]?["health"]?.string == "ok")
        #expect(group["rules"]?[1]?["type"]?.string == "recording")
        let metrics = String(decoding: try await client.get("/metrics"), as: UTF8.self)
        #expect(metrics.contains(#"ALERTS{alertname="ManyBlocks",alertstate="firing""#))
        let runbooks = String(decoding: try await client.get("/runbooks"), as: UTF8.self)
        #expect(runbooks.contains("id=\"weirchaindown\""))

        // Silences, as amtool and our own command set them.
        let tool = SilenceTool(address: url, token: nil)
        let id = try await tool.add(
            matchers: ["alertname=ManyBlocks"], duration: "1h", author: "me", comment: "known")
        let silenced = try JSONValue(
            parsing: try await client.get(
                "/api/v2/alerts", [("filter", "alertname=\"ManyBlocks\"")]))
        #expect(silenced[0]?["status"]?["state"]?.string == "suppressed")
        #expect(silenced[0]?["status"]?["silencedBy"]?[0]?.string == id)
        #expect(silenced[0]?["receivers"]?[0]?["name"]?.string == "hook")
        let listed = try await tool.list(includesExpired: false).table.rendered(as: .table)
        #expect(listed.contains(id))
        try await tool.expire(id)
        #expect(
            try await !tool.list(includesExpired: false).table.rendered(as: .table).contains(id))
        for (path, query, part) in [
            ("/api/v2/alerts", [("filter", "a=~\"(\"")], "no matcher"),
            ("/api/v2/alerts", [("active", "maybe")], "true or false"),
            ("/api/v2/silence/none", [], "no silence"),
            ("/api/v1/rules", [("type", "both")], "alert or record"),
        ] as [(String, [(String, String)], String)] {
            do throws(ToolError) {
                _ = try await client.get(path, query)
                Issue.record("\(path) was answered")
            } catch { #expect("\(error)".contains(part), "\(error)") }
        }
        await #expect(throws: ToolError.self) { try await tool.expire("none") }
        await #expect(throws: ToolError.self) {
            _ = try await client.send(
                .post, "/api/v2/silences", body: Array("{\"matchers\":[]}".utf8))
        }
    }
}

/// The time of chains that go with the clock.
private enum ChainSimulatorTime {
    static var now: BlockTime { BlockTime(UInt64(Date().timeIntervalSince1970)) }
}
