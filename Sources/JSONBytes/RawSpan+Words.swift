// Weir
// SPDX-License-Identifier: Apache-2.0

// Loads without a bounds check, and the masks that look at eight bytes at once.
//
// The masks are SWAR ("SIMD within a register"): bit 7 of each byte of the result says something
// about that byte. Subtractions can borrow from one byte into the next higher one, so only the
// *lowest* set bit is exact. That is all the readers use: `trailingZeroBitCount / 8` is the index
// of the first byte that matters.

extension RawSpan {
    /// One byte. The caller has checked that `offset` is in `0..<byteCount`.
    @unsafe @inlinable @inline(__always)
    package func uncheckedByte(_ offset: Int) -> UInt8 {
        unsafe self.unsafeLoad(fromUncheckedByteOffset: offset, as: UInt8.self)
    }

    /// Four bytes, the first one lowest. The caller has checked `offset &+ 4 <= byteCount`.
    @unsafe @inlinable @inline(__always)
    package func uncheckedHalfWord(_ offset: Int) -> UInt32 {
        UInt32(
            littleEndian: unsafe self.unsafeLoadUnaligned(
                fromUncheckedByteOffset: offset, as: UInt32.self))
    }

    /// Eight bytes, the first one lowest. The caller has checked `offset &+ 8 <= byteCount`.
    @unsafe @inlinable @inline(__always)
    package func uncheckedWord(_ offset: Int) -> UInt64 {
        UInt64(
            littleEndian: unsafe self.unsafeLoadUnaligned(
                fromUncheckedByteOffset: offset, as: UInt64.self))
    }
}

/// The same byte eight times.
@inlinable @inline(__always)
func eight(_ byte: UInt8) -> UInt64 {
    UInt64(byte) &* 0x0101_0101_0101_0101
}

/// Marks the bytes that end a run of plain string text: `"`, `\`, control characters, non-ASCII.
@inlinable @inline(__always)
func stringStops(_ word: UInt64) -> UInt64 {
    let quote = word ^ eight(0x22)
    let backslash = word ^ eight(0x5c)
    let quotes = (quote &- eight(1)) & ~quote
    let backslashes = (backslash &- eight(1)) & ~backslash
    let controls = (word &- eight(0x20)) & ~word
    return (quotes | backslashes | controls | word) & eight(0x80)
}

/// Marks the bytes that a JSON writer has to escape: `"`, `\`, control characters.
@inlinable @inline(__always)
func escapeStops(_ word: UInt64) -> UInt64 {
    let quote = word ^ eight(0x22)
    let backslash = word ^ eight(0x5c)
    let quotes = (quote &- eight(1)) & ~quote
    let backslashes = (backslash &- eight(1)) & ~backslash
    let controls = (word &- eight(0x20)) & ~word
    return (quotes | backslashes | controls) & eight(0x80)
}

/// Eight hex digits, the first in the lowest byte, as the four bytes that they spell, the first
/// in the lowest byte again.
///
/// - Parameter bad: bit 7 of each byte is set, exactly, where `digits` holds no hex digit. Bits
///   that are set already stay, so that one check at the end covers many calls.
@inlinable @inline(__always)
package func hex8(_ digits: UInt64, _ bad: inout UInt64) -> UInt32 {
    let d = digits ^ eight(0x30)
    let l = (digits | eight(0x20)) ^ eight(0x60)
    let notDigit = (d & eight(0x7f)) &+ eight(0x76)
    let l7 = l & eight(0x7f)
    let notLetter = (l7 &+ eight(0x79)) | ~(l7 &+ eight(0x7f))
    bad |= ((notDigit & notLetter) | digits) & eight(0x80)
    return hex8Unchecked(digits)
}

/// As ``hex8(_:_:)`` for digits that are known to be good; a zero byte counts as the digit 0.
@inlinable @inline(__always)
func hex8Unchecked(_ digits: UInt64) -> UInt32 {
    let nibbles = (digits & eight(0x0f)) &+ ((digits & eight(0x40)) &>> 6) &* 9
    let pairs = ((nibbles &<< 4) | (nibbles &>> 8)) & 0x00ff_00ff_00ff_00ff
    let quads = (pairs | (pairs &>> 8)) & 0x0000_ffff_0000_ffff
    return UInt32(truncatingIfNeeded: quads | (quads &>> 16))
}

/// The value of one hex digit, or nil.
@inlinable @inline(__always)
func hexNibble(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 0x30...0x39: byte &- 0x30
    case 0x41...0x46: byte &- 0x37
    case 0x61...0x66: byte &- 0x57
    default: nil
    }
}

/// The length of the UTF-8 sequence that starts at `offset`, or nil if there is no valid one
/// (Unicode 15, table 3-7: no overlong forms, no surrogates, nothing above U+10FFFF).
@usableFromInline
func utf8SequenceLength(in bytes: RawSpan, at offset: Int) -> Int? {
    let room = bytes.byteCount &- offset
    guard room > 0 else { return nil }
    func continues(_ index: Int, _ allowed: ClosedRange<UInt8> = 0x80...0xbf) -> Bool {
        index < room && allowed.contains(unsafe bytes.uncheckedByte(offset &+ index))
    }
    switch unsafe bytes.uncheckedByte(offset) {
    case 0x00...0x7f: return 1
    case 0xc2...0xdf: return continues(1) ? 2 : nil
    case 0xe0: return continues(1, 0xa0...0xbf) && continues(2) ? 3 : nil
    case 0xe1...0xec, 0xee...0xef: return continues(1) && continues(2) ? 3 : nil
    case 0xed: return continues(1, 0x80...0x9f) && continues(2) ? 3 : nil
    case 0xf0:
        return continues(1, 0x90...0xbf) && continues(2) && continues(3) ? 4 : nil
    case 0xf1...0xf3: return continues(1) && continues(2) && continues(3) ? 4 : nil
    case 0xf4:
        return continues(1, 0x80...0x8f) && continues(2) && continues(3) ? 4 : nil
    default: return nil
    }
}
