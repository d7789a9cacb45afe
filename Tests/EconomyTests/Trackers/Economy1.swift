// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMABI
import EVMPrimitives
import Foundation
import WeirTestSupport

@testable import Economy

/// The made economy of the public vectors: its contracts, its blocks with losing branches, and what
/// is true at its head.
///
///     (in a test that is enabled where `Vectors.present`)
///     var lab = try TrackerLab(Economy1.contracts(), yaml)
///     try Economy1.play(in: &lab)
enum Economy1 {
    /// The contracts under their aliases: `token`, `registry`, `market` …
    static func contracts() throws -> [LabContract] {
        let bytes = try Vectors.bytes("chains/economy-1.abis.json")
        let all = try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: [String: Any]]
        return try (all ?? [:]).sorted { $0.key < $1.key }.map { alias, entry in
            guard let text = entry["address"] as? String, let address = Address(text),
                let abi = entry["abi"]
            else { throw LabFault.unusable(alias) }
            let json = try JSONSerialization.data(withJSONObject: abi)
            return LabContract(alias, at: address, abi: try JSONABI.parse(Array(json)))
        }
    }

    /// What is true at the head: one JSON object.
    static func truth() throws -> [String: Any] {
        let bytes = try Vectors.bytes("chains/economy-1.expected.json")
        return try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any] ?? [:]
    }

    /// A block with its transactions and receipts as JSON-RPC gives them.
    struct Line {
        var block: Block
        var json: [String: Any]
        var transactions: [[String: Any]]
        var receipts: [[String: Any]]
        var isOrphaned: Bool
    }

    static func lines() throws -> [Line] {
        try Vectors.lines("chains/economy-1.ndjson.gz").map { line in
            guard let json = line["block"] as? [String: Any],
                let receipts = line["receipts"] as? [[String: Any]],
                let number = Self.number(json["number"]), let time = Self.number(json["timestamp"]),
                let hash = (json["hash"] as? String).flatMap({ Hash256($0) }),
                let parent = (json["parentHash"] as? String).flatMap({ Hash256($0) })
            else { throw LabFault.unusable("block") }
            let header = BlockHeader(
                number: BlockNumber(number), hash: hash, parentHash: parent,
                timestamp: BlockTime(time))
            var logs = LogBatch()
            for receipt in receipts {
                for log in receipt["logs"] as? [[String: Any]] ?? [] {
                    try Self.append(log, of: header, to: &logs)
                }
            }
            return Line(
                block: Block(header: header, logs: logs), json: json,
                transactions: json["transactions"] as? [[String: Any]] ?? [], receipts: receipts,
                isOrphaned: line["orphaned"] as? Bool ?? false)
        }
    }

    /// A JSON-RPC quantity.
    static func number(_ value: Any?) -> UInt64? {
        (value as? String).flatMap { U256(hexQuantity: $0)?.uint64 }
    }

    private static func append(
        _ log: [String: Any], of header: BlockHeader, to logs: inout LogBatch
    ) throws {
        guard let address = (log["address"] as? String).flatMap({ Address($0) }),
            let topics = (log["topics"] as? [String]).flatMap({
                TopicList($0.compactMap { Hash256($0) })
            }),
            let data = (log["data"] as? String).flatMap({ Hex.decode($0) }),
            let index = Self.number(log["logIndex"]),
            let transaction = (log["transactionHash"] as? String).flatMap({ Hash256($0) }),
            let place = Self.number(log["transactionIndex"])
        else { throw LabFault.unusable("log") }
        logs.append(
            LogEntry(
                address: address, topics: topics, dataOffset: 0, dataCount: 0,
                blockNumber: header.number, blockHash: header.hash, transactionHash: transaction,
                transactionIndex: UInt32(place), logIndex: UInt32(index),
                blockTimestamp: header.timestamp),
            data: data)
    }

    /// Plays the whole chain: each losing branch first, then a reorganisation to the one that won.
    ///
    /// - Parameter extras: what is fetched of a block besides.
    static func play(
        in lab: inout TrackerLab, extras: (Line) throws -> BlockExtras? = { _ in nil }
    ) throws {
        let lines = try Self.lines()
        let orphans = Dictionary(grouping: lines.filter(\.isOrphaned)) { $0.block.header.number }
        var branch: [Line] = []
        func committed(_ line: Line) throws -> Block {
            var block = line.block
            block.extras = try extras(line)
            return block
        }
        for line in lines where !line.isOrphaned {
            // The branch that loses begins here: it runs as far as it goes, and is dropped.
            if branch.isEmpty, var orphan = orphans[line.block.header.number]?.first {
                while true {
                    branch.append(orphan)
                    lab.commit(try committed(orphan))
                    guard let next = orphans[orphan.block.header.number.next]?.first,
                        next.block.header.parentHash == orphan.block.header.hash
                    else { break }
                    orphan = next
                }
                lab.revert(branch.count)
            }
            if orphans[line.block.header.number.next] == nil { branch = [] }
            lab.commit(try committed(line))
        }
    }
}
