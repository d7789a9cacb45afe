// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import ChainSimulator
import EVMPrimitives
import JSONBytes
import Synchronization
import Testing
import WeirPorts

@testable import EVMRPC

/// Reading the state at a block: by hash, in one batch, each failure told as what it is.
@Suite struct StateReadingTests {
    static let plan = FetchPlan(
        readings: [
            ReadingRequest(
                key: "staked",
                subject: .call(to: ExtrasBench.registry, data: ExtrasBench.totalStaked)),
            ReadingRequest(
                key: "wrong",
                subject: .call(to: ExtrasBench.registry, data: ExtrasBench.totalSupply)),
            ReadingRequest(key: "ether", subject: .balance(SimulatedAccounts.addresses[0])),
            ReadingRequest(key: "slot", subject: .storage(ExtrasBench.token, slot: U256(7))),
            ReadingRequest(key: "code", subject: .hasCode(ExtrasBench.token)),
            ReadingRequest(key: "none", subject: .hasCode(Address(words: 1, 2, 3))),
        ])

    private func chain() throws -> SimulatedChain { try LyingNode.usual.get().chain }

    @Test func allOfABlockIsOneRequestByHash() async throws {
        let chain = try self.chain()
        let bench = ExtrasBench(chain)
        let extras = try #require(try await bench.extras(30...30, Self.plan).first)
        let block = try #require(chain.block(number: 30))
        let world = try #require(block.world)
        #expect(bench.requests == 1)
        #expect(extras.block == block.ref && extras.time == block.header.timestamp)
        #expect(extras.fees == nil && extras.transactions.isEmpty)
        #expect(extras.readings.map(\.key) == Self.plan.readings.map(\.key))
        #expect(extras.reading("staked")?.word == world.registry.totalStaked)
        #expect(extras.reading("wrong")?.outcome == .reverted([]))
        #expect(
            extras.reading("ether")?.word
                == world.accounts[SimulatedAccounts.addresses[0]]?.balance)
        #expect(extras.reading("slot")?.word == .zero)
        #expect(extras.reading("code")?.word == .one)
        #expect(extras.reading("none")?.word == .zero)
        for call in bench.transport.calls[0] {
            let selector = call.params[call.method == "eth_getStorageAt" ? 2 : 1]
            #expect(selector?["blockHash"]?.string == "\(block.hash)", "\(call.method)")
        }
    }

    @Test func blocksShareTheRequestAndTheBatchLimitSplitsIt() async throws {
        let bench = ExtrasBench(try self.chain())
        let extras = try await bench.extras(20...29, Self.plan)
        #expect(bench.requests == 1)
        #expect(extras.map(\.block.number.rawValue) == Array(20...29))
        let narrow = ExtrasBench(try self.chain(), batchLimit: 8)
        #expect(try await narrow.extras(20...29, Self.plan) == extras)
        #expect(narrow.requests == 8)
    }

    /// Two trackers may want the same under their own keys.
    @Test func whatIsWantedTwiceIsAskedOnce() async throws {
        let bench = ExtrasBench(try self.chain())
        let again = Self.plan.readings.map {
            ReadingRequest(key: "again/\($0.key)", subject: $0.subject)
        }
        let plan = FetchPlan(readings: Self.plan.readings + again)
        let extras = try #require(try await bench.extras(30...30, plan).first)
        #expect(bench.methods(0).count == Self.plan.readings.count)
        for request in Self.plan.readings {
            let outcome = try #require(extras.reading(request.key)).outcome
            #expect(extras.reading("again/\(request.key)")?.outcome == outcome)
        }
    }

    @Test func anEmptyPlanAsksForNothing() async throws {
        let bench = ExtrasBench(try self.chain())
        let extras = try await bench.extras(20...22, FetchPlan())
        #expect(bench.requests == 0)
        #expect(extras.count == 3 && extras.allSatisfy { $0.readings.isEmpty && $0.fees == nil })
        #expect(try await bench.client.extras(of: [], plan: Self.plan, isHead: true).isEmpty)
    }

    // MARK: What cannot be read

    /// Each of these says that the state, or the block, is not there: the reading says so, and the
    /// chain goes on.
    @Test(
        arguments: [
            #"{"code":-32000,"message":"missing trie node 1234 (path ) state is not available"}"#,
            #"{"code":-32000,"message":"header not found"}"#,
            #"{"code":-32001,"message":"resource not found"}"#,
            #"{"code":-32002,"message":"No state available for block"}"#,
            #"{"code":-32000,"message":"Archive requests require a paid subscription"}"#,
            #"{"code":-32601,"message":"the method eth_call does not exist/is not available"}"#,
            #"{"code":-32000,"message":"out of gas"}"#,
            #"{"code":-32603,"message":"internal error"}"#,
        ])
    func missingStateIsToldAndStopsNothing(error: String) async throws {
        let bench = ExtrasBench(try self.chain()) { asked in
            asked.method == "eth_call" ? .errorValue(error) : nil
        }
        let extras = try #require(try await bench.extras(30...30, Self.plan).first)
        for key in ["staked", "wrong"] {
            guard case .unavailable(let why)? = extras.reading(key)?.outcome else {
                Issue.record("\(key): \(String(describing: extras.reading(key)))")
                continue
            }
            #expect(why.hasPrefix("node: ") && why.utf8.count > 10)
        }
        #expect(extras.reading("code")?.word == .one)
    }

    @Test func troubleOfTheEndpointIsAnErrorAsEverywhere() async throws {
        let refused = ExtrasBench(try self.chain()) { asked in
            asked.method == "eth_call" ? .error(429, "too many requests") : nil
        }
        let error = await failure { () throws(ChainClientError) in
            try await refused.client.extras(
                of: [
                    BlockHeader(
                        number: BlockNumber(1), hash: hash(1), parentHash: hash(0),
                        timestamp: BlockTime(1))
                ],
                plan: Self.plan, isHead: true)
        }
        #expect(error?.reason == "rate_limited")
    }

    /// Answers of a wrong kind are errors of the endpoint, whatever was asked.
    @Test(
        arguments: [
            ("eth_call", "7"), ("eth_call", #""0x123""#), ("eth_call", "{}"),
            ("eth_call", #""zz""#), ("eth_getBalance", #""0xzz""#), ("eth_getBalance", "[]"),
            ("eth_getBalance", #""0x1\#(String(repeating: "0", count: 64))""#),
            ("eth_getStorageAt", "true"), ("eth_getCode", #""0xabc""#),
        ])
    func hostileResultsAreTypedErrors(method: String, result: String) async throws {
        let bench = ExtrasBench(try self.chain()) { asked in
            asked.method == method ? .result(result) : nil
        }
        let header = try bench.header(30)
        let error = await failure { () throws(ChainClientError) in
            try await bench.client.extras(of: [header], plan: Self.plan, isHead: true)
        }
        #expect(error?.reason == "bad_answer")
    }

    @Test func nullAndHugeAnswersAreNoReadings() async throws {
        let bench = ExtrasBench(try self.chain()) { asked in
            switch asked.method {
            case "eth_call": .result("\"0x\(String(repeating: "00", count: 70_000))\"")
            case "eth_getBalance": .result("null")
            default: nil
            }
        }
        let extras = try #require(try await bench.extras(30...30, Self.plan).first)
        for key in ["staked", "ether"] {
            guard case .unavailable? = extras.reading(key)?.outcome else {
                Issue.record("\(key) was read")
                continue
            }
        }
    }

    // MARK: Endpoints that take no hash

    /// An endpoint without EIP-1898 is asked by number, and once more what that number names.
    @Test func withoutHashesTheNumberIsTakenAndChecked() async throws {
        let chain = try self.chain()
        let bench = ExtrasBench(chain) { asked in
            asked.params.text().contains("blockHash")
                ? .error(-32602, "invalid argument 1: json: cannot unmarshal object") : nil
        }
        let extras = try await bench.extras(30...30, Self.plan)
        #expect(extras == (try await ExtrasBench(chain).extras(30...30, Self.plan)))
        // By hash, by number, and the check.
        #expect(bench.requests == 3)
        #expect(!bench.client.features.stateByHash)
        _ = try await bench.extras(31...31, Self.plan)
        #expect(bench.requests == 5)
        #expect(bench.methods(4) == ["eth_getBlockByNumber"])
    }

    @Test func aNumberThatNamesAnotherBlockIsNotBelieved() async throws {
        let chain = try self.chain()
        let other = try LyingNode.another.get().chain
        let bench = ExtrasBench(chain) { asked in
            if asked.params.text().contains("blockHash") {
                return .error(-32602, "cannot unmarshal object into hex string")
            }
            return asked.method == "eth_getBlockByNumber" ? ExtrasBench.reply(other, asked) : nil
        }
        let header = try bench.header(30)
        let error = await failure { () throws(ChainClientError) in
            try await bench.client.extras(of: [header], plan: Self.plan, isHead: true)
        }
        #expect(error?.reason == "behind")
    }

    @Test func aRevertIsNoRefusalOfTheHash() async throws {
        let bench = ExtrasBench(try self.chain()) { asked in
            asked.method == "eth_call"
                ? .errorValue(#"{"code":-32602,"message":"execution reverted","data":"0x01"}"#)
                : nil
        }
        let extras = try #require(try await bench.extras(30...30, Self.plan).first)
        #expect(extras.reading("staked")?.outcome == .reverted([1]))
        #expect(bench.requests == 1 && bench.client.features.stateByHash)
    }
}
