// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import ChainSimulator
import EVMPrimitives
import Economy
import Foundation
import SQLiteDriver
import SimulatorServer
import Tabular
import Testing
import WeirPorts
import WeirStore
import WeirTestSupport

@testable import WeirApp

/// `weir backfill` against a simulated node behind real HTTP: the truth is the contracts' own.
@Suite("backfill")
struct BackfillToolTests {
    /// A node, a folder for the store and a configuration that names both.
    private final class Bench {
        let server: SimulatorServer
        let folder: URL
        let url: String

        init(faults: FaultPlan = .none) async throws {
            var parameters = SimulationParameters(seed: 11)
            parameters.actionsPerBlock = 2
            self.server = try SimulatorServer(
                .init(parameters: parameters, faults: faults, prehistory: 200, interval: nil))
            self.url = "http://127.0.0.1:\(try await self.server.start())/v3/canary"
            self.folder = FileManager.default.temporaryDirectory
                .appendingPathComponent("weir-backfill-\(UUID().uuidString)")
            try FileManager.default.createDirectory(
                at: self.folder, withIntermediateDirectories: true)
        }

        var store: String { self.folder.appendingPathComponent("weir.db").path }

        func end() async {
            await self.server.stop()
            try? FileManager.default.removeItem(at: self.folder)
        }

        /// The demo's configuration with this node and this store.
        func configuration() throws -> String {
            let path = self.folder.appendingPathComponent("weir.yaml").path
            let text = DemoConfiguration.yaml
                .replacingOccurrences(of: "http://127.0.0.1:8545", with: self.url)
                .replacingOccurrences(
                    of: "../abis", with: Vectors.projectRoot.appendingPathComponent("abis").path)
            try (text + "\nstore: { sqlite: \(self.store) }\n")
                .write(toFile: path, atomically: true, encoding: .utf8)
            return path
        }

        func run(
            from: UInt64?, to: UInt64?, keepsPages: Bool = true
        ) async throws -> BackfillTool.Summary {
            let all = try await BackfillTool(keepsPages: keepsPages).run(
                config: try self.configuration(), chain: nil,
                range: try BackfillTool.Range(from: from, to: to))
            return try #require(all.first)
        }

        /// What the contracts say of the range.
        func truth(_ from: UInt64, _ to: UInt64) throws -> [String: UInt64] {
            try #require(SimulatedTruth(self.server.chain, from: from, through: to)).counts
        }
    }

    private static func counts(_ summary: BackfillTool.Summary) -> [String: UInt64] {
        var counts: [String: UInt64] = [:]
        for count in summary.counts where count.count > 0 {
            counts["\(count.contract).\(count.event)"] = count.count
        }
        return counts
    }

    private static func with<T>(
        _ faults: FaultPlan = .none, _ body: (Bench) async throws -> T
    ) async throws -> T {
        let bench = try await Bench(faults: faults)
        do {
            let result = try await body(bench)
            await bench.end()
            return result
        } catch {
            await bench.end()
            throw error
        }
    }

    @Test func aRangeIsReadWholeAndNoMore() async throws {
        try await Self.with { bench in
            let summary = try await bench.run(from: 20, to: 197)
            let truth = try bench.truth(20, 197)
            #expect(Self.counts(summary) == truth)
            #expect(summary.blocks == 178 && summary.last == 197)
            #expect(summary.logs == truth.values.reduce(0, +))
            let table = Table([summary])
            #expect(table.rows.count == Self.counts(summary).count)
        }
    }

    @Test func withoutAnEndItReadsWhatIsFinal() async throws {
        try await Self.with { bench in
            let summary = try await bench.run(from: 1, to: nil)
            let final = bench.server.chain.headNumber - SimulationParameters(seed: 11).finalityLag
            #expect(summary.last == final)
            let truth = try bench.truth(1, final)
            #expect(Self.counts(summary) == truth)
        }
    }

    /// Cut into runs that resume each other, whatever is stored: the same counts and checksum.
    @Test(arguments: [true, false])
    func itGoesOnWhereItWas(keepsPages: Bool) async throws {
        let whole = try await Self.with { try await $0.run(from: 1, to: 190) }
        try await Self.with { bench in
            for to in [1, 70, 71, 150] as [UInt64] {
                let summary = try await bench.run(from: nil, to: to, keepsPages: keepsPages)
                let truth = try bench.truth(1, to)
                #expect(Self.counts(summary) == truth)
            }
            let last = try await bench.run(from: 151, to: 190, keepsPages: keepsPages)
            #expect(last.counts == whole.counts)
            #expect(last.checksum == whole.checksum)
            let again = try await bench.run(from: nil, to: 190, keepsPages: keepsPages)
            #expect(again.blocks == 0 && again.logs == 0 && again.counts == whole.counts)
            await #expect(throws: FollowerError.self) {
                try await bench.run(from: nil, to: 195, keepsPages: !keepsPages)
            }
        }
    }

    @Test func faultsOfTheNodeChangeNothing() async throws {
        let plan = FaultPlan(
            seed: 3,
            rates: [FaultKind.badGateway, .closedConnection, .truncatedBody].map {
                FaultPlan.Rate($0, 0.1)
            })
        try await Self.with(plan) { bench in
            // The very first questions are asked once: a command that cannot begin says so.
            for _ in 0..<20 {
                guard let summary = try? await bench.run(from: 1, to: 160) else { continue }
                let truth = try bench.truth(1, 160)
                #expect(Self.counts(summary) == truth)
                return
            }
            Issue.record("no run of twenty began")
        }
    }

    @Test func oneEndpointAndAnABIAreEnough() async throws {
        try await Self.with { bench in
            let abi = Vectors.projectRoot.appendingPathComponent(
                SimulatedContract.nodeRegistry.abiFile
            ).path
            let truth = try bench.truth(1, 150).filter { $0.key.hasPrefix("NodeRegistry.") }
            for address in [nil, SimulatedContract.nodeRegistry.address.description] {
                try? FileManager.default.removeItem(atPath: bench.store)
                let all = try await BackfillTool().run(
                    rpc: bench.url, abi: abi, address: address,
                    range: try BackfillTool.Range(from: 1, to: 150), store: bench.store)
                let summary = try #require(all.first)
                var counts: [String: UInt64] = [:]
                for count in summary.counts where count.count > 0 && count.event != "(undecoded)" {
                    counts["NodeRegistry.\(count.event)"] = count.count
                }
                #expect(counts == truth)
                #expect(!"\(summary.text)".contains("canary"))
                for suffix in ["", "-wal", "-shm", ".lock"] {
                    try? FileManager.default.removeItem(atPath: bench.store + suffix)
                }
            }
        }
    }

    @Test func whatCannotBeReadIsSaidBeforeAnythingIs() async throws {
        #expect(throws: ToolError.usage("--to 3 is below --from 4")) {
            try BackfillTool.Range(from: 4, to: 3)
        }
        try await Self.with { bench in
            let head = bench.server.chain.headNumber
            for (from, to, word) in [
                (1, head + 1, "above the head"), (head, nil, "not final yet"),
            ] as [(UInt64, UInt64?, String)] {
                await #expect {
                    try await bench.run(from: from, to: to)
                } throws: { "\($0)".contains(word) && ExitStatus($0) == .usage }
            }
            _ = try await bench.run(from: 10, to: 20)
            for (from, to, word) in [
                (9, 30, "begins at block 10"), (22, 30, "ends at block 20"),
            ] as [(UInt64, UInt64?, String)] {
                await #expect {
                    try await bench.run(from: from, to: to)
                } throws: { "\($0)".contains(word) && ExitStatus($0) == .usage }
            }
            await #expect(throws: ToolError.unknownChain(name: "x", known: ["demo"])) {
                try await BackfillTool().run(
                    config: try bench.configuration(), chain: "x",
                    range: try BackfillTool.Range(from: nil, to: nil))
            }
            await #expect(throws: ToolError.self) {
                try await BackfillTool().run(
                    rpc: bench.url, abi: "abis-nowhere", address: nil,
                    range: try BackfillTool.Range(from: 1, to: 2), store: bench.store)
            }
        }
        await #expect {
            try await BackfillTool().run(
                rpc: "http://127.0.0.1:1/canary",
                abi: Vectors.projectRoot.appendingPathComponent("abis/demo").path, address: nil,
                range: try BackfillTool.Range(from: 1, to: 2), store: "/nowhere/weir.db")
        } throws: { ExitStatus($0) == .unreachable && !"\($0)".contains("canary") }
    }

    @Test func theRestIsToldOnceBlocksCome() {
        var pace = BackfillPace(last: BlockNumber(100))
        #expect(pace.line(nil, logs: 0, at: .zero) == "looking for the first block")
        #expect(
            pace.line(BlockNumber(10), logs: 5, at: .seconds(1)) == "block 10 of 100, 5 logs")
        #expect(
            pace.line(BlockNumber(40), logs: 50, at: .seconds(4))
                == "block 40 of 100, 50 logs, 6 s left")
    }
}
