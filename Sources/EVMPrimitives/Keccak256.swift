// Weir
// SPDX-License-Identifier: Apache-2.0

/// Keccak-256 as Ethereum uses it: the sponge of FIPS 202 with rate 136, capacity 512 and the
/// original padding `0x01` (SHA3-256 pads with `0x06`).
///
/// One-shot: `Keccak256.hash(bytes)`. In pieces:
///
///     var keccak = Keccak256()
///     keccak.update(first)
///     keccak.update(second)
///     let hash = keccak.finalize()
package struct Keccak256: Sendable {
    /// Bytes absorbed by one permutation.
    static let rate = 136

    private var state = InlineArray<25, UInt64>(repeating: 0)
    /// How many bytes of the current block are in the state, 0 to 135.
    private var position = 0

    package init() {}

    /// Absorbs more input.
    package mutating func update(_ bytes: [UInt8]) {
        unsafe self.update(bytes.span.bytes)
    }

    /// Absorbs more input.
    package mutating func update(_ bytes: RawSpan) {
        var offset = 0
        let count = bytes.byteCount
        while offset < count {
            if offset &+ 8 <= count, self.position &+ 8 <= Self.rate {
                self.absorb(
                    littleEndian: UInt64(
                        littleEndian: unsafe bytes.unsafeLoadUnaligned(
                            fromUncheckedByteOffset: offset, as: UInt64.self)))
                offset &+= 8
            } else {
                let byte = unsafe bytes.unsafeLoadUnaligned(
                    fromUncheckedByteOffset: offset, as: UInt8.self)
                self.state[self.position &>> 3] ^=
                    UInt64(byte) &<< UInt64(8 &* (self.position & 7))
                self.position &+= 1
                offset &+= 1
                if self.position == Self.rate { self.turn() }
            }
        }
    }

    /// Absorbs the eight bytes of a word, most significant first.
    package mutating func update(bigEndian word: UInt64) {
        if self.position &+ 8 <= Self.rate {
            self.absorb(littleEndian: word.byteSwapped)
            return
        }
        for shift in stride(from: UInt64(56), through: 0, by: -8) {
            self.state[self.position &>> 3] ^=
                (word &>> shift & 0xff) &<< UInt64(8 &* (self.position & 7))
            self.position &+= 1
            if self.position == Self.rate { self.turn() }
        }
    }

    /// Absorbs the 32 bytes of a hash.
    package mutating func update(_ hash: Hash256) {
        self.update(bigEndian: hash.word0)
        self.update(bigEndian: hash.word1)
        self.update(bigEndian: hash.word2)
        self.update(bigEndian: hash.word3)
    }

    /// Absorbs eight bytes, the first in the lowest bits, for which there is room in the block. They
    /// fall into two lanes where an odd number of bytes came before.
    @inline(__always)
    private mutating func absorb(littleEndian word: UInt64) {
        let lane = self.position &>> 3
        let shift = UInt64(8 &* (self.position & 7))
        self.state[lane] ^= word &<< shift
        if shift != 0 { self.state[lane &+ 1] ^= word &>> (64 &- shift) }
        self.position &+= 8
        if self.position == Self.rate { self.turn() }
    }

    private mutating func turn() {
        Self.permute(&self.state)
        self.position = 0
    }

    /// Pads, permutes a last time and gives the hash. The value must not be updated afterwards.
    package mutating func finalize() -> Hash256 {
        self.state[self.position &>> 3] ^= 1 &<< UInt64(8 &* (self.position & 7))
        self.state[16] ^= 1 &<< 63
        Self.permute(&self.state)
        return Hash256(
            words: self.state[0].byteSwapped, self.state[1].byteSwapped,
            self.state[2].byteSwapped, self.state[3].byteSwapped)
    }

    /// The hash of an input at hand.
    package static func hash(_ bytes: [UInt8]) -> Hash256 {
        unsafe Self.hash(bytes.span.bytes)
    }

    /// The hash of an input at hand.
    package static func hash(_ bytes: RawSpan) -> Hash256 {
        var keccak = Keccak256()
        if bytes.byteCount < Self.rate {
            keccak.absorbShort(bytes)
        } else {
            keccak.update(bytes)
        }
        return keccak.finalize()
    }

    /// Absorbs all of an input that fills no block: most are words, pairs of words, or addresses.
    @inline(__always)
    private mutating func absorbShort(_ bytes: RawSpan) {
        let count = bytes.byteCount
        let words = count &>> 3
        for index in 0..<words {
            self.state[index] = UInt64(
                littleEndian: unsafe bytes.unsafeLoadUnaligned(
                    fromUncheckedByteOffset: index &<< 3, as: UInt64.self))
        }
        var offset = words &<< 3
        while offset < count {
            let byte = unsafe bytes.unsafeLoadUnaligned(
                fromUncheckedByteOffset: offset, as: UInt8.self)
            self.state[words] |= UInt64(byte) &<< UInt64(8 &* (offset & 7))
            offset &+= 1
        }
        self.position = count
    }

    /// The hash of UTF-8 text, as event signatures and function selectors use it.
    package static func hash(text: String) -> Hash256 {
        Self.hash(Array(text.utf8))
    }
}
