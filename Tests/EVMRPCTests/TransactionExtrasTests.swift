// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import ChainSimulator
import EVMPrimitives
import JSONBytes
import Testing
import WeirPorts

@testable import EVMRPC

/// Transactions that somebody wants, with what they cost, and fees of blocks.
@Suite struct TransactionExtrasTests {
    static let plan = FetchPlan(
        transactions: TransactionFilter(receivers: SimulatedContract.allCases.map(\.address)))

    /// What the plan wants of a block.
    private static func wanted(_ block: SimulatedBlock) -> [Transaction] {
        let contracts = Set(SimulatedContract.allCases.map(\.address))
        return block.transactions.filter { $0.to.map { contracts.contains($0) } == true }
    }

    private func chain() throws -> SimulatedChain { try LyingNode.usual.get().chain }
    private func busy() throws -> UInt64 { try LyingNode.usual.get().block.number }

    /// A block with a transaction that failed.
    private func failing() throws -> SimulatedBlock {
        let chain = try self.chain()
        for number in 1...40 as ClosedRange<UInt64> {
            if let block = chain.block(number: number),
                block.receipts.contains(where: { $0.outcome == .status(false) })
            {
                return block
            }
        }
        throw LyingNode.Missing()
    }

    private func error(
        _ bench: ExtrasBench, _ number: UInt64, _ plan: FetchPlan = Self.plan
    ) async throws -> ChainClientError? {
        let header = try bench.header(number)
        return await failure { () throws(ChainClientError) in
            try await bench.client.extras(of: [header], plan: plan, isHead: true)
        }
    }

    @Test(arguments: [VerificationLevel.off, .receipts])
    func transactionsComeWithTheirCostInOneRequest(level: VerificationLevel) async throws {
        let bench = ExtrasBench(try self.chain(), level)
        let number = try self.busy()
        let block = try #require(bench.chain.block(number: number))
        let extras = try #require(try await bench.extras(number...number, Self.plan).first)
        #expect(bench.methods(0) == ["eth_getBlockByHash", "eth_getBlockReceipts"])
        #expect(extras.transactions.map(\.hash) == Self.wanted(block).map(\.hash))
        for observed in extras.transactions {
            let index = Int(observed.index)
            let (transaction, receipt) = (block.transactions[index], block.receipts[index])
            #expect(observed.hash == transaction.hash && observed.from == transaction.from)
            #expect(observed.to == transaction.to && observed.value == transaction.value)
            #expect(observed.inputCount == transaction.input.count)
            #expect(observed.succeeded == (receipt.outcome == .status(true)))
            let price = receipt.effectiveGasPrice ?? .zero
            #expect(observed.cost.gasUsed == receipt.gasUsed)
            #expect(observed.cost.totalWei == price.multiplied(by: U256(receipt.gasUsed)))
        }
    }

    @Test func onlyWhatIsWantedComes() async throws {
        let bench = ExtrasBench(try self.chain())
        let number = try self.busy()
        let block = try #require(bench.chain.block(number: number))
        let receiver = try #require(block.transactions.first?.to)
        let sender = try #require(block.transactions.last?.from)
        func hashes(_ filter: TransactionFilter) async throws -> [Hash256] {
            try await bench.extras(number...number, FetchPlan(transactions: filter))[0]
                .transactions.map(\.hash)
        }
        #expect(
            try await hashes(TransactionFilter(receivers: [receiver]))
                == block.transactions.filter { $0.to == receiver }.map(\.hash))
        #expect(
            try await hashes(TransactionFilter(senders: [sender]))
                == block.transactions.filter { $0.from == sender }.map(\.hash))
        #expect(try await hashes(TransactionFilter(senders: [Address(words: 1, 2, 3)])).isEmpty)
    }

    /// While blocks have nothing that is wanted, their receipts are not asked for.
    @Test func quietBlocksCostNoReceipts() async throws {
        let bench = ExtrasBench(try self.chain())
        let plan = FetchPlan(transactions: TransactionFilter(senders: [Address(words: 1, 2, 3)]))
        for number in 1...6 as ClosedRange<UInt64> {
            _ = try await bench.extras(number...number, plan)
        }
        #expect(bench.requests == 6)
        #expect(bench.methods(0).count == 2 && bench.methods(5) == ["eth_getBlockByHash"])
    }

    @Test func pagesAskForReceiptsOfBlocksWithWantedTransactionsOnly() async throws {
        let bench = ExtrasBench(try self.chain())
        let extras = try await bench.extras(1...40, Self.plan, isHead: false)
        #expect(extras.count == 40)
        let busy = extras.count { !$0.transactions.isEmpty }
        let receipts = bench.transport.calls.joined().count { $0.method == "eth_getBlockReceipts" }
        #expect(receipts == busy)
        for block in extras {
            let known = bench.chain.block(number: block.block.number.rawValue)
            #expect(block.transactions.map(\.hash) == known.map(Self.wanted)?.map(\.hash))
        }
    }

    @Test func withoutBlockReceiptsTheyAreAskedForOneByOne() async throws {
        let chain = try self.chain()
        let number = try self.busy()
        let bench = ExtrasBench(chain) { asked in
            asked.method == "eth_getBlockReceipts"
                ? .error(-32601, "the method eth_getBlockReceipts does not exist") : nil
        }
        let block = try #require(chain.block(number: number))
        let receiver = try #require(block.transactions.first?.to)
        let plan = FetchPlan(transactions: TransactionFilter(receivers: [receiver]))
        let extras = try await bench.extras(number...number, plan)
        #expect(extras == (try await ExtrasBench(chain).extras(number...number, plan)))
        let wanted = block.transactions.count { $0.to == receiver }
        let asked = bench.transport.calls.joined().count {
            $0.method == "eth_getTransactionReceipt"
        }
        #expect(asked == wanted)
    }

    /// Why a transaction failed is asked on the state before its block.
    @Test func theReasonOfAFailureIsAskedFor() async throws {
        let block = try self.failing()
        let bench = ExtrasBench(try self.chain()) { asked in
            guard asked.method == "eth_call" else { return nil }
            return .errorValue(#"{"code":3,"message":"execution reverted","data":"0xabcdef01"}"#)
        }
        let number = block.number
        let extras = try await bench.extras(number...number, Self.plan)[0]
        let failed = extras.transactions.filter { !$0.succeeded }
        #expect(!failed.isEmpty)
        #expect(failed.allSatisfy { $0.revertData == [0xab, 0xcd, 0xef, 0x01] })
        #expect(extras.transactions.allSatisfy { !$0.succeeded || $0.revertData == nil })
        let call = try #require(bench.transport.calls[1].first)
        #expect(bench.requests == 2 && call.params[0]?["from"] != nil)
        #expect(call.params[1]?["blockHash"]?.string == "\(block.header.parentHash)")
        for reply in [Reply.error(-32000, "missing trie node"), .result(#""0x""#)] {
            let bench = ExtrasBench(try self.chain()) { asked in
                asked.method == "eth_call" ? reply : nil
            }
            let extras = try await bench.extras(number...number, Self.plan)[0]
            #expect(extras.transactions.allSatisfy { $0.revertData == nil })
        }
    }

    // MARK: Hostile answers

    @Test func blocksThatAreNotThereOrNotTheOneAreRefused() async throws {
        let chain = try self.chain()
        let number = try self.busy()
        let gone = ExtrasBench(chain) { $0.method == "eth_getBlockByHash" ? .result("null") : nil }
        #expect(try await self.error(gone, number)?.reason == "behind")
        let hashes = ExtrasBench(chain) { asked in
            asked.method == "eth_getBlockByHash" ? .result(blockJSON(number)) : nil
        }
        #expect(try await self.error(hashes, number)?.reason == "bad_answer")
        let none = ExtrasBench(chain) { asked in
            asked.method == "eth_getBlockReceipts" ? .result("[]") : nil
        }
        #expect(try await self.error(none, number)?.reason == "bad_answer")
        let null = ExtrasBench(chain) { asked in
            asked.method == "eth_getBlockReceipts" ? .result("null") : nil
        }
        #expect(try await self.error(null, number)?.reason == "behind")
    }

    /// Each of these reads well; at the level of receipts, or by the sums of gas, it is disproved.
    @Test(
        arguments: [
            ("eth_getBlockByHash", "value", "0x1", VerificationLevel.receipts, "unproven"),
            (
                "eth_getBlockByHash", "from", "0x\(String(repeating: "11", count: 20))",
                .receipts, "unproven"
            ),
            ("eth_getBlockReceipts", "status", "0x0", .receipts, "unproven"),
            ("eth_getBlockReceipts", "cumulativeGasUsed", "0x1", .receipts, "unproven"),
            ("eth_getBlockReceipts", "gasUsed", "0x1", .off, "bad_answer"),
            (
                "eth_getBlockReceipts", "effectiveGasPrice",
                "0x\(String(repeating: "f", count: 64))", .off, "bad_answer"
            ),
        ] as [(String, String, String, VerificationLevel, String)])
    func forgedMembersAreDisproved(
        method: String, member: String, value: String, level: VerificationLevel, reason: String
    ) async throws {
        let chain = try self.chain()
        let number = try self.busy()
        let bench = ExtrasBench(chain, level) { asked in
            guard asked.method == method, case .result(let text) = ExtrasBench.reply(chain, asked),
                let result = try? JSONValue(parsing: text)
            else { return nil }
            return .result(Self.forged(result, member, value).text())
        }
        #expect(try await self.error(bench, number)?.reason == reason)
    }

    /// The result with a member of its first transaction or receipt replaced.
    private static func forged(
        _ result: JSONValue, _ member: String, _ value: String
    ) -> JSONValue {
        func first(_ list: [JSONValue]) -> JSONValue {
            var list = list
            if case .object(var object)? = list.first {
                object[member] = .string(value)
                list[0] = .object(object)
            }
            return .array(list)
        }
        if let list = result.array { return first(list) }
        guard case .object(var object) = result else { return result }
        object["transactions"] = first(object["transactions"]?.array ?? [])
        return .object(object)
    }
}
