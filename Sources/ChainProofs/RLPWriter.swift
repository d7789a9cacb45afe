// Weir
// SPDX-License-Identifier: Apache-2.0

package import EVMPrimitives

/// Writes RLP (Yellow Paper, appendix B) in one pass into one buffer.
///
/// A list is opened, its items are written, and its header is put in when it is closed:
///
///     var writer = RLPWriter()
///     let list = writer.beginList()
///     writer.append(1 as UInt64)
///     writer.endList(list)
package struct RLPWriter: Sendable {
    /// What has been written; complete once every list is closed.
    package private(set) var bytes: [UInt8]

    /// Starts empty, or behind a prefix such as the type byte of a transaction (EIP-2718).
    package init(prefix: [UInt8] = [], capacity: Int = 0) {
        self.bytes = prefix
        if capacity > 0 { self.bytes.reserveCapacity(capacity) }
    }

    /// The Keccak-256 of what has been written.
    package var hash: Hash256 { Keccak256.hash(self.bytes) }

    // MARK: Lists

    /// A list that has been opened: where its header will stand.
    package struct OpenList: Sendable {
        let start: Int
    }

    /// Opens a list. Close it with ``endList(_:)``, inner lists first.
    package mutating func beginList() -> OpenList {
        let start = self.bytes.count
        self.bytes.append(0xc0)
        return OpenList(start: start)
    }

    /// Closes a list: everything written since it was opened is in it.
    ///
    /// Short lists cost nothing; a longer header moves the payload once.
    package mutating func endList(_ list: OpenList) {
        let count = self.bytes.count &- list.start &- 1
        if count < 56 {
            self.bytes[list.start] = 0xc0 &+ UInt8(truncatingIfNeeded: count)
            return
        }
        let length = UInt64(truncatingIfNeeded: count)
        let width = Self.byteCount(of: length)
        self.bytes[list.start] = 0xf7 &+ UInt8(truncatingIfNeeded: width)
        let header = (0..<width).map { index in
            UInt8(truncatingIfNeeded: length &>> UInt64(8 &* (width &- 1 &- index)))
        }
        self.bytes.insert(contentsOf: header, at: list.start &+ 1)
    }

    // MARK: Items

    /// Appends a byte string.
    package mutating func append(_ item: [UInt8]) {
        if item.count == 1, item[0] < 0x80 {
            self.bytes.append(item[0])
            return
        }
        self.appendHeader(count: item.count)
        self.bytes.append(contentsOf: item)
    }

    /// Appends a number: big-endian, without leading zeros.
    package mutating func append(_ number: UInt64) {
        if number < 0x80 {
            self.bytes.append(number == 0 ? 0x80 : UInt8(truncatingIfNeeded: number))
            return
        }
        let width = Self.byteCount(of: number)
        self.bytes.append(0x80 &+ UInt8(truncatingIfNeeded: width))
        self.appendLow(number, width)
    }

    /// Appends a number: big-endian, without leading zeros.
    package mutating func append(_ number: U256) {
        if let small = number.uint64 {
            self.append(small)
            return
        }
        let width = (number.bitWidth &+ 7) / 8
        self.bytes.append(0x80 &+ UInt8(truncatingIfNeeded: width))
        if width > 24 { self.appendLow(number.limb3, width &- 24) }
        if width > 16 { self.appendLow(number.limb2, min(8, width &- 16)) }
        self.appendLow(number.limb1, min(8, width &- 8))
        self.appendLow(number.limb0, 8)
    }

    /// Appends a truth value: 1, or the empty string (as the number zero).
    package mutating func append(_ flag: Bool) {
        self.bytes.append(flag ? 1 : 0x80)
    }

    /// Appends 32 bytes.
    package mutating func append(_ hash: Hash256) {
        self.bytes.append(0xa0)
        hash.append(to: &self.bytes)
    }

    /// Appends 20 bytes.
    package mutating func append(_ address: Address) {
        self.bytes.append(0x94)
        address.append(to: &self.bytes)
    }

    /// Appends 20 bytes, or the empty string for nil (a transaction that creates a contract).
    package mutating func append(optional address: Address?) {
        if let address { self.append(address) } else { self.bytes.append(0x80) }
    }

    /// Appends an item that is RLP already.
    package mutating func append(encoded item: [UInt8]) {
        self.bytes.append(contentsOf: item)
    }

    // MARK: Parts

    private mutating func appendHeader(count: Int) {
        if count < 56 {
            self.bytes.append(0x80 &+ UInt8(truncatingIfNeeded: count))
            return
        }
        let length = UInt64(truncatingIfNeeded: count)
        let width = Self.byteCount(of: length)
        self.bytes.append(0xb7 &+ UInt8(truncatingIfNeeded: width))
        self.appendLow(length, width)
    }

    /// Appends the low `width` bytes of a number, 1 to 8 of them.
    private mutating func appendLow(_ number: UInt64, _ width: Int) {
        var shift = UInt64(truncatingIfNeeded: 8 &* (width &- 1))
        for _ in 0..<width {
            self.bytes.append(UInt8(truncatingIfNeeded: number &>> shift))
            shift &-= 8
        }
    }

    /// How many bytes a number above zero needs.
    private static func byteCount(of number: UInt64) -> Int {
        (71 &- number.leadingZeroBitCount) / 8
    }
}
