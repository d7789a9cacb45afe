// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import ChainSimulator
import EVMPrimitives
import JSONBytes
import Testing
import WeirPorts

@testable import EVMRPC

/// Fees of blocks: what the header says, and tips that must be of the same blocks.
@Suite struct FeeExtrasTests {
    static let plan = FetchPlan(wantsFees: true, tipPercentiles: [10, 50, 90])

    private func chain() throws -> SimulatedChain { try LyingNode.usual.get().chain }

    @Test func feesOfABlockAreOneRequest() async throws {
        let bench = ExtrasBench(try self.chain())
        let number = try LyingNode.usual.get().block.number
        let header = try bench.header(number)
        let fees = try #require(try await bench.extras(number...number, Self.plan)[0].fees)
        #expect(bench.methods(0) == ["eth_feeHistory", "eth_gasPrice"])
        #expect(fees.gasUsed == header.gasUsed && fees.gasLimit == header.gasLimit)
        #expect(fees.baseFeeWei == header.baseFeePerGas)
        #expect(fees.gasPriceWei != nil)
        #expect(fees.tipsWei.count == 3 && fees.tipsWei[0] <= fees.tipsWei[2])
    }

    @Test func pagesTakeFewHistoriesAndNoPrice() async throws {
        let bench = ExtrasBench(try self.chain())
        let extras = try await bench.extras(1...40, Self.plan, isHead: false)
        #expect(bench.transport.calls.map { $0.map(\.method) } == [["eth_feeHistory"]])
        #expect(extras.allSatisfy { $0.fees?.tipsWei.count == 3 && $0.fees?.gasPriceWei == nil })
        // Without tips the headers say it all, but for what blobs cost.
        var headers = try (1...40).map { try bench.header($0) }
        for index in headers.indices { headers[index].excessBlobGas = nil }
        _ = try await bench.client.extras(
            of: headers, plan: FetchPlan(wantsFees: true), isHead: false)
        #expect(bench.requests == 1)
    }

    @Test func longRunsAndGapsAreSplit() throws {
        var headers = (1...300).map { number in
            BlockHeader(
                number: BlockNumber(UInt64(number)), hash: hash(UInt64(number)),
                parentHash: hash(0), timestamp: BlockTime(1))
        }
        headers.removeSubrange(50..<60)
        let question = FeeQuestion(headers, percentiles: [50], isHead: false)
        #expect(question.calls.count == 3)
        #expect(FeeQuestion([], percentiles: [50], isHead: true).calls.isEmpty)
    }

    private static let header: BlockHeader = {
        var header = BlockHeader(
            number: BlockNumber(9), hash: hash(9), parentHash: hash(8), timestamp: BlockTime(1))
        header.baseFeePerGas = 100
        header.gasUsed = 15_000_000
        header.gasLimit = 30_000_000
        header.excessBlobGas = 0
        return header
    }()

    private func fees(_ history: String) async throws -> BlockFees? {
        let client = try JSONRPCClient.test(
            .answering { asked in
                asked.method == "eth_feeHistory"
                    ? .result(history) : .error(-32601, "the method does not exist")
            })
        let plan = FetchPlan(wantsFees: true, tipPercentiles: [50])
        return try await client.extras(of: [Self.header], plan: plan, isHead: true).first?.fees
    }

    @Test func whatIsOfTheBlockIsTaken() async throws {
        let fees = try await self.fees(
            #"""
            {"oldestBlock":"0x9","baseFeePerGas":["0x64","0x65"],"gasUsedRatio":[0.5],
            "reward":[["0x7"]],"baseFeePerBlobGas":["0x3","0x4"],"blobGasUsedRatio":[0]}
            """#)
        #expect(fees?.tipsWei == [7])
        #expect(fees?.blobBaseFeeWei == 3)
        #expect(fees?.gasPriceWei == nil)
    }

    /// Histories of other blocks, and ones that say nothing: tips are left out, the header counts.
    @Test(
        arguments: [
            #"{"oldestBlock":"0x8","baseFeePerGas":["0x64","0x65"],"gasUsedRatio":[0.5],"reward":[["0x7"]]}"#,
            #"{"oldestBlock":"0x9","baseFeePerGas":["0x63","0x65"],"gasUsedRatio":[0.5],"reward":[["0x7"]]}"#,
            #"{"oldestBlock":"0x9","baseFeePerGas":["0x64","0x65"],"gasUsedRatio":[0.4],"reward":[["0x7"]]}"#,
            #"{"oldestBlock":"0x9","baseFeePerGas":[],"gasUsedRatio":[0.5],"reward":[["0x7"]]}"#,
            #"{"oldestBlock":"0x9","baseFeePerGas":["0x64","0x65"],"gasUsedRatio":[],"reward":[["0x7"]]}"#,
            #"{"oldestBlock":"0x9","baseFeePerGas":["0x64","0x65"],"gasUsedRatio":[0.5],"reward":[]}"#,
            #"{"oldestBlock":"0x9","baseFeePerGas":["0x64","0x65"],"gasUsedRatio":[0.5],"reward":[["0x7","0x8"]]}"#,
            #"{"oldestBlock":"0x9","baseFeePerGas":["0x64","0x65"],"gasUsedRatio":[0.5],"reward":null}"#,
            #"{"oldestBlock":"0x9","gasUsedRatio":null}"#, "null",
        ])
    func whatIsNotOfTheBlockIsLeftOut(history: String) async throws {
        let fees = try await self.fees(history)
        #expect(fees?.tipsWei == [] && fees?.blobBaseFeeWei == nil)
        #expect(fees?.baseFeeWei == 100 && fees?.gasUsed == 15_000_000)
    }

    @Test(
        arguments: [
            "7", "[]", #"{"baseFeePerGas":["0x64"]}"#, #"{"oldestBlock":"0x9","reward":[[true]]}"#,
            #"{"oldestBlock":"0x9","baseFeePerGas":{}}"#, #"{"oldestBlock":"-1"}"#,
        ])
    func whatIsNoHistoryIsATypedError(history: String) async throws {
        let error = await failure { () throws(ChainClientError) in
            let client: JSONRPCClient
            do { client = try JSONRPCClient.test(.answering { _ in .result(history) }) } catch {
                throw .cancelled
            }
            return try await client.extras(
                of: [Self.header], plan: FetchPlan(wantsFees: true, tipPercentiles: [50]),
                isHead: false)
        }
        #expect(error?.reason == "bad_answer")
    }

    /// Arbitrum's header says 2⁵⁰ where its node takes shares of something else.
    @Test func anUnrealGasLimitIsNoMeasure() throws {
        var header = Self.header
        header.gasLimit = 1 << 50
        var question = FeeQuestion([header], percentiles: [50], isHead: false)
        let history = FeeHistory(
            oldestBlock: BlockNumber(9), baseFeePerGas: [100, 100], gasUsedRatio: [0.9],
            rewards: [[5]])
        try question.take([.success(.fees(history))])
        #expect(question.fees[0].tipsWei == [5] && question.withoutTips.isEmpty)
    }
}
