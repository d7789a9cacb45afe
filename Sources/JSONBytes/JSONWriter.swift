// Weir
// SPDX-License-Identifier: Apache-2.0

/// Writes JSON (RFC 8259) by appending to an array of bytes; commas come by themselves.
///
///     var json = JSONWriter()
///     json.beginObject()
///     json.key("id")
///     json.uint(7)
///     json.key("tags")
///     json.beginArray()
///     json.string("a")
///     json.endArray()
///     json.endObject()          // {"id":7,"tags":["a"]}
///
/// Nothing is allocated per value but what the array grows by. The writer does not watch over
/// its user: a key outside an object, or a bracket that nothing opened, is written as told.
package struct JSONWriter: Sendable {
    /// What has been written.
    package var bytes: [UInt8]

    private let isPretty: Bool

    /// The open containers, for the indentation.
    private var depth = 0

    /// A value stands before this place in the same container.
    private var needsComma = false

    /// A key and its colon stand before this place.
    private var isAfterKey = false

    /// - Parameters:
    ///   - pretty: every member on a line of its own, indented by two spaces a level.
    ///   - capacity: how many bytes to reserve.
    package init(pretty: Bool = false, reserving capacity: Int = 0) {
        self.bytes = []
        self.bytes.reserveCapacity(capacity)
        self.isPretty = pretty
    }

    /// The text so far.
    package var text: String { String(decoding: self.bytes, as: UTF8.self) }

    /// Forgets what has been written, keeps the memory.
    package mutating func removeAll() {
        self.bytes.removeAll(keepingCapacity: true)
        self.depth = 0
        self.needsComma = false
        self.isAfterKey = false
    }

    /// Ends a document with a line feed, so that another may follow, as in NDJSON.
    package mutating func endLine() {
        self.bytes.append(0x0a)
        self.depth = 0
        self.needsComma = false
        self.isAfterKey = false
    }

    // MARK: Containers

    package mutating func beginObject() { self.begin(0x7b) }
    package mutating func endObject() { self.end(0x7d) }
    package mutating func beginArray() { self.begin(0x5b) }
    package mutating func endArray() { self.end(0x5d) }

    /// Writes the key of the next member.
    package mutating func key(_ name: StaticString) {
        self.beginValue()
        name.withUTF8Buffer { unsafe self.appendQuoted(UnsafeRawBufferPointer($0).bytes) }
        self.endKey()
    }

    /// Writes the key of the next member.
    @_disfavoredOverload
    package mutating func key(_ name: String) {
        self.beginValue()
        self.appendQuoted(name)
        self.endKey()
    }

    // MARK: Values

    /// Writes a string.
    package mutating func string(_ text: String) {
        self.beginValue()
        self.appendQuoted(text)
        self.needsComma = true
    }

    /// Writes a string from its UTF-8; what is not UTF-8 becomes U+FFFD.
    package mutating func string(utf8 text: RawSpan) {
        self.beginValue()
        if isUTF8(text) {
            self.appendQuoted(text)
        } else {
            let repaired = unsafe text.withUnsafeBytes {
                unsafe String(decoding: $0, as: UTF8.self)
            }
            self.appendQuoted(repaired)
        }
        self.needsComma = true
    }

    /// Writes bytes as a string of `0x` and lower-case hex digits.
    package mutating func hex(_ data: RawSpan) {
        self.beginValue()
        self.bytes.append(contentsOf: [0x22, 0x30, 0x78])
        for offset in 0..<data.byteCount {
            let byte = unsafe data.uncheckedByte(offset)
            self.bytes.append(Self.hexDigit(byte &>> 4))
            self.bytes.append(Self.hexDigit(byte & 0x0f))
        }
        self.bytes.append(0x22)
        self.needsComma = true
    }

    /// Writes bytes as a string of `0x` and lower-case hex digits.
    package mutating func hex(_ data: [UInt8]) { unsafe self.hex(data.span.bytes) }

    /// Writes an integer number.
    package mutating func int(_ value: Int) { self.int64(Int64(value)) }

    /// Writes an integer number.
    package mutating func int64(_ value: Int64) {
        self.beginValue()
        if value < 0 { self.bytes.append(0x2d) }
        self.appendDecimal(value.magnitude)
        self.needsComma = true
    }

    /// Writes an integer number.
    package mutating func uint(_ value: UInt64) {
        self.beginValue()
        self.appendDecimal(value)
        self.needsComma = true
    }

    /// Writes the shortest text that reads back as the same number; null if it is not finite,
    /// as JSON has no word for that.
    package mutating func double(_ value: Double) {
        if value.isFinite { self.number(text: value.description) } else { self.null() }
    }

    /// Writes a number from its text, which has to be a JSON number: amounts of any size.
    package mutating func number(text: String) {
        self.beginValue()
        self.bytes.append(contentsOf: text.utf8)
        self.needsComma = true
    }

    package mutating func bool(_ value: Bool) {
        self.beginValue()
        if value {
            self.bytes.append(contentsOf: [0x74, 0x72, 0x75, 0x65])
        } else {
            self.bytes.append(contentsOf: [0x66, 0x61, 0x6c, 0x73, 0x65])
        }
        self.needsComma = true
    }

    package mutating func null() {
        self.beginValue()
        self.bytes.append(contentsOf: [0x6e, 0x75, 0x6c, 0x6c])
        self.needsComma = true
    }

    /// Writes the bytes of one JSON value as they are.
    package mutating func raw(_ value: RawSpan) {
        self.beginValue()
        unsafe value.withUnsafeBytes { unsafe self.bytes.append(contentsOf: $0) }
        self.needsComma = true
    }

    /// Writes the bytes of one JSON value as they are.
    package mutating func raw(_ value: [UInt8]) {
        self.beginValue()
        self.bytes.append(contentsOf: value)
        self.needsComma = true
    }

    /// Writes a tree.
    package mutating func write(_ value: JSONValue) {
        switch value {
        case .null: self.null()
        case .bool(let value): self.bool(value)
        case .number(let text): self.number(text: text)
        case .string(let text): self.string(text)
        case .array(let elements):
            self.beginArray()
            for element in elements { self.write(element) }
            self.endArray()
        case .object(let object):
            self.beginObject()
            for member in object.members {
                self.key(member.key)
                self.write(member.value)
            }
            self.endObject()
        }
    }

    // MARK: Punctuation

    private mutating func beginValue() {
        if self.isAfterKey {
            self.isAfterKey = false
            return
        }
        if self.needsComma { self.bytes.append(0x2c) }
        if self.isPretty, self.depth > 0 { self.breakLine() }
    }

    private mutating func endKey() {
        self.bytes.append(0x3a)
        if self.isPretty { self.bytes.append(0x20) }
        self.isAfterKey = true
    }

    private mutating func begin(_ open: UInt8) {
        self.beginValue()
        self.bytes.append(open)
        self.depth += 1
        self.needsComma = false
    }

    private mutating func end(_ close: UInt8) {
        self.depth = max(self.depth - 1, 0)
        if self.isPretty, self.needsComma { self.breakLine() }
        self.bytes.append(close)
        self.needsComma = true
        self.isAfterKey = false
    }

    private mutating func breakLine() {
        self.bytes.append(0x0a)
        for _ in 0..<self.depth {
            self.bytes.append(0x20)
            self.bytes.append(0x20)
        }
    }
}

extension JSONValue {
    /// The document as bytes.
    package func encoded(pretty: Bool = false) -> [UInt8] {
        var writer = JSONWriter(pretty: pretty)
        writer.write(self)
        return writer.bytes
    }

    /// The document as text.
    package func text(pretty: Bool = false) -> String {
        String(decoding: self.encoded(pretty: pretty), as: UTF8.self)
    }
}
