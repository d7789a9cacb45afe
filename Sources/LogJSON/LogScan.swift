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
    private let keys = Self.knownKeys
    /// By field, and at 10 by none: the field whose key came next in the log before.
    private var successors: InlineArray<11, Int> = [1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 0]

    init(cursor: JSONCursor, firstLog: Int) {
        self.cursor = cursor
        self.firstLog = firstLog
    }

    /// The fields of a log. Their order is where the first log's keys are looked for: geth's.
    private enum Field: Int {
        case address, topics, data, blockNumber, transactionHash, transactionIndex, blockHash
        case blockTimestamp, logIndex, removed

        var bit: UInt16 { 1 &<< UInt16(self.rawValue) }
    }

    private static let names: [StaticString] = [
        "address", "topics", "data", "blockNumber", "transactionHash", "transactionIndex",
        "blockHash", "blockTimestamp", "logIndex", "removed",
    ]
    private static let knownKeys = Self.names.map { JSONKnownKey($0) }
    /// All but the time of the block and `removed`.
    private static let required: UInt16 = 0x17f

    private static func name(_ field: Int) -> String { "\(Self.names[field])" }

    // MARK: Documents

    /// A log, a response, or an array of either (level 0); a result, which is an array of logs or
    /// one log (level 1).
    mutating func document(
        in bytes: RawSpan, _ batch: inout LogBatch, level: Int
    ) throws(JSONError) {
        switch try self.cursor.peekKind(in: bytes) {
        case .object: try self.object(in: bytes, &batch, isResult: level > 0)
        case .array:
            if batch.isEmpty { self.reserve(in: bytes, &batch) }
            try self.cursor.enterArray(in: bytes)
            while try self.cursor.nextElement(in: bytes) {
                try self.object(in: bytes, &batch, isResult: level > 0)
            }
        default: throw self.fail(.noLogs(at: self.cursor.offset))
        }
    }

    /// Makes room for as many logs as usual ones there can be in what is left, so that a page is not
    /// copied while it grows.
    private func reserve(in bytes: RawSpan, _ batch: inout LogBatch) {
        let rest = bytes.byteCount - self.cursor.offset
        batch.entries.reserveCapacity(rest / Self.usualBytes + 1)
        batch.arena.reserveCapacity(rest / 6)
    }

    /// What a transfer of a token takes as geth writes it.
    private static let usualBytes = 640

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
        var seen: UInt16 = 0
        var previous = 10
        try self.cursor.enterObject(in: bytes)
        while true {
            // A node writes all its logs alike, so the key that comes is known beforehand.
            var index = self.successors[previous]
            if !self.cursor.takesKey(self.keys[index], in: bytes) {
                guard let key = try self.cursor.nextKey(in: bytes) else { break }
                guard let field = Self.field(key, in: bytes) else {
                    let isResponse =
                        key.equals("result", in: bytes) || key.equals("error", in: bytes)
                    if seen == 0, isResponse { return false }
                    try self.cursor.skipValue(in: bytes)
                    continue
                }
                index = field.rawValue
                self.successors[previous] = index
            }
            previous = index
            guard let field = Field(rawValue: index) else { break }
            guard seen & field.bit == 0 else {
                throw self.fail(.repeatedField(Self.name(index), log: self.log(batch)))
            }
            seen |= field.bit
            try self.read(field, in: bytes, into: &entry, &batch)
        }
        if seen == 0 { return false }
        let missing = Self.required & ~seen
        guard missing == 0 else {
            let name = Self.name(missing.trailingZeroBitCount)
            throw self.fail(.missingField(name, log: self.log(batch)))
        }
        batch.entries.append(entry)
        return true
    }

    /// Which field a key names.
    @inline(never)
    private static func field(_ key: JSONString, in bytes: RawSpan) -> Field? {
        Self.names.firstIndex { key.equals($0, in: bytes) }.flatMap { Field(rawValue: $0) }
    }

    @inline(__always)
    private mutating func read(
        _ field: Field, in bytes: RawSpan, into entry: inout LogEntry, _ batch: inout LogBatch
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
        case .removed:
            if self.seesNull(in: bytes), try self.cursor.readNull(in: bytes) { return }
            if try self.cursor.readBool(in: bytes) {
                throw self.fail(.removedLog(log: self.log(batch)))
            }
        }
    }

    private mutating func topics(
        in bytes: RawSpan, into entry: inout LogEntry, _ batch: borrowing LogBatch
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
