// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMABI
import EVMPrimitives
import Foundation
import JSONBytes

/// How often an event occurs, and the sum of its unindexed `uint256` modulo 2^256.
struct CorpusTotal: Equatable {
    var count: Int
    var sum: U256
}

/// What is decoded: JSON-RPC answers, the events in them, and how often each occurs.
struct Corpus {
    var name: String
    /// Documents, each an `eth_getLogs` response, one a line.
    var text: [UInt8]
    var events: [ABIEvent]
    /// By name of the event.
    var expected: [String: CorpusTotal]

    /// Of the events that occur.
    var sums: [String: CorpusTotal] { self.expected.filter { $0.value.count > 0 } }

    /// A folder with `rpc.ndjson` and `expected.json`.
    init(folder: String) throws {
        let read = { (name: String) in
            [UInt8](try Data(contentsOf: URL(fileURLWithPath: folder + "/" + name)))
        }
        let oracle = try JSONValue(parsing: try read("expected.json"))
        self.name = folder
        self.text = try read("rpc.ndjson")
        let signatures = oracle["signatures"]?.object?.members ?? []
        let declarations = signatures.compactMap { $0.value.string.map { "event \($0);\n" } }
        self.events = try HumanABI.parse(declarations.joined()).events
        self.expected = [:]
        for member in oracle["events"]?.object?.members ?? [] {
            guard let count = member.value["count"]?.int,
                let sum = member.value["sum"]?.string.flatMap({ U256(hexQuantity: $0) })
            else { continue }
            self.expected[member.key] = CorpusTotal(count: count, sum: sum)
        }
    }

    /// Transfers of an ERC-20 token, made here, so that a measurement needs no files.
    static func synthetic(logs: Int = 100_000) throws -> Corpus {
        let event = try HumanABI.parseEvent(
            "event Transfer(address indexed from, address indexed to, uint256 value)")
        let topic = Keccak256.hash(text: event.signature).description
        var text = ""
        var sum = U256.zero
        for first in stride(from: 0, to: logs, by: 1_000) {
            text += "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":["
            let last = min(first + 1_000, logs)
            for index in first..<last {
                let value = U256(UInt64(index) &* 0x9e37_79b9_7f4a_7c15)
                sum = sum.addingReportingOverflow(value).partialValue
                text += index == first ? "" : ","
                text += Self.log(index, topic: topic, value: value)
            }
            text += "]}\n"
        }
        return Corpus(
            name: "synthetic", text: Array(text.utf8), events: [event],
            expected: ["Transfer": CorpusTotal(count: logs, sum: sum)])
    }

    private init(
        name: String, text: [UInt8], events: [ABIEvent],
        expected: [String: CorpusTotal]
    ) {
        self.name = name
        self.text = text
        self.events = events
        self.expected = expected
    }

    private static func log(_ index: Int, topic: String, value: U256) -> String {
        let block = index / 250
        let word = { (number: Int) in Hash256(U256(UInt64(number))).description }
        return """
            {"address":"\(Address(truncating: U256(UInt64(index % 400))).lowercaseText)",\
            "topics":["\(topic)","\(word(index % 977))","\(word(index % 1_009))"],\
            "data":"\(Hash256(value))","blockNumber":"0x\(String(block, radix: 16))",\
            "transactionHash":"\(word(index / 3 + 1))",\
            "transactionIndex":"0x\(String(index / 3, radix: 16))","blockHash":"\(word(block + 1))",\
            "logIndex":"0x\(String(index % 250, radix: 16))","removed":false}
            """
    }
}
