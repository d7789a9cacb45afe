// Weir
// SPDX-License-Identifier: Apache-2.0

/// A place in the bytes of a JSON document (RFC 8259), moved by reading.
///
/// It holds two integers, never the bytes: every call is given the same `bytes`. Nothing is
/// allocated, no tree is built, and nothing is read outside the bytes.
///
///     var cursor = JSONCursor()
///     try cursor.enterObject(in: bytes)
///     while let key = try cursor.nextKey(in: bytes) {
///         if key.equals("id", in: bytes) {
///             id = try cursor.readUInt64(in: bytes)
///         } else {
///             try cursor.skipValue(in: bytes)
///         }
///     }
///     try cursor.finish(in: bytes)
///
/// After each key and each `nextElement` that answered true, exactly one value has to be read or
/// skipped. What is read or skipped is checked in full against the grammar. Keys may repeat; it
/// is the caller's business which one counts. After an error the cursor is of no further use.
///
/// How commas are known without a stack: each call leaves the cursor right behind the last byte
/// of its token. Only an opening bracket ends in `{` or `[`, so the byte before the cursor tells
/// whether the first member comes next or a comma has to.
package struct JSONCursor: Sendable, Equatable {
    /// The deepest nesting that is ever allowed. Skipping a value recurses once per level, and
    /// this keeps it within the stack of any thread.
    package static let depthLimitMax = 1024

    /// The next byte to be read, an offset into the bytes.
    @usableFromInline package internal(set) var offset: Int

    /// How many more containers may be entered.
    @usableFromInline var depthLeft: Int

    @usableFromInline let depthLimit: Int

    /// - Parameters:
    ///   - offset: where the document starts, not negative.
    ///   - depthLimit: how many containers may stand inside each other, at most
    ///     ``depthLimitMax``.
    @inlinable
    package init(at offset: Int = 0, depthLimit: Int = 512) {
        precondition(offset >= 0)
        self.offset = offset
        self.depthLimit = min(max(depthLimit, 0), JSONCursor.depthLimitMax)
        self.depthLeft = self.depthLimit
    }

    /// How many containers are open.
    @inlinable package var depth: Int { self.depthLimit &- self.depthLeft }

    // MARK: Between the tokens

    /// Moves over spaces, tabs, line feeds and carriage returns.
    @inlinable @inline(__always)
    package mutating func skipWhitespace(in bytes: RawSpan) {
        if self.offset < bytes.byteCount, unsafe bytes.uncheckedByte(self.offset) <= 0x20 {
            self.skipWhitespaceRun(in: bytes)
        }
    }

    @usableFromInline @inline(never)
    mutating func skipWhitespaceRun(in bytes: RawSpan) {
        while self.offset < bytes.byteCount {
            switch unsafe bytes.uncheckedByte(self.offset) {
            case 0x20, 0x09, 0x0a, 0x0d: self.offset &+= 1
            default: return
            }
        }
    }

    /// Moves to the next value and tells its kind by its first byte.
    @inlinable
    package mutating func peekKind(in bytes: RawSpan) throws(JSONError) -> JSONKind {
        self.skipWhitespace(in: bytes)
        guard self.offset < bytes.byteCount else { throw .unexpectedEnd(at: bytes.byteCount) }
        let byte = unsafe bytes.uncheckedByte(self.offset)
        switch byte {
        case 0x22: return .string
        case 0x7b: return .object
        case 0x5b: return .array
        case 0x2d, 0x30...0x39: return .number
        case 0x74, 0x66: return .bool
        case 0x6e: return .null
        default: throw .unexpectedByte(byte, at: self.offset)
        }
    }

    /// Ends the document: only whitespace may follow.
    package mutating func finish(in bytes: RawSpan) throws(JSONError) {
        self.skipWhitespace(in: bytes)
        if self.depth > 0 { throw self.unexpected(in: bytes) }
        if self.offset < bytes.byteCount { throw .trailingBytes(at: self.offset) }
    }

    // MARK: Objects

    /// Reads the `{` of an object.
    @inlinable
    package mutating func enterObject(in bytes: RawSpan) throws(JSONError) {
        try self.enter(0x7b, .object, in: bytes)
    }

    /// Reads the next key of the object and its colon, or its `}` and answers nil.
    @inlinable @inline(__always)
    package mutating func nextKey(in bytes: RawSpan) throws(JSONError) -> JSONString? {
        // The usual shape without whitespace: `,"`, and not right behind the `{`.
        let at = self.offset
        guard at > 0, at &+ 1 < bytes.byteCount, unsafe bytes.uncheckedByte(at) == 0x2c,
            unsafe bytes.uncheckedByte(at &+ 1) == 0x22,
            unsafe bytes.uncheckedByte(at &- 1) != 0x7b
        else { return try self.nextKeySlowly(in: bytes) }
        self.offset = at &+ 2
        let key = try self.scanString(in: bytes)
        try self.readColon(in: bytes)
        return key
    }

    @usableFromInline @inline(never)
    mutating func nextKeySlowly(in bytes: RawSpan) throws(JSONError) -> JSONString? {
        let isFirst = self.isBehind(0x7b, in: bytes)
        if try self.readEnd(0x7d, in: bytes) { return nil }
        if !isFirst { try self.readComma(in: bytes) }
        try self.expect(0x22, in: bytes)
        let key = try self.scanString(in: bytes)
        try self.readColon(in: bytes)
        return key
    }

    @inlinable @inline(__always)
    mutating func readColon(in bytes: RawSpan) throws(JSONError) {
        if self.offset < bytes.byteCount, unsafe bytes.uncheckedByte(self.offset) == 0x3a {
            self.offset &+= 1
        } else {
            self.skipWhitespace(in: bytes)
            try self.expect(0x3a, in: bytes)
        }
    }

    // MARK: Arrays

    /// Reads the `[` of an array.
    @inlinable
    package mutating func enterArray(in bytes: RawSpan) throws(JSONError) {
        try self.enter(0x5b, .array, in: bytes)
    }

    /// Moves to the next element and answers true, or reads the `]` and answers false.
    @inlinable
    package mutating func nextElement(in bytes: RawSpan) throws(JSONError) -> Bool {
        let isFirst = self.isBehind(0x5b, in: bytes)
        if try self.readEnd(0x5d, in: bytes) { return false }
        guard !isFirst else { return true }
        try self.readComma(in: bytes)
        if self.offset < bytes.byteCount, unsafe bytes.uncheckedByte(self.offset) == 0x5d {
            throw .unexpectedByte(0x5d, at: self.offset)
        }
        return true
    }

    // MARK: Single bytes

    @inlinable @inline(__always)
    mutating func enter(
        _ open: UInt8, _ kind: JSONKind, in bytes: RawSpan,
    ) throws(JSONError) {
        self.skipWhitespace(in: bytes)
        guard self.offset < bytes.byteCount, unsafe bytes.uncheckedByte(self.offset) == open else {
            throw self.mismatch(kind, in: bytes)
        }
        guard self.depthLeft > 0 else {
            throw .tooDeep(limit: self.depthLimit, at: self.offset)
        }
        self.depthLeft &-= 1
        self.offset &+= 1
    }

    /// Whether the byte before the cursor is `open`.
    @inlinable @inline(__always)
    func isBehind(_ open: UInt8, in bytes: RawSpan) -> Bool {
        guard self.offset > 0, self.offset <= bytes.byteCount else { return false }
        return unsafe bytes.uncheckedByte(self.offset &- 1) == open
    }

    /// Reads `close` if it comes next.
    @inlinable @inline(__always)
    mutating func readEnd(_ close: UInt8, in bytes: RawSpan) throws(JSONError) -> Bool {
        self.skipWhitespace(in: bytes)
        guard self.offset < bytes.byteCount else { throw .unexpectedEnd(at: bytes.byteCount) }
        guard unsafe bytes.uncheckedByte(self.offset) == close, self.depthLeft < self.depthLimit
        else { return false }
        self.depthLeft &+= 1
        self.offset &+= 1
        return true
    }

    @inlinable @inline(__always)
    mutating func readComma(in bytes: RawSpan) throws(JSONError) {
        try self.expect(0x2c, in: bytes)
        self.skipWhitespace(in: bytes)
    }

    /// Reads exactly this byte, without whitespace before it.
    @inlinable @inline(__always)
    mutating func expect(_ byte: UInt8, in bytes: RawSpan) throws(JSONError) {
        guard self.offset < bytes.byteCount, unsafe bytes.uncheckedByte(self.offset) == byte else {
            throw self.unexpected(in: bytes)
        }
        self.offset &+= 1
    }

    // MARK: What went wrong

    /// The error for the byte at the cursor.
    @usableFromInline @inline(never)
    func unexpected(in bytes: RawSpan) -> JSONError {
        guard self.offset < bytes.byteCount else { return .unexpectedEnd(at: bytes.byteCount) }
        return .unexpectedByte(unsafe bytes.uncheckedByte(self.offset), at: self.offset)
    }

    /// The error for a value at the cursor that is not of the kind asked for.
    @usableFromInline @inline(never)
    func mismatch(_ expected: JSONKind, in bytes: RawSpan) -> JSONError {
        var ahead = self
        do throws(JSONError) {
            let found = try ahead.peekKind(in: bytes)
            if found == expected { return self.unexpected(in: bytes) }
            return .wrongType(expected: expected, found: found, at: ahead.offset)
        } catch {
            return error
        }
    }
}
