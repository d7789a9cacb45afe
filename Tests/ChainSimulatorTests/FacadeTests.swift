// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import ChainSimulator
import EVMABI
import EVMPrimitives
import JSONBytes
import Testing
import WeirTestSupport

private func ask(
    _ chain: SimulatedChain, _ text: String, limits: ProviderLimits = ProviderLimits(),
    fault: FaultDecision = .healthy
) throws -> JSONValue {
    let answer = JSONRPCFacade.answer(
        Array(text.utf8), chain: chain, limits: limits, fault: fault)
    return try JSONValue(parsing: answer.body)
}

private func call(_ method: String, _ params: String = "[]", id: String = "1") -> String {
    #"{"jsonrpc":"2.0","id":\#(id),"method":"\#(method)","params":\#(params)}"#
}

@Suite("Simulated JSON-RPC")
struct FacadeTests {
    @Test func theSameSeedGivesTheSameBytesAndAnotherSeedOthers() throws {
        func digest(_ seed: UInt64) throws -> Hash256 {
            var parameters = SimulationParameters(seed: seed)
            parameters.forks = ForkScript(frequency: 0.1)
            let chain = try SimulatedChain(parameters)
            var node = SimulatedNode(chain: chain, faults: .rough(0.01, seed: seed))
            var keccak = Keccak256()
            for number in 0..<200 {
                try node.chain.advance()
                let block = #"["0x\#(String(number, radix: 16))",true]"#
                keccak.update(node.answer(Array(call("eth_getBlockByNumber", block).utf8)).body)
                let receipts = call("eth_getBlockReceipts", #"["latest"]"#)
                keccak.update(node.answer(Array(receipts.utf8)).body)
            }
            return keccak.finalize()
        }
        let first = try digest(1)
        #expect(try digest(1) == first)
        #expect(try digest(2) != first)
        // Pinned: a change of any byte of the chain shows here, and must be meant.
        #expect(first.description == pinnedDigest)
    }

    @Test(arguments: badRequests)
    func badRequestsGetTheRightCode(request: String, code: Int) throws {
        let chain = try chain(steps: 5, forks: .none)
        let answer = try ask(chain, request)
        #expect(answer["error"]?["code"]?.int == code, "\(request): \(answer)")
        #expect(answer["error"]?["message"]?.string?.isEmpty == false)
        #expect(answer["result"] == nil)
    }

    @Test func rubbishNeverTraps() throws {
        let chain = try chain(steps: 3, forks: .none)
        var random = SeededRandom(seed: 0x5eed)
        let seeds = [
            call("eth_getLogs", #"[{"fromBlock":"0x1","toBlock":"latest","topics":[[null]]}]"#),
            call("eth_call", #"[{"to":"0x\#(String(repeating: "1", count: 40))"},"latest"]"#),
            call("eth_feeHistory", #"["0xffffffffffffffff","latest",[0,50,100]]"#),
            "[\(call("eth_blockNumber")),\(call("eth_chainId"))]",
        ].map { Array($0.utf8) }
        for _ in 0..<3_000 {
            var bytes = seeds.randomElement(using: &random) ?? []
            for _ in 0..<Int.random(in: 1...6, using: &random) where !bytes.isEmpty {
                let at = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: bytes[at] = UInt8.random(in: 0...255, using: &random)
                case 1: bytes.remove(at: at)
                default: bytes.insert(bytes[at], at: at)
                }
            }
            let answer = JSONRPCFacade.answer(bytes, chain: chain)
            if !answer.body.isEmpty { _ = try JSONValue(parsing: answer.body) }
        }
    }

    @Test(arguments: ["1", "0", #""a""#, "null", "-1.5", "123456789012345678901234567890", "true"])
    func idsComeBackAsTheyCame(id: String) throws {
        let chain = try chain(steps: 1, forks: .none)
        let answer = try ask(chain, call("eth_chainId", id: id))
        #expect(try answer["id"] == JSONValue(parsing: id))
        #expect(answer["result"]?.string == "0x67932")
    }

    @Test func batchesKeepTheirOrderAndNotificationsAreSilent() throws {
        let chain = try chain(steps: 1, forks: .none)
        let silent = #"{"jsonrpc":"2.0","method":"eth_chainId"}"#
        let answer = try ask(
            chain, "[\(call("eth_chainId", id: "9")),\(silent),7,\(call("nothing", id: "8"))]")
        #expect(answer.array?.count == 3)
        #expect(answer[0]?["id"]?.int == 9)
        #expect(answer[1]?["error"]?["code"]?.int == -32600)
        #expect(answer[2]?["id"]?.int == 8)
        #expect(JSONRPCFacade.answer(Array(silent.utf8), chain: chain).body.isEmpty)
        #expect(JSONRPCFacade.answer(Array("[\(silent)]".utf8), chain: chain).body.isEmpty)
        let limits = ProviderLimits(batch: 2)
        let large = try ask(chain, "[1,2,3]", limits: limits)
        #expect(large["error"]?["message"]?.string == "batch too large")
    }

    @Test func logsAreFoundByRangeHashAddressAndTopics() throws {
        let chain = try chain(steps: 40, forks: .none)
        let truth = try #require(SimulatedTruth(chain))
        func count(_ filter: String) throws -> Int {
            let answer = try ask(chain, call("eth_getLogs", "[\(filter)]"))
            return try #require(answer["result"]?.array).count
        }
        let range = #""fromBlock":"earliest","toBlock":"latest""#
        #expect(try count("{\(range)}") == truth.logs.count)
        let token = SimulatedContract.fabToken
        let address = token.address.lowercaseText
        let transfer = try #require(token.abi.events.first { $0.name == "Transfer" }).topic0
        let approval = try #require(token.abi.events.first { $0.name == "Approval" }).topic0
        let transfers = Int(truth.counts["FabToken.Transfer", default: 0])
        let approvals = Int(truth.counts["FabToken.Approval", default: 0])
        #expect(try count(#"{\#(range),"address":"\#(address)"}"#) == transfers + approvals)
        #expect(try count(#"{\#(range),"topics":["\#(transfer)"]}"#) == transfers)
        #expect(
            try count(#"{\#(range),"topics":[["\#(transfer)","\#(approval)"]]}"#)
                == transfers + approvals)
        #expect(try count(#"{\#(range),"topics":["\#(transfer)",null,null,null]}"#) == 0)
        let zero = String(repeating: "0", count: 64)
        #expect(
            try count(#"{\#(range),"topics":["\#(transfer)","0x\#(zero)"]}"#)
                == SimulatedAccounts.count + mints(chain))
        let head = try #require(chain.block(number: 1))
        #expect(try count(#"{"blockHash":"\#(head.hash)"}"#) == head.logs.count)
        #expect(
            try count(#"{"fromBlock":"0x1","toBlock":"0x1","address":[]}"#) == head.logs.count)
    }

    /// Transfers from nobody behind the first block.
    private func mints(_ chain: SimulatedChain) -> Int {
        (2...chain.headNumber).compactMap { chain.block(number: $0) }.flatMap(\.events).joined()
            .count {
                $0.name == "FabToken.Transfer" && $0.value("from") == .address(.zero)
            }
    }

    @Test func limitsAreRefusedWithAHintThatWorks() throws {
        let chain = try chain(steps: 40, forks: .none)
        let filter = #"[{"fromBlock":"0x2","toBlock":"0x20"}]"#
        let wide = try ask(
            chain, call("eth_getLogs", filter), limits: ProviderLimits(blocks: 10))
        #expect(wide["error"]?["message"]?.string == "exceed maximum block range: 10")
        let many = try ask(
            chain, call("eth_getLogs", filter), limits: ProviderLimits(results: 30))
        #expect(many["error"]?["code"]?.int == -32005)
        let text = try #require(many["error"]?["message"]?.string)
        let hint = text.split(separator: "[").last?.dropLast(2).split(separator: ", ") ?? []
        #expect(hint.count == 2 && hint.first == "0x2")
        let fitting = #"[{"fromBlock":"\#(hint[0])","toBlock":"\#(hint[1])"}]"#
        let answer = try ask(
            chain, call("eth_getLogs", fitting), limits: ProviderLimits(results: 30))
        #expect(answer["result"]?.array != nil)
    }

    @Test func orphansAnswerByHashAndNotByNumber() throws {
        var chain = try chain(steps: 30, forks: .none)
        let orphan = try #require(chain.head)
        try chain.reorganize(depth: 2)
        let byHash = try ask(
            chain, call("eth_getBlockByHash", #"["\#(orphan.hash)",false]"#))
        #expect(byHash["result"]?["hash"]?.string == orphan.hash.description)
        let number = try ask(
            chain, call("eth_getBlockByNumber", #"["\#(orphan.header.number.hexQuantity)",false]"#))
        #expect(number["result"]?["hash"]?.string != orphan.hash.description)
        let state = #"{"blockHash":"\#(orphan.hash)","requireCanonical":true}"#
        let canonical = try ask(chain, call("eth_call", "[{},\(state)]"))
        #expect(canonical["error"]?["message"]?.string == "hash is not currently canonical")
        let transactions = orphan.transactions
        for transaction in transactions {
            let receipt = try ask(
                chain, call("eth_getTransactionReceipt", #"["\#(transaction.hash)"]"#))
            #expect(receipt["result"]?.isNull == true)
        }
    }

    @Test func everyBlockAndReceiptIsAnsweredWholeAndAlike() throws {
        let chain = try chain(steps: 20, forks: .none)
        for number in 0...chain.headNumber {
            let block = try #require(chain.block(number: number))
            let tag = "0x" + String(number, radix: 16)
            let answer = try #require(
                try ask(chain, call("eth_getBlockByNumber", #"["\#(tag)",true]"#))["result"])
            #expect(answer["hash"]?.string == block.hash.description)
            #expect(answer["transactions"]?.array?.count == block.transactions.count)
            let receipts = try #require(
                try ask(chain, call("eth_getBlockReceipts", #"["\#(block.hash)"]"#))["result"]?
                    .array)
            #expect(receipts.count == block.receipts.count)
            #expect(
                receipts.flatMap { $0["logs"]?.array ?? [] }.map { $0["logIndex"]?.string }
                    == block.logs.map { "0x" + String($0.logIndex, radix: 16) })
            for (transaction, receipt) in zip(block.transactions, receipts) {
                let params = #"["\#(transaction.hash)"]"#
                let one = try ask(chain, call("eth_getTransactionReceipt", params))
                #expect(one["result"] == receipt)
                let other = try ask(chain, call("eth_getTransactionByHash", params))
                #expect(answer["transactions"]?.array?.contains { $0 == other["result"] } == true)
            }
        }
    }
}

/// The hash over the answers of `theSameSeedGivesTheSameBytesAndAnotherSeedOthers`.
private let pinnedDigest =
    "0xbfd1d39ca54cf283e0a57f2858f9e29be29158ad7166f1f2e396152937be6b8f"

private let nobody = Hash256.zero.description

/// Requests and the code of their errors.
private let badRequests: [(String, Int)] = [
    ("rubbish", -32700), ("", -32700), (#"{"jsonrpc":"2.0","id":1"#, -32700),
    ("[]", -32600), ("1", -32600), ("null", -32600), (#""eth_chainId""#, -32600),
    ("{}", -32600), (#"{"jsonrpc":"1.0","id":1,"method":"eth_chainId"}"#, -32600),
    (#"{"jsonrpc":"2.0","id":{},"method":"eth_chainId"}"#, -32600),
    (#"{"jsonrpc":"2.0","id":1,"method":7}"#, -32600),
    (call("eth_mine"), -32601), (call("eth_getBlockByNumber"), -32602),
    (call("eth_getBlockByNumber", #"["head",false]"#), -32602),
    (call("eth_getBlockByNumber", #"[7,false]"#), -32602),
    (call("eth_getBlockByNumber", #"["0xfffffffffffffffff",false]"#), -32602),
    (call("eth_getBlockByNumber", #"["latest","yes"]"#), -32602),
    (call("eth_getBlockByHash", #"["0x12",false]"#), -32602),
    (call("eth_getLogs", "{}"), -32602), (call("eth_getLogs", "[7]"), -32602),
    (call("eth_getLogs", #"[{"address":"0x1"}]"#), -32602),
    (call("eth_getLogs", #"[{"topics":[null,null,null,null,null]}]"#), -32602),
    (call("eth_getLogs", #"[{"topics":"0x"}]"#), -32602),
    (call("eth_getLogs", #"[{"fromBlock":"0x5","toBlock":"0x4"}]"#), -32602),
    (call("eth_getLogs", #"[{"fromBlock":"0x1","toBlock":"0xffff"}]"#), -32602),
    (call("eth_getLogs", #"[{"fromBlock":"0x1","blockHash":"\#(nobody)"}]"#), -32602),
    (call("eth_getLogs", #"[{"blockHash":"\#(nobody)"}]"#), -32000),
    (call("eth_call", "[]"), -32602), (call("eth_call", #"["0x",{}]"#), -32602),
    (call("eth_call", #"[{"to":"0x12"},"latest"]"#), -32602),
    (call("eth_call", #"[{},"0xffff"]"#), -32000),
    (call("eth_call", #"[{},{}]"#), -32602),
    (call("eth_feeHistory", #"["0x5","0xffff",[]]"#), -32000),
    (call("eth_feeHistory", #"["0x5","latest",[50,20]]"#), -32000),
]
