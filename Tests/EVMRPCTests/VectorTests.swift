// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import CurlTransport
import EVMPrimitives
import JSONBytes
import Testing
import WeirPorts
import WeirTestSupport

@testable import EVMRPC

/// Recorded answers of reference clients and public nodes, read as they were published.
@Suite(.enabled(if: Vectors.present, Vectors.absence))
struct VectorTests {
    struct Recorded {
        var name: String
        var method: String
        var response: JSONValue
        /// The response as bytes, its id as recorded.
        var body: [UInt8]
        var id: UInt64
    }

    static func recorded(_ file: String) throws -> [Recorded] {
        try Vectors.rawLines(file).map { line in
            let value = try JSONValue(parsing: line)
            let response = try #require(value["response"])
            return Recorded(
                name: value["name"]?.string ?? "",
                method: value["request"]?["method"]?.string ?? "",
                response: response, body: response.encoded(),
                id: response["id"]?.uint64 ?? response["id"]?.string.flatMap { UInt64($0) } ?? 0)
        }
    }

    static func shapes(_ method: String) -> [RPCCall.Shape] {
        switch method {
        case "eth_chainId", "eth_blockNumber": [.quantity]
        case "eth_getBalance", "eth_gasPrice", "eth_baseFee", "eth_blobBaseFee": [.word]
        case "eth_call", "eth_getCode": [.bytes]
        case "eth_getBlockByNumber", "eth_getBlockByHash": [.header, .block]
        case "eth_getLogs": [.logs]
        case "eth_getBlockReceipts": [.receipts]
        case "eth_getTransactionReceipt": [.receipt]
        case "eth_feeHistory": [.fees]
        default: []
        }
    }

    @Test func everyRecordedAnswerReadsAsPublished() throws {
        var counts: [String: Int] = [:]
        for file in ["rpc/execution-apis.ndjson", "rpc/erigon.ndjson.gz"] {
            for recorded in try Self.recorded(file) {
                let shapes = Self.shapes(recorded.method)
                if !shapes.isEmpty { counts[recorded.method, default: 0] += 1 }
                for shape in shapes {
                    try Self.read(recorded, RPCCall(recorded.method, shape))
                }
            }
        }
        #expect(counts["eth_getBlockByNumber"] == 19 && counts["eth_getBlockByHash"] == 16)
        #expect(counts["eth_getLogs"] == 16 && counts["eth_call"] == 39)
    }

    private static func read(_ recorded: Recorded, _ call: RPCCall) throws {
        let reading: RPCAnswerReader.Reading
        do throws(RPCReadFault) {
            reading = try RPCAnswerReader.read(recorded.body, calls: [call], firstID: recorded.id)
        } catch {
            // Two recordings have `"error": null` and no result: no answer at all.
            #expect(
                error == .neither && recorded.response["result"] == nil,
                "\(recorded.name): \(error)")
            return
        }
        try Self.compare(try #require(reading.answers[0]), recorded)
    }

    static func compare(_ answer: RPCAnswer, _ recorded: Recorded) throws {
        let name = Comment(rawValue: recorded.name)
        let result = recorded.response["result"]
        switch answer {
        case .error(let error):
            #expect(error.message == recorded.response["error"]?["message"]?.string, name)
            #expect(error.code == recorded.response["error"]?["code"]?.int.map(Int64.init), name)
        case .value(.null): #expect(result == .null, name)
        case .value(.quantity(let value)):
            #expect(U256(value).hexQuantity == result?.string, name)
        case .value(.word(let value)): #expect(value.hexQuantity == result?.string, name)
        case .value(.bytes(let bytes)): #expect(Hex.encode(bytes) == result?.string, name)
        case .value(.reverted): Issue.record("a revert was read where none was asked for")
        case .value(.text(let text)): #expect(text == result?.string, name)
        case .value(.logs(let logs)):
            #expect(logs.count == result?.array?.count, name)
            for (entry, json) in zip(logs.entries, result?.array ?? []) {
                #expect(entry.address.lowercaseText == json["address"]?.string?.lowercased(), name)
                #expect(Hex.encode(logs.data(of: entry)) == json["data"]?.string, name)
                #expect(
                    entry.topics.array.map(\.description)
                        == json["topics"]?.array?.map { $0.string },
                    name)
                #expect(U256(UInt64(entry.logIndex)).hexQuantity == json["logIndex"]?.string, name)
            }
        case .value(.header(let header)): try Self.compare(header, try #require(result), name)
        case .value(.outline(let outline)):
            try Self.compare(outline.header, try #require(result), name)
        case .value(.block(let block)):
            let json = try #require(result)
            try Self.compare(block.header, json, name)
            let listed = try #require(json["transactions"]?.array)
            #expect(block.transactions == nil || block.transactions?.count == listed.count, name)
            #expect((block.transactions == nil) == (listed.first?.string != nil), name)
            for (transaction, json) in zip(block.transactions ?? [], listed) {
                #expect(transaction.hash.description == json["hash"]?.string, name)
                #expect(Hex.encode(transaction.input) == json["input"]?.string, name)
                #expect(
                    transaction.to?.lowercaseText == json["to"]?.string?.lowercased(), name)
            }
            #expect(block.withdrawals?.count == json["withdrawals"]?.array?.count, name)
        case .value(.receipt(let receipt)):
            #expect(receipt.transactionHash.description == result?["transactionHash"]?.string, name)
            #expect(receipt.logs.count == result?["logs"]?.array?.count, name)
        case .value(.receipts(let receipts)):
            #expect(receipts.receipts.count == result?.array?.count, name)
            #expect(try JSONValue(parsing: receipts.raw) == result, name)
            for (receipt, json) in zip(receipts.receipts, result?.array ?? []) {
                #expect(
                    receipt.transactionHash.description == json["transactionHash"]?.string, name)
                #expect(Hex.encode(receipt.logsBloom.bytes) == json["logsBloom"]?.string, name)
                #expect(receipt.logs.count == json["logs"]?.array?.count, name)
            }
        case .value(.fees(let fees)):
            #expect(fees.oldestBlock.hexQuantity == result?["oldestBlock"]?.string, name)
            #expect(
                fees.baseFeePerGas.map(\.hexQuantity)
                    == (result?["baseFeePerGas"]?.array ?? []).compactMap(\.string), name)
            #expect(fees.rewards.count == result?["reward"]?.array?.count ?? 0, name)
        }
    }

    static func compare(_ header: BlockHeader, _ json: JSONValue, _ name: Comment) throws {
        func text(_ key: String) -> String? { json[key]?.string?.lowercased() }
        func quantity(_ key: String) -> U256? {
            text(key).flatMap { U256(hexQuantity: $0) ?? U256($0) }
        }
        #expect(U256(header.number.rawValue) == quantity("number"), name)
        #expect(header.hash.description == text("hash"), name)
        #expect(header.parentHash.description == text("parentHash"), name)
        #expect(U256(header.timestamp.rawValue) == quantity("timestamp"), name)
        #expect(header.ommersHash.description == text("sha3Uncles"), name)
        #expect(header.beneficiary.lowercaseText == text("miner"), name)
        #expect(header.stateRoot.description == text("stateRoot"), name)
        #expect(header.transactionsRoot.description == text("transactionsRoot"), name)
        #expect(header.receiptsRoot.description == text("receiptsRoot"), name)
        #expect(Hex.encode(header.logsBloom.bytes) == text("logsBloom"), name)
        #expect(header.difficulty == quantity("difficulty") ?? .zero, name)
        #expect(U256(header.gasLimit) == quantity("gasLimit"), name)
        #expect(U256(header.gasUsed) == quantity("gasUsed"), name)
        #expect(Hex.encode(header.extraData) == text("extraData"), name)
        #expect(header.mixHash.description == text("mixHash") ?? Hash256.zero.description, name)
        #expect(U256(header.nonce) == quantity("nonce") ?? .zero, name)
        #expect(header.baseFeePerGas == quantity("baseFeePerGas"), name)
        #expect(header.withdrawalsRoot?.description == text("withdrawalsRoot"), name)
        #expect(header.blobGasUsed.map { U256($0) } == quantity("blobGasUsed"), name)
        #expect(header.excessBlobGas.map { U256($0) } == quantity("excessBlobGas"), name)
        #expect(header.parentBeaconBlockRoot?.description == text("parentBeaconBlockRoot"), name)
        #expect(header.requestsHash?.description == text("requestsHash"), name)
    }

    /// The recorded errors, as what helps.
    @Test func recordedErrorsAreClassified() throws {
        let classifier = ClassificationTests.classifier
        var kinds: [String: String] = [:]
        for recorded in try Self.recorded("rpc/execution-apis.ndjson") {
            guard let value = recorded.response["error"], let error = RPCErrorObject(value) else {
                continue
            }
            let range: ClosedRange<UInt64>? = recorded.method == "eth_getLogs" ? 50...56 : nil
            kinds[recorded.name] = ClassificationTests.kind(
                classifier.classify(error, .init(method: recorded.method, range: range)))
        }
        #expect(kinds["eth_getLogs/filter-error-future-block-range"] == "behind")
        #expect(kinds["eth_getLogs/filter-error-reversed-block-range"] == "unsupported")
        #expect(kinds["eth_call/call-revert-abi-error"] == "unsupported")
        #expect(kinds.count == 11 && !kinds.values.contains { $0.hasPrefix("range") })
    }

    /// Headers and receipts of whole recorded blocks of many forks.
    @Test func everyBlockOfTheForkChainReads() throws {
        for line in try Vectors.rawLines("chains/economy-1.ndjson.gz") {
            let value = try JSONValue(parsing: line)
            let block = try #require(value["block"]), receipts = try #require(value["receipts"])
            let body =
                #"[{"id":1,"result":\#(block.text())},{"id":2,"result":\#(receipts.text())}]"#
            let reading = try RPCAnswerReader.read(
                Array(body.utf8), calls: [.header(Hash256.zero), .receipts(.hash(.zero))],
                firstID: 1)
            guard case .value(.header(let header))? = reading.answers[0],
                case .value(.receipts(let read))? = reading.answers[1]
            else {
                Issue.record("not read")
                return
            }
            #expect(header.hash.description == block["hash"]?.string)
            #expect(read.receipts.count == receipts.array?.count)
            if let last = read.receipts.last { #expect(last.cumulativeGasUsed == header.gasUsed) }
        }
    }
}
