// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import ChainSimulator
import CurlTransport
import EVMPrimitives
import EVMRPC
import Foundation
import JSONBytes
import Logging
import MetricsRegistry
import SQLiteDriver
import Synchronization
import Testing
import WeirStore

@testable import WeirApp

/// What is found out about a chain at start, shown, and kept.
@Suite struct ChainProvingTests {
    /// A simulated node; its block hashes are made up where it is told so.
    private struct Node: RPCTransport {
        let chain: SimulatedChain
        let hashesAreOdd: Bool

        func send(_ body: [UInt8]) async throws(TransportError) -> HTTPResponse {
            var text = String(
                decoding: JSONRPCFacade.answer(body, chain: self.chain).body, as: UTF8.self)
            if self.hashesAreOdd {
                for number in 0...self.chain.headNumber {
                    guard let hash = self.chain.block(number: number)?.hash else { continue }
                    var odd = hash
                    odd.word3 ^= 1
                    text = text.split(
                        separator: "\(hash)", omittingEmptySubsequences: false
                    ).joined(separator: "\(odd)")
                }
            }
            return HTTPResponse(status: 200, body: Array(text.utf8))
        }
    }

    private struct Made {
        var proving: ChainProving
        var verification: Verification
        var metrics: AppMetrics
        var store: WeirStore

        /// What `weir_verification_level_info` shows.
        var shown: [String] {
            let family = self.metrics.registry.snapshot().family(
                named: "weir_verification_level_info")
            return (family?.exposedSamples() ?? []).map { sample in
                sample.labels.map(\.value).joined(separator: " ")
            }
        }
    }

    private static let id = ChainID(424_242)

    private func with(
        _ level: VerificationLevel, hashesAreOdd: Bool, _ body: (Made) async throws -> Void
    ) async throws {
        var parameters = SimulationParameters(seed: 3)
        parameters.actionsPerBlock = 3
        var chain = try SimulatedChain(parameters)
        try chain.extend(by: 20)
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("weir-proving-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let database = try SQLiteConnection(path: folder.appendingPathComponent("weir.db").path)
        let store = try await WeirStore.prepare(database)
        try await store.configure(Self.id, name: "odd", filter: "", trackers: "")
        let metrics = try AppMetrics(
            namespace: "weir", version: "test", definitions: [], aliases: [])
        let verification = Verification(level)
        let client = JSONRPCClient(
            RPCEndpoint(simulated: "node"),
            transport: Node(chain: chain, hashesAreOdd: hashesAreOdd), verification: verification)
        let proving = ChainProving(
            "odd", Self.id, verification, trial: VerificationTrial([client], of: Self.id),
            store: store, metrics: metrics, clock: .system,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        try await body(
            Made(proving: proving, verification: verification, metrics: metrics, store: store))
        try await database.close()
    }

    @Test func anOrdinaryChainIsProvenAndThatIsKept() async throws {
        try await self.with(.receipts, hashesAreOdd: false) { made in
            #expect(made.shown == ["odd receipts receipts"])
            await made.proving.settle(provenBefore: nil)
            #expect(made.verification.level == .receipts && made.verification.trustsBlooms)
            #expect(made.shown == ["odd receipts receipts"])
            let memory = try await made.store.chain(Self.id).memory
            #expect(memory[ChainProving.memoryKey] == "receipts")
        }
    }

    @Test func aChainOfAnotherKindFallsBackAndThatIsShown() async throws {
        try await self.with(.receipts, hashesAreOdd: true) { made in
            await made.proving.settle(provenBefore: nil)
            #expect(made.verification.level == .off)
            #expect(made.shown == ["odd receipts off"])
            let memory = try await made.store.chain(Self.id).memory
            #expect(memory[ChainProving.memoryKey] == nil)
        }
    }

    @Test func whatWasProvenOnceNeverFallsBack() async throws {
        try await self.with(.receipts, hashesAreOdd: true) { made in
            await made.proving.settle(provenBefore: .receipts)
            await made.proving.doubt()
            #expect(made.verification.level == .receipts)
            #expect(made.shown == ["odd receipts receipts"])
        }
        try await self.with(.receipts, hashesAreOdd: true) { made in
            await made.proving.settle(provenBefore: .bloom)
            #expect(made.verification.level == .bloom)
            #expect(made.shown == ["odd receipts bloom"])
        }
    }

    @Test func withoutVerificationNothingIsTried() async throws {
        try await self.with(.off, hashesAreOdd: true) { made in
            await made.proving.settle(provenBefore: nil)
            #expect(made.verification.level == .off)
            #expect(made.shown == ["odd off off"])
        }
    }
}
