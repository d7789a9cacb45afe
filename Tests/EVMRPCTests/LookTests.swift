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

/// What following at the head asks for: one request a block, less where nothing can have happened,
/// and never a block whose logs are not its own.
@Suite struct LookTests {
    private static let filter = LogFilter(addresses: SimulatedContract.allCases.map(\.address))
    /// A contract that nobody calls.
    private static let silent = LogFilter(addresses: [Address(words: 1, 2, 3)])

    private struct Bench {
        let client: JSONRPCClient
        let transport: ScriptedTransport

        init(
            _ node: LyingNode, _ level: VerificationLevel,
            lie: @escaping @Sendable (String, JSONValue) -> JSONValue = { $1 }
        ) {
            let transport = ScriptedTransport.answering { asked in
                .result(
                    lie(
                        asked.method,
                        OmittingNode.result(node.chain, asked.method, asked.params.text())
                    ).text())
            }
            self.transport = transport
            let verification = Verification(level)
            // As on any chain that was followed for a while: its blooms have shown to be true.
            verification.note(proven: level)
            self.client = JSONRPCClient(
                RPCEndpoint(simulated: "node", weight: 1), transport: transport,
                clock: FakeClock().clock, verification: verification)
        }

        var requests: Int { self.transport.bodies.count }

        func asked(_ method: String) -> Int {
            self.transport.bodies.reduce(0) {
                $0 + $1.components(of: "\"\(method)\"")
            }
        }

        func look(above number: UInt64, _ node: LyingNode, _ filter: LogFilter) async throws
            -> ChainLook
        {
            let tip = try #require(node.chain.block(number: number)).ref
            return try await self.client.look([.latest], above: tip, filter: filter)
        }
    }

    @Test(arguments: VerificationLevel.allCases)
    func aBusyBlockIsOneRequestAndIsWhole(level: VerificationLevel) async throws {
        let node = try LyingNode.usual.get()
        let bench = Bench(node, level)
        let busy = node.block.number
        let look = try await bench.look(above: busy - 1, node, Self.filter)
        #expect(bench.requests == 1)
        let next = try #require(look.next)
        #expect(next.header.ref == node.block.ref)
        #expect(
            LyingNode.places(next.logs) == node.truth(BlockNumber(busy)...BlockNumber(busy)))
        #expect(look.heads[.latest]?.ref == node.chain.head?.ref)
    }

    /// Blocks without a log of ours: after a few of them the header comes alone, where it is proven.
    @Test(arguments: VerificationLevel.allCases)
    func quietBlocksCostAHeader(level: VerificationLevel) async throws {
        let node = try LyingNode.usual.get()
        let bench = Bench(node, level)
        // A block with logs shows that the blooms hold them.
        _ = try await bench.look(above: node.block.number - 1, node, Self.filter)
        for number in 1...10 as ClosedRange<UInt64> {
            let look = try await bench.look(above: number, node, Self.silent)
            #expect(look.next?.header.number.rawValue == number + 1)
            #expect(look.next?.logs.isEmpty == true)
        }
        let before = (
            requests: bench.requests, logs: bench.asked("eth_getLogs"),
            receipts: bench.asked("eth_getBlockReceipts")
        )
        for number in 11...30 as ClosedRange<UInt64> {
            _ = try await bench.look(above: number, node, Self.silent)
        }
        #expect(bench.requests - before.requests == 20)
        #expect(bench.asked("eth_getLogs") - before.logs == (level == .off ? 20 : 0))
        #expect(bench.asked("eth_getBlockReceipts") == before.receipts)
        // The next block with a log is whole again, for one request more.
        let requests = bench.requests
        let look = try await bench.look(above: node.block.number - 1, node, Self.filter)
        #expect(look.next?.logs.isEmpty == false)
        #expect(bench.requests - requests <= 2)
    }

    @Test(arguments: VerificationLevel.allCases)
    func aBlockThatIsNotThereOrNotOursIsNone(level: VerificationLevel) async throws {
        let node = try LyingNode.usual.get()
        let bench = Bench(node, level)
        let beyond = try await bench.look(above: node.chain.headNumber, node, Self.filter)
        #expect(beyond.next == nil && beyond.heads[.latest] != nil)
        let foreign = BlockRef(
            number: BlockNumber(node.block.number - 1), hash: Keccak256.hash([1]))
        let look = try await bench.client.look([.latest], above: foreign, filter: Self.filter)
        #expect(look.next == nil)
    }

    /// A backend that lags behind answers no logs for a block that it does not have: at `off` an
    /// empty answer counts only where it names the block's hash.
    @Test func anEmptyAnswerByNumberIsAskedForAgainByHash() async throws {
        let node = try LyingNode.usual.get()
        let bench = Bench(node, .off) { method, result in
            method == "eth_getLogs" ? .array([]) : result
        }
        _ = try await bench.look(above: node.block.number - 1, node, Self.filter)
        #expect(bench.requests == 2)
        #expect(bench.asked("blockHash") == 1)
    }

    /// Logs of another block's hash are asked for again too.
    @Test(arguments: [VerificationLevel.off, .bloom])
    func logsOfAnotherHashAreNotTaken(level: VerificationLevel) async throws {
        let node = try LyingNode.usual.get()
        let bench = Bench(node, level) { method, result in
            guard method == "eth_getLogs" else { return result }
            return result.changingItems { items in
                items = items.map { $0.changing("blockHash") { $0.flipped } }
            }
        }
        let look = try? await bench.look(above: node.block.number - 1, node, Self.filter)
        #expect(bench.requests >= 2)
        let next = look?.next
        #expect(
            next == nil
                || next?.logs.entries.allSatisfy { $0.blockHash != node.block.hash } == true,
            "what came is for the assembler to refuse")
    }

    @Test func whatTheReceiptsDisproveIsAnError() async throws {
        let node = try LyingNode.usual.get()
        let bench = Bench(node, .receipts) { method, result in
            guard method == "eth_getBlockReceipts" else { return result }
            return result.changing(item: node.receipt) { receipt in
                receipt.changing("logs") { $0.changingItems { $0.removeFirst() } }
            }
        }
        let error = await failure { () throws(ChainClientError) in
            try await bench.client.look(
                [.latest],
                above: BlockRef(
                    number: BlockNumber(node.block.number - 1),
                    hash: node.block.header.parentHash),
                filter: Self.filter)
        }
        guard case .unproven? = error else {
            Issue.record("expected a disproof, got \(String(describing: error))")
            return
        }
    }
}

extension String {
    /// How often a text stands in it.
    fileprivate func components(of text: String) -> Int {
        var count = 0
        var rest = self[...]
        while let range = rest.firstRange(of: text) {
            count += 1
            rest = rest[range.upperBound...]
        }
        return count
    }
}
