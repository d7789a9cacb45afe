// Weir
// SPDX-License-Identifier: Apache-2.0

// Sixteen hex digits at a time, in vectors that every processor has. Only sums, shifts and masks:
// comparisons of vectors are loops over their elements here.

/// Eight bytes that sixteen digits spell, in order.
///
/// - Parameter bad: bit 7 of each byte is set where there is no hex digit. Bits that are set already
///   stay, so that one check at the end, ``isGood(_:)``, covers many calls.
@inlinable @inline(__always)
func hexVector(_ digits: SIMD16<UInt8>, _ bad: inout SIMD16<UInt8>) -> SIMD8<UInt8> {
    // Bit 7 stays clear where the difference is below 10, below 6.
    let digit = digits &- SIMD16(repeating: 0x30)
    let letter = (digits | SIMD16(repeating: 0x20)) &- SIMD16(repeating: 0x61)
    bad |=
        ((digit &+ SIMD16(repeating: 0x76)) | digit)
        & ((letter &+ SIMD16(repeating: 0x7a)) | letter)
    // A letter has bit 6, and its low digit is nine less than its value.
    let pairs = unsafe unsafeBitCast(digits, to: SIMD8<UInt16>.self)
    let ones = (pairs &>> 6) & SIMD8(repeating: 0x0101)
    let low = pairs & SIMD8(repeating: 0x0f0f)
    let nibbles = low &+ ones &+ (ones &<< 3)
    return SIMD8<UInt8>(truncatingIfNeeded: (nibbles &<< 4) | (nibbles &>> 8))
}

/// Whether no byte was marked.
@inlinable @inline(__always)
func isGood(_ bad: SIMD16<UInt8>) -> Bool {
    let words = unsafe unsafeBitCast(bad, to: SIMD2<UInt64>.self)
    return (words[0] | words[1]) & eight(0x80) == 0
}

/// The bytes as a number, the first the most significant.
@inlinable @inline(__always)
func bigEndianWord(_ bytes: SIMD8<UInt8>) -> UInt64 {
    UInt64(bigEndian: unsafe unsafeBitCast(bytes, to: UInt64.self))
}

extension RawSpan {
    /// Sixteen bytes. The caller has checked `offset &+ 16 <= byteCount`.
    @unsafe @inlinable @inline(__always)
    func uncheckedVector(_ offset: Int) -> SIMD16<UInt8> {
        unsafe self.unsafeLoadUnaligned(
            fromUncheckedByteOffset: offset, as: SIMD16<UInt8>.self)
    }
}
