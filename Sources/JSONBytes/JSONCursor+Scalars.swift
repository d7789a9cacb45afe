// Weir
// SPDX-License-Identifier: Apache-2.0

extension JSONCursor {
    // MARK: Strings

    /// Reads a string and answers where it stands.
    @inlinable
    package mutating func readString(in bytes: RawSpan) throws(JSONError) -> JSONString {
        self.skipWhitespace(in: bytes)
        guard self.offset < bytes.byteCount, unsafe bytes.uncheckedByte(self.offset) == 0x22 else {
            throw self.mismatch(.string, in: bytes)
        }
        self.offset &+= 1
        return try self.scanString(in: bytes)
    }

    /// Reads a string as text.
    ///
    /// - Throws: ``JSONError/badEscape(at:)`` also for half of a surrogate pair.
    package mutating func readStringText(in bytes: RawSpan) throws(JSONError) -> String {
        try self.readString(in: bytes).text(in: bytes)
    }

    /// Reads on from behind the opening quote to behind the closing one.
    @inlinable @inline(__always)
    mutating func scanString(in bytes: RawSpan) throws(JSONError) -> JSONString {
        let start = self.offset
        var at = start
        while at &+ 8 <= bytes.byteCount {
            let stops = stringStops(unsafe bytes.uncheckedWord(at))
            if stops != 0 {
                at &+= stops.trailingZeroBitCount &>> 3
                if unsafe bytes.uncheckedByte(at) == 0x22 {
                    self.offset = at &+ 1
                    return JSONString(start: start, end: at, hasEscapes: false)
                }
                break
            }
            at &+= 8
        }
        return try self.scanStringSlowly(from: start, at: at, in: bytes)
    }

    /// Reads on from `at` in a string that starts at `start`: escapes, text beyond ASCII, the
    /// last bytes of the document.
    @usableFromInline @inline(never)
    mutating func scanStringSlowly(
        from start: Int, at: Int, in bytes: RawSpan,
    ) throws(JSONError) -> JSONString {
        var at = at
        var hasEscapes = false
        while at < bytes.byteCount {
            if at &+ 8 <= bytes.byteCount {
                let stops = stringStops(unsafe bytes.uncheckedWord(at))
                at &+= stops == 0 ? 8 : stops.trailingZeroBitCount &>> 3
                if stops == 0 { continue }
            }
            let byte = unsafe bytes.uncheckedByte(at)
            switch byte {
            case 0x22:
                self.offset = at &+ 1
                return JSONString(start: start, end: at, hasEscapes: hasEscapes)
            case 0x5c:
                hasEscapes = true
                at &+= try Self.escapeLength(at, in: bytes)
            case 0x00..<0x20: throw .unexpectedByte(byte, at: at)
            case 0x20..<0x80: at &+= 1
            default:
                guard let length = utf8SequenceLength(in: bytes, at: at) else {
                    throw .badUTF8(at: at)
                }
                at &+= length
            }
        }
        throw .unexpectedEnd(at: bytes.byteCount)
    }

    private static func escapeLength(_ at: Int, in bytes: RawSpan) throws(JSONError) -> Int {
        guard at &+ 1 < bytes.byteCount else { throw .unexpectedEnd(at: bytes.byteCount) }
        switch unsafe bytes.uncheckedByte(at &+ 1) {
        case 0x22, 0x5c, 0x2f, 0x62, 0x66, 0x6e, 0x72, 0x74: return 2
        case 0x75:
            for index in at &+ 2..<at &+ 6 {
                guard index < bytes.byteCount else { throw .unexpectedEnd(at: bytes.byteCount) }
                if hexNibble(unsafe bytes.uncheckedByte(index)) == nil { throw .badEscape(at: at) }
            }
            return 6
        default: throw .badEscape(at: at)
        }
    }

    // MARK: Literals

    /// Reads `true` or `false`.
    package mutating func readBool(in bytes: RawSpan) throws(JSONError) -> Bool {
        let at = self.offset
        // `false` without whitespace before it.
        if at &+ 5 <= bytes.byteCount, unsafe bytes.uncheckedHalfWord(at) == 0x736c_6166,
            unsafe bytes.uncheckedByte(at &+ 4) == 0x65
        {
            self.offset = at &+ 5
            return false
        }
        guard try self.peekKind(in: bytes) == .bool else { throw self.mismatch(.bool, in: bytes) }
        let value = unsafe bytes.uncheckedByte(self.offset) == 0x74
        try self.readLiteral(value ? "true" : "false", in: bytes)
        return value
    }

    /// Reads `null` and answers true, or leaves any other value where it is and answers false.
    @inlinable
    package mutating func readNull(in bytes: RawSpan) throws(JSONError) -> Bool {
        guard try self.peekKind(in: bytes) == .null else { return false }
        try self.readLiteral("null", in: bytes)
        return true
    }

    @usableFromInline
    mutating func readLiteral(_ literal: StaticString, in bytes: RawSpan) throws(JSONError) {
        for index in 0..<literal.utf8CodeUnitCount {
            try self.expect(unsafe literal.utf8Start[index], in: bytes)
        }
    }

    // MARK: Numbers

    /// Reads a number of any size and answers where its text stands.
    package mutating func readNumber(in bytes: RawSpan) throws(JSONError) -> Range<Int> {
        guard try self.peekKind(in: bytes) == .number else {
            throw self.mismatch(.number, in: bytes)
        }
        let start = self.offset
        if self.takes(0x2d, in: bytes) { try self.requireDigit(from: start, in: bytes) }
        if self.takes(0x30, in: bytes) {
            if self.seesDigit(in: bytes) { throw .badNumber(at: start) }
        } else {
            self.skipDigits(in: bytes)
        }
        if self.takes(0x2e, in: bytes) {
            try self.requireDigit(from: start, in: bytes)
            self.skipDigits(in: bytes)
        }
        if self.takes(0x65, in: bytes) || self.takes(0x45, in: bytes) {
            if !self.takes(0x2b, in: bytes) { _ = self.takes(0x2d, in: bytes) }
            try self.requireDigit(from: start, in: bytes)
            self.skipDigits(in: bytes)
        }
        return start..<self.offset
    }

    /// Reads a number as its text, so that integers of 256 bits stay exact.
    package mutating func readNumberText(in bytes: RawSpan) throws(JSONError) -> String {
        let range = try self.readNumber(in: bytes)
        return unsafe bytes.extracting(unchecked: range).withUnsafeBytes {
            unsafe String(decoding: $0, as: UTF8.self)
        }
    }

    /// Reads an integer number.
    ///
    /// - Throws: ``JSONError/outOfRange(at:)`` if it is negative, too large, or written with a
    ///   fraction or exponent.
    package mutating func readUInt64(in bytes: RawSpan) throws(JSONError) -> UInt64 {
        let range = try self.readNumber(in: bytes)
        guard let value = parseDecimal(range, in: bytes) else {
            throw .outOfRange(at: range.lowerBound)
        }
        return value
    }

    /// Reads an integer number that may be negative, as a JSON-RPC error code is.
    ///
    /// - Throws: ``JSONError/outOfRange(at:)`` if it does not fit or is written with a fraction
    ///   or exponent.
    package mutating func readInt64(in bytes: RawSpan) throws(JSONError) -> Int64 {
        let range = try self.readNumber(in: bytes)
        let isNegative = unsafe bytes.uncheckedByte(range.lowerBound) == 0x2d
        let digits = isNegative ? range.lowerBound &+ 1..<range.upperBound : range
        guard let magnitude = parseDecimal(digits, in: bytes),
            magnitude <= Int64.max.magnitude &+ (isNegative ? 1 : 0)
        else { throw .outOfRange(at: range.lowerBound) }
        return isNegative ? Int64(truncatingIfNeeded: 0 &- magnitude) : Int64(magnitude)
    }

    private mutating func takes(_ byte: UInt8, in bytes: RawSpan) -> Bool {
        guard self.offset < bytes.byteCount, unsafe bytes.uncheckedByte(self.offset) == byte else {
            return false
        }
        self.offset &+= 1
        return true
    }

    private func seesDigit(in bytes: RawSpan) -> Bool {
        guard self.offset < bytes.byteCount else { return false }
        return unsafe bytes.uncheckedByte(self.offset) &- 0x30 < 10
    }

    private mutating func skipDigits(in bytes: RawSpan) {
        while self.seesDigit(in: bytes) { self.offset &+= 1 }
    }

    private func requireDigit(from start: Int, in bytes: RawSpan) throws(JSONError) {
        guard self.offset < bytes.byteCount else { throw .unexpectedEnd(at: bytes.byteCount) }
        if !self.seesDigit(in: bytes) { throw .badNumber(at: start) }
    }
}

/// Decimal digits as a number; nil if there are none, another byte, or more than fit.
func parseDecimal(_ range: Range<Int>, in bytes: RawSpan) -> UInt64? {
    guard !range.isEmpty, range.upperBound <= bytes.byteCount else { return nil }
    var value: UInt64 = 0
    for index in range {
        let digit = unsafe bytes.uncheckedByte(index) &- 0x30
        guard digit < 10 else { return nil }
        let (tens, overflow) = value.multipliedReportingOverflow(by: 10)
        let (next, carry) = tens.addingReportingOverflow(UInt64(digit))
        if overflow || carry { return nil }
        value = next
    }
    return value
}
