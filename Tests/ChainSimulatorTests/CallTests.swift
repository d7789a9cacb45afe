// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import ChainSimulator
import EVMABI
import EVMPrimitives
import JSONBytes
import Testing

@Suite("Simulated calls and faults")
struct CallTests {
    /// Asks a view over JSON-RPC and decodes the answer.
    private func view(
        _ chain: SimulatedChain, _ contract: SimulatedContract, _ name: String,
        _ arguments: [ABIValue] = [], at block: String = #""latest""#
    ) throws -> [ABIValue] {
        let function = try #require(contract.abi.functions.first { $0.name == name })
        let data = Hex.encode(try function.encodeCall(arguments))
        let message = #"{"to":"\#(contract.address.lowercaseText)","data":"\#(data)"}"#
        let answer = try self.call(chain, message, block)
        let result = try #require(answer["result"]?.string, "\(name): \(answer)")
        return try function.decodeReturn(try #require(Hex.decode(result)))
    }

    private func call(
        _ chain: SimulatedChain, _ message: String, _ block: String = #""latest""#
    ) throws -> JSONValue {
        let request =
            #"{"jsonrpc":"2.0","id":1,"method":"eth_call","params":[\#(message),\#(block)]}"#
        return try JSONValue(
            parsing: JSONRPCFacade.answer(Array(request.utf8), chain: chain).body)
    }

    @Test func viewsTellTheStateOfTheBlockThatIsAskedFor() throws {
        let chain = try chain(seed: 3, steps: 150)
        for number in stride(from: UInt64(1), through: chain.headNumber, by: 13) {
            let block = try #require(chain.block(number: number))
            let world = try #require(block.world)
            let tags = [
                "\"0x\(String(number, radix: 16))\"", "{\"blockHash\":\"\(block.hash)\"}",
            ]
            for tag in tags {
                let staked = try self.view(chain, .nodeRegistry, "totalStaked", at: tag)
                #expect(staked == [.uint(world.registry.totalStaked)])
                let escrowed = try self.view(chain, .jobMarketplace, "escrowed", at: tag)
                #expect(escrowed == [.uint(world.market.escrowed)])
                let deposits = try self.view(chain, .paymentChannels, "totalDeposits", at: tag)
                #expect(deposits == [.uint(world.channels.totalDeposits)])
                let supply = try self.view(chain, .fabToken, "totalSupply", at: tag)
                #expect(supply == [.uint(world.token.supply)])
                let held = try self.view(
                    chain, .fabToken, "balanceOf",
                    [.address(SimulatedContract.nodeRegistry.address)], at: tag)
                #expect(held == staked)
            }
        }
    }

    @Test func everyViewAnswersOrReverts() throws {
        let chain = try chain(seed: 3, steps: 120, forks: .none)
        let world = try #require(chain.head?.world)
        let id = try #require(world.governor.order.first)
        for contract in SimulatedContract.allCases {
            for function in contract.abi.functions {
                let arguments = function.inputs.map { input -> ABIValue in
                    switch input.type {
                    case .address: .address(SimulatedAccounts.addresses[1])
                    default: .uint(contract == .governor ? id : 1)
                    }
                }
                let values = try self.view(chain, contract, function.name, arguments)
                #expect(values.count == function.outputs.count, "\(function.name)")
            }
        }
        #expect(try self.view(chain, .fabToken, "symbol") == [.text("FAB")])
        #expect(try self.view(chain, .fabToken, "decimals") == [.uint(18)])
        let votes = try self.view(chain, .governor, "proposalVotes", [.uint(id)])
        let proposal = try #require(world.governor.proposals[id])
        #expect(
            votes
                == [.uint(proposal.against), .uint(proposal.inFavour), .uint(proposal.abstained)])
    }

    @Test func unknownSelectorsRevertAsGethSays() throws {
        let chain = try chain(steps: 3, forks: .none)
        let token = SimulatedContract.fabToken.address.lowercaseText
        for data in ["0x", "0x12", "0xdeadbeef", "0x70a08231", "0x70a0823100"] {
            let answer = try self.call(chain, #"{"to":"\#(token)","input":"\#(data)"}"#)
            #expect(answer["error"]?["code"]?.int == 3, "\(data)")
            #expect(answer["error"]?["message"]?.string == "execution reverted")
            #expect(answer["error"]?["data"]?.string == "0x")
        }
        let nobody = try self.call(
            chain, #"{"to":"0x\#(String(repeating: "9", count: 40))","data":"0xdeadbeef"}"#)
        #expect(nobody["result"]?.string == "0x")
        let state = try #require(
            SimulatedContract.governor.abi.functions.first { $0.name == "state" })
        let data = Hex.encode(try state.encodeCall([.uint(77)]))
        let governor = SimulatedContract.governor.address.lowercaseText
        let unknown = try self.call(chain, #"{"to":"\#(governor)","data":"\#(data)"}"#)
        let revert = try #require(unknown["error"]?["data"]?.string.flatMap { Hex.decode($0) })
        let error = ABIErrorFragment(
            name: "GovernorNonexistentProposal", inputs: [ABIParameter("proposalId", .uint256)])
        #expect(RevertReason(revert, errors: [error]) == .custom(error, [.uint(77)]))
    }

    @Test func stateThatIsNotKeptIsRefused() throws {
        var parameters = SimulationParameters(seed: 1)
        parameters.stateRetention = 10
        parameters.forks = .none
        var chain = try SimulatedChain(parameters)
        try chain.extend(by: 30)
        let old = try self.call(chain, "{}", #""0x5""#)
        #expect(old["error"]?["message"]?.string?.hasPrefix("missing trie node") == true)
        #expect(try self.call(chain, "{}", #""0x19""#)["result"]?.string == "0x")
        #expect(SimulatedTruth(chain, through: 5) == nil)
    }

    // MARK: Faults

    private func answer(
        _ chain: SimulatedChain, _ method: String, _ params: String, _ kind: FaultKind,
        salt: UInt64 = 12_345
    ) -> HTTPAnswer {
        let request = #"{"jsonrpc":"2.0","id":1,"method":"\#(method)","params":\#(params)}"#
        return JSONRPCFacade.answer(
            Array(request.utf8), chain: chain, fault: FaultDecision(kind: kind, salt: salt))
    }

    private func logs(_ chain: SimulatedChain, _ kind: FaultKind?) throws -> [JSONValue] {
        let fault = FaultDecision(kind: kind, salt: 5)
        let request =
            #"{"jsonrpc":"2.0","id":1,"method":"eth_getLogs","params":[{"fromBlock":"0x1"}]}"#
        let body = JSONRPCFacade.answer(Array(request.utf8), chain: chain, fault: fault).body
        return try #require(JSONValue(parsing: body)["result"]?.array)
    }

    @Test func logFaultsChangeOneLogOnly() throws {
        let chain = try chain(steps: 30, forks: .none)
        let right = try self.logs(chain, nil)
        #expect(try self.logs(chain, .omittedLog).count == right.count - 1)
        let doubled = try self.logs(chain, .duplicatedLog)
        #expect(doubled.count == right.count + 1)
        #expect(doubled[5] == doubled[6])
        let foreign = try self.logs(chain, .foreignLog)
        #expect(zip(foreign, right).filter { $0 != $1 }.count == 1)
    }

    @Test func otherFaultsAreWhatTheySay() throws {
        let chain = try chain(steps: 30, forks: .none)
        let lagging = self.answer(chain, "eth_blockNumber", "[]", .lag)
        #expect(try JSONValue(parsing: lagging.body)["result"]?.string == "0x1c")
        let null = self.answer(chain, "eth_getBlockByNumber", #"["latest",false]"#, .nullBlock)
        #expect(try JSONValue(parsing: null.body)["result"]?.isNull == true)
        let error = self.answer(chain, "eth_chainId", "[]", .internalError)
        #expect(try JSONValue(parsing: error.body)["error"]?["code"]?.int == -32603)
        let limit = self.answer(chain, "eth_chainId", "[]", .limitExceeded)
        #expect(try JSONValue(parsing: limit.body)["error"]?["code"]?.int == -32005)
        #expect(self.answer(chain, "eth_chainId", "[]", .tooManyRequests).status == 429)
        #expect(self.answer(chain, "eth_chainId", "[]", .badGateway).status == 502)
        #expect(self.answer(chain, "eth_chainId", "[]", .closedConnection).ending == .closed)
        let cut = self.answer(chain, "eth_chainId", "[]", .truncatedBody)
        guard case .truncated(let count) = cut.ending else {
            Issue.record("not truncated")
            return
        }
        #expect(count < cut.body.count)
    }

    @Test func faultsComeAsOftenAsThePlanSays() {
        let plan = FaultPlan.rough(0.02, seed: 9)
        var counts: [FaultKind: Int] = [:]
        for request in 0..<20_000 as Range<UInt64> {
            if let kind = plan.decision(for: request).kind { counts[kind, default: 0] += 1 }
            #expect(plan.decision(for: request) == plan.decision(for: request))
        }
        for kind in FaultKind.allCases {
            #expect((300...500).contains(counts[kind, default: 0]), "\(kind)")
        }
        #expect(FaultPlan.none.decision(for: 3) == FaultPlan.none.decision(for: 3))
        #expect(FaultPlan.none.decision(for: 3).kind == nil)
        let absurd = FaultPlan(rates: [.init(.lag, .nan)], latency: 5...UInt64.max)
        #expect((5...60_000).contains(absurd.decision(for: 0).delay))
    }
}
