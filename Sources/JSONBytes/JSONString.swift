// Weir
// SPDX-License-Identifier: Apache-2.0

/// Where a string of the document stands: its bytes between the quotes, checked by the cursor
/// (no control characters, only escapes of RFC 8259, UTF-8), not yet unescaped.
///
/// It belongs to the bytes that the cursor read; given other, shorter bytes it traps.
package struct JSONString: Sendable, Equatable {
    /// The byte after the opening quote.
    package let start: Int
    /// The closing quote.
    package let end: Int
    /// True if there is a backslash in it, so that its text is shorter than its bytes.
    package let hasEscapes: Bool

    @inlinable @inline(__always)
    init(start: Int, end: Int, hasEscapes: Bool) {
        self.start = start
        self.end = end
        self.hasEscapes = hasEscapes
    }

    /// The number of bytes between the quotes, escapes as they are written.
    @inlinable @inline(__always) package var count: Int { self.end &- self.start }

    /// The bytes between the quotes.
    @inlinable package var range: Range<Int> { self.start..<self.end }

    /// Whether the text is `name`: a length and a few words compared, as `name` is a literal.
    @inlinable @inline(__always)
    package func equals(_ name: StaticString, in bytes: RawSpan) -> Bool {
        precondition(self.end <= bytes.byteCount)
        if self.hasEscapes { return self.equalsUnescaped(name, in: bytes) }
        guard self.count == name.utf8CodeUnitCount, name.hasPointerRepresentation else {
            return false
        }
        return unsafe self.equalBytes(
            UnsafeRawPointer(name.utf8Start), name.utf8CodeUnitCount, in: bytes)
    }

    /// The last word may overlap the one before it, which spares a loop over single bytes.
    @inlinable @inline(__always)
    func equalBytes(_ other: UnsafeRawPointer, _ count: Int, in bytes: RawSpan) -> Bool {
        func word(_ at: Int) -> UInt64 {
            UInt64(littleEndian: unsafe other.loadUnaligned(fromByteOffset: at, as: UInt64.self))
        }
        func half(_ at: Int) -> UInt32 {
            UInt32(littleEndian: unsafe other.loadUnaligned(fromByteOffset: at, as: UInt32.self))
        }
        let start = self.start
        if count >= 8 {
            var at = 0
            while at &+ 8 <= count {
                if unsafe bytes.uncheckedWord(start &+ at) != word(at) { return false }
                at &+= 8
            }
            return unsafe bytes.uncheckedWord(start &+ count &- 8) == word(count &- 8)
        }
        if count >= 4 {
            return unsafe bytes.uncheckedHalfWord(start) == half(0)
                && bytes.uncheckedHalfWord(start &+ count &- 4) == half(count &- 4)
        }
        for at in 0..<count {
            if unsafe bytes.uncheckedByte(start &+ at)
                != other.load(fromByteOffset: at, as: UInt8.self)
            {
                return false
            }
        }
        return true
    }

    @usableFromInline @inline(never)
    func equalsUnescaped(_ name: StaticString, in bytes: RawSpan) -> Bool {
        var text: [UInt8] = []
        guard (try? self.append(to: &text, in: bytes)) != nil else { return false }
        return text == name.withUTF8Buffer { unsafe Array($0) }
    }

    /// The text.
    ///
    /// - Throws: ``JSONError/badEscape(at:)`` for half of a surrogate pair, which the grammar
    ///   allows and Unicode text does not.
    package func text(in bytes: RawSpan) throws(JSONError) -> String {
        precondition(self.end <= bytes.byteCount)
        guard self.hasEscapes else {
            return unsafe bytes.extracting(unchecked: self.range).withUnsafeBytes {
                unsafe String(decoding: $0, as: UTF8.self)
            }
        }
        var text: [UInt8] = []
        try self.append(to: &text, in: bytes)
        return String(decoding: text, as: UTF8.self)
    }

    /// Appends the text as UTF-8.
    ///
    /// - Throws: as ``text(in:)``; what stood before the bad escape has been appended then.
    package func append(to text: inout [UInt8], in bytes: RawSpan) throws(JSONError) {
        precondition(self.end <= bytes.byteCount)
        var at = self.start
        while at < self.end {
            var plainEnd = at
            while plainEnd < self.end, unsafe bytes.uncheckedByte(plainEnd) != 0x5c {
                plainEnd &+= 1
            }
            unsafe bytes.extracting(unchecked: at..<plainEnd).withUnsafeBytes {
                unsafe text.append(contentsOf: $0)
            }
            at = plainEnd
            if at < self.end { try self.appendEscape(&at, to: &text, in: bytes) }
        }
    }

    /// Appends what the escape at `at` stands for and moves `at` behind it.
    private func appendEscape(
        _ at: inout Int, to text: inout [UInt8], in bytes: RawSpan,
    ) throws(JSONError) {
        let start = at
        guard at &+ 2 <= self.end else { throw .badEscape(at: start) }
        let escape = unsafe bytes.uncheckedByte(at &+ 1)
        at &+= 2
        switch escape {
        case 0x22, 0x5c, 0x2f: text.append(escape)
        case 0x62: text.append(0x08)
        case 0x66: text.append(0x0c)
        case 0x6e: text.append(0x0a)
        case 0x72: text.append(0x0d)
        case 0x74: text.append(0x09)
        case 0x75:
            guard var code = self.codeUnit(at, in: bytes) else { throw .badEscape(at: start) }
            at &+= 4
            if code & 0xfc00 == 0xd800, let low = self.lowSurrogate(at, in: bytes) {
                code = 0x10000 &+ ((code & 0x3ff) &<< 10 | low & 0x3ff)
                at &+= 6
            }
            guard let scalar = Unicode.Scalar(code) else { throw .badEscape(at: start) }
            text.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
        default: throw .badEscape(at: start)
        }
    }

    /// The second half of a surrogate pair, if it is written as an escape at `at`.
    private func lowSurrogate(_ at: Int, in bytes: RawSpan) -> UInt32? {
        guard at &+ 6 <= self.end, unsafe bytes.uncheckedByte(at) == 0x5c,
            unsafe bytes.uncheckedByte(at &+ 1) == 0x75,
            let code = self.codeUnit(at &+ 2, in: bytes), code & 0xfc00 == 0xdc00
        else { return nil }
        return code
    }

    /// The four hex digits at `at`.
    private func codeUnit(_ at: Int, in bytes: RawSpan) -> UInt32? {
        guard at &+ 4 <= self.end else { return nil }
        var code: UInt32 = 0
        for index in at..<at &+ 4 {
            guard let nibble = hexNibble(unsafe bytes.uncheckedByte(index)) else { return nil }
            code = code &<< 4 | UInt32(nibble)
        }
        return code
    }
}
