// Weir
// SPDX-License-Identifier: Apache-2.0

import Foundation
import JSONBytes
import Testing
import WeirTestSupport

/// `weir run` follows the recorded chain economy-1 through its three reorganisations.
@Suite(.serialized, .enabled(if: Weir.isBuilt, Weir.absence))
struct EconomyChainTests {
    private static let node = "Tests/Devnet/serve_economy.py"
    /// What befalls the requests after each step of a rough run; the node knows these words.
    private static let faults = [
        "error", "502", "html", "empty", "truncated", "cut", "close", "null",
    ]

    @Test(
        .enabled(if: Vectors.present, Vectors.absence),
        .enabled(if: DevnetNode.python != nil, "there is no python3"),
        arguments: [false, true])
    func everyEventOfTheRecordedChainIsCountedOnce(rough: Bool) async throws {
        let folder = try Scratch.folder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let probe = HTTPProbe()
        let node = try await DevnetNode(
            Self.node, [Vectors.folder.path], python: try #require(DevnetNode.python),
            folder: folder, probe: probe)
        let weir = try await Weir(
            try node.configuration(contracts: folder), folder: folder, probe: probe)
        if rough { _ = try await node.call("stub_limit", #"{"maxRange":7}"#) }

        var done = false
        var steps = 0
        while !done {
            // Stops before each reorganisation, so that the blocks that go are read before.
            let answer = try await node.call("stub_advance", #"{"to":200}"#)
            if rough {
                let kind = Self.faults[steps % Self.faults.count]
                _ = try await node.call("stub_fail", #"[3,"\#(kind)"]"#)
            }
            steps += 1
            done = answer["done"] == .bool(true)
            try await weir.reads(try #require(answer["head"]?["hash"]?.string))
        }
        #expect(steps == 4)

        let expected = try JSONValue(
            parsing: try Vectors.bytes("chains/economy-1.expected.json"))
        let truth = try await node.call("stub_truth")
        let totals = try await weir.totals()
        #expect(totals.canonical.byName == expected["events"]?.counts)
        #expect(totals.reverted.byName.positive == truth["orphaned"]?["counts"]?.counts)
        #expect(truth["orphaned"]?["blocks"]?.uint == 10)
        #expect(totals.canonicalUndecoded.isEmpty)
        #expect(totals.reorgs == 3)
        let status = try await weir.status
        #expect(status["reorgs"]?.uint == 3)
        #expect(status["head"]?["hash"]?.string == expected["head"]?["hash"]?.string)

        // What the store gives back is the canonical chain: as many events, and no lost block.
        let events = try await weir.events(pagesOf: 97)
        var counts: [String: UInt64] = [:]
        for event in events {
            let name = "\(event["contract"]?.string ?? "").\(event["event"]?.string ?? "")"
            counts[name, default: 0] += 1
        }
        #expect(counts == expected["events"]?.counts)
        let lost = Set(
            (expected["reorgs"]?.array ?? []).flatMap {
                ($0["orphaned"]?.array ?? []).compactMap(\.string)
            })
        #expect(lost.count == 10)
        #expect(!events.contains { lost.contains($0["blockHash"]?.string ?? "") })
        #expect(weir.program.terminate() == 143)
        await probe.close()
    }
}

extension [String: UInt64] {
    /// Overloaded events carry their signature as label: here they are added up under their name.
    var byName: [String: UInt64] {
        var counts: [String: UInt64] = [:]
        for (label, count) in self {
            counts[String(label.prefix { $0 != "(" }), default: 0] += count
        }
        return counts
    }
}
