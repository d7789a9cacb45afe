// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMPrimitives

/// Writes an entity's stored form: values one behind the other, big-endian, without names. The
/// version of the tracker stands for their order.
struct StateWriter {
    private(set) var bytes: [UInt8] = []

    mutating func write(_ byte: UInt8) { self.bytes.append(byte) }
    mutating func write(_ flag: Bool) { self.bytes.append(flag ? 1 : 0) }
    mutating func write(_ number: UInt64) { appendWord(number, to: &self.bytes) }
    mutating func write(_ time: BlockTime) { self.write(time.rawValue) }
    /// One byte of length, then the bytes without leading zeros: most amounts are short.
    mutating func write(_ word: U256) {
        let bytes = word.minimalBytes
        self.bytes.append(UInt8(bytes.count))
        self.bytes += bytes
    }
    mutating func write(_ value: I256) { self.write(value.bits) }
    mutating func write(_ sum: ExactSum) {
        self.write(sum.low)
        self.write(sum.carry)
    }
    mutating func write(_ address: Address) { self.bytes += address.bytes }
    mutating func write(_ hash: Hash256) { self.bytes += hash.bytes }
    /// Eight bytes of length, then UTF-8.
    mutating func write(_ text: String) {
        self.write(UInt64(text.utf8.count))
        self.bytes += Array(text.utf8)
    }
    mutating func write<Value>(_ value: Value?, _ put: (inout StateWriter, Value) -> Void) {
        self.write(value != nil)
        if let value { put(&self, value) }
    }
}

/// Reads what a ``StateWriter`` wrote. Bytes of a store may be damaged: nothing traps.
struct StateReader {
    struct Damage: Error {}

    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var isAtEnd: Bool { self.position == self.bytes.count }

    mutating func take(_ count: Int) throws(Damage) -> ArraySlice<UInt8> {
        guard count >= 0, count <= self.bytes.count - self.position else { throw Damage() }
        defer { self.position += count }
        return self.bytes[self.position..<(self.position + count)]
    }

    mutating func byte() throws(Damage) -> UInt8 {
        let bytes = try self.take(1)
        return bytes[bytes.startIndex]
    }

    mutating func flag() throws(Damage) -> Bool {
        switch try self.byte() {
        case 0: return false
        case 1: return true
        default: throw Damage()
        }
    }

    mutating func number() throws(Damage) -> UInt64 {
        try self.take(8).reduce(0) { $0 << 8 | UInt64($1) }
    }

    mutating func time() throws(Damage) -> BlockTime { BlockTime(try self.number()) }

    mutating func word() throws(Damage) -> U256 {
        let count = Int(try self.byte())
        guard count <= 32 else { throw Damage() }
        let bytes = try self.take(count)
        guard let word = U256(bigEndian: Array(repeating: 0, count: 32 - count) + bytes) else {
            throw Damage()
        }
        return word
    }

    mutating func signed() throws(Damage) -> I256 { I256(bits: try self.word()) }

    mutating func sum() throws(Damage) -> ExactSum {
        ExactSum(low: try self.word(), carry: try self.number())
    }

    mutating func address() throws(Damage) -> Address {
        guard let address = Address(bytes: Array(try self.take(20))) else { throw Damage() }
        return address
    }

    mutating func hash() throws(Damage) -> Hash256 {
        guard let hash = Hash256(bytes: Array(try self.take(32))) else { throw Damage() }
        return hash
    }

    mutating func text() throws(Damage) -> String {
        guard let count = Int(exactly: try self.number()),
            let text = String(validating: try self.take(count), as: UTF8.self)
        else { throw Damage() }
        return text
    }

    mutating func optional<Value>(
        _ get: (inout StateReader) throws(Damage) -> Value
    ) throws(Damage) -> Value? {
        try self.flag() ? try get(&self) : nil
    }
}
