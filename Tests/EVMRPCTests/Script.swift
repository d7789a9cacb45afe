// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import CurlTransport
import EVMPrimitives
import JSONBytes
import Synchronization
import WeirPorts

@testable import EVMRPC

/// What stands in every test endpoint's path, query, user part and headers, and in no message.
let canary = "CANARY5up3r5ecret"

/// One call as the scripted server saw it.
struct Asked: Sendable {
    var id: UInt64
    var method: String
    var params: JSONValue

    init(_ value: JSONValue) {
        self.id = value["id"]?.uint64 ?? 0
        self.method = value["method"]?.string ?? ""
        self.params = value["params"] ?? nil
    }
}

/// What it answers.
enum Reply: Sendable {
    /// The JSON of `result`.
    case result(String)
    case error(Int, String)
    /// The JSON of `error`.
    case errorValue(String)
    /// No answer to this call.
    case nothing
}

/// A server inside the test: bodies in, bytes out, and a record of what came.
final class ScriptedTransport: RPCTransport {
    typealias Script = @Sendable ([UInt8]) throws(TransportError) -> HTTPResponse

    private let script: Script
    private let record = Mutex<[[UInt8]]>([])

    init(_ script: @escaping Script) {
        self.script = script
    }

    /// The same bytes for everything.
    convenience init(
        status: Int = 200, headers: [(name: String, value: String)] = [], _ text: String
    ) {
        self.init { _ throws(TransportError) in
            HTTPResponse(status: status, headers: HTTPHeaders(headers), body: Array(text.utf8))
        }
    }

    /// Each call answered for itself, ids right; `order` arranges the answers of a batch.
    static func answering(
        order: @escaping @Sendable ([String]) -> [String] = { $0 },
        _ reply: @escaping @Sendable (Asked) -> Reply,
    ) -> ScriptedTransport {
        ScriptedTransport { body throws(TransportError) in
            let value = (try? JSONValue(parsing: body)) ?? nil
            let calls = (value.array ?? [value]).map { Asked($0) }
            let answers = calls.compactMap { Self.text(reply($0), id: $0.id) }
            let text =
                value.array == nil
                ? answers.first ?? "" : "[" + order(answers).joined(separator: ",") + "]"
            return HTTPResponse(status: 200, body: Array(text.utf8))
        }
    }

    static func text(_ reply: Reply, id: UInt64) -> String? {
        switch reply {
        case .result(let json): #"{"jsonrpc":"2.0","id":\#(id),"result":\#(json)}"#
        case .error(let code, let message):
            #"{"jsonrpc":"2.0","id":\#(id),"error":{"code":\#(code),"message":"\#(message)"}}"#
        case .errorValue(let json): #"{"jsonrpc":"2.0","id":\#(id),"error":\#(json)}"#
        case .nothing: nil
        }
    }

    func send(_ body: [UInt8]) async throws(TransportError) -> HTTPResponse {
        try self.answer(body)
    }

    func answer(_ body: [UInt8]) throws(TransportError) -> HTTPResponse {
        self.record.withLock { $0.append(body) }
        return try self.script(body)
    }

    /// The bodies that came, as text.
    var bodies: [String] { self.record.withLock { $0.map { String(decoding: $0, as: UTF8.self) } } }

    /// The calls that came, by exchange.
    var calls: [[Asked]] {
        self.record.withLock { $0 }.map { body in
            let value = (try? JSONValue(parsing: body)) ?? nil
            return (value.array ?? [value]).map { Asked($0) }
        }
    }
}

/// A clock that stands still, but for sleeping.
final class FakeClock: Sendable {
    private let time = Mutex(Duration.seconds(1000))
    private let waits = Mutex<[Duration]>([])

    var slept: [Duration] { self.waits.withLock { $0 } }
    func advance(_ by: Duration) { self.time.withLock { $0 += by } }

    var clock: RPCClock {
        RPCClock(
            now: { self.time.withLock { $0 } }, unixSeconds: { 1_800_000_000 },
            sleep: { wait in
                try Task.checkCancellation()
                self.waits.withLock { $0.append(wait) }
                self.advance(wait)
            })
    }
}

extension JSONRPCClient {
    /// A client of a scripted server, its configuration full of secrets.
    static func test(
        _ transport: ScriptedTransport, name: String = "node", batchLimit: Int = 100,
        budget: RateBudget? = nil, weight: Int = 1, pricing: CreditPricing? = nil,
        creditsPerDay: UInt64? = nil, clock: RPCClock = FakeClock().clock,
        observer: RPCObserver = .none, verification: Verification = .off,
    ) throws -> JSONRPCClient {
        let endpoint = try RPCEndpoint(
            name: name,
            url: "https://user\(canary):\(canary)@rpc.example:8443/v3/\(canary)?key=\(canary)",
            headers: [("X-Api-Key", canary), ("Authorization", "Bearer \(canary)")],
            batchLimit: batchLimit, budget: budget, pricing: pricing,
            creditsPerDay: creditsPerDay, weight: weight)
        return JSONRPCClient(
            endpoint, transport: transport, clock: clock, observer: observer,
            verification: verification)
    }
}

/// The error of something that must fail, checked to show no secret in any form.
func failure<Value>(
    _ ask: () async throws(ChainClientError) -> Value
) async -> ChainClientError? {
    do throws(ChainClientError) {
        _ = try await ask()
        return nil
    } catch {
        precondition(!isLeaking(error), "a secret is in \(error)")
        return error
    }
}

func isLeaking(_ error: ChainClientError) -> Bool {
    var text = "\(error) \(String(reflecting: error))"
    dump(error, to: &text)
    return text.lowercased().contains(canary.lowercased()) || text.contains("://")
}

func hash(_ number: UInt64) -> Hash256 { Hash256(words: 0xabcd, 0, 0, number) }

/// A block of a simple chain, as a node shows it.
func blockJSON(_ number: UInt64, hash blockHash: Hash256? = nil) -> String {
    let zero = Hash256.zero
    return #"""
        {"number":"0x\#(String(number, radix: 16))","hash":"\#(blockHash ?? hash(number))",
        "parentHash":"\#(hash(number &- 1))","timestamp":"0x\#(String(1_000 + number, radix: 16))",
        "sha3Uncles":"\#(zero)","miner":"\#(Address.zero.lowercaseText)","stateRoot":"\#(zero)",
        "transactionsRoot":"\#(zero)","receiptsRoot":"\#(zero)",
        "logsBloom":"0x\#(String(repeating: "00", count: 256))","difficulty":"0x0",
        "gasLimit":"0x1c9c380","gasUsed":"0x0","extraData":"0x","mixHash":"\#(zero)",
        "nonce":"0x0000000000000000","transactions":[],"uncles":[]}
        """#
}

func logJSON(_ number: UInt64, index: Int = 0) -> String {
    #"""
    {"address":"0x00000000000000000000000000000000000000aa","topics":["\#(hash(7))"],
    "data":"0x01","blockNumber":"0x\#(String(number, radix: 16))","blockHash":"\#(hash(number))",
    "transactionHash":"\#(hash(99))","transactionIndex":"0x0","logIndex":"0x\#(index)",
    "removed":false}
    """#
}

/// A node with blocks up to `head`, one log in each.
func node(head: UInt64, chainID: UInt64 = 7) -> @Sendable (Asked) -> Reply {
    { asked in
        func number(_ value: JSONValue?) -> UInt64? {
            switch value?.string {
            case "latest": head
            case "safe", "finalized": nil
            case let text?: U256(hexQuantity: text)?.uint64
            case nil: nil
            }
        }
        switch asked.method {
        case "eth_chainId": return .result(#""0x\#(String(chainID, radix: 16))""#)
        case "eth_blockNumber": return .result(#""0x\#(String(head, radix: 16))""#)
        case "web3_clientVersion": return .result(#""Test/v1""#)
        case "net_version": return .result(#""\#(chainID)""#)
        case "eth_getBlockByNumber":
            guard let number = number(asked.params[0]), number <= head else {
                return .result("null")
            }
            return .result(blockJSON(number))
        case "eth_getBlockByHash":
            let found = asked.params[0]?.string.flatMap { Hash256($0) }
            guard let found, found.word0 == 0xabcd, found.word3 <= head else {
                return .result("null")
            }
            return .result(blockJSON(found.word3))
        case "eth_getLogs":
            if let text = asked.params[0]?["blockHash"]?.string, let found = Hash256(text) {
                guard found.word0 == 0xabcd, found.word3 <= head else {
                    return .error(-32000, "unknown block")
                }
                return .result("[\(logJSON(found.word3))]")
            }
            guard let from = number(asked.params[0]?["fromBlock"]),
                let to = number(asked.params[0]?["toBlock"])
            else { return .error(-32602, "invalid params") }
            let last = min(to, head)
            let logs = from > last ? [] : (from...last).map { logJSON($0) }
            return .result("[\(logs.joined(separator: ","))]")
        case "eth_getBlockReceipts": return .result("[]")
        case "eth_call": return .result(#""0x2a""#)
        default: return .error(-32601, "the method \(asked.method) does not exist/is not available")
        }
    }
}
