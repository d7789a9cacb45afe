// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import ChainProofs
import ChainSimulator
import EVMPrimitives
import JSONBytes
import Testing
import WeirPorts

@testable import EVMRPC

/// The trial at start: a chain of another kind is found, and a lying endpoint does not look like one.
@Suite struct VerificationTrialTests {
    private func verdict(
        _ node: LyingNode, wanted: VerificationLevel, _ lies: [LyingNode.Lie?]
    ) async -> LevelTrial.Verdict {
        let verification = Verification(wanted)
        let clients = lies.enumerated().map { index, lie in
            node.client(
                "node\(index)", verification, everywhere: true, receiptsByNumber: true, lie: lie)
        }
        let trial = VerificationTrial(clients, of: node.chain.parameters.chainID)
        return LevelTrial.verdict(await trial.samples(), wanted: wanted)
    }

    /// A chain whose headers hold another root than that of the receipts, and hash to their hashes.
    private static let otherRoots: LyingNode.Lie = { method, result in
        guard method.hasPrefix("eth_getBlockBy") else { return result }
        return Self.rehashed(result.changing("receiptsRoot", \.flipped))
    }

    /// A chain whose headers hold no blooms, and hash to their hashes.
    private static let noBlooms: LyingNode.Lie = { method, result in
        guard method.hasPrefix("eth_getBlockBy") else { return result }
        return Self.rehashed(
            result.with("logsBloom", .string("0x" + String(repeating: "00", count: 256))))
    }

    private static func rehashed(_ block: JSONValue) -> JSONValue {
        let bytes = block.encoded()
        let span = unsafe bytes.span.bytes
        var cursor = JSONCursor()
        guard let header = try? RPCDecoding.header(span, &cursor, path: "block"),
            let hash = try? HeaderHash.hash(of: header)
        else { return block }
        return block.with("hash", .string(hash.description))
    }

    @Test(arguments: [VerificationLevel.bloom, .receipts])
    func anOrdinaryChainIsProven(_ level: VerificationLevel) async throws {
        let node = try LyingNode.usual.get()
        #expect(await self.verdict(node, wanted: level, [nil]) == .proven)
    }

    @Test func anotherTrieOfReceiptsFallsBackToBlooms() async throws {
        let node = try LyingNode.usual.get()
        let lies = [Self.otherRoots, Self.otherRoots]
        #expect(
            await self.verdict(node, wanted: .receipts, lies) == .fallsBack(.bloom, .receiptsRoot))
        #expect(await self.verdict(node, wanted: .bloom, lies) == .proven)
    }

    @Test func otherHashesFallBackToNothing() async throws {
        let node = try LyingNode.usual.get()
        let lie: LyingNode.Lie = { method, result in
            method.hasPrefix("eth_getBlockBy") ? result.changing("hash", \.flipped) : result
        }
        for level in [VerificationLevel.bloom, .receipts] {
            #expect(await self.verdict(node, wanted: level, [lie]) == .fallsBack(.off, .blockHash))
        }
    }

    @Test func aChainWithoutBloomsFallsBackToNothing() async throws {
        let node = try LyingNode.usual.get()
        for level in [VerificationLevel.bloom, .receipts] {
            #expect(
                await self.verdict(node, wanted: level, [Self.noBlooms])
                    == .fallsBack(.off, .logsBloom))
        }
    }

    @Test func oneHonestEndpointIsEnoughToProveTheChain() async throws {
        let node = try LyingNode.usual.get()
        #expect(await self.verdict(node, wanted: .receipts, [Self.otherRoots, nil]) == .proven)
    }

    @Test func leavingLogsOutOfEveryReceiptIsNoOtherKindOfChain() async throws {
        let node = try LyingNode.usual.get()
        let lie: LyingNode.Lie = { method, result in
            guard method == "eth_getBlockReceipts" else { return result }
            return result.changingItems { items in
                items = items.map { $0.changing("logs") { $0.changingItems { $0 = [] } } }
            }
        }
        #expect(await self.verdict(node, wanted: .receipts, [lie]) == .undecided)
        let one: LyingNode.Lie = { method, result in
            guard method == "eth_getBlockReceipts" else { return result }
            return result.changingItems { items in
                items = items.map {
                    $0.changing("logs") { $0.changingItems { if !$0.isEmpty { $0.removeFirst() } } }
                }
            }
        }
        #expect(await self.verdict(node, wanted: .receipts, [one]) == .undecided)
    }

    @Test func silenceDecidesNothing() async throws {
        let node = try LyingNode.usual.get()
        let silent: LyingNode.Lie = { _, _ in .null }
        #expect(await self.verdict(node, wanted: .receipts, [silent]) == .undecided)
        let trial = VerificationTrial(
            [node.client("node", Verification(.receipts))], of: ChainID(1))
        #expect(await trial.samples().isEmpty)
    }

    @Test func blocksAreSoughtNearTheHeadFirst() {
        let numbers = VerificationTrial.numbers(below: BlockNumber(100)).map(\.rawValue)
        #expect(numbers == [36, 68] + Array(84...99))
        #expect(VerificationTrial.numbers(below: BlockNumber(0)).isEmpty)
    }

    /// A page costs many calls: a small budget makes it slow, and does not make it fail.
    @Test func aSmallBudgetIsWaitedForInsideAPage() async throws {
        let node = try LyingNode.usual.get()
        let clock = FakeClock()
        for level in [VerificationLevel.bloom, .receipts] {
            let transport = ScriptedTransport.answering { asked in
                .result(OmittingNode.result(node.chain, asked.method, asked.params.text()).text())
            }
            let client = try JSONRPCClient.test(
                transport, batchLimit: 10, budget: RateBudget(calls: 1), clock: clock.clock,
                verification: Verification(level))
            let page = try await client.logs(
                BlockNumber(1)...BlockNumber(30), filter: OmittingNode.filter)
            #expect(LyingNode.places(page.logs) == node.truth(BlockNumber(1)...BlockNumber(30)))
            #expect(clock.slept.contains { $0 > .seconds(5) })
        }
    }
}
