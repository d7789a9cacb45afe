// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainSimulator
import Foundation
import SimulatorServer
import Testing
import WeirTestSupport

/// `weir verify`, as a user calls it.
@Suite("verify", .enabled(if: WeirBinary.isBuilt, WeirBinary.absence))
struct VerifyTests {
    private static func objects(_ lines: [[UInt8]]) throws -> [[String: Any]] {
        try lines.map {
            try #require(try JSONSerialization.jsonObject(with: Data($0)) as? [String: Any])
        }
    }

    // MARK: Batches

    @Test(.enabled(if: Vectors.present, Vectors.absence))
    func aBatchAnswersEveryLineInItsPlace() throws {
        let blocks = try Vectors.rawLines("chains/economy-1.ndjson.gz")
        var lines: [[UInt8]] = []
        // Blocks of all sizes between lines that are none.
        for (index, block) in blocks.enumerated() {
            lines.append(block)
            if index % 7 == 0 { lines.append(Array("{\"block\":\(index)}".utf8)) }
            if index % 31 == 0 { lines.append([]) }
        }
        let outcome = try WeirBinary.run(
            ["verify", "--batch"], input: Array(lines.joined(separator: [10])))
        #expect(outcome.status == 0)
        #expect(outcome.message.isEmpty)
        let answers = try Self.objects(outcome.lines)
        #expect(answers.count == lines.count)
        for (line, answer) in zip(lines, answers) {
            guard line.count > 100 else {
                #expect(answer.keys.sorted() == ["error"])
                continue
            }
            let document = try JSONSerialization.jsonObject(with: Data(line)) as? [String: Any]
            let block = document?["block"] as? [String: Any]
            #expect(answer["number"] as? String == block?["number"] as? String)
            #expect(answer.values.allSatisfy { $0 is String || $0 as? Bool == true })
        }
    }

    static let rubbish: [(line: [UInt8], says: String)] = [
        ([], "cut off"), (Array("   ".utf8), "cut off"), (Array("nonsense".utf8), "byte 0"),
        (Array("<html>".utf8), "byte 0"), (Array("[]".utf8), "array"),
        (Array("null".utf8), "null"), (Array("{}".utf8), "block is missing"),
        (Array("{\"block\":{}}".utf8), "block.number is missing"),
        (Array("{\"block\":{\"number\":1e999}}".utf8), "block.number"),
        (
            Array("{\"block\":{\"number\":\"0x\(String(repeating: "f", count: 90_000))\"}}".utf8),
            "block.number"
        ),
        (
            Array("{\"block\":{\"difficulty\":\"\(String(repeating: "9", count: 90_000))\"}}".utf8),
            "block.difficulty"
        ),
        (Array("{\"block\":{\"hash\":\"".utf8) + [0xff, 0xfe] + Array("\"}}".utf8), "UTF-8"),
        ([0xff, 0xfe, 0x00], "byte 0xff"),
        (Array("{\"block\":{\"a\":\(String(repeating: "[", count: 90_000))".utf8), "nests deeper"),
        (Array("{\"block\":{\"number\":\"0x1\",".utf8), "cut off"),
        (Array("{\"receipts\":[[]]}".utf8), "receipts[0]"),
    ]

    @Test func rubbishCostsAnErrorALineAndNothingElse() throws {
        let input = Self.rubbish.map(\.line).joined(separator: [10])
        let outcome = try WeirBinary.run(["verify", "--batch"], input: Array(input))
        #expect(outcome.status == 0)
        #expect(outcome.message.isEmpty)
        let answers = try Self.objects(outcome.lines)
        #expect(answers.count == Self.rubbish.count)
        for (rubbish, answer) in zip(Self.rubbish, answers) {
            let said = answer["error"] as? String ?? "no error"
            #expect(answer.count == 1)
            #expect(said.contains(rubbish.says), "\(said)")
            #expect(said.utf8.count < 200)
        }
        #expect(try WeirBinary.run(["verify", "--batch"]).output.isEmpty)
    }

    // MARK: Files

    @Test(.enabled(if: Vectors.present, Vectors.absence))
    func filesGiveATableAndTheCodeOfWhatTheyHold() throws {
        let folder = try Scratch.folder()
        defer { try? FileManager.default.removeItem(at: folder) }
        func file(_ name: String, _ bytes: [UInt8]) throws -> String {
            let url = folder.appendingPathComponent(name)
            try Data(bytes).write(to: url)
            return url.path
        }
        let text = String(
            decoding: try Vectors.bytes("blocks/mainnet-1755635.json"), as: UTF8.self)
        let good = try file("good.json", Array(text.utf8))
        let forged = try file(
            "forged.json", Array(text.replacing("\"gasUsed\"", with: "\"gasUsed \"").utf8))
        let wrong = try file(
            "wrong.json",
            Array(text.replacing(/"stateRoot":\s*"0x./, with: "\"stateRoot\":\"0x").utf8))
        let value = try JSONSerialization.jsonObject(with: Data(text.utf8))
        let pretty = try JSONSerialization.data(withJSONObject: value, options: .prettyPrinted)
        let two = try file("two.json", [UInt8](pretty) + [10] + [UInt8](pretty))

        let fine = try WeirBinary.run(["verify", good, two, "--output", "csv"])
        #expect(fine.status == 0)
        #expect(fine.message.isEmpty)
        #expect(fine.lines.count == 4)
        #expect(fine.text.contains("1755635,ok,ok,ok,ok,ok,,"))

        for path in [forged, wrong] {
            let bad = try WeirBinary.run(["verify", path, good, "--output", "json"])
            #expect(bad.status == 4)
            #expect(bad.message == "weir: 1 finding\n")
            let list = try JSONSerialization.jsonObject(with: Data(bad.output)) as? [[String: Any]]
            #expect(list?.count == 2)
            #expect(list?[0]["error"] as? String != nil)
            #expect(list?[1]["hash"] as? Bool == true)
        }

        // A later block, if one believed it.
        let later = text.replacing("\"timestamp\":\"0x", with: "\"timestamp\":\"0x1")
        let table = try WeirBinary.run(["verify", try file("later.json", Array(later.utf8))])
        #expect(table.status == 4)
        #expect(table.text.contains("1755635  WRONG  ok"), "\(table.text)")
    }

    // MARK: An endpoint

    /// Runs the command against a simulated node and stops it, whatever happens.
    private func simulated(
        faults: FaultPlan = .none, _ body: (_ url: String, SimulatedChain) throws -> Void
    ) async throws {
        var parameters = SimulationParameters(seed: 11)
        parameters.emptyBlocks = 0
        let server = try SimulatorServer(
            .init(parameters: parameters, faults: faults, prehistory: 60, interval: nil))
        let port = try await server.start()
        do {
            try body("http://127.0.0.1:\(port)/v3/canary", server.chain)
            await server.stop()
        } catch {
            await server.stop()
            throw error
        }
    }

    @Test func aBlockOfAnEndpointIsProvenByEveryName() async throws {
        try await self.simulated { url, chain in
            let number = chain.headNumber - 3
            let hash = try #require(chain.block(number: number)).hash
            for name in [
                "latest", "\(number)", "0x" + String(number, radix: 16), "\(hash)", "safe",
            ] {
                let outcome = try WeirBinary.run(
                    ["verify", "block", name, "--rpc", url, "--output", "json"])
                #expect(outcome.status == 0, "\(outcome.message)")
                #expect(outcome.message.isEmpty)
                let rows =
                    try JSONSerialization.jsonObject(with: Data(outcome.output))
                    as? [[String: Any]] ?? []
                #expect(
                    rows.compactMap { $0["check"] as? String } == [
                        "hash", "transactionsRoot", "receiptsRoot", "logsBloom", "senders",
                        "withdrawalsRoot", "transactionHashes", "receiptBlooms", "gasUsed",
                    ])
                #expect(rows.allSatisfy { $0["result"] as? String == "ok" }, "\(rows)")
            }
            let table = try WeirBinary.run(["verify", "block", "\(number)", "--rpc", url])
            #expect(table.text.hasPrefix("Block \(number) \(hash)\n"))
        }
    }

    @Test func aLogThatAnEndpointLeavesOutIsAFinding() async throws {
        let faults = FaultPlan(seed: 3, rates: [.init(.omittedLog, 1)])
        try await self.simulated(faults: faults) { url, chain in
            let full = try #require(
                (0...chain.headNumber).compactMap { chain.block(number: $0) }
                    .first { $0.logs.count > 2 })
            let outcome = try WeirBinary.run(["verify", "block", "\(full.number)", "--rpc", url])
            #expect(outcome.status == 4)
            #expect(outcome.text.contains("WRONG"))
            #expect(outcome.message.contains("weir: receiptsRoot: computed 0x"))
            #expect(outcome.message.hasSuffix("findings\n"))
        }
    }

    @Test func anEndpointThatHasNothingToSayIsNoProof() async throws {
        try await self.simulated { url, chain in
            let number = chain.headNumber + 9
            let outcome = try WeirBinary.run(["verify", "block", "\(number)", "--rpc", url])
            #expect(outcome.status == 1)
            #expect(outcome.message == "weir: 127.0.0.1 has no block \(number)\n")
            #expect(outcome.output.isEmpty)
        }
        for kind in [FaultKind.badGateway, .truncatedBody, .closedConnection, .internalError] {
            let faults = FaultPlan(seed: 3, rates: [.init(kind, 1)])
            try await self.simulated(faults: faults) { url, _ in
                let outcome = try WeirBinary.run(["verify", "block", "latest", "--rpc", url])
                #expect(outcome.status == 5, "\(kind): \(outcome.message)")
                #expect(outcome.message.hasPrefix("weir: 127.0.0.1"))
                #expect(!outcome.message.contains("canary"))
            }
        }
    }
}
