// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMPrimitives
import Foundation
import Glibc
import JSONBytes
import LogJSON

/// Why no chain can be made of a corpus.
struct ForgeError: Error, CustomStringConvertible {
    var description: String
}

/// Makes the chain that had the logs of a corpus.
///
/// Reads `logs.ndjson`, `blocks.ndjson` and `expected.json`. Writes these again, with true hashes and
/// an empty block before the first, and `transactions.ndjson` and `blooms.txt` with a line for each transaction, in order, for a
/// node that serves them.
struct CorpusForge {
    private let input: URL
    private let output: URL
    private let isContractPerEvent: Bool
    /// Of every so many blocks one is proven as a follower would.
    private static let sample = 50

    init(_ arguments: Arguments) throws {
        self.input = URL(fileURLWithPath: arguments.input)
        self.output = URL(fileURLWithPath: arguments.output)
        self.isContractPerEvent = arguments.isContractPerEvent
    }

    /// Does it, and says what was done.
    func run() throws -> String {
        let logs = try self.read("logs.ndjson")
        let blocks = try self.read("blocks.ndjson")
        try FileManager.default.createDirectory(
            at: self.output, withIntermediateDirectories: true)
        var (lines, batch) = try Self.scan(logs)
        if self.isContractPerEvent { try self.placeEvents(&batch) }
        let files = try ForgeFiles(self.output)
        var senders = try ForgedSenders()
        var parent = Keccak256.hash(text: "the parent of the first block")
        var count = (blocks: 0, transactions: 0, next: 0)
        if let first = try blocks.split(separator: 0x0a).first.map({ try Self.head($0) }) {
            // A follower that starts at the first block looks at the one before it.
            let block = try ForgedBlock(
                number: BlockNumber(first.number - 1), time: BlockTime(first.time - 12),
                parent: parent, transactions: [], logs: [])
            files.append(block)
            parent = block.header.hash
        }
        for line in blocks.split(separator: 0x0a) {
            let (number, time) = try Self.head(line)
            let end =
                batch.entries[count.next...].firstIndex { $0.blockNumber.rawValue != number }
                ?? batch.entries.count
            let groups = Self.transactions(batch, count.next..<end)
            var transactions: [Transaction] = []
            for group in groups {
                transactions.append(
                    try senders.transaction(
                        count.transactions, to: batch.entries[group.lowerBound].address))
                count.transactions += 1
            }
            let block = try ForgedBlock(
                number: BlockNumber(number), time: BlockTime(time), parent: parent,
                transactions: transactions,
                logs: groups.map { group in batch.entries[group].map { Self.log($0, batch) } })
            if count.blocks % Self.sample == 0, !block.isProven {
                throw ForgeError(description: "block \(number) does not prove itself")
            }
            for (group, transaction) in zip(groups, transactions) {
                for index in group {
                    files.logs.append(
                        try Self.line(
                            logs[lines[index]], batch.entries[index].address, transaction.hash,
                            block.header.hash))
                }
            }
            files.append(block)
            parent = block.header.hash
            count.next = end
            count.blocks += 1
        }
        guard count.next == batch.count else {
            throw ForgeError(description: "log \(count.next) is of no block of blocks.ndjson")
        }
        try files.close()
        let expected = try self.read("expected.json")
        try Data(expected).write(to: self.output.appending(path: "expected.json"))
        return "\(count.blocks) blocks, \(count.transactions) transactions, \(batch.count) logs"
    }

    private func read(_ name: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: self.input.appending(path: name)))
    }

    /// Number and time of a header.
    private static func head(_ line: ArraySlice<UInt8>) throws -> (number: UInt64, time: UInt64) {
        let head = try JSONValue(parsing: Array(line))
        guard let number = Self.quantity(head["number"]), number > 0,
            let time = Self.quantity(head["timestamp"]), time >= 12
        else { throw ForgeError(description: "blocks.ndjson: a header without number or time") }
        return (number, time)
    }

    private static func quantity(_ value: JSONValue?) -> UInt64? {
        value?.string.flatMap { UInt64($0.dropFirst(2), radix: 16) }
    }

    // MARK: Logs

    /// Where each log stands, and what it says.
    private static func scan(_ text: [UInt8]) throws -> ([Range<Int>], LogBatch) {
        var lines: [Range<Int>] = []
        var batch = LogBatch()
        let bytes = unsafe text.span.bytes
        var cursor = JSONCursor()
        while true {
            cursor.skipWhitespace(in: bytes)
            let start = cursor.offset
            if start >= bytes.byteCount { return (lines, batch) }
            try LogScanner.scan(in: bytes, &cursor, into: &batch)
            lines.append(start..<cursor.offset)
        }
    }

    /// Gives all logs of an event one address, and notes these in `contracts.json`.
    private func placeEvents(_ batch: inout LogBatch) throws {
        let oracle = try JSONValue(parsing: try self.read("expected.json"))
        var contracts: [JSONObject.Member] = []
        var addresses: [Hash256: Address] = [:]
        for member in oracle["events"]?.object?.members ?? [] {
            guard let topic = member.value["topic0"]?.string.flatMap({ Hash256($0) }) else {
                throw ForgeError(description: "expected.json: \(member.key) has no topic0")
            }
            let address = Address(truncating: Keccak256.hash(text: "of \(member.key)").word)
            addresses[topic] = address
            contracts.append(.init(key: member.key, value: .string(address.description)))
        }
        for index in batch.entries.indices {
            guard let address = batch.entries[index].topics.first.flatMap({ addresses[$0] }) else {
                throw ForgeError(description: "log \(index) is of no event of expected.json")
            }
            batch.entries[index].address = address
        }
        let bytes = JSONValue.object(JSONObject(contracts)).encoded(pretty: true)
        try Data(bytes).write(to: self.output.appending(path: "contracts.json"))
    }

    /// Logs of one transaction follow one another.
    private static func transactions(_ batch: LogBatch, _ logs: Range<Int>) -> [Range<Int>] {
        var groups: [Range<Int>] = []
        var start = logs.lowerBound
        for index in logs {
            let isLast =
                index + 1 == logs.upperBound
                || batch.entries[index + 1].transactionHash != batch.entries[index].transactionHash
            if isLast {
                groups.append(start..<index + 1)
                start = index + 1
            }
        }
        return groups
    }

    private static func log(_ entry: LogEntry, _ batch: LogBatch) -> Receipt.Log {
        Receipt.Log(
            address: entry.address, topics: entry.topics.array, data: batch.data(of: entry))
    }

    /// The line of a log with other hashes and another address.
    private static func line(
        _ old: ArraySlice<UInt8>, _ address: Address, _ transaction: Hash256, _ block: Hash256
    ) throws -> [UInt8] {
        var line = Array(old)
        for (key, bytes) in [
            ("\"address\":\"0x", address.bytes), ("\"transactionHash\":\"0x", transaction.bytes),
            ("\"blockHash\":\"0x", block.bytes),
        ] {
            guard let at = Self.end(of: key, in: line), at + bytes.count * 2 <= line.count else {
                throw ForgeError(description: "a log without \(key)")
            }
            for (index, byte) in bytes.enumerated() {
                line[at + index * 2] = Hex.digits[Int(byte >> 4)]
                line[at + index * 2 + 1] = Hex.digits[Int(byte & 15)]
            }
        }
        line.append(0x0a)
        return line
    }

    /// Where the text behind a key begins; the key begins with a quotation mark.
    private static func end(of key: String, in line: [UInt8]) -> Int? {
        let key = Array(key.utf8)
        return unsafe line.withUnsafeBytes { line in
            guard let base = line.baseAddress else { return nil }
            var at = 0
            while line.count - at >= key.count,
                let quote = unsafe memchr(base + at, Int32(key[0]), line.count - at)
            {
                at = unsafe UnsafeRawPointer(quote) - base
                guard line.count - at >= key.count else { return nil }
                if unsafe memcmp(quote, key, key.count) == 0 { return at + key.count }
                at += 1
            }
            return nil
        }
    }
}
