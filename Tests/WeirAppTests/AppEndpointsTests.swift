// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainSimulator
import ConfigTree
import EVMPrimitives
import Foundation
import HTTPFront
import JSONBytes
import Logging
import SQLiteDriver
import SimulatorServer
import Synchronization
import Testing
import WeirStore

@testable import WeirApp

/// A whole instance over several endpoints: real HTTP, a real store, a restart.
@Suite struct AppEndpointsTests {
    /// One life of an instance, until its chain is read; then what it says of itself.
    private func live(_ configuration: WeirConfiguration) async throws -> JSONValue {
        let app = try await App(
            configuration, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        let address = Mutex<String?>(nil)
        let running = Task {
            try await app.run { listening in address.withLock { $0 = listening.url } }
        }
        let deadline = ContinuousClock.now + .seconds(60)
        var document: JSONValue?
        while ContinuousClock.now < deadline {
            try await Task.sleep(for: .milliseconds(5))
            guard let url = address.withLock({ $0 }),
                let status = try? await InstanceStatus.ask(url),
                let json = try? JSONValue(parsing: status.json)
            else { continue }
            document = json
            let chain = json["chains"]?[0]
            let head = chain?["head"]?["number"]?.uint64
            if head != nil, head == chain?["processed"]?["number"]?.uint64 { break }
        }
        running.cancel()
        _ = try await running.value
        return try #require(document)
    }

    @Test func severalEndpointsAreReadAndWhatWasLearntIsKept() async throws {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("weir-endpoints-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let parameters = SimulationParameters(seed: 5)
        var faults = FaultPlan.none
        faults.limits.blocks = 20
        let node = try SimulatorServer(
            .init(parameters: parameters, faults: faults, prehistory: 400, interval: nil))
        let port = try await node.start()
        do {
            var loaded = try ConfigurationFaultTests.load(
                """
                chains:
                  base:
                    id: \(parameters.chainID.rawValue)
                    start: 1
                    quorum: 2
                    endpoints:
                      - { name: dead, url: "http://127.0.0.1:1", weight: 9 }
                      - name: paid
                        url: "http://127.0.0.1:\(port)"
                        weight: 2
                        budget: { credits_per_day: 1_000_000, pricing: infura }
                      - { name: free, url: "http://127.0.0.1:\(port)/free" }
                """
            ).configuration
            loaded.storePath = folder.appendingPathComponent("weir.db").path
            loaded.server.listen = try ListenAddress("127.0.0.1:0")
            let first = try await self.live(loaded)
            let chain = try #require(first["chains"]?[0])
            #expect(chain["processed"]?["number"]?.uint64 == chain["head"]?["number"]?.uint64)
            let endpoints = chain["endpoints"]
            #expect(
                (0..<3).map { endpoints?[$0]?["name"]?.string } == ["dead", "paid", "free"])
            #expect(endpoints?[0]?["lastError"]?.string == "unreachable")
            #expect((endpoints?[0]?["failures"]?.uint64 ?? 0) > 0)
            #expect(endpoints?[0]?["credits"]?["usedToday"]?.uint64 == 0)
            for index in 1...2 {
                #expect(endpoints?[index]?["logRangeBlocks"]?.uint64 == 20)
                #expect((endpoints?[index]?["credits"]?["usedToday"]?.uint64 ?? 0) > 5)
            }
            let used = try #require(endpoints?[1]?["credits"]?["usedToday"]?.uint64)
            // Closed now: what was learnt stands in the file, and the next life takes it up.
            let database = try SQLiteConnection(path: loaded.storePath)
            let memory = try await WeirStore.prepare(database).memory(parameters.chainID)
            try await database.close()
            #expect(memory["endpoint/paid"]?.hasPrefix("range=20@") == true)
            #expect(memory["endpoint/free"]?.contains("credits=") == true)
            let second = try await self.live(loaded)
            let again = second["chains"]?[0]?["endpoints"]?[1]
            #expect(again?["logRangeBlocks"]?.uint64 == 20)
            #expect((again?["credits"]?["usedToday"]?.uint64 ?? 0) >= used)
        } catch {
            await node.stop()
            throw error
        }
        await node.stop()
    }
}
