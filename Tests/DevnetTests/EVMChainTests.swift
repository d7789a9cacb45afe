// Weir
// SPDX-License-Identifier: Apache-2.0

import Foundation
import JSONBytes
import Testing
import WeirTestSupport

/// `weir run` follows a real EVM: py-evm, Vyper contracts, and the truth as web3.py decodes it.
@Suite(.serialized, .enabled(if: Weir.isBuilt, Weir.absence))
struct EVMChainTests {
    @Test(.enabled(if: DevnetNode.evmPython != nil, DevnetNode.evmAbsence))
    func everyArgumentIsDecodedAsWeb3DecodesIt() async throws {
        let folder = try Scratch.folder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let probe = HTTPProbe()
        let node = try await DevnetNode(
            "Tests/Devnet/devnet.py", ["--blocks", "60"],
            python: try #require(DevnetNode.evmPython), folder: folder, probe: probe)
        let weir = try await Weir(
            try node.configuration(contracts: folder), folder: folder, probe: probe)

        var done = false
        while !done {
            let answer = try await node.call("devnet_step", "[60]")
            try await weir.reads(try #require(answer["head"]?["hash"]?.string))
            done = answer["done"] == .bool(true)
        }

        let truth = try await node.call("devnet_truth")
        let totals = try await weir.totals()
        #expect(totals.reorgs == 3)
        #expect(totals.canonical.byName == truth["counts"]?.counts)
        #expect(totals.reverted.byName.positive == truth["orphaned"]?["counts"]?.counts)
        #expect(totals.canonicalUndecoded == truth["undecoded"]?.counts)
        #expect(totals.undecodedReverted.positive == truth["orphaned"]?["undecoded"]?.counts)
        for (label, count) in totals.canonical where label.contains("(") {
            #expect(truth["countsBySignature"]?[label]?.uint == count, "\(label)")
        }

        let expected = (truth["decoded"]?.array ?? []).filter { $0["event"] != .null }
        let events = try await weir.events(pagesOf: 53)
        #expect(expected.count > 100)
        #expect(events.count == expected.count)
        for (event, log) in zip(events, expected) {
            let place = "block \(event["block"]?.string ?? "") log \(event["logIndex"]?.uint ?? 0)"
            #expect(event["block"]?.string == log["blockNumber"]?.uint.map(String.init))
            for key in [
                "contract", "event", "signature", "args", "blockHash", "transactionHash",
                "logIndex",
            ] {
                #expect(event[key] == log[key], "\(key) of \(place)")
            }
        }
        #expect(weir.program.terminate() == 143)
        await probe.close()
    }
}
