// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMPrimitives
import JSONBytes
import LogJSON
import Testing
import WeirTestSupport

@Suite("log scanner")
struct LogScannerTests {
    static let hash = "0x" + String(repeating: "ab", count: 32)
    static let address = "0x" + String(repeating: "cd", count: 20)

    /// The members of a log in geth's order.
    static let members: [(key: String, value: String)] = [
        ("address", "\"\(address)\""), ("topics", "[\"\(hash)\",\"\(hash)\"]"),
        ("data", "\"0x0102ff\""), ("blockNumber", "\"0x1312d00\""),
        ("blockTimestamp", "\"0x65f1b04b\""), ("transactionHash", "\"\(hash)\""),
        ("transactionIndex", "\"0x3\""), ("blockHash", "\"\(hash)\""), ("logIndex", "\"0x11\""),
        ("removed", "false"),
    ]

    static func log(_ members: [(key: String, value: String)] = members) -> String {
        "{" + members.map { "\"\($0.key)\":\($0.value)" }.joined(separator: ",") + "}"
    }

    /// The log with one member in another form, or without it.
    static func log(_ key: String, _ value: String?) -> String {
        log(
            members.compactMap { member in
                member.key == key ? value.map { (key, $0) } : member
            })
    }

    static var entry: LogEntry {
        let hash = Hash256(Self.hash) ?? .zero
        return LogEntry(
            address: Address(Self.address) ?? .zero,
            topics: TopicList([hash, hash]) ?? TopicList(),
            dataOffset: 0, dataCount: 3, blockNumber: BlockNumber(20_000_000), blockHash: hash,
            transactionHash: hash, transactionIndex: 3, logIndex: 17,
            blockTimestamp: BlockTime(0x65f1_b04b))
    }

    func scan(_ text: String) throws(LogJSONError) -> LogBatch {
        var batch = LogBatch()
        let bytes = Array(text.utf8)
        try LogScanner.scan(document: unsafe bytes.span.bytes, into: &batch)
        return batch
    }

    @Test func aLogBecomesAnEntryAndItsData() throws {
        let batch = try self.scan(Self.log())
        #expect(batch.entries == [Self.entry])
        #expect(batch.arena == [1, 2, 255])
    }

    @Test func everyShapeOfDocumentIsRead() throws {
        let log = Self.log()
        for (text, count) in [
            ("[]", 0), ("[\(log)]", 1), (" [ \(log) , \(log) ] ", 2),
            ("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":[\(log),\(log)]}", 2),
            ("{\"result\":[],\"id\":null,\"error\":null}", 0), ("{\"id\":1,\"result\":\(log)}", 1),
            ("[{\"id\":1,\"result\":[\(log)]},{\"id\":2,\"result\":[]},{\"result\":[\(log)]}]", 2),
        ] {
            let batch = try self.scan(text)
            #expect(batch.count == count, "\(text)")
            for (index, entry) in batch.entries.enumerated() {
                #expect(entry.dataOffset == 3 * index)
                #expect(batch.data(of: entry) == [1, 2, 255])
            }
        }
    }

    @Test func keysComeInAnyOrderAndUnknownOnesArePassedOver() throws {
        var random = SeededRandom(seed: 99)
        for _ in 0..<200 {
            var members = Self.members
            members.append(("extra", "{\"data\":\"0x\",\"a\":[1,{\"topics\":null}]}"))
            members.append(("l1BlockNumber", "null"))
            members.shuffle(using: &random)
            #expect(try self.scan(Self.log(members)).entries == [Self.entry])
        }
        let spaced = Self.log().replacing(",", with: " ,\n ").replacing(":", with: " : ")
        #expect(try self.scan(spaced).entries == [Self.entry])
        let escaped = Self.log().replacing("\"data\"", with: "\"d\\u0061ta\"")
        #expect(try self.scan(escaped).entries == [Self.entry])
    }

    @Test(arguments: 0..<20 as Range<UInt64>)
    func theOrderOfTheLogBeforeDecidesNothing(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let logs = (0..<6).map { _ in
            var members = Self.members.shuffled(using: &random)
            if Bool.random(using: &random) {
                members.removeAll { $0.key == "blockTimestamp" || $0.key == "removed" }
            }
            return Self.log(members)
        }
        let batch = try self.scan("[" + logs.joined(separator: ",") + "]")
        #expect(batch.count == 6, "seed \(seed)")
        for (index, log) in logs.enumerated() {
            let alone = try self.scan(log)
            var entry = batch.entries[index]
            #expect(batch.data(of: entry) == [1, 2, 255], "seed \(seed)")
            entry.dataOffset = 0
            #expect(entry == alone.entries[0], "seed \(seed)")
        }
    }

    @Test func optionalFieldsMayBeAbsentOrNull() throws {
        var bare = Self.entry
        bare.blockTimestamp = BlockTime(0)
        for value in [nil, "null"] {
            #expect(try self.scan(Self.log("blockTimestamp", value)).entries == [bare])
            #expect(try self.scan(Self.log("removed", value)).entries == [Self.entry])
        }
        #expect(try self.scan(Self.log("blockNumber", "\"20000000\"")).entries == [Self.entry])
        let upper = "\"0x" + String(repeating: "CD", count: 20) + "\""
        #expect(try self.scan(Self.log("address", upper)).entries == [Self.entry])
    }

    @Test func everyMissingOrRepeatedFieldIsNamed() {
        for (key, value) in Self.members where key != "removed" && key != "blockTimestamp" {
            #expect(throws: LogJSONError.missingField(key, log: 0)) {
                try self.scan(Self.log(key, nil))
            }
            #expect(throws: LogJSONError.repeatedField(key, log: 1)) {
                try self.scan("[\(Self.log()),\(Self.log(Self.members + [(key, value)]))]")
            }
        }
        #expect(throws: LogJSONError.repeatedField("removed", log: 0)) {
            try self.scan(Self.log(Self.members + [("removed", "false")]))
        }
    }

    @Test func logsThatAreNotInABlockAreRefused() {
        for key in ["blockNumber", "blockHash", "transactionHash", "transactionIndex", "logIndex"] {
            #expect(throws: LogJSONError.pendingLog(log: 0)) {
                try self.scan(Self.log(key, "null"))
            }
        }
        #expect(throws: LogJSONError.removedLog(log: 0)) {
            try self.scan(Self.log("removed", "true"))
        }
    }

    @Test func valuesOfOtherFormsAreRefused() {
        let five = "[" + Array(repeating: "\"\(Self.hash)\"", count: 5).joined(separator: ",") + "]"
        #expect(throws: LogJSONError.tooManyTopics(log: 0)) {
            try self.scan(Self.log("topics", five))
        }
        #expect(throws: LogJSONError.indexOutOfRange("logIndex", log: 0)) {
            try self.scan(Self.log("logIndex", "\"0x100000000\""))
        }
        for (key, value) in [
            ("address", "\"0xcd\""), ("address", "7"), ("address", "null"),
            ("topics", "[\"0x00\"]"),
            ("topics", "{}"), ("topics", "null"), ("topics", "[null]"), ("data", "\"0x1\""),
            ("data", "\"0xzz\""), ("data", "\"\""), ("data", "null"), ("blockNumber", "\"0x\""),
            ("blockNumber", "\"0x10000000000000000\""), ("blockNumber", "-1"),
            ("removed", "\"no\""),
            ("blockHash", "\"0x12\""), ("blockTimestamp", "\"soon\""),
        ] {
            #expect(throws: LogJSONError.self, "\(key) \(value)") {
                try self.scan(Self.log(key, value))
            }
        }
    }

    @Test func refusalsOfTheNodeAndOtherDocumentsAreErrors() {
        #expect(throws: LogJSONError.rpcError(code: -32005, message: "too many results")) {
            try self.scan(
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-32005,\"message\":\"too many results\"}}"
            )
        }
        for text in ["{\"id\":1,\"result\":null}", "7", "\"x\"", "null", "{\"id\":1,\"result\":7}"]
        {
            #expect(throws: LogJSONError.self, "\(text)") { try self.scan(text) }
        }
        #expect(throws: LogJSONError.noLogs(at: 0)) { try self.scan("{}") }
        #expect(throws: LogJSONError.json(.unexpectedByte(0x3c, at: 0))) { try self.scan("<html>") }
        #expect(throws: LogJSONError.json(.trailingBytes(at: 3))) { try self.scan("[] []") }
    }

    @Test func afterAnErrorTheBatchIsAsItWas() throws {
        var batch = try self.scan(Self.log())
        let before = batch
        let bytes = Array("[\(Self.log()),\(Self.log("logIndex", nil))]".utf8)
        #expect(throws: LogJSONError.missingField("logIndex", log: 1)) {
            try LogScanner.scan(document: unsafe bytes.span.bytes, into: &batch)
        }
        #expect(batch == before)
    }

    @Test func everyTruncationAndMutationIsReadOrRefused() throws {
        let text = Array("{\"id\":1,\"result\":[\(Self.log()),\(Self.log())]}".utf8)
        for count in 0..<text.count {
            var batch = LogBatch()
            #expect(throws: LogJSONError.self) {
                try LogScanner.scan(
                    document: unsafe Array(text[..<count]).span.bytes, into: &batch)
            }
            #expect(batch.isEmpty)
        }
        var random = SeededRandom(seed: 5)
        for _ in 0..<20_000 {
            var mutant = text
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                let at = Int.random(in: 0..<mutant.count, using: &random)
                mutant[at] =
                    Array("{}[]\",:0x19afntz\\ \u{1}".utf8).randomElement(using: &random) ?? 0
            }
            var batch = LogBatch()
            do throws(LogJSONError) {
                try LogScanner.scan(document: unsafe mutant.span.bytes, into: &batch)
                for entry in batch.entries {
                    #expect(entry.dataOffset + entry.dataCount <= batch.arena.count)
                }
            } catch {
                #expect(batch.isEmpty)
            }
        }
    }
}
