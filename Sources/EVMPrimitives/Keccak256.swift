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
        // Whole words when aligned to one; bytes otherwise.
        while offset < count {
            if self.position & 7 == 0, offset &+ 8 <= count {
                self.state[self.position &>> 3] ^= UInt64(
                    littleEndian: unsafe bytes.unsafeLoadUnaligned(
                        fromUncheckedByteOffset: offset, as: UInt64.self))
                self.position &+= 8
                offset &+= 8
            } else {
                let byte = unsafe bytes.unsafeLoadUnaligned(
                    fromUncheckedByteOffset: offset, as: UInt8.self)
                self.state[self.position &>> 3] ^=
                    UInt64(byte) &<< UInt64(8 &* (self.position & 7))
                self.position &+= 1
                offset &+= 1
            }
            if self.position == Self.rate {
                Self.permute(&self.state)
                self.position = 0
            }
        }
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
        keccak.update(bytes)
        return keccak.finalize()
    }

    /// The hash of UTF-8 text, as event signatures and function selectors use it.
    package static func hash(text: String) -> Hash256 {
        Self.hash(Array(text.utf8))
    }
}
