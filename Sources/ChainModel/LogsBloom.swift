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
        self.insert(bit: Self.bit(of: hash, 48))
        self.insert(bit: Self.bit(of: hash, 32))
        self.insert(bit: Self.bit(of: hash, 16))
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
        return self.has(bit: Self.bit(of: hash, 48)) && self.has(bit: Self.bit(of: hash, 32))
            && self.has(bit: Self.bit(of: hash, 16))
    }

    package func mayContain(_ address: Address) -> Bool {
        self.mayContain(hash: Keccak256.hash(address.bytes))
    }

    package func mayContain(topic: Hash256) -> Bool {
        self.mayContain(hash: Keccak256.hash(topic.bytes))
    }

    /// How many of the 2048 bits are set: what a hit is worth falls with the cube of it.
    package var bitCount: Int { self.words.reduce(0) { $0 + $1.nonzeroBitCount } }

    /// One of the three bits of a member: the low 11 bits of the byte pair at `shift` of its hash,
    /// counted from the end of the filter.
    @inline(__always)
    private static func bit(of hash: Hash256, _ shift: UInt64) -> Int {
        Int(truncatingIfNeeded: hash.word0 &>> shift) & 2047
    }

    @inline(__always)
    private func has(bit: Int) -> Bool {
        self.words[31 &- bit / 64] & (1 &<< UInt64(bit % 64)) != 0
    }

    @inline(__always)
    private mutating func insert(bit: Int) {
        self.words[31 &- bit / 64] |= 1 &<< UInt64(bit % 64)
    }
}
