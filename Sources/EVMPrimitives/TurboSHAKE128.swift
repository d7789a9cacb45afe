// Weir
// SPDX-License-Identifier: Apache-2.0

/// TurboSHAKE128 (RFC 9861) with 32 bytes of output: the sponge of Keccak with twelve rounds and a
/// rate of 168 bytes. It costs two fifths of Keccak-256 a byte and is as hard to collide as a
/// 256-bit hash of today can be expected to be: 2^128 tries.
///
/// For values of ours only; what Ethereum hashes is ``Keccak256``.
///
///     var hash = TurboSHAKE128()
///     hash.absorb(blocks: pointer, count: 3)
///     let value = hash.finalize(rest: pointer + 3 * TurboSHAKE128.rate, count: 17)
package struct TurboSHAKE128: Sendable {
    /// Bytes absorbed by one permutation.
    package static let rate = 168
    /// The separation byte D of the RFC, at its default.
    private static let separation: UInt64 = 0x1f

    private var state = InlineArray<25, UInt64>(repeating: 0)

    package init() {}

    /// Absorbs whole blocks of ``rate`` bytes.
    @unsafe package mutating func absorb(blocks: UnsafeRawPointer, count: Int) {
        for block in 0..<count {
            let start = unsafe blocks + block &* Self.rate
            for lane in 0..<21 {
                self.state[lane] ^= UInt64(
                    littleEndian: unsafe start.loadUnaligned(
                        fromByteOffset: lane &* 8, as: UInt64.self))
            }
            Keccak256.permute(&self.state, from: 12)
        }
    }

    /// Absorbs the last bytes, fewer than ``rate``, and gives the hash. The value must not be used
    /// afterwards.
    @unsafe package mutating func finalize(rest: UnsafeRawPointer, count: Int) -> Hash256 {
        precondition(count < Self.rate)
        let words = count &>> 3
        for lane in 0..<words {
            self.state[lane] ^= UInt64(
                littleEndian: unsafe rest.loadUnaligned(fromByteOffset: lane &* 8, as: UInt64.self))
        }
        for offset in (words &<< 3)..<count {
            let byte = unsafe UInt64(rest.load(fromByteOffset: offset, as: UInt8.self))
            self.state[words] ^= byte &<< UInt64(8 &* (offset & 7))
        }
        self.state[words] ^= Self.separation &<< UInt64(8 &* (count & 7))
        self.state[20] ^= 1 &<< 63
        Keccak256.permute(&self.state, from: 12)
        return Hash256(
            words: self.state[0].byteSwapped, self.state[1].byteSwapped,
            self.state[2].byteSwapped, self.state[3].byteSwapped)
    }

    /// The hash of an input at hand.
    package static func hash(_ bytes: [UInt8]) -> Hash256 {
        unsafe bytes.withUnsafeBytes { buffer in
            var hash = TurboSHAKE128()
            // An empty array may have no address.
            guard let base = buffer.baseAddress else {
                return unsafe withUnsafeBytes(of: UInt8(0)) { nothing in
                    guard let base = nothing.baseAddress else { return .zero }
                    return unsafe hash.finalize(rest: base, count: 0)
                }
            }
            let blocks = buffer.count / Self.rate
            unsafe hash.absorb(blocks: base, count: blocks)
            return unsafe hash.finalize(
                rest: base + blocks &* Self.rate, count: buffer.count - blocks &* Self.rate)
        }
    }

    /// The hash of two hashes, one behind the other.
    package static func hash(_ first: Hash256, _ second: Hash256) -> Hash256 {
        var hash = TurboSHAKE128()
        for (lane, word) in [
            first.word0, first.word1, first.word2, first.word3, second.word0, second.word1,
            second.word2, second.word3, UInt64(Self.separation) &<< 56,
        ].enumerated() { hash.state[lane] = word.byteSwapped }
        hash.state[20] ^= 1 &<< 63
        Keccak256.permute(&hash.state, from: 12)
        return Hash256(
            words: hash.state[0].byteSwapped, hash.state[1].byteSwapped,
            hash.state[2].byteSwapped, hash.state[3].byteSwapped)
    }
}
