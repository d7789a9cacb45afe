// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import ChainSimulator
import EVMPrimitives
import JSONBytes

@testable import EVMRPC

/// A simulated chain whose answers are at hand as text, so that a node that leaves logs out costs
/// no more than putting pieces together.
struct OmittingNode: Sendable {
    /// One log of the chain, by its place among all of them.
    struct PlacedText: Sendable {
        var block: UInt64
        var address: Address
        var logIndex: UInt32
        var text: String
    }

    private struct BlockText: Sendable {
        var header: String
        /// The text of each receipt around its logs, and how many logs there are.
        var receipts: [(before: String, after: String, logs: Int)]
        var firstLog: Int
    }

    let chain: SimulatedChain
    private(set) var logs: [PlacedText] = []
    private var blocks: [BlockText] = []
    private var numbers: [Hash256: UInt64] = [:]

    static let filter = LogFilter(addresses: SimulatedContract.allCases.map(\.address))

    init(seed: UInt64, blocks count: UInt64, actionsPerBlock: Double) throws {
        var parameters = SimulationParameters(seed: seed)
        parameters.actionsPerBlock = actionsPerBlock
        var chain = try SimulatedChain(parameters)
        try chain.extend(by: count)
        self.chain = chain
        for number in 0...count {
            guard let block = chain.block(number: number) else { continue }
            self.numbers[block.hash] = number
            let header = Self.result(
                chain, "eth_getBlockByHash", #"["\#(block.hash)",false]"#)
            var text = BlockText(header: header.text(), receipts: [], firstLog: self.logs.count)
            let receipts = Self.result(chain, "eth_getBlockReceipts", #"["\#(block.hash)"]"#)
            for (receipt, json) in zip(block.receipts, receipts.array ?? []) {
                for (log, entry) in zip(json["logs"]?.array ?? [], receipt.logs) {
                    self.logs.append(
                        PlacedText(
                            block: number, address: entry.address,
                            logIndex: UInt32(self.logs.count - text.firstLog), text: log.text()))
                }
                text.receipts.append(Self.split(json, logs: receipt.logs.count))
            }
            self.blocks.append(text)
        }
    }

    /// The answer of the honest node to one call.
    static func result(_ chain: SimulatedChain, _ method: String, _ params: String) -> JSONValue {
        let request = #"{"jsonrpc":"2.0","id":1,"method":"\#(method)","params":\#(params)}"#
        let answer = JSONRPCFacade.answer(Array(request.utf8), chain: chain)
        return (try? JSONValue(parsing: answer.body))?["result"] ?? nil
    }

    private static func split(
        _ receipt: JSONValue, logs: Int
    ) -> (before: String, after: String, logs: Int) {
        guard case .object(var object) = receipt else { return ("null", "", 0) }
        object["logs"] = .string("HERE")
        let text = JSONValue.object(object).text()
        guard let place = text.firstRange(of: #""HERE""#) else { return ("null", "", 0) }
        return (String(text[..<place.lowerBound]), String(text[place.upperBound...]), logs)
    }

    // MARK: Answers

    /// The places of the logs of some blocks.
    func places(_ range: ClosedRange<UInt64>) -> Range<Int> {
        let end = range.upperBound + 1
        let upper = end < self.blocks.count ? self.blocks[Int(end)].firstLog : self.logs.count
        return self.blocks[Int(range.lowerBound)].firstLog..<upper
    }

    /// A node without the logs at these places: in `eth_getLogs`, and in receipts where it is
    /// consistent.
    func omitting(
        _ omitted: Set<Int>, alsoInReceipts: Bool = true
    ) -> @Sendable (Asked) -> Reply {
        { asked in
            switch asked.method {
            case "eth_getBlockByNumber", "eth_getBlockByHash":
                return .result(self.number(asked.params[0]).map { self.header($0) } ?? "null")
            case "eth_getBlockReceipts":
                guard let number = self.number(asked.params[0]) else { return .result("null") }
                return .result(self.receipts(number, alsoInReceipts ? omitted : []))
            case "eth_getLogs":
                let query = asked.params[0] ?? nil
                if let hash = query["blockHash"] {
                    guard let number = self.number(hash) else {
                        return .error(-32000, "unknown block")
                    }
                    return .result(self.logs(number...number, omitted))
                }
                guard let from = self.number(query["fromBlock"]),
                    let to = self.number(query["toBlock"]), from <= to
                else { return .error(-32602, "invalid block range params") }
                return .result(self.logs(from...to, omitted))
            default: return .error(-32601, "the method \(asked.method) does not exist")
            }
        }
    }

    private func number(_ value: JSONValue?) -> UInt64? {
        guard let text = value?.string else { return nil }
        let number = Hash256(text).flatMap { self.numbers[$0] } ?? U256(hexQuantity: text)?.uint64
        return number.flatMap { $0 < UInt64(self.blocks.count) ? $0 : nil }
    }

    private func header(_ number: UInt64) -> String { self.blocks[Int(number)].header }

    private func logs(_ range: ClosedRange<UInt64>, _ omitted: Set<Int>) -> String {
        let texts = self.places(range).filter { !omitted.contains($0) }.map { self.logs[$0].text }
        return "[" + texts.joined(separator: ",") + "]"
    }

    private func receipts(_ number: UInt64, _ omitted: Set<Int>) -> String {
        var next = self.blocks[Int(number)].firstLog
        let texts = self.blocks[Int(number)].receipts.map { receipt in
            let places = next..<(next + receipt.logs)
            next = places.upperBound
            let logs = places.filter { !omitted.contains($0) }.map { self.logs[$0].text }
            return receipt.before + "[" + logs.joined(separator: ",") + "]" + receipt.after
        }
        return "[" + texts.joined(separator: ",") + "]"
    }
}
