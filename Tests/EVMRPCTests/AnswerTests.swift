// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import CurlTransport
import EVMPrimitives
import JSONBytes
import Synchronization
import Testing
import WeirPorts
import WeirTestSupport

@testable import EVMRPC

/// What comes back, in good order and in bad.
@Suite struct AnswerTests {
    @Test func answersOfABatchAreMatchedByIDInAnyOrder() async throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("seed \(seed)")
        let random = Mutex(SeededRandom(seed: seed))
        let transport = ScriptedTransport.answering(
            order: { answers in random.withLock { answers.shuffled(using: &$0) } }, node(head: 500))
        let client = try JSONRPCClient.test(transport)
        for _ in 0..<20 {
            let headers = try await client.headers(BlockNumber(10)...BlockNumber(59))
            #expect(headers.map(\.number.rawValue) == Array(10...59))
        }
    }

    /// A result before its id, ids as text, blanks everywhere: Nethermind and others do so.
    @Test func envelopesComeInAnyShape() async throws {
        let transport = ScriptedTransport { body throws(TransportError) in
            let value = (try? JSONValue(parsing: body)) ?? nil
            let answers = (value.array ?? []).reversed().map { call in
                let number = call["params"]?[0]?.string ?? ""
                let block = blockJSON(U256(hexQuantity: number)?.uint64 ?? 0)
                return #"{ "extra" : [1,{}], "result" : \#(block) , "error" : null ,"#
                    + #" "id" : "\#(call["id"]?.numberText ?? "")" }"#
            }
            return HTTPResponse(
                status: 200, body: Array("\r\n [ \(answers.joined(separator: " ,\t")) ] \n".utf8))
        }
        let client = try JSONRPCClient.test(transport)
        let headers = try await client.headers(BlockNumber(3)...BlockNumber(6))
        #expect(headers.map(\.number.rawValue) == [3, 4, 5, 6])
    }

    /// Bodies that are no answer to a batch of two calls with the ids 1 and 2.
    static let wrong: [(body: String, says: String)] = [
        ("", "empty"),
        ("   \n", "empty"),
        ("<html><body>hi</body></html>", "HTML"),
        ("hello", "byte"),
        ("42", "not a JSON-RPC answer"),
        ("null", "not a JSON-RPC answer"),
        ("[]", "no answer to 2 of 2"),
        ("[1]", "not a JSON-RPC answer"),
        ("[[]]", "not a JSON-RPC answer"),
        ("{}", "neither"),
        (#"[{"id":1,"result":"0x1"}]"#, "no answer to 1 of 2"),
        (#"{"id":1,"result":"0x1"}"#, "no answer to 1 of 2"),
        (#"[{"id":1,"result":"0x1"},{"id":1,"result":"0x1"}]"#, "two answers"),
        (#"[{"id":1,"result":"0x1"},{"id":3,"result":"0x1"}]"#, "id 3"),
        (#"[{"id":1,"result":"0x1"},{"id":-2,"result":"0x1"}]"#, "id -2"),
        (#"[{"id":1,"result":"0x1"},{"id":{"a":2},"result":"0x1"}]"#, "another request"),
        (
            #"[{"id":1,"result":"0x1"},{"id":18446744073709551617,"result":"0x1"}]"#,
            "another request"
        ),
        (#"[{"id":1,"result":"0x1"},{"result":"0x1"}]"#, "without id"),
        (#"[{"id":1,"result":"0x1"},{"id":null,"result":"0x1"}]"#, "without id"),
        (#"[{"id":1,"result":"0x1"},{"id":2}]"#, "neither"),
        (#"[{"id":1,"result":"0x1"},{"id":2,"error":null}]"#, "neither"),
        (#"[{"id":1,"result":"0x1"},{"id":2,"result":"0x1","result":"0x2"}]"#, "twice"),
        (#"[{"id":1,"result":"0x1"},{"id":2,"result":{"a":1}}]"#, "result: JSON has a value"),
        (#"[{"id":1,"result":"0x1"},{"id":2,"result":"0xg"}]"#, "result:"),
        (#"[{"id":1,"result":"0x1"},{"id":2,"result":"0x10000000000000000"}]"#, "result:"),
        (#"[{"id":1,"result":"0x1"},{"id":2,"result":true}]"#, "result:"),
        (#"[{"id":1,"result":"0x1"},{"id":2,"result":"0x1"}] x"#, "followed by"),
        (#"[{"id":1,"result":"0x1"},{"id":2,"result":"0x1"},]"#, "byte"),
        (String(repeating: "[", count: 100_000), "not a JSON-RPC answer"),
        (#"{"id":1,"x":"# + String(repeating: "[", count: 100_000), "deeper"),
    ]

    @Test(arguments: wrong.indices)
    func wrongBodiesAreTypedErrors(row: Int) async throws {
        let (body, says) = Self.wrong[row]
        let client = try JSONRPCClient.test(ScriptedTransport(body))
        let error = await failure { () throws(ChainClientError) in
            try await client.perform([.chainID, .blockNumber])
        }
        guard case .badAnswer("node", "eth_chainId", let detail)? = error else {
            Issue.record("\(body.prefix(60)): \(String(describing: error))")
            return
        }
        #expect(detail.contains(says), "\(detail)")
    }

    @Test func aTruncatedAnswerIsNeverTakenForAWholeOne() async throws {
        let whole =
            #"[{"jsonrpc":"2.0","id":1,"result":[\#(logJSON(5))]},"#
            + #"{"jsonrpc":"2.0","id":2,"result":\#(blockJSON(5))}]"#
        let bytes = Array(whole.utf8)
        let five = BlockNumber(5)
        for length in 0..<bytes.count {
            let part = String(decoding: bytes[..<length], as: UTF8.self)
            let client = try JSONRPCClient.test(ScriptedTransport(part))
            let error = await failure { () throws(ChainClientError) in
                try await client.logs(five...five, filter: LogFilter())
            }
            guard case .badAnswer? = error else {
                Issue.record("cut at \(length): \(String(describing: error))")
                return
            }
        }
        let client = try JSONRPCClient.test(ScriptedTransport(whole))
        #expect(try await client.logs(five...five, filter: LogFilter()).logs.count == 1)
    }

    /// One member of a block made wrong: the error names the member.
    static let damage: [(from: String, to: String, says: String)] = [
        (#""number":"0x5""#, #""number":"5x""#, "result.number"),
        (#""number":"0x5""#, #""number":[5]"#, "result.number"),
        (#""number":"0x5""#, #""number":null"#, "block without hash"),
        (#""hash":"\#(hash(5))""#, #""hash":null"#, "block without hash"),
        (#""hash":"\#(hash(5))""#, #""hash":"0x12""#, "result.hash"),
        (#""hash":"\#(hash(5))","#, "", "result.hash is missing"),
        (#""parentHash""#, #""parenthash""#, "result.parentHash is missing"),
        (#""timestamp":"0x3ed""#, #""timestamp":"""#, "result.timestamp"),
        (#""timestamp":"0x3ed""#, #""timestamp":-1"#, "result.timestamp"),
        (#""timestamp":"0x3ed""#, #""timestamp":1e3"#, "result.timestamp"),
        (#""logsBloom":"0x0000"#, #""logsBloom":"0x00"#, "result.logsBloom"),
        (#""logsBloom":"0x0000"#, #""logsBloom":"0xzz00"#, "result.logsBloom"),
        (#""miner":"0x00"#, #""miner":"0x"#, "result.miner"),
        (
            #""difficulty":"0x0""#, #""difficulty":"0x1\#(String(repeating: "0", count: 64))""#,
            "result.difficulty"
        ),
        (#""difficulty":"0x0""#, #""difficulty":1.5"#, "result.difficulty"),
        (#""gasLimit":"0x1c9c380""#, #""gasLimit":{}"#, "result.gasLimit"),
        (#""extraData":"0x""#, #""extraData":"0x1""#, "result.extraData"),
        (#""extraData":"0x""#, #""extraData":7"#, "result.extraData"),
        (#""nonce":"0x0000000000000000""#, #""nonce":"0x10000000000000000""#, "result.nonce"),
        (#""mixHash":"0x00"#, #""mixHash":"0x"#, "result.mixHash"),
        (#""uncles":[]"#, #""baseFeePerGas":"ten""#, "result.baseFeePerGas"),
        (#""uncles":[]"#, #""withdrawalsRoot":false"#, "result.withdrawalsRoot"),
    ]

    @Test(arguments: damage.indices)
    func wrongDataIsNamedByItsPath(row: Int) async throws {
        let (from, to, says) = Self.damage[row]
        let good = blockJSON(5)
        #expect(good.contains(from))
        let bad = good.replacing(from, with: to, maxReplacements: 1)
        let client = try JSONRPCClient.test(.answering { _ in .result(bad) })
        let error = await failure { () throws(ChainClientError) in try await client.header(hash(5))
        }
        guard case .badAnswer(_, "eth_getBlockByHash", let detail)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(detail.contains(says), "\(detail)")
    }

    @Test func decimalTextAndMissingMembersAreRead() async throws {
        let block = blockJSON(5)
            .replacing(#""number":"0x5""#, with: #""number":"5""#)
            .replacing(#""timestamp":"0x3ed""#, with: #""timestamp":1005"#)
            .replacing(#""difficulty":"0x0""#, with: #""difficulty":"131072""#)
            .replacing(#""mixHash""#, with: #""sealFields""#)
            .replacing(#""nonce":"0x0000000000000000","#, with: #""nonce":null,"#)
            .replacing(#""uncles":[]"#, with: #""baseFeePerGas":"0x07","requestsHash":null"#)
        let client = try JSONRPCClient.test(.answering { _ in .result(block) })
        let header = try #require(try await client.header(hash(5)))
        #expect(header.number.rawValue == 5)
        #expect(header.timestamp.rawValue == 1005)
        #expect(header.difficulty == 131_072)
        #expect(header.baseFeePerGas == 7)
        #expect(header.requestsHash == nil)
        #expect(header.nonce == 0)
    }

    @Test func logsThatAreNoneAreTypedErrors() async throws {
        let five = BlockNumber(5)
        for logs in [
            "{}", #""0x""#, "[1]", #"[{"address":"0x1"}]"#, "[\(logJSON(5)),{}]",
            "[\(logJSON(5).replacing("false", with: "true"))]",
            "[\(logJSON(5).replacing(#""0x5""#, with: "null"))]",
        ] {
            let client = try JSONRPCClient.test(
                .answering { asked in
                    asked.method == "eth_getLogs" ? .result(logs) : .result(blockJSON(5))
                })
            let error = await failure { () throws(ChainClientError) in
                try await client.logs(five...five, filter: LogFilter())
            }
            guard case .badAnswer? = error else {
                Issue.record("\(logs): \(String(describing: error))")
                return
            }
        }
    }

    @Test func anErrorForAWholeBatchIsAnError() async throws {
        for body in [
            #"{"jsonrpc":"2.0","id":null,"error":{"code":-32603,"message":"down"}}"#,
            #"{"error":"down"}"#, #"[{"id":null,"error":"down"}]"#,
            #"{"code":500,"message":"down"}"#,
        ] {
            let client = try JSONRPCClient.test(ScriptedTransport(body))
            let error = await failure { () throws(ChainClientError) in
                try await client.perform([.chainID, .blockNumber])
            }
            guard case .serverError(_, _, let detail)? = error else {
                Issue.record("\(body): \(String(describing: error))")
                return
            }
            #expect(detail.contains("down"))
        }
    }

    @Test func retryAfterIsReadFromHeadersInBothForms() async throws {
        for (value, seconds) in [("7", 7), ("Fri, 15 Jan 2027 08:00:09 GMT", 9)] {
            let transport = ScriptedTransport(
                status: 429, headers: [("Retry-After", value)], #"{"error":"slow down"}"#)
            let client = try JSONRPCClient.test(transport)
            let error = await failure { () throws(ChainClientError) in try await client.chainID() }
            #expect(error == .rateLimited(endpoint: "node", retryAfter: .seconds(seconds)))
        }
    }
}
