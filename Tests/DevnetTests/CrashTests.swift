// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import ChainSimulator
import EVMPrimitives
import Foundation
import JSONBytes
import SimulatorServer
import Testing
import WeirTestSupport

/// The real program is killed at random moments and started again, while the chain goes on.
@Suite(.serialized, .enabled(if: Weir.isBuilt, Weir.absence))
struct CrashTests {
    @Test func killingTheProgramLosesAndDoublesNothing() async throws {
        let named = ProcessInfo.processInfo.environment["SIM_SEED"].flatMap { UInt64($0) }
        let seed = named ?? UInt64.random(in: 0...UInt64.max)
        print("crash test: replay with SIM_SEED=\(seed); the moments of the kills may differ")
        var random = SeededRandom(seed: seed)
        let folder = try Scratch.folder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let probe = HTTPProbe()

        var parameters = SimulationParameters(seed: seed)
        parameters.forks = ForkScript(frequency: 0.15, maximumDepth: 8)
        parameters.actionsPerBlock = 2
        let server = try SimulatorServer(
            SimulatorServer.Settings(parameters: parameters, prehistory: 200))
        let port = try await server.start()
        let configuration = try Self.configuration(folder, port: port)
        let growth = Task {
            while !Task.isCancelled {
                try server.advance()
                try await Task.sleep(for: .milliseconds(60))
            }
        }
        for _ in 0..<12 {
            let program = try RunningProgram(
                try #require(Weir.binary), ["run", "--config", configuration.path],
                folder: folder, name: "weir")
            // From before the store is opened to well into following.
            try await Task.sleep(for: .milliseconds(Int.random(in: 20...900, using: &random)))
            program.kill()
        }
        growth.cancel()
        _ = try? await growth.value

        let chain = server.chain
        let truth = try #require(SimulatedTruth(chain, from: 1))
        let weir = try await Weir(configuration, folder: folder, probe: probe)
        try await weir.reads(truth.head.hash.description)
        let totals = try await weir.totals()
        let note: Comment = "replay with SIM_SEED=\(seed)"
        #expect(totals.canonical == truth.counts, note)
        // Blocks that went while Weir was down were never counted, so this is a bound.
        for (name, count) in totals.reverted {
            #expect(count <= (truth.orphaned.events[name] ?? 0), note)
        }
        let events = try await weir.events(pagesOf: 500)
        let places = events.map { event in
            "\(event["blockHash"]?.string ?? "") \(event["logIndex"]?.uint ?? .max) "
                + "\(event["contract"]?.string ?? "").\(event["event"]?.string ?? "")"
        }
        #expect(
            places == truth.logs.map { "\($0.block.hash) \($0.logIndex) \($0.event)" }, note)
        #expect(weir.program.terminate() == 143)
        await server.stop()
        await probe.close()
    }

    private static func configuration(_ folder: URL, port: Int) throws -> URL {
        let demo = try String(
            contentsOf: Vectors.projectRoot.appendingPathComponent("config/demo.yaml"),
            encoding: .utf8)
        let contracts = try #require(demo.range(of: "\ncontracts:"))
        let abis = Vectors.projectRoot.appendingPathComponent("abis/demo").path
        // Small ranges, so that kills hit the catch-up too.
        let text =
            WeirYAML.head(chain: "demo", id: 424_242, url: "http://127.0.0.1:\(port)", span: 2)
            + demo[contracts.lowerBound...].replacingOccurrences(of: "../abis/demo", with: abis)
        let file = folder.appendingPathComponent("weir.yaml")
        try Data(text.utf8).write(to: file)
        return file
    }
}
