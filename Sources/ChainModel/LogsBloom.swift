// Weir
// SPDX-License-Identifier: Apache-2.0

package import EVMPrimitives

/// The 2048-bit Bloom filter of a block's or receipt's logs (Yellow Paper, section 4.3.1).
///
/// Says "certainly not" or "perhaps" about an address or topic.
package struct LogsBloom: Sendable, Hashable {
    /// 32 words in byte order, each big-endian; empty stands for all zero.
    private var words: [UInt64]

    /// The filter without a member.
    package init() {
        self.words = []
    }

    /// Exactly 256 bytes, or nil.
    package init?(bytes: [UInt8]) {
        guard bytes.count == 256 else { return nil }
        let words = (0..<32).map { index in
            unsafe loadBigEndian(bytes.span.bytes, index * 8)
        }
        self.words = words.allSatisfy { $0 == 0 } ? [] : words
    }

    package var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(256)
        for index in 0..<32 {
            appendWord(self.words.isEmpty ? 0 : self.words[index], to: &bytes)
        }
        return bytes
    }

    package var isEmpty: Bool { self.words.isEmpty }

    /// Adds a member by the Keccak-256 of its bytes.
    package mutating func insert(hash: Hash256) {
        if self.words.isEmpty { self.words = Array(repeating: 0, count: 32) }
        for (word, mask) in Self.bits(of: hash) { self.words[word] |= mask }
    }

    package mutating func insert(_ address: Address) {
        self.insert(hash: Keccak256.hash(address.bytes))
    }

    package mutating func insert(topic: Hash256) {
        self.insert(hash: Keccak256.hash(topic.bytes))
    }

    /// Adds all members of another filter.
    package mutating func formUnion(_ other: LogsBloom) {
        if other.words.isEmpty { return }
        if self.words.isEmpty {
            self.words = other.words
            return
        }
        for index in 0..<32 { self.words[index] |= other.words[index] }
    }

    /// False when the member is certainly not in, given the Keccak-256 of its bytes.
    package func mayContain(hash: Hash256) -> Bool {
        if self.words.isEmpty { return false }
        return Self.bits(of: hash).allSatisfy { self.words[$0.0] & $0.1 != 0 }
    }

    package func mayContain(_ address: Address) -> Bool {
        self.mayContain(hash: Keccak256.hash(address.bytes))
    }

    package func mayContain(topic: Hash256) -> Bool {
        self.mayContain(hash: Keccak256.hash(topic.bytes))
    }

    /// The three bits of a member: the low 11 bits of the first three byte pairs of its hash,
    /// counted from the end of the filter.
    private static func bits(of hash: Hash256) -> [(Int, UInt64)] {
        [48, 32, 16].map { shift in
            let bit = Int(hash.word0 >> UInt64(shift)) & 2047
            return (31 - bit / 64, 1 << UInt64(bit % 64))
        }
    }
}
