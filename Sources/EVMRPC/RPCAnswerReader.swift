// Weir
// SPDX-License-Identifier: Apache-2.0

import JSONBytes
import LogJSON

/// Reads the body of an answer in one pass: envelope, ids, and each result as its call wants it.
///
/// Answers of a batch may come in any order. A result that stands before its id (Nethermind) is
/// passed over first and read when the id is known.
struct RPCAnswerReader {
    /// What a body holds.
    struct Reading: Sendable {
        /// By the order of the calls; nil where no answer came.
        var answers: [RPCAnswer?]
        /// An error about the whole body: a single error for a batch, or one without an id.
        var whole: RPCErrorObject?
    }

    private let calls: ArraySlice<RPCCall>
    private let firstID: UInt64
    private var reading: Reading

    private init(_ calls: ArraySlice<RPCCall>, firstID: UInt64) {
        self.calls = calls
        self.firstID = firstID
        self.reading = Reading(answers: Array(repeating: nil, count: calls.count), whole: nil)
    }

    /// - Throws: a fault of the body. The answers before it are then of no use either.
    static func read(
        _ body: [UInt8], calls: ArraySlice<RPCCall>, firstID: UInt64
    ) throws(RPCReadFault) -> Reading {
        guard let first = body.first(where: { $0 > 0x20 }) else { throw .empty }
        if first == UInt8(ascii: "<") { throw .html }
        var reader = RPCAnswerReader(calls, firstID: firstID)
        try unsafe reader.readDocument(body.span.bytes)
        return reader.reading
    }

    private mutating func readDocument(_ bytes: RawSpan) throws(RPCReadFault) {
        var cursor = JSONCursor()
        switch try jsonStep({ () throws(JSONError) in try cursor.peekKind(in: bytes) }) {
        case .object: try self.readElement(bytes, &cursor)
        case .array:
            try jsonStep { () throws(JSONError) in try cursor.enterArray(in: bytes) }
            while try jsonStep({ () throws(JSONError) in try cursor.nextElement(in: bytes) }) {
                try self.readElement(bytes, &cursor)
            }
        default: throw .notAnAnswer
        }
        try jsonStep { () throws(JSONError) in try cursor.finish(in: bytes) }
    }

    /// What is known of one answer while its members come.
    private struct Element {
        var id: UInt64?
        var hasID = false
        var value: RPCValue?
        var error: RPCErrorObject?
        /// A result that was passed over until its id is known.
        var pending: Int?
        var start = 0
    }

    private mutating func readElement(
        _ bytes: RawSpan, _ cursor: inout JSONCursor
    ) throws(RPCReadFault) {
        var element = Element()
        do throws(JSONError) {
            guard try cursor.peekKind(in: bytes) == .object else { throw .badNumber(at: -1) }
            element.start = cursor.offset
            try cursor.enterObject(in: bytes)
        } catch {
            throw error == .badNumber(at: -1) ? .notAnAnswer : .json(error)
        }
        while let key = try jsonStep({ () throws(JSONError) in try cursor.nextKey(in: bytes) }) {
            if key.equals("id", in: bytes) {
                element.id = try self.readID(bytes, &cursor)
                element.hasID = true
            } else if key.equals("result", in: bytes) {
                try self.readResult(&element, bytes, &cursor)
            } else if key.equals("error", in: bytes) {
                element.error = try Self.readError(bytes, &cursor)
            } else {
                try jsonStep { () throws(JSONError) in try cursor.skipValue(in: bytes) }
            }
        }
        try self.take(element, bytes)
    }

    private mutating func readResult(
        _ element: inout Element, _ bytes: RawSpan, _ cursor: inout JSONCursor
    ) throws(RPCReadFault) {
        guard element.value == nil, element.pending == nil else {
            throw .bad(path: "result", "stands twice")
        }
        if self.calls.count == 1 || element.id != nil, let call = self.call(element.id) {
            element.value = try RPCDecoding.value(call.shape, bytes, &cursor)
        } else {
            element.pending = try jsonStep { () throws(JSONError) in
                try cursor.readRawValue(in: bytes).lowerBound
            }
        }
    }

    /// The call of an id; the only one where there is no id yet.
    private func call(_ id: UInt64?) -> RPCCall? {
        guard let id else { return self.calls.count == 1 ? self.calls.first : nil }
        return self.calls[self.calls.startIndex + Int(id - self.firstID)]
    }

    /// Files a whole answer under its call.
    private mutating func take(_ element: Element, _ bytes: RawSpan) throws(RPCReadFault) {
        guard let id = element.id else {
            // Null or no id: only an error may have that, and it is about everything.
            guard let error = element.error ?? self.bareError(element, bytes) else {
                throw element.value == nil && element.pending == nil ? .neither : .noID
            }
            self.reading.whole = self.reading.whole ?? error
            return
        }
        let index = Int(id - self.firstID)
        guard self.reading.answers[index] == nil else { throw .duplicateID(id) }
        if let error = element.error {
            self.reading.answers[index] = .error(error)
        } else if let value = element.value {
            self.reading.answers[index] = .value(value)
        } else if let start = element.pending, let call = self.call(id) {
            var cursor = JSONCursor(at: start)
            self.reading.answers[index] = .value(
                try RPCDecoding.value(call.shape, bytes, &cursor))
        } else {
            throw .neither
        }
    }

    /// `{"code":402,"message":"Payment Required"}`: an error that is not in an envelope.
    private func bareError(_ element: Element, _ bytes: RawSpan) -> RPCErrorObject? {
        guard !element.hasID, element.value == nil, element.pending == nil else { return nil }
        var cursor = JSONCursor(at: element.start)
        let value = try? cursor.readValue(in: bytes, valueLimit: 1000)
        return value.flatMap { RPCErrorObject($0) }
    }

    /// The id, checked to be one of ours; nil for null. Some servers turn numbers into strings.
    private func readID(
        _ bytes: RawSpan, _ cursor: inout JSONCursor
    ) throws(RPCReadFault) -> UInt64? {
        let text: String
        do throws(JSONError) {
            switch try cursor.peekKind(in: bytes) {
            case .null:
                _ = try cursor.readNull(in: bytes)
                return nil
            case .number: text = try cursor.readNumberText(in: bytes)
            case .string: text = try cursor.readStringText(in: bytes)
            default:
                try cursor.skipValue(in: bytes)
                text = "?"
            }
        } catch {
            throw .json(error)
        }
        guard let id = UInt64(text), id >= self.firstID, id - self.firstID < self.calls.count else {
            throw .foreignID(String(text.prefix(24)))
        }
        return id
    }

    private static func readError(
        _ bytes: RawSpan, _ cursor: inout JSONCursor
    ) throws(RPCReadFault) -> RPCErrorObject? {
        let value = try jsonStep { () throws(JSONError) in
            try cursor.readValue(in: bytes, valueLimit: 1000)
        }
        if value == .null { return nil }
        return RPCErrorObject(value) ?? RPCErrorObject(code: nil, message: "an error without words")
    }
}

/// Runs one step of a cursor; its error becomes a fault of the body.
func jsonStep<Value>(
    _ step: () throws(JSONError) -> Value
) throws(RPCReadFault) -> Value {
    do throws(JSONError) {
        return try step()
    } catch {
        throw .json(error)
    }
}
