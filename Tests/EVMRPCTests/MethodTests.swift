// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import CurlTransport
import EVMPrimitives
import JSONBytes
import Synchronization
import Testing
import WeirPorts

@testable import EVMRPC

/// The questions that following a chain asks: what goes out, and what comes of the answers.
@Suite struct MethodTests {
    static let filter = LogFilter(
        addresses: [Address(words: 0, 0, 0xbb), Address(words: 0, 0, 0xaa)], topics0: [hash(7)])

    @Test func bodiesAreWrittenAsTheSpecificationSays() async throws {
        let transport = ScriptedTransport.answering(node(head: 20))
        let client = try JSONRPCClient.test(transport)
        _ = try await client.logs(BlockNumber(1)...BlockNumber(16), filter: Self.filter)
        _ = try await client.chainID()
        #expect(
            transport.bodies == [
                #"[{"jsonrpc":"2.0","id":1,"method":"eth_getLogs","params":[{"fromBlock":"0x1","#
                    + #""toBlock":"0x10","address":["0x00000000000000000000000000000000000000aa","#
                    + #""0x00000000000000000000000000000000000000bb"],"topics":[["\#(hash(7))"]]}]},"#
                    + #"{"jsonrpc":"2.0","id":2,"method":"eth_getBlockByNumber","params":["0x10",false]}]"#,
                #"{"jsonrpc":"2.0","id":3,"method":"eth_chainId","params":[]}"#,
            ])
    }

    @Test func logsComeWithTheHeaderOfTheLastBlockInOneExchange() async throws {
        let transport = ScriptedTransport.answering(node(head: 20))
        let client = try JSONRPCClient.test(transport)
        let page = try await client.logs(BlockNumber(5)...BlockNumber(9), filter: LogFilter())
        #expect(page.first == BlockNumber(5))
        #expect(page.last.hash == hash(9) && page.last.parentHash == hash(8))
        #expect(page.logs.entries.map(\.blockNumber.rawValue) == [5, 6, 7, 8, 9])
        #expect(transport.bodies.count == 1)
    }

    @Test func logsBeyondTheHeadAreNeverAnEmptyPage() async throws {
        let client = try JSONRPCClient.test(.answering(node(head: 20)))
        let error = await failure { () throws(ChainClientError) in
            try await client.logs(BlockNumber(15)...BlockNumber(21), filter: LogFilter())
        }
        guard case .behind? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test func anErrorOfTheLogsIsTheErrorOfThePage() async throws {
        let good = node(head: 50_000)
        let client = try JSONRPCClient.test(
            .answering { asked in
                asked.method == "eth_getLogs"
                    ? .error(-32602, "maximum block range: 1000") : good(asked)
            })
        let error = await failure { () throws(ChainClientError) in
            try await client.logs(BlockNumber(1)...BlockNumber(20_000), filter: LogFilter())
        }
        #expect(error == .rangeTooLarge(endpoint: "node", hint: .blocks(1000)))
    }

    @Test func anotherBlocksDataIsABadAnswer() async throws {
        let client = try JSONRPCClient.test(
            .answering { asked in
                asked.method == "eth_getLogs" ? .result("[]") : .result(blockJSON(4))
            })
        let five = BlockNumber(5)
        for error in [
            await failure { () throws(ChainClientError) in
                _ = try await client.logs(five...five, filter: LogFilter())
            },
            await failure { () throws(ChainClientError) in _ = try await client.header(hash(5)) },
            await failure { () throws(ChainClientError) in _ = try await client.headers(five...five)
            },
            await failure { () throws(ChainClientError) in
                let ref = BlockRef(number: five, hash: hash(5))
                _ = try await client.blocks([ref], filter: LogFilter())
            },
        ] {
            guard case .badAnswer(_, _, let detail)? = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(detail.contains("asked for block"))
        }
    }

    @Test func headsLeaveOutTagsThatTheNodeDoesNotKnow() async throws {
        for reply in [
            Reply.result("null"), .error(-39001, "Unknown block"),
            .error(-32000, "finalized block not found"), .error(-32602, "invalid tag"),
        ] {
            let good = node(head: 20)
            let transport = ScriptedTransport.answering { asked in
                asked.params[0]?.string == "latest" ? good(asked) : reply
            }
            let client = try JSONRPCClient.test(transport)
            let heads = try await client.heads([.latest, .safe, .finalized])
            #expect(heads.mapValues(\.number) == [.latest: BlockNumber(20)])
            #expect(transport.bodies.count == 1)
        }
    }

    @Test func troubleIsNotTakenForAnUnknownTag() async throws {
        for reply in [Reply.error(429, "slow"), .error(-32603, "internal error")] {
            let good = node(head: 20)
            let client = try JSONRPCClient.test(
                .answering { asked in
                    asked.params[0]?.string == "finalized" ? reply : good(asked)
                })
            #expect(
                await failure { () throws(ChainClientError) in
                    try await client.heads([.latest, .finalized])
                } != nil)
        }
        let client = try JSONRPCClient.test(.answering { _ in .result("null") })
        #expect(
            await failure { () throws(ChainClientError) in try await client.heads([.latest]) }
                != nil)
    }

    @Test func headersEndAtTheFirstBlockThatIsNotThere() async throws {
        let transport = ScriptedTransport.answering(node(head: 20))
        let client = try JSONRPCClient.test(transport, batchLimit: 4)
        let some = try await client.headers(BlockNumber(15)...BlockNumber(40))
        #expect(some.map(\.number.rawValue) == [15, 16, 17, 18, 19, 20])
        #expect(transport.bodies.count == 2)
        #expect(try await client.headers(BlockNumber(30)...BlockNumber(.max)).isEmpty)
    }

    @Test func blocksAreInTheOrderAskedWithNilForUnknownOnes() async throws {
        let transport = ScriptedTransport.answering(node(head: 20))
        let client = try JSONRPCClient.test(transport)
        let refs = [9, 25, 3].map { BlockRef(number: BlockNumber($0), hash: hash($0)) }
        let blocks = try await client.blocks(refs, filter: LogFilter())
        #expect(blocks.map { $0?.header.number.rawValue } == [9, nil, 3])
        #expect(blocks[2]?.logs.entries.map(\.blockHash) == [hash(3)])
        #expect(transport.bodies.count == 1 && transport.calls[0].count == 6)
        #expect(try await client.blocks([], filter: LogFilter()).isEmpty)
        #expect(transport.bodies.count == 1)
    }

    @Test func blocksFallBackToLogsByNumberAndRememberIt() async throws {
        let good = node(head: 20)
        let transport = ScriptedTransport.answering { asked in
            asked.params[0]?["blockHash"] != nil
                ? .error(-32602, "invalid params: unknown field blockHash") : good(asked)
        }
        let client = try JSONRPCClient.test(transport)
        let ref = BlockRef(number: BlockNumber(9), hash: hash(9))
        for _ in 0..<2 {
            let blocks = try await client.blocks([ref], filter: LogFilter())
            #expect(blocks.first??.logs.count == 1)
        }
        #expect(transport.bodies.count == 3)
    }

    @Test func callsNameTheBlockByHashAndFallBackToItsNumber() async throws {
        let byNumber = Mutex(false)
        let transport = ScriptedTransport.answering { asked in
            if byNumber.withLock({ $0 }), asked.params[1]?.string == nil {
                return .error(-32602, "invalid argument 1: json: cannot unmarshal object")
            }
            return .result(#""0x2a""#)
        }
        let client = try JSONRPCClient.test(transport)
        let ref = BlockRef(number: BlockNumber(9), hash: hash(9))
        #expect(try await client.call(to: .zero, data: [1, 2], at: ref) == [0x2a])
        #expect(transport.calls[0][0].params[1]?["blockHash"]?.string == "\(hash(9))")
        #expect(transport.calls[0][0].params[0]?["data"]?.string == "0x0102")
        byNumber.withLock { $0 = true }
        for _ in 0..<2 { #expect(try await client.call(to: .zero, data: [], at: ref) == [0x2a]) }
        #expect(transport.bodies.count == 4)
        #expect(transport.calls[3][0].params[1]?.string == "0x9")
    }

    @Test func receiptsAreAskedByNumberWhereAHashIsRefused() async throws {
        let transport = ScriptedTransport.answering { asked in
            asked.params[0]?.string == "0x9" ? .result("[]") : .error(-32602, "invalid argument 0")
        }
        let client = try JSONRPCClient.test(transport)
        let ref = BlockRef(number: BlockNumber(9), hash: hash(9))
        for _ in 0..<2 { #expect(try await client.blockReceipts(ref)?.receipts.isEmpty == true) }
        #expect(transport.bodies.count == 3)
    }

    @Test func aRevertedCallIsNotAskedAgainByNumber() async throws {
        let transport = ScriptedTransport.answering { _ in .error(3, "execution reverted: no") }
        let client = try JSONRPCClient.test(transport)
        let ref = BlockRef(number: BlockNumber(9), hash: hash(9))
        let error = await failure { () throws(ChainClientError) in
            try await client.call(to: .zero, data: [], at: ref)
        }
        guard case .unsupported(_, "eth_call", let detail)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(detail.contains("execution reverted: no"))
        #expect(transport.bodies.count == 1)
    }

    // MARK: Batches

    /// How servers refuse a batch of more than three.
    static let refusals: [@Sendable ([Asked]) -> (Int, String)] = [
        { _ in
            (
                200,
                #"{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"batch too large"}}"#
            )
        },
        { asked in
            (
                200,
                #"[{"jsonrpc":"2.0","id":\#(asked[0].id),"error":{"code":-32600,"message":"batch too large"}}]"#
            )
        },
        { _ in (400, #"{"error":"Batch of more than 3 requests are not allowed"}"#) },
        { _ in (413, "<html>Request Entity Too Large</html>") },
        { asked in
            let errors = asked.map {
                #"{"id":\#($0.id),"error":{"code":-32600,"message":"batch limit exceeded"}}"#
            }
            return (500, "[\(errors.joined(separator: ","))]")
        },
    ]

    @Test(arguments: refusals.indices)
    func batchesThatAreTooLargeAreSplitAndTheLimitIsKept(row: Int) async throws {
        let good = node(head: 200)
        let client = try JSONRPCClient.test(Self.refusing(above: 3, Self.refusals[row], good))
        let range = BlockNumber(1)...BlockNumber(40)
        #expect(try await client.headers(range).map(\.number.rawValue) == Array(1...40))
        #expect(client.batchLimit == 3 || client.batchLimit == 2)
        #expect(try await client.headers(range).count == 40)
    }

    @Test func aServerWithoutBatchesIsAskedOneByOne() async throws {
        let good = node(head: 200)
        let transport = Self.refusing(above: 1, Self.refusals[2], good)
        let client = try JSONRPCClient.test(transport)
        let page = try await client.logs(BlockNumber(3)...BlockNumber(4), filter: LogFilter())
        #expect(page.logs.count == 2)
        #expect(client.batchLimit == 1)
        _ = try await client.logs(BlockNumber(3)...BlockNumber(4), filter: LogFilter())
        #expect(transport.calls.suffix(2).allSatisfy { $0.count == 1 })
    }

    static func refusing(
        above limit: Int, _ refusal: @escaping @Sendable ([Asked]) -> (Int, String),
        _ reply: @escaping @Sendable (Asked) -> Reply,
    ) -> ScriptedTransport {
        ScriptedTransport { body throws(TransportError) in
            let value = (try? JSONValue(parsing: body)) ?? nil
            let calls = (value.array ?? [value]).map { Asked($0) }
            if calls.count > limit {
                let (status, text) = refusal(calls)
                return HTTPResponse(status: status, body: Array(text.utf8))
            }
            let answers = calls.compactMap { ScriptedTransport.text(reply($0), id: $0.id) }
            let text = value.array == nil ? answers[0] : "[\(answers.joined(separator: ","))]"
            return HTTPResponse(status: 200, body: Array(text.utf8))
        }
    }

    /// go-ethereum answers as much as fits and says "response too large" for the rest.
    @Test func whatDidNotFitIntoABatchIsAskedAgain() async throws {
        let good = node(head: 200)
        let left = Mutex(0)
        let transport = ScriptedTransport { body throws(TransportError) in
            let value = (try? JSONValue(parsing: body)) ?? nil
            let calls = (value.array ?? [value]).map { Asked($0) }
            left.withLock { $0 = 5 }
            let answers = calls.compactMap { call in
                let fits = left.withLock { left in
                    left -= 1
                    return left >= 0
                }
                return ScriptedTransport.text(
                    fits ? good(call) : .error(-32003, "response too large"), id: call.id)
            }
            let text = value.array == nil ? answers[0] : "[\(answers.joined(separator: ","))]"
            return HTTPResponse(status: 200, body: Array(text.utf8))
        }
        let client = try JSONRPCClient.test(transport)
        let headers = try await client.headers(BlockNumber(1)...BlockNumber(40))
        #expect(headers.map(\.number.rawValue) == Array(1...40))
        #expect(client.batchLimit == 100)
    }

    @Test func aFiftyMegabyteAnswerShrinksTheRange() async throws {
        let client = try JSONRPCClient.test(
            ScriptedTransport { _ throws(TransportError) in
                throw .responseTooLarge(limitBytes: 50 << 20)
            })
        let error = await failure { () throws(ChainClientError) in
            try await client.logs(BlockNumber(1)...BlockNumber(99), filter: LogFilter())
        }
        #expect(error == .rangeTooLarge(endpoint: "node", hint: .halve))
    }

    @Test func smallMethodsReadTheirAnswers() async throws {
        let transport = ScriptedTransport.answering { asked in
            switch asked.method {
            case "eth_getBalance": .result(#""0x\#(String(repeating: "f", count: 64))""#)
            case "eth_getCode": .result(#""0x6001""#)
            case "eth_gasPrice": .result(#""0x3b9aca00""#)
            case "web3_clientVersion": .result(#""Geth\u0000/https://x.example/\#(canary)/v1""#)
            case "net_version": .result(#""1""#)
            case "eth_feeHistory":
                .result(
                    #"{"oldestBlock":"0x5","baseFeePerGas":["0x1","0x2"],"gasUsedRatio":[0.5],"#
                        + #""reward":[["0x3"]],"baseFeePerBlobGas":["0x1"]}"#)
            default: .result("null")
            }
        }
        let client = try JSONRPCClient.test(transport)
        #expect(try await client.balance(of: .zero, at: .tag(.latest)) == .max)
        #expect(try await client.code(of: .zero, at: .hash(hash(1))) == [0x60, 1])
        #expect(try await client.gasPrice() == 1_000_000_000)
        #expect(try await client.clientVersion() == "Geth /<url>")
        #expect(try await client.networkVersion() == "1")
        #expect(try await client.blockReceipts(BlockRef(number: .zero, hash: hash(1))) == nil)
        let fees = try await client.feeHistory(blocks: 1, percentiles: [50])
        #expect(
            fees.baseFeePerGas == [1, 2] && fees.rewards == [[3]] && fees.gasUsedRatio == [0.5])
        #expect(
            await failure { () throws(ChainClientError) in try await client.blockNumber() } != nil)
    }

    @Test func theObserverIsToldOfEveryExchange() async throws {
        let seen = Mutex<[RPCExchange]>([])
        let observer = RPCObserver { exchange in seen.withLock { $0.append(exchange) } }
        let fine = try JSONRPCClient.test(.answering(node(head: 20)), observer: observer)
        _ = try await fine.heads([.latest, .safe])
        let broken = try JSONRPCClient.test(
            ScriptedTransport(status: 502, "<html>"), observer: observer)
        _ = await failure { () throws(ChainClientError) in try await broken.chainID() }
        let exchanges = seen.withLock { $0 }
        #expect(exchanges.map(\.faults) == [[], ["server_error"]])
        #expect(
            exchanges[0].methods == [
                RPCExchange.Calls(method: "eth_getBlockByNumber", count: 2, credits: 2)
            ])
        #expect(exchanges[0].bytesSent > 100 && exchanges[0].bytesReceived > 500)
    }

    @Test func aCancelledTaskAsksNothing() async throws {
        let transport = ScriptedTransport.answering(node(head: 20))
        let client = try JSONRPCClient.test(transport)
        let task = Task {
            unsafe withUnsafeCurrentTask { unsafe $0?.cancel() }
            return await failure { () throws(ChainClientError) in try await client.chainID() }
        }
        #expect(await task.value == .cancelled)
        #expect(transport.bodies.isEmpty)
    }
}
