// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMPrimitives
import JSONBytes
import Testing
import WeirPorts
import WeirTestSupport

@testable import EVMRPC

/// Blocks of real chains through the client at level `receipts`, whole and with one thing changed.
@Suite(.enabled(if: Vectors.present, Vectors.absence))
struct VerificationVectorTests {
    /// `{"block", "receipts"}` of a file of the vectors.
    private static func document(_ name: String) throws -> JSONValue {
        let index = try JSONValue(parsing: Vectors.bytes("blocks/index.json"))
        let file = index.array?.compactMap { $0["file"]?.string }.first {
            $0.prefix { $0 != "." } == name
        }
        return try JSONValue(
            parsing: Vectors.bytes("blocks/" + (try #require(file))),
            limits: JSONLimits(depth: 64, values: 2_000_000))
    }

    /// Asks a node that has this block only, under the hash of `original`.
    private static func ask(
        _ document: JSONValue, as original: JSONValue
    ) async throws(ChainClientError) -> Block? {
        // With the names of the transactions, as following asks for blocks.
        let block = (document["block"] ?? nil).changing("transactions") { list in
            list.changingItems { items in items = items.map { $0["hash"] ?? $0 } }
        }
        let (header, receipts) = (block.text(), (document["receipts"] ?? nil).text())
        let client = JSONRPCClient(
            RPCEndpoint(simulated: "node"),
            transport: ScriptedTransport.answering { asked in
                .result(asked.method == "eth_getBlockReceipts" ? receipts : header)
            }, clock: FakeClock().clock, verification: Verification(.receipts))
        let number = original["block"]?["number"]?.string.flatMap {
            U256(hexQuantity: $0) ?? U256($0)
        }
        let hash = original["block"]?["hash"]?.string.flatMap { Hash256($0) }
        let ref = BlockRef(number: BlockNumber(number?.uint64 ?? 0), hash: hash ?? .zero)
        return try await client.blocks([ref], filter: LogFilter()).first ?? nil
    }

    @Test func everyBlockOfTheVectorsIsProvenWithItsLogs() async throws {
        let index = try JSONValue(parsing: Vectors.bytes("blocks/index.json"))
        var proven = 0
        for entry in index.array ?? [] {
            let checks = (entry["verified"]?.array ?? []).compactMap(\.string)
            guard checks.contains("receiptsRoot"), checks.contains("blockHash") else { continue }
            let name = String((entry["file"]?.string ?? "").prefix { $0 != "." })
            let document = try Self.document(name)
            let block = try await Self.ask(document, as: document)
            #expect(block?.logs.count == entry["logs"]?.uint64.map { Int($0) }, "\(name)")
            proven += 1
        }
        #expect(proven >= 10)
    }

    @Test func everyChangeThatARootCoversIsRefused() async throws {
        let covered: Set<String> = ["blockHash", "receiptsRoot", "logsBloom"]
        var refused = 0
        var originals: [String: JSONValue] = [:]
        for line in try Vectors.rawLines("block-mutations.ndjson") {
            let mutation = try JSONValue(parsing: line)
            let base = mutation["base"]?.string ?? ""
            let original = try originals[base] ?? Self.document(base)
            originals[base] = original
            let fails = Set((mutation["fails"]?.array ?? []).compactMap(\.string))
            guard !fails.isDisjoint(with: covered) else { continue }
            let path = (mutation["path"]?.string ?? "").split(separator: "/").map(String.init)
            let changed = Self.change(original, path[...], mutation)
            #expect(changed != original)
            let error = await failure { () throws(ChainClientError) in
                _ = try await Self.ask(changed, as: original)
            }
            guard case .unproven? = error else {
                Issue.record(
                    "\(mutation["name"]?.string ?? ""): \(error?.description ?? "believed")")
                continue
            }
            refused += 1
        }
        #expect(refused >= 30)
    }

    /// Applies one operation of JSON Patch.
    private static func change(
        _ value: JSONValue, _ path: ArraySlice<String>, _ mutation: JSONValue
    ) -> JSONValue {
        guard let step = path.first else { return mutation["value"] ?? nil }
        let rest = path.dropFirst()
        guard let index = Int(step), value.array != nil else {
            if rest.isEmpty, mutation["op"]?.string == "remove" { return value.with(step, nil) }
            return value.with(step, Self.change(value[step] ?? nil, rest, mutation))
        }
        return value.changingItems { items in
            switch (rest.isEmpty, mutation["op"]?.string) {
            case (true, "remove"?): items.remove(at: index)
            case (true, "add"?): items.insert(mutation["value"] ?? nil, at: index)
            default: items[index] = Self.change(items[index], rest, mutation)
            }
        }
    }
}
