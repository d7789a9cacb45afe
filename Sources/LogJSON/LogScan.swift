// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMPrimitives
import JSONBytes

/// One scan under way.
///
/// Faults that are not faults of the JSON are put into `fault` and thrown as a ``JSONError`` that
/// nobody looks at: so the many calls of the reader need no wrapping.
struct LogScan {
    var cursor: JSONCursor
    let firstLog: Int
    var fault: LogJSONError?

    init(cursor: JSONCursor, firstLog: Int) {
        self.cursor = cursor
        self.firstLog = firstLog
    }

    /// The fields of a log as bits, to see what is missing and what is there twice.
    private struct Fields: OptionSet {
        let rawValue: UInt16

        static let address = Fields(rawValue: 1)
        static let topics = Fields(rawValue: 2)
        static let data = Fields(rawValue: 4)
        static let blockNumber = Fields(rawValue: 8)
        static let blockHash = Fields(rawValue: 16)
        static let transactionHash = Fields(rawValue: 32)
        static let transactionIndex = Fields(rawValue: 64)
        static let logIndex = Fields(rawValue: 128)
        static let blockTimestamp = Fields(rawValue: 256)
        static let removed = Fields(rawValue: 512)
        static let required = Fields(rawValue: 255)

        static let names = [
            "address", "topics", "data", "blockNumber", "blockHash", "transactionHash",
            "transactionIndex", "logIndex", "blockTimestamp", "removed",
        ]

        /// The name of the first field in the set.
        var firstName: String {
            let bit = self.rawValue.trailingZeroBitCount
            return bit < Self.names.count ? Self.names[bit] : ""
        }
    }

    // MARK: Documents

    /// A log, a response, or an array of either (level 0); a result, which is an array of logs or
    /// one log (level 1).
    mutating func document(
        in bytes: RawSpan, _ batch: inout LogBatch, level: Int
    ) throws(JSONError) {
        switch try self.cursor.peekKind(in: bytes) {
        case .object: try self.object(in: bytes, &batch, isResult: level > 0)
        case .array:
            try self.cursor.enterArray(in: bytes)
            while try self.cursor.nextElement(in: bytes) {
                try self.object(in: bytes, &batch, isResult: level > 0)
            }
        default: throw self.fail(.noLogs(at: self.cursor.offset))
        }
    }

    /// A log or a response: an object is a response if it has a `result` or an `error` and no field
    /// of a log.
    private mutating func object(
        in bytes: RawSpan, _ batch: inout LogBatch, isResult: Bool
    ) throws(JSONError) {
        let start = self.cursor
        if try self.log(in: bytes, &batch) { return }
        self.cursor = start
        guard !isResult else { throw self.fail(.missingField("address", log: self.log(batch))) }
        try self.response(in: bytes, &batch)
    }

    private mutating func response(
        in bytes: RawSpan, _ batch: inout LogBatch
    ) throws(JSONError) {
        let start = self.cursor.offset
        var hasResult = false
        var refusal: LogJSONError?
        try self.cursor.enterObject(in: bytes)
        while let key = try self.cursor.nextKey(in: bytes) {
            if key.equals("result", in: bytes), !hasResult {
                if try self.cursor.readNull(in: bytes) { continue }
                hasResult = true
                try self.document(in: bytes, &batch, level: 1)
            } else if key.equals("error", in: bytes) {
                if try self.cursor.readNull(in: bytes) { continue }
                let error = try self.cursor.readValue(in: bytes, valueLimit: 1000)
                refusal = .rpcError(
                    code: error["code"]?.numberText.flatMap { Int64($0) } ?? 0,
                    message: String((error["message"]?.string ?? "without a message").prefix(200)))
            } else {
                try self.cursor.skipValue(in: bytes)
            }
        }
        if let refusal { throw self.fail(refusal) }
        guard hasResult else { throw self.fail(.noLogs(at: start)) }
    }

    // MARK: Logs

    /// Reads a log and answers true; answers false, with nothing appended and the cursor anywhere,
    /// for an object without a field of a log before a `result` or `error` or at all.
    private mutating func log(
        in bytes: RawSpan, _ batch: inout LogBatch
    ) throws(JSONError) -> Bool {
        var entry = LogEntry(
            address: .zero, topics: TopicList(), dataOffset: batch.arena.count, dataCount: 0,
            blockNumber: .zero, blockHash: .zero, transactionHash: .zero, transactionIndex: 0,
            logIndex: 0)
        var seen: Fields = []
        try self.cursor.enterObject(in: bytes)
        while let key = try self.cursor.nextKey(in: bytes) {
            let field = Self.field(key, in: bytes)
            if field.isEmpty {
                let isResponse = key.equals("result", in: bytes) || key.equals("error", in: bytes)
                if seen.isEmpty, isResponse { return false }
                try self.cursor.skipValue(in: bytes)
                continue
            }
            guard seen.isDisjoint(with: field) else {
                throw self.fail(.repeatedField(field.firstName, log: self.log(batch)))
            }
            seen.formUnion(field)
            try self.read(field, in: bytes, into: &entry, &batch)
        }
        if seen.isEmpty { return false }
        guard seen.isSuperset(of: .required) else {
            let missing = Fields.required.subtracting(seen)
            throw self.fail(.missingField(missing.firstName, log: self.log(batch)))
        }
        batch.entries.append(entry)
        return true
    }

    /// Which field a key names: by its length, then by its text.
    @inline(__always)
    private static func field(_ key: JSONString, in bytes: RawSpan) -> Fields {
        if key.hasEscapes { return Self.escapedField(key, in: bytes) }
        switch key.count {
        case 4: return key.equals("data", in: bytes) ? .data : []
        case 6: return key.equals("topics", in: bytes) ? .topics : []
        case 7:
            if key.equals("address", in: bytes) { return .address }
            return key.equals("removed", in: bytes) ? .removed : []
        case 8: return key.equals("logIndex", in: bytes) ? .logIndex : []
        case 9: return key.equals("blockHash", in: bytes) ? .blockHash : []
        case 11: return key.equals("blockNumber", in: bytes) ? .blockNumber : []
        case 14: return key.equals("blockTimestamp", in: bytes) ? .blockTimestamp : []
        case 15: return key.equals("transactionHash", in: bytes) ? .transactionHash : []
        case 16: return key.equals("transactionIndex", in: bytes) ? .transactionIndex : []
        default: return []
        }
    }

    /// A key with escapes in it, whose length says nothing.
    @inline(never)
    private static func escapedField(_ key: JSONString, in bytes: RawSpan) -> Fields {
        guard let text = try? key.text(in: bytes),
            let bit = Fields.names.firstIndex(of: text)
        else { return [] }
        return Fields(rawValue: 1 << UInt16(bit))
    }

    @inline(__always)
    private mutating func read(
        _ field: Fields, in bytes: RawSpan, into entry: inout LogEntry, _ batch: inout LogBatch
    ) throws(JSONError) {
        switch field {
        case .address:
            let words = try self.cursor.readHex20(in: bytes)
            entry.address = Address(words: words.0, words.1, words.2)
        case .topics: try self.topics(in: bytes, into: &entry, batch)
        case .data:
            try self.cursor.readHexBytes(in: bytes, appendingTo: &batch.arena)
            entry.dataCount = batch.arena.count &- entry.dataOffset
        case .blockNumber:
            entry.blockNumber = BlockNumber(try self.quantity(in: bytes, batch))
        case .blockHash: entry.blockHash = try self.hash(in: bytes, batch)
        case .transactionHash: entry.transactionHash = try self.hash(in: bytes, batch)
        case .transactionIndex:
            entry.transactionIndex = try self.index("transactionIndex", in: bytes, batch)
        case .logIndex: entry.logIndex = try self.index("logIndex", in: bytes, batch)
        case .blockTimestamp:
            // Null where a provider has the field and not the value.
            if self.seesNull(in: bytes), try self.cursor.readNull(in: bytes) { return }
            entry.blockTimestamp = BlockTime(
                try self.cursor.readHexQuantity(in: bytes, acceptingDecimal: true))
        default:
            if self.seesNull(in: bytes), try self.cursor.readNull(in: bytes) { return }
            if try self.cursor.readBool(in: bytes) {
                throw self.fail(.removedLog(log: self.log(batch)))
            }
        }
    }

    private mutating func topics(
        in bytes: RawSpan, into entry: inout LogEntry, _ batch: LogBatch
    ) throws(JSONError) {
        try self.cursor.enterArray(in: bytes)
        while try self.cursor.nextElement(in: bytes) {
            let words = try self.cursor.readHex32(in: bytes)
            guard entry.topics.append(Hash256(words: words.0, words.1, words.2, words.3)) else {
                throw self.fail(.tooManyTopics(log: self.log(batch)))
            }
        }
    }

    @inline(__always)
    private mutating func hash(
        in bytes: RawSpan, _ batch: borrowing LogBatch
    ) throws(JSONError) -> Hash256 {
        try self.refuseNull(in: bytes, batch)
        let words = try self.cursor.readHex32(in: bytes)
        return Hash256(words: words.0, words.1, words.2, words.3)
    }

    @inline(__always)
    private mutating func quantity(
        in bytes: RawSpan, _ batch: borrowing LogBatch
    ) throws(JSONError) -> UInt64 {
        try self.refuseNull(in: bytes, batch)
        return try self.cursor.readHexQuantity(in: bytes, acceptingDecimal: true)
    }

    private mutating func index(
        _ name: String, in bytes: RawSpan, _ batch: borrowing LogBatch
    ) throws(JSONError) -> UInt32 {
        guard let index = UInt32(exactly: try self.quantity(in: bytes, batch)) else {
            throw self.fail(.indexOutOfRange(name, log: self.log(batch)))
        }
        return index
    }

    /// Pending logs have null where their block would be named.
    @inline(__always)
    private mutating func refuseNull(
        in bytes: RawSpan, _ batch: borrowing LogBatch
    ) throws(JSONError) {
        if self.seesNull(in: bytes) {
            throw self.fail(.pendingLog(log: self.log(batch)))
        }
    }

    /// Whether a literal stands at the cursor, by its first byte: a quote in the usual shape.
    @inline(__always)
    private mutating func seesNull(in bytes: RawSpan) -> Bool {
        let at = self.cursor.offset
        if at < bytes.byteCount, unsafe bytes.uncheckedByte(at) == 0x22 { return false }
        guard let kind = try? self.cursor.peekKind(in: bytes) else { return false }
        return kind == .null
    }

    /// The number of the log that is being read.
    private func log(_ batch: borrowing LogBatch) -> Int { batch.entries.count - self.firstLog }

    private mutating func fail(_ fault: LogJSONError) -> JSONError {
        self.fault = fault
        return .unexpectedEnd(at: self.cursor.offset)
    }
}
