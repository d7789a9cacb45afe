// Weir
// SPDX-License-Identifier: Apache-2.0

/// A 32-byte hash, topic or identifier.
///
/// Held as four words in big-endian order: `word0` holds the first eight bytes.
package struct Hash256: Sendable, Hashable {
    package var word0: UInt64
    package var word1: UInt64
    package var word2: UInt64
    package var word3: UInt64

    /// Makes a hash from its words, the first eight bytes first.
    @inlinable @inline(__always)
    package init(words word0: UInt64, _ word1: UInt64, _ word2: UInt64, _ word3: UInt64) {
        self.word0 = word0
        self.word1 = word1
        self.word2 = word2
        self.word3 = word3
    }

    /// Reads 32 bytes at an offset that the span checks.
    @inlinable
    package init(_ bytes: RawSpan, at offset: Int) {
        self.init(
            words: loadBigEndian(bytes, offset), loadBigEndian(bytes, offset &+ 8),
            loadBigEndian(bytes, offset &+ 16), loadBigEndian(bytes, offset &+ 24))
    }

    /// Exactly 32 bytes, or nil.
    package init?(bytes: [UInt8]) {
        guard bytes.count == 32 else { return nil }
        unsafe self.init(bytes.span.bytes, at: 0)
    }

    /// Exactly 64 hex digits, with or without `0x`, or nil.
    package init?(_ text: some StringProtocol) {
        guard let bytes = Hex.decode(text) else { return nil }
        self.init(bytes: bytes)
    }

    /// The bits of a word as a hash: a topic holds its value so.
    @inlinable
    package init(_ word: U256) {
        self.init(words: word.limb3, word.limb2, word.limb1, word.limb0)
    }

    @inlinable @inline(__always) package static var zero: Hash256 { Hash256(words: 0, 0, 0, 0) }

    /// The bits as a number.
    @inlinable @inline(__always) package var word: U256 {
        U256(limbs: self.word3, self.word2, self.word1, self.word0)
    }

    package var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(32)
        self.append(to: &bytes)
        return bytes
    }

    /// Appends the 32 bytes.
    @inlinable
    package func append(to bytes: inout [UInt8]) {
        appendWord(self.word0, to: &bytes)
        appendWord(self.word1, to: &bytes)
        appendWord(self.word2, to: &bytes)
        appendWord(self.word3, to: &bytes)
    }
}

extension Hash256 {
    /// Spelled out so that other modules need no call.
    @inlinable @inline(__always)
    package static func == (lhs: Hash256, rhs: Hash256) -> Bool {
        (lhs.word0 ^ rhs.word0) | (lhs.word1 ^ rhs.word1) | (lhs.word2 ^ rhs.word2)
            | (lhs.word3 ^ rhs.word3) == 0
    }
}

extension Hash256: Comparable {
    /// Bytewise order.
    @inlinable
    package static func < (lhs: Hash256, rhs: Hash256) -> Bool {
        if lhs.word0 != rhs.word0 { return lhs.word0 < rhs.word0 }
        if lhs.word1 != rhs.word1 { return lhs.word1 < rhs.word1 }
        if lhs.word2 != rhs.word2 { return lhs.word2 < rhs.word2 }
        return lhs.word3 < rhs.word3
    }
}

extension Hash256: CustomStringConvertible {
    /// `0x` and 64 lower-case digits.
    package var description: String { Hex.encode(self.bytes) }

    /// The first four bytes and an ellipsis, for messages to people: `0x1234abcd…`.
    package var short: String { Hex.encode(self.bytes.prefix(4)) + "…" }
}
