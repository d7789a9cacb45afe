// Weir
// SPDX-License-Identifier: Apache-2.0

// Strings of `0x` and hex digits, as Ethereum JSON-RPC has them: quantities and data (EIP-1474).
//
// Each reader tries the usual shape first: no whitespace, no escapes, a length known beforehand
// or found while decoding, eight digits a step. Whatever does not fit that, good or bad, is left
// to a slow strict reader, which decides and makes the error. So the quick part never has to
// explain a refusal, and never reads beyond the bytes.

/// `"0x` as the low three bytes of a word.
@usableFromInline let hexOpening: UInt32 = 0x0078_3022

extension JSONCursor {
    // MARK: Fixed lengths

    /// Reads 20 bytes (an address) as words in byte order, the first byte the most significant.
    @inlinable @inline(__always)
    package mutating func readHex20(
        in bytes: RawSpan,
    ) throws(JSONError) -> (UInt64, UInt64, UInt32) {
        let at = self.offset
        if let digits = self.quickHex(at, digitCount: 40, in: bytes) {
            var bad: UInt64 = 0
            let word0 = unsafe hexWord(digits, in: bytes, &bad)
            let word1 = unsafe hexWord(digits &+ 16, in: bytes, &bad)
            let word2 = unsafe hex8(bytes.uncheckedWord(digits &+ 32), &bad).byteSwapped
            if bad == 0 {
                self.offset = digits &+ 41
                return (word0, word1, word2)
            }
        }
        let words = try self.readHexWordsSlowly(count: 20, in: bytes)
        return (words.0, words.1, UInt32(truncatingIfNeeded: words.2 &>> 32))
    }

    /// Reads 32 bytes (a hash, a topic) as words in byte order, the first byte the most
    /// significant.
    @inlinable @inline(__always)
    package mutating func readHex32(
        in bytes: RawSpan,
    ) throws(JSONError) -> (UInt64, UInt64, UInt64, UInt64) {
        let at = self.offset
        if let digits = self.quickHex(at, digitCount: 64, in: bytes) {
            var bad = SIMD16<UInt8>.zero
            let part0 = unsafe hexVector(bytes.uncheckedVector(digits), &bad)
            let part1 = unsafe hexVector(bytes.uncheckedVector(digits &+ 16), &bad)
            let part2 = unsafe hexVector(bytes.uncheckedVector(digits &+ 32), &bad)
            let part3 = unsafe hexVector(bytes.uncheckedVector(digits &+ 48), &bad)
            if isGood(bad) {
                self.offset = digits &+ 65
                return (
                    bigEndianWord(part0), bigEndianWord(part1), bigEndianWord(part2),
                    bigEndianWord(part3)
                )
            }
        }
        return try self.readHexWordsSlowly(count: 32, in: bytes)
    }

    /// Reads exactly `count` bytes into memory.
    ///
    /// - Parameter out: at least `count` writable bytes; undefined after an error.
    @inlinable
    package mutating func readHexExact(
        in bytes: RawSpan, count: Int, into out: UnsafeMutableRawPointer,
    ) throws(JSONError) {
        precondition(count >= 0)
        if count & 3 == 0, count <= bytes.byteCount,
            let digits = self.quickHex(self.offset, digitCount: 2 &* count, in: bytes)
        {
            var bad: UInt64 = 0
            var done = 0
            while done < count {
                let word = unsafe hex8(bytes.uncheckedWord(digits &+ 2 &* done), &bad)
                unsafe out.storeBytes(of: word.littleEndian, toByteOffset: done, as: UInt32.self)
                done &+= 4
            }
            if bad == 0 {
                self.offset = digits &+ 2 &* count &+ 1
                return
            }
        }
        let slow = try self.readHexSlowly(count: count, in: bytes)
        for index in 0..<count {
            unsafe out.storeBytes(of: slow[index], toByteOffset: index, as: UInt8.self)
        }
    }

    /// Where the digits start, if `"0x`, `digitCount` bytes and `"` stand at `at`.
    @inlinable @inline(__always)
    func quickHex(_ at: Int, digitCount: Int, in bytes: RawSpan) -> Int? {
        guard at &+ digitCount &+ 4 <= bytes.byteCount,
            unsafe bytes.uncheckedHalfWord(at) & 0x00ff_ffff == hexOpening,
            unsafe bytes.uncheckedByte(at &+ digitCount &+ 3) == 0x22
        else { return nil }
        return at &+ 3
    }

    // MARK: Any length

    /// Reads any number of whole bytes and appends them. `"0x"` is no bytes.
    ///
    /// The array grows as `append` grows it, so many small values in one array cost linear time.
    /// After an error the array may hold a part of the value.
    @inlinable
    package mutating func readHexBytes(
        in bytes: RawSpan, appendingTo out: inout [UInt8],
    ) throws(JSONError) {
        let start = out.count
        var at = self.offset
        guard at &+ 4 <= bytes.byteCount,
            unsafe bytes.uncheckedHalfWord(at) & 0x00ff_ffff == hexOpening
        else { return try self.readHexBytesSlowly(in: bytes, appendingTo: &out) }
        at &+= 3
        // Calldata and log data are mostly whole words of 32 bytes: take them without a search
        // for the end. A quote inside such a block is a bad digit, and ends the loop.
        if at &+ 64 < bytes.byteCount {
            var isEnd = false
            while !isEnd, unsafe self.appendBlocks(in: bytes, &at, to: &out, &isEnd) {}
            if isEnd {
                self.offset = at &+ 1
                return
            }
        }
        // The last part of an odd length, up to 31 bytes.
        while at &+ 8 <= bytes.byteCount {
            var bad: UInt64 = 0
            let word = unsafe hex8(bytes.uncheckedWord(at), &bad)
            let good = bad.trailingZeroBitCount &>> 3
            let whole = bad == 0 ? 4 : good &>> 1
            for index in 0..<whole {
                out.append(UInt8(truncatingIfNeeded: word &>> (8 &* UInt32(index))))
            }
            at &+= 2 &* whole
            if bad != 0 {
                guard good & 1 == 0, unsafe bytes.uncheckedByte(at) == 0x22 else { break }
                self.offset = at &+ 1
                return
            }
        }
        out.removeSubrange(start...)
        try self.readHexBytesSlowly(in: bytes, appendingTo: &out)
    }

    /// Appends blocks of 32 bytes until there is none, or a quote comes (`isEnd`), or some room is
    /// full: only then answers true.
    @unsafe @inlinable @inline(__always)
    func appendBlocks(
        in bytes: RawSpan, _ at: inout Int, to out: inout [UInt8], _ isEnd: inout Bool
    ) -> Bool {
        var place = at
        var isQuote = false
        var isFull = true
        // A short value of its own gets no more room than it needs.
        out.append(addingCapacity: out.isEmpty ? 64 : 512) { room in
            unsafe room.withUnsafeMutableBufferPointer { buffer, count in
                while count &+ 32 <= buffer.count {
                    guard place &+ 64 < bytes.byteCount else {
                        isFull = false
                        return
                    }
                    var bad = SIMD16<UInt8>.zero
                    let part0 = unsafe hexVector(bytes.uncheckedVector(place), &bad)
                    let part1 = unsafe hexVector(bytes.uncheckedVector(place &+ 16), &bad)
                    let part2 = unsafe hexVector(bytes.uncheckedVector(place &+ 32), &bad)
                    let part3 = unsafe hexVector(bytes.uncheckedVector(place &+ 48), &bad)
                    guard isGood(bad), let base = UnsafeMutableRawPointer(buffer.baseAddress)
                    else {
                        isFull = false
                        return
                    }
                    unsafe base.storeBytes(of: part0, toByteOffset: count, as: SIMD8<UInt8>.self)
                    unsafe base.storeBytes(
                        of: part1, toByteOffset: count &+ 8, as: SIMD8<UInt8>.self)
                    unsafe base.storeBytes(
                        of: part2, toByteOffset: count &+ 16, as: SIMD8<UInt8>.self)
                    unsafe base.storeBytes(
                        of: part3, toByteOffset: count &+ 24, as: SIMD8<UInt8>.self)
                    count &+= 32
                    place &+= 64
                    if unsafe bytes.uncheckedByte(place) == 0x22 {
                        isQuote = true
                        return
                    }
                }
            }
        }
        at = place
        isEnd = isQuote
        return isFull
    }

    @usableFromInline @inline(never)
    mutating func readHexBytesSlowly(
        in bytes: RawSpan, appendingTo out: inout [UInt8],
    ) throws(JSONError) {
        out.append(contentsOf: try self.readHexSlowly(count: nil, in: bytes))
    }

    // MARK: Quantities

    /// Reads a quantity: `"0x1f"`. Leading zeros are allowed, since providers send them.
    ///
    /// - Parameter acceptingDecimal: also accepts an integer number (`31`) and a decimal string
    ///   (`"31"`), as some chains answer.
    /// - Throws: ``JSONError/outOfRange(at:)`` above 64 bits.
    @inlinable @inline(__always)
    package mutating func readHexQuantity(
        in bytes: RawSpan, acceptingDecimal: Bool = false,
    ) throws(JSONError) -> UInt64 {
        let at = self.offset
        if at &+ 19 <= bytes.byteCount,
            unsafe bytes.uncheckedHalfWord(at) & 0x00ff_ffff == hexOpening
        {
            var value: UInt64 = 0
            var digits = at &+ 3
            var bad: UInt64 = 0
            var word = unsafe bytes.uncheckedWord(digits)
            let first = hex8(word, &bad)
            if bad == 0 {
                value = UInt64(first.byteSwapped)
                digits = at &+ 11
                word = unsafe bytes.uncheckedWord(digits)
                _ = hex8(word, &bad)
            }
            // The digits of the last word, moved up behind zeros.
            let count = bad.trailingZeroBitCount &>> 3
            if bad != 0, count &+ digits > at &+ 3,
                unsafe bytes.uncheckedByte(digits &+ count) == 0x22
            {
                self.offset = digits &+ count &+ 1
                if count == 0 { return value }
                let tail = hex8Unchecked(word &<< UInt64(64 &- 8 &* count)).byteSwapped
                return value &<< UInt64(4 &* count) | UInt64(tail)
            }
        }
        return try self.readQuantitySlowly(in: bytes, acceptingDecimal: acceptingDecimal)
    }

    @usableFromInline @inline(never)
    mutating func readQuantitySlowly(
        in bytes: RawSpan, acceptingDecimal: Bool,
    ) throws(JSONError) -> UInt64 {
        if try self.peekKind(in: bytes) == .number, acceptingDecimal {
            return try self.readUInt64(in: bytes)
        }
        let quote = self.offset
        let text = try self.readPlainText(in: bytes)
        guard text.starts(with: [0x30, 0x78]) else {
            guard acceptingDecimal, !text.isEmpty, text.allSatisfy({ (0x30...0x39).contains($0) })
            else { throw .badHex(at: quote) }
            guard let value = unsafe parseDecimal(text.indices, in: text.span.bytes) else {
                throw .outOfRange(at: quote)
            }
            return value
        }
        guard text.count > 2 else { throw .badHex(at: quote) }
        var value: UInt64 = 0
        var overflow = false
        for digit in text.dropFirst(2) {
            guard let nibble = hexNibble(digit) else { throw .badHex(at: quote) }
            overflow = overflow || value &>> 60 != 0
            value = value &<< 4 | UInt64(nibble)
        }
        if overflow { throw .outOfRange(at: quote) }
        return value
    }

    // MARK: The slow strict reader

    @usableFromInline @inline(never)
    mutating func readHexWordsSlowly(
        count: Int, in bytes: RawSpan,
    ) throws(JSONError) -> (UInt64, UInt64, UInt64, UInt64) {
        let slow = try self.readHexSlowly(count: count, in: bytes)
        func word(_ first: Int) -> UInt64 {
            var word: UInt64 = 0
            for index in first..<first &+ 8 {
                word = word &<< 8 | (index < slow.count ? UInt64(slow[index]) : 0)
            }
            return word
        }
        return (word(0), word(8), word(16), word(24))
    }

    /// Any hex string, with whitespace before it and escapes in it, `count` bytes or any number.
    @usableFromInline @inline(never)
    mutating func readHexSlowly(count: Int?, in bytes: RawSpan) throws(JSONError) -> [UInt8] {
        self.skipWhitespace(in: bytes)
        let quote = self.offset
        let text = try self.readPlainText(in: bytes)
        guard text.count & 1 == 0, text.starts(with: [0x30, 0x78]),
            count.map({ $0 == text.count / 2 - 1 }) ?? true
        else { throw .badHex(at: quote) }
        var out: [UInt8] = []
        out.reserveCapacity(text.count / 2)
        for index in stride(from: 2, to: text.count, by: 2) {
            guard let high = hexNibble(text[index]), let low = hexNibble(text[index &+ 1]) else {
                throw .badHex(at: quote)
            }
            out.append(high &<< 4 | low)
        }
        return out
    }

    private mutating func readPlainText(in bytes: RawSpan) throws(JSONError) -> [UInt8] {
        let string = try self.readString(in: bytes)
        var text: [UInt8] = []
        text.reserveCapacity(string.count)
        try string.append(to: &text, in: bytes)
        return text
    }
}

/// Sixteen hex digits as a number. The caller has checked that they are within the bytes.
@unsafe @inlinable @inline(__always)
func hexWord(_ at: Int, in bytes: RawSpan, _ bad: inout UInt64) -> UInt64 {
    let high = unsafe hex8(bytes.uncheckedWord(at), &bad).byteSwapped
    let low = unsafe hex8(bytes.uncheckedWord(at &+ 8), &bad).byteSwapped
    return UInt64(high) &<< 32 | UInt64(low)
}
