// Weir
// SPDX-License-Identifier: Apache-2.0

package import EVMPrimitives

/// Reads canonical RLP (Yellow Paper, appendix B), item after item, without a tree.
///
/// Strict: lengths in their shortest form, no prefix before a single small byte, nothing after the
/// end. A length is compared with what is left before anything is made of it, so a huge one costs
/// nothing. Time is linear in the bytes read.
///
///     var reader = RLPReader(bytes)
///     var list = try reader.readList()
///     let nonce = try list.readUInt64()
///     try list.finish()
///     try reader.finish()
package struct RLPReader: Sendable {
    /// How many lists may stand inside each other.
    package static let depthLimit = 1024

    private let bytes: [UInt8]
    /// Where the next item begins.
    package private(set) var offset: Int
    private let end: Int
    private let depth: Int

    /// Reads the items that lie in bytes from an offset on.
    package init(_ bytes: [UInt8], from offset: Int = 0) {
        self.bytes = bytes
        self.offset = max(0, min(offset, bytes.count))
        self.end = bytes.count
        self.depth = 0
    }

    private init(_ bytes: [UInt8], _ range: Range<Int>, depth: Int) {
        self.bytes = bytes
        self.offset = range.lowerBound
        self.end = range.upperBound
        self.depth = depth
    }

    package var isAtEnd: Bool { self.offset == self.end }

    /// Whether the next item is a list; nil at the end.
    package var nextIsList: Bool? {
        self.isAtEnd ? nil : self.bytes[self.offset] >= 0xc0
    }

    /// Refuses anything after the last item read.
    package func finish() throws(ProofError) {
        guard self.isAtEnd else { throw .rlp(.trailing, offset: self.offset) }
    }

    // MARK: Items

    /// Enters a list; its items are read from the reader that comes back.
    package mutating func readList() throws(ProofError) -> RLPReader {
        let start = self.offset
        let (isList, payload) = try self.header()
        guard isList else { throw .rlp(.unexpectedBytes, offset: start) }
        guard self.depth < Self.depthLimit else { throw .rlp(.depth, offset: start) }
        self.offset = payload.upperBound
        return RLPReader(self.bytes, payload, depth: self.depth &+ 1)
    }

    /// Reads a byte string of any length.
    package mutating func readBytes() throws(ProofError) -> [UInt8] {
        Array(self.bytes[try self.readRange()])
    }

    /// Reads a number of up to 64 bits.
    package mutating func readUInt64() throws(ProofError) -> UInt64 {
        let start = self.offset
        let range = try self.readNumber()
        guard range.count <= 8 else { throw .rlp(.tooLarge, offset: start) }
        return self.bytes[range].reduce(0) { $0 &<< 8 | UInt64($1) }
    }

    /// Reads a number of up to 256 bits.
    package mutating func readU256() throws(ProofError) -> U256 {
        let start = self.offset
        let range = try self.readNumber()
        guard let value = U256(bigEndian: Array(self.bytes[range])) else {
            throw .rlp(.tooLarge, offset: start)
        }
        return value
    }

    /// Reads the numbers 0 and 1 as a truth value.
    package mutating func readBool() throws(ProofError) -> Bool {
        let start = self.offset
        let value = try self.readUInt64()
        guard value <= 1 else { throw .rlp(.tooLarge, offset: start) }
        return value == 1
    }

    /// Reads exactly 32 bytes.
    package mutating func readHash() throws(ProofError) -> Hash256 {
        let start = self.offset
        guard let hash = Hash256(bytes: try self.readBytes()) else {
            throw .rlp(.length(expected: 32), offset: start)
        }
        return hash
    }

    /// Reads exactly 20 bytes.
    package mutating func readAddress() throws(ProofError) -> Address {
        let start = self.offset
        guard let address = Address(bytes: try self.readBytes()) else {
            throw .rlp(.length(expected: 20), offset: start)
        }
        return address
    }

    /// Reads exactly 20 bytes, or nil for the empty string.
    package mutating func readOptionalAddress() throws(ProofError) -> Address? {
        if self.offset < self.end, self.bytes[self.offset] == 0x80 {
            self.offset &+= 1
            return nil
        }
        return try self.readAddress()
    }

    /// Checks that bytes are exactly one item of canonical RLP, everything in it included.
    package static func validate(_ bytes: [UInt8]) throws(ProofError) {
        var reader = RLPReader(bytes)
        guard !reader.isAtEnd else { throw .rlp(.truncated, offset: 0) }
        try reader.skip()
        try reader.finish()
    }

    /// Steps over an item and checks everything in it.
    package mutating func skip() throws(ProofError) {
        // A stack of our own, so that no depth of nesting can use up the thread's.
        var open: [RLPReader] = []
        repeat {
            if open.isEmpty {
                if self.nextIsList == true {
                    open.append(try self.readList())
                } else {
                    _ = try self.readRange()
                }
            } else if open[open.count - 1].isAtEnd {
                open.removeLast()
            } else if open[open.count - 1].nextIsList == true {
                open.append(try open[open.count - 1].readList())
            } else {
                _ = try open[open.count - 1].readRange()
            }
        } while !open.isEmpty
    }

    // MARK: Parts

    private mutating func readRange() throws(ProofError) -> Range<Int> {
        let (isList, payload) = try self.header()
        guard !isList else { throw .rlp(.unexpectedList, offset: self.offset) }
        self.offset = payload.upperBound
        return payload
    }

    private mutating func readNumber() throws(ProofError) -> Range<Int> {
        let start = self.offset
        let range = try self.readRange()
        if !range.isEmpty, self.bytes[range.lowerBound] == 0 {
            throw .rlp(.leadingZero, offset: start)
        }
        return range
    }

    /// What the next item is and where its payload lies, which is inside this reader's range.
    private func header() throws(ProofError) -> (isList: Bool, payload: Range<Int>) {
        let start = self.offset
        guard start < self.end else { throw .rlp(.truncated, offset: start) }
        let first = self.bytes[start]
        switch first {
        case 0..<0x80:
            return (false, start..<(start &+ 1))
        case 0x80..<0xb8:
            let payload = try self.payload(at: start &+ 1, UInt64(first &- 0x80))
            if payload.count == 1, self.bytes[payload.lowerBound] < 0x80 {
                throw .rlp(.prefixedByte, offset: start)
            }
            return (false, payload)
        case 0xb8..<0xc0:
            return (false, try self.longPayload(at: start &+ 1, width: Int(first &- 0xb7)))
        case 0xc0..<0xf8:
            return (true, try self.payload(at: start &+ 1, UInt64(first &- 0xc0)))
        default:
            return (true, try self.longPayload(at: start &+ 1, width: Int(first &- 0xf7)))
        }
    }

    /// The payload behind a length of 1 to 8 bytes.
    private func longPayload(at position: Int, width: Int) throws(ProofError) -> Range<Int> {
        guard self.end &- position >= width else { throw .rlp(.truncated, offset: position &- 1) }
        let length = self.bytes[position..<(position &+ width)].reduce(0 as UInt64) {
            $0 &<< 8 | UInt64($1)
        }
        guard self.bytes[position] != 0, length >= 56 else {
            throw .rlp(.longLength, offset: position &- 1)
        }
        return try self.payload(at: position &+ width, length)
    }

    /// The range of a payload, refused unless it ends within this reader's.
    private func payload(at position: Int, _ length: UInt64) throws(ProofError) -> Range<Int> {
        guard let count = Int(exactly: length), count <= self.end &- position else {
            throw .rlp(.truncated, offset: position &- 1)
        }
        return position..<(position &+ count)
    }
}
