// Weir
// SPDX-License-Identifier: Apache-2.0

package import EVMPrimitives

/// Writes numbers and words in few bytes, into memory that is known to be large enough.
///
/// A *number* is a varint (LEB128, unsigned). A *word* is a byte n and what is left of the 32 bytes:
/// up to 32, the n last bytes, zeros before them; from 33, the n − 32 first bytes, zeros behind them.
/// Of both forms the shorter one is written, of two equal ones the first: so there is one form of
/// each word. Most words of the ABI are small numbers, addresses or the padded end of text.
///
/// Words go out as whole stores of eight bytes of which the next one covers the rest: what is written
/// last needs room of eight bytes behind it.
@safe package struct PackedWriter {
    private let base: UnsafeMutableRawPointer
    private let capacity: Int
    package private(set) var count = 0

    /// Takes memory that outlives the writer.
    package init(_ buffer: UnsafeMutableRawBufferPointer) {
        guard let base = buffer.baseAddress else { preconditionFailure("there is memory") }
        unsafe self.base = base
        self.capacity = buffer.count
    }

    /// Makes sure that so many bytes can still be written: the caller says it before it writes.
    @inline(__always)
    package func need(_ bytes: Int) {
        precondition(self.capacity &- self.count >= bytes)
    }

    /// Forgets the first bytes; the rest moves to the front.
    package mutating func drop(_ bytes: Int) {
        precondition(bytes >= 0 && bytes <= self.count)
        self.count &-= bytes
        unsafe self.base.copyMemory(from: self.base + bytes, byteCount: self.count)
    }

    /// The 20 bytes of an address.
    package mutating func address(_ address: Address) {
        self.store(address.word0)
        self.store(address.word1)
        self.store(UInt64(address.word2) &<< 32)
        self.count &-= 4
    }

    /// Bytes of a log's data: their number, whole words as words, then the rest as it is.
    package mutating func data(_ bytes: RawSpan, _ range: Range<Int>) {
        self.varint(UInt64(range.count))
        var offset = range.lowerBound
        while range.upperBound &- offset >= 32 {
            self.word(Hash256(bytes, at: offset))
            offset &+= 32
        }
        while offset < range.upperBound {
            self.byte(unsafe bytes.unsafeLoad(fromByteOffset: offset, as: UInt8.self))
            offset &+= 1
        }
    }

    /// The 32 bytes of a hash.
    package mutating func whole(_ hash: Hash256) {
        self.store(hash.word0)
        self.store(hash.word1)
        self.store(hash.word2)
        self.store(hash.word3)
    }

    /// A word without its zeros.
    package mutating func word(_ word: Hash256) {
        let (w0, w1, w2, w3) = (word.word0, word.word1, word.word2, word.word3)
        let low = Self.bytes(w0, w1, w2, w3) { 8 &- $0.leadingZeroBitCount / 8 }
        let high = Self.bytes(w3, w2, w1, w0) { 8 &- $0.trailingZeroBitCount / 8 }
        if low <= high {
            self.byte(UInt8(truncatingIfNeeded: low))
            if low > 24 { self.last(w0, low &- 24) }
            if low > 16 { self.last(w1, min(8, low &- 16)) }
            if low > 8 { self.last(w2, min(8, low &- 8)) }
            if low > 0 { self.last(w3, min(8, low)) }
        } else {
            self.byte(UInt8(truncatingIfNeeded: 32 &+ high))
            let end = self.count &+ high
            self.store(w0)
            if high > 8 { self.store(w1) }
            if high > 16 { self.store(w2) }
            if high > 24 { self.store(w3) }
            self.count = end
        }
    }

    /// How many bytes of a word remain without its zeros; the limb that is farthest from them comes
    /// last, `kept` says how much of the first limb with something in it counts.
    @inline(__always)
    private static func bytes(
        _ a: UInt64, _ b: UInt64, _ c: UInt64, _ d: UInt64, _ kept: (UInt64) -> Int
    ) -> Int {
        if a != 0 { return 24 &+ kept(a) }
        if b != 0 { return 16 &+ kept(b) }
        if c != 0 { return 8 &+ kept(c) }
        return d == 0 ? 0 : kept(d)
    }

    /// The last bytes of a limb, one to eight.
    @inline(__always)
    private mutating func last(_ limb: UInt64, _ bytes: Int) {
        self.store(limb &<< UInt64(64 &- 8 &* bytes))
        self.count &-= 8 &- bytes
    }

    @inline(__always)
    private mutating func store(_ word: UInt64) {
        unsafe self.base.storeBytes(of: word.bigEndian, toByteOffset: self.count, as: UInt64.self)
        self.count &+= 8
    }

    @inline(__always)
    package mutating func byte(_ byte: UInt8) {
        unsafe self.base.storeBytes(of: byte, toByteOffset: self.count, as: UInt8.self)
        self.count &+= 1
    }

    @inline(__always)
    package mutating func varint(_ value: UInt64) {
        var rest = value
        while rest >= 128 {
            self.byte(UInt8(truncatingIfNeeded: rest) | 128)
            rest &>>= 7
        }
        self.byte(UInt8(truncatingIfNeeded: rest))
    }
}
