// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMPrimitives
import Foundation
import JSONBytes
import SQLiteDriver
import Testing
import WeirStore
import WeirTestSupport

/// A devnet whose chain a test builds step by step, and a Weir with all trackers that follows it.
final class TrackerRun {
    struct Place {
        let number: UInt64
        let hash: String

        init(_ value: JSONValue?) throws {
            self.number = try #require(value?["number"]?.uint)
            self.hash = try #require(value?["hash"]?.string)
        }
    }

    /// What one step of the script did.
    struct Step {
        let head: Place
        /// How many blocks went before new ones came; nil where it was a block.
        let depth: UInt64?
        let isLast: Bool
    }

    private let folder: URL
    private let probe = HTTPProbe()
    private let node: DevnetNode
    private let configuration: URL

    init(blocks: Int, seed: UInt64) async throws {
        self.folder = try Scratch.folder()
        self.node = try await DevnetNode(
            "Tests/Devnet/devnet.py", ["--blocks", "\(blocks)", "--seed", "\(seed)"],
            python: try #require(DevnetNode.evmPython), folder: self.folder, probe: self.probe)
        self.configuration = try self.node.configuration(
            contracts: self.folder, more: try self.node.trackers())
    }

    func weir() async throws -> Weir {
        try await Weir(self.configuration, folder: self.folder, probe: self.probe)
    }

    func close() async {
        await self.probe.close()
        try? FileManager.default.removeItem(at: self.folder)
    }

    /// The head when the node began, after the setup.
    func start() throws -> Place { try Place(self.node.start) }

    func step() async throws -> Step {
        let answer = try await self.node.call("devnet_step")
        return Step(
            head: try Place(answer["head"]), depth: answer["steps"]?[0]?["depth"]?.uint,
            isLast: answer["done"] == .bool(true))
    }

    func truth() async throws -> EconomyTruth {
        try EconomyTruth(try await self.node.call("devnet_state"), self.node)
    }

    /// Adds up the facts of the store, which are exact, and compares them with the contracts.
    func compareFacts() async throws {
        let document = try await self.node.call("devnet_state")
        let truth = try EconomyTruth(document, self.node)
        let database = try SQLiteConnection(
            path: self.folder.appendingPathComponent("weir.db").path)
        let store = try await WeirStore.readOnly(database)
        let id = ChainID(try #require(document["chainId"]?.uint))

        func sum(
            _ kind: String, _ field: String = "amount", _ wanted: [String: String] = [:]
        ) async throws -> U256 {
            var sum = U256.zero
            let range = BlockNumber(0)...BlockNumber(.max)
            for fact in try await store.facts(id, kind: kind, in: range) {
                let fields = Dictionary(
                    fact.fields.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 })
                guard wanted.allSatisfy({ fields[$0.key] == $0.value }) else { continue }
                let amount = try #require(U256(fields[field] ?? ""), "\(kind) \(field)")
                sum = try #require(sum.adding(amount))
            }
            return sum
        }

        let slashed = try await sum("stake_change", "amount", ["change": "slash"])
        let left = try await sum("stake_change", "amount", ["change": "exit"]).adding(slashed)
        let staked = try await sum("stake_change", "amount", ["change": "stake"])
        #expect(
            staked.subtracting(try #require(left)) == (try truth.view("NodeRegistry.totalStaked")))
        #expect(slashed == (try truth.view("NodeRegistry.totalSlashed")))
        for (kind, wanted, view) in [
            ("payment_refunded", [:], "JobMarket.refunded"),
            ("fee_collected", [:], "JobMarket.feesPaid"),
            ("channel_change", ["change": "payment"], "PaymentChannel.paid"),
        ] {
            #expect(
                try await sum(kind, "amount", wanted) == (try truth.view(view)), "\(kind)")
        }
        let minted = try await sum("supply_change", "amount", ["change": "mint"])
        let burned = try await sum("supply_change", "amount", ["change": "burn"])
        #expect(minted.subtracting(burned) == (try truth.view("Token.totalSupply")))
        for contract in ["NodeRegistry", "JobMarket", "PaymentChannel", "Governor", "Token"] {
            let cost = document["costs"]?["to"]?[contract]
            let parts = try ["baseFee", "tip"].map { try #require(U256(cost?[$0]?.string ?? "")) }
            #expect(
                try await sum("transaction", "cost_wei", ["contract": contract])
                    == parts[0].adding(parts[1]), "\(contract)")
        }
        try await database.close()
    }
}
