// Weir
// SPDX-License-Identifier: Apache-2.0

/// A key that a reader expects: recognised by comparing a few words, without reading it.
///
/// Up to 21 bytes long, of plain text without anything to escape.
package struct JSONKnownKey: Sendable {
    @usableFromInline let word0: UInt64
    @usableFromInline let word1: UInt64
    @usableFromInline let word2: UInt64
    @usableFromInline let mask0: UInt64
    @usableFromInline let mask1: UInt64
    @usableFromInline let mask2: UInt64
    /// Of the key with its quotes and its colon.
    @usableFromInline let count: Int

    /// As many bytes are looked at.
    @usableFromInline static let reach = 24

    /// - Parameter name: longer than 21 bytes it is never recognised.
    package init(_ name: StaticString) {
        let text = name.withUTF8Buffer { unsafe [0x22] + Array($0) + [0x22, 0x3a] }
        func word(_ first: Int) -> (UInt64, UInt64) {
            var word: UInt64 = 0
            var mask: UInt64 = 0
            for index in first..<max(first, min(first + 8, text.count)) {
                word |= UInt64(text[index]) &<< UInt64(8 * (index - first))
                mask |= 0xff &<< UInt64(8 * (index - first))
            }
            return (word, mask)
        }
        (self.word0, self.mask0) = text.count <= Self.reach ? word(0) : (1, 0)
        (self.word1, self.mask1) = word(8)
        (self.word2, self.mask2) = word(16)
        self.count = text.count
    }
}

extension JSONCursor {
    /// Reads the next key of the object and its colon if it is this one, written without whitespace;
    /// else answers false and stays where it is. What ``nextKey(in:)`` then says is right in any case.
    @inlinable @inline(__always)
    package mutating func takesKey(_ key: JSONKnownKey, in bytes: RawSpan) -> Bool {
        var at = self.offset
        guard at > 0, at &+ 1 &+ JSONKnownKey.reach <= bytes.byteCount else { return false }
        if unsafe bytes.uncheckedByte(at &- 1) != 0x7b {
            guard unsafe bytes.uncheckedByte(at) == 0x2c else { return false }
            at &+= 1
        }
        let difference =
            unsafe (bytes.uncheckedWord(at) & key.mask0 ^ key.word0)
            | (bytes.uncheckedWord(at &+ 8) & key.mask1 ^ key.word1)
            | (bytes.uncheckedWord(at &+ 16) & key.mask2 ^ key.word2)
        guard difference == 0 else { return false }
        self.offset = at &+ key.count
        return true
    }
}
