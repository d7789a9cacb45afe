// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import ChainSimulator
import CurlTransport
import EVMPrimitives
import EVMRPC
import JSONBytes
import Synchronization
import Testing
import WeirPorts

@testable import WeirApp

/// When what beside logs is asked for: with each block at the head, of each block of a page as far as
/// history has it, and never without a plan.
@Suite struct ExtrasAskingTests {
    /// A simulated node that notes what it is asked.
    private final class Node: RPCTransport {
        let chain: SimulatedChain
        private let asked = Mutex<[[String]]>([])

        init(_ chain: SimulatedChain) {
            self.chain = chain
        }

        /// The methods of each request.
        var requests: [[String]] { self.asked.withLock { $0 } }

        func send(_ body: [UInt8]) async throws(TransportError) -> HTTPResponse {
            let value = (try? JSONValue(parsing: body)) ?? nil
            let methods = (value.array ?? [value]).map { $0["method"]?.string ?? "" }
            self.asked.withLock { $0.append(methods) }
            return HTTPResponse(
                status: 200, body: JSONRPCFacade.answer(body, chain: self.chain).body)
        }
    }

    private static let chain = Result {
        var chain = try SimulatedChain(SimulationParameters(seed: 3))
        try chain.extend(by: 40)
        return chain
    }
    private static let token = SimulatedContract.fabToken.address
    private static let readings = FetchPlan(
        readings: [ReadingRequest(key: "ether", subject: .balance(Self.token))])
    private static let history = FetchPlan(
        transactions: TransactionFilter(receivers: SimulatedContract.allCases.map(\.address)),
        wantsFees: true)

    private func asking(
        _ plan: FetchPlan, head: UInt64? = 40
    ) throws -> (ExtrasAsking, Node) {
        let node = Node(try Self.chain.get())
        let client = JSONRPCClient(RPCEndpoint(simulated: "node"), transport: node)
        return (
            ExtrasAsking(client: client, plan: plan, head: head.map { BlockNumber($0) }), node
        )
    }

    private func block(_ number: UInt64) throws -> SimulatedBlock {
        try #require(try Self.chain.get().block(number: number))
    }

    private func page(_ range: ClosedRange<UInt64>) throws -> LogPage {
        LogPage(
            first: BlockNumber(range.lowerBound),
            last: try self.block(range.upperBound).header.anchor, logs: LogBatch())
    }

    @Test func withoutAPlanNothingIsAsked() async throws {
        let (asking, node) = try self.asking(FetchPlan())
        var blocks: [Block?] = [Block(header: try self.block(9).header, logs: LogBatch()), nil]
        try await asking.add(to: &blocks)
        var page = try self.page(5...9)
        try await asking.add(to: &page, after: nil)
        #expect(node.requests.isEmpty)
        #expect(blocks[0]?.extras == nil && page.extras.isEmpty)
    }

    @Test func blocksAtTheHeadGetTheirOwnInOneRequest() async throws {
        let (asking, node) = try self.asking(Self.readings)
        var blocks: [Block?] = [nil]
        for number in [8, 9] as [UInt64] {
            blocks.append(Block(header: try self.block(number).header, logs: LogBatch()))
        }
        blocks.append(nil)
        try await asking.add(to: &blocks)
        #expect(node.requests == [["eth_getBalance", "eth_getBalance"]])
        #expect(blocks.map { $0?.extras?.block.number.rawValue } == [nil, 8, 9, nil])
        var none: [Block?] = [nil]
        try await asking.add(to: &none)
        #expect(node.requests.count == 1)
    }

    /// Readings of a page are those of its last block, where nodes still have that state.
    @Test(
        arguments: [(40, true), (20 + 120, true), (21 + 120, false), (nil, false)]
            as [(UInt64?, Bool)])
    func pagesNearTheHeadAreReadAtTheirEnd(head: UInt64?, isRead: Bool) async throws {
        let (asking, node) = try self.asking(Self.readings, head: head)
        var page = try self.page(11...20)
        try await asking.add(to: &page, after: nil)
        #expect(node.requests == (isRead ? [["eth_getBalance"]] : []))
        #expect(page.extras.map(\.block.number.rawValue) == (isRead ? [20] : []))
    }

    @Test func pagesGetTransactionsAndFeesOfEachBlock() async throws {
        var plan = Self.history
        plan.readings = Self.readings.readings
        let (asking, node) = try self.asking(plan)
        var page = try self.page(11...20)
        try await asking.add(to: &page, after: try self.block(10).hash)
        #expect(page.extras.map(\.block.number.rawValue) == Array(11...20))
        for extras in page.extras {
            let block = try self.block(extras.block.number.rawValue)
            let contracts = Set(SimulatedContract.allCases.map(\.address))
            let wanted = block.transactions.filter { $0.to.map { contracts.contains($0) } == true }
            #expect(extras.transactions.map(\.hash) == wanted.map(\.hash))
            #expect(extras.fees?.baseFeeWei == block.header.baseFeePerGas)
            #expect(extras.readings.isEmpty == (block.number != 20))
        }
        // Far below the head the same without readings.
        let (far, _) = try self.asking(plan, head: 5_000)
        var old = try self.page(11...20)
        try await far.add(to: &old, after: nil)
        page.extras[9].readings = []
        #expect(old.extras == page.extras)
        #expect(node.requests.contains(["eth_getBalance"]))
    }

    /// Headers by number may be of another branch than the logs.
    @Test func headersThatDoNotJoinThePageAreRefused() async throws {
        let (asking, _) = try self.asking(Self.history)
        for spoil in [true, false] {
            var page = try self.page(11...20)
            if spoil { page.last.ref.hash.word3 ^= 1 }
            let parent: Hash256? = spoil ? nil : .zero
            let error = await #expect(throws: ChainClientError.self) {
                try await asking.add(to: &page, after: parent)
            }
            #expect(error?.reason == "behind" && page.extras.isEmpty)
        }
        var beyond = try self.page(11...20)
        beyond.last.ref.number = BlockNumber(50)
        await #expect(throws: ChainClientError.self) {
            try await asking.add(to: &beyond, after: nil)
        }
    }
}
