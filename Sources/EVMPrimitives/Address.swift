// Weir
// SPDX-License-Identifier: Apache-2.0

/// A 20-byte account address.
///
/// Text is the checksummed form of EIP-55. Held as words in byte order.
package struct Address: Sendable, Hashable {
    /// Bytes 0 to 7, big-endian.
    package var word0: UInt64
    /// Bytes 8 to 15, big-endian.
    package var word1: UInt64
    /// Bytes 16 to 19, big-endian.
    package var word2: UInt32

    /// Makes an address from its words, the first eight bytes first.
    @inlinable
    package init(words word0: UInt64, _ word1: UInt64, _ word2: UInt32) {
        self.word0 = word0
        self.word1 = word1
        self.word2 = word2
    }

    /// Reads 20 bytes at an offset that the span checks.
    @inlinable
    package init(_ bytes: RawSpan, at offset: Int) {
        self.init(
            words: loadBigEndian(bytes, offset), loadBigEndian(bytes, offset &+ 8),
            UInt32(
                bigEndian: unsafe bytes.unsafeLoadUnaligned(
                    fromByteOffset: offset &+ 16, as: UInt32.self)))
    }

    /// Exactly 20 bytes, or nil.
    package init?(bytes: [UInt8]) {
        guard bytes.count == 20 else { return nil }
        unsafe self.init(bytes.span.bytes, at: 0)
    }

    /// The low 20 bytes of a word; what stands above them is ignored.
    @inlinable
    package init(truncating word: U256) {
        self.init(
            words: word.limb2 &<< 32 | word.limb1 &>> 32, word.limb1 &<< 32 | word.limb0 &>> 32,
            UInt32(truncatingIfNeeded: word.limb0))
    }

    @inlinable package static var zero: Address { Address(words: 0, 0, 0) }

    /// The address as a left-padded word, as the ABI and topics hold it.
    @inlinable package var word: U256 {
        U256(
            limbs: self.word1 &<< 32 | UInt64(self.word2),
            self.word0 &<< 32 | self.word1 &>> 32, self.word0 &>> 32, 0)
    }

    package var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(20)
        self.append(to: &bytes)
        return bytes
    }

    /// Appends the 20 bytes.
    @inlinable
    package func append(to bytes: inout [UInt8]) {
        appendWord(self.word0, to: &bytes)
        appendWord(self.word1, to: &bytes)
        unsafe withUnsafeBytes(of: self.word2.bigEndian) {
            unsafe bytes.append(contentsOf: $0)
        }
    }
}

extension Address {
    /// Spelled out so that other modules need no call.
    @inlinable @inline(__always)
    package static func == (lhs: Address, rhs: Address) -> Bool {
        (lhs.word0 ^ rhs.word0) | (lhs.word1 ^ rhs.word1) | UInt64(lhs.word2 ^ rhs.word2) == 0
    }
}

extension Address: Comparable {
    /// Bytewise order.
    @inlinable
    package static func < (lhs: Address, rhs: Address) -> Bool {
        if lhs.word0 != rhs.word0 { return lhs.word0 < rhs.word0 }
        if lhs.word1 != rhs.word1 { return lhs.word1 < rhs.word1 }
        return lhs.word2 < rhs.word2
    }
}

extension Address: CustomStringConvertible {
    /// The checksummed text (EIP-55).
    package var description: String {
        let lower = Hex.encode(self.bytes, prefix: false)
        let hash = Keccak256.hash(Array(lower.utf8)).bytes
        var text: [UInt8] = [48, 120]
        for (index, byte) in lower.utf8.enumerated() {
            let nibble = hash[index / 2] >> (index % 2 == 0 ? 4 : 0) & 15
            text.append(byte >= 97 && nibble >= 8 ? byte - 32 : byte)
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// Lower-case text, as JSON-RPC parameters use it.
    package var lowercaseText: String { Hex.encode(self.bytes) }

    /// Why a text is not an address.
    package enum TextFault: Error, Equatable, Sendable {
        /// Not `0x` and 40 hex digits.
        case malformed
        /// Mixed case that is not the checksum of EIP-55; the payload is the right spelling.
        case checksum(expected: String)
    }

    /// Reads `0x` and 40 hex digits. All-lower and all-upper case are taken as they are; mixed case
    /// must be the checksum of EIP-55.
    package static func parse(_ text: some StringProtocol) throws(TextFault) -> Address {
        guard text.utf8.count == 42, text.hasPrefix("0x") || text.hasPrefix("0X"),
            let bytes = Hex.decode(text), let address = Address(bytes: bytes)
        else { throw .malformed }
        let digits = text.utf8.dropFirst(2)
        let hasLower = digits.contains { $0 >= 97 && $0 <= 102 }
        let hasUpper = digits.contains { $0 >= 65 && $0 <= 70 }
        if hasLower, hasUpper {
            let expected = address.description
            guard expected.utf8.dropFirst(2).elementsEqual(digits) else {
                throw .checksum(expected: expected)
            }
        }
        return address
    }

    /// Reads text as ``parse(_:)`` does; nil where that throws.
    package init?(_ text: some StringProtocol) {
        guard let address = try? Self.parse(text) else { return nil }
        self = address
    }
}
