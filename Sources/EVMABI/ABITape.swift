// Weir
// SPDX-License-Identifier: Apache-2.0

package import EVMPrimitives

/// How strictly data is read. Offsets and lengths that leave the data are always errors; so is a
/// claim of more values than the data has room for.
///
/// | | `.lenient` | `.event` | `.strict` |
/// |---|---|---|---|
/// | bits outside of a small integer, address, bool, bytesN | ignored | error | error |
/// | offset that points back into the head | followed | error | error |
/// | padding behind bytes missing or not zero | ignored | ignored | error |
/// | string that is not UTF-8 | kept as bytes | kept as bytes | error |
///
/// `.lenient` reads what ethers v6 reads with `loose` (which refuses dirty addresses only), and
/// more; `.strict` refuses what eth-abi and alloy's validating decoder refuse. `.event` is for
/// logs: the value must be beyond doubt, but old compilers and hand-written assembly leave the
/// last word of the data short, and that harms no value. Bytes behind the last value are ignored
/// by all three, as by ethers, eth-abi and the EVM itself.
package struct DecodingRules: OptionSet, Sendable, Hashable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) { self.rawValue = rawValue }

    package static let rejectDirtyWords = DecodingRules(rawValue: 1)
    package static let rejectBackwardOffsets = DecodingRules(rawValue: 2)
    package static let rejectBadPadding = DecodingRules(rawValue: 4)
    package static let rejectBadUTF8 = DecodingRules(rawValue: 8)

    package static let lenient: DecodingRules = []
    package static let event: DecodingRules = [.rejectDirtyWords, .rejectBackwardOffsets]
    package static let strict: DecodingRules = [
        .rejectDirtyWords, .rejectBackwardOffsets, .rejectBadPadding, .rejectBadUTF8,
    ]
}

/// One decoded value, of fixed size.
package struct TapeEntry: Sendable, Equatable {
    /// The value of a word: integers as they are (signed ones sign-extended), addresses at the low
    /// end, `bytesN` at the high end. Zero for other kinds.
    package var word: U256
    /// The node of the layout that tells the type.
    package var node: UInt32
    /// Where bytes start in the data, or the first child on the tape.
    package var start: UInt32
    /// How many bytes or children there are.
    package var count: UInt32

    @inline(__always)
    init(word: U256, node: Int) {
        self.word = word
        self.node = UInt32(truncatingIfNeeded: node)
        self.start = 0
        self.count = 0
    }

    @inline(__always)
    init(node: Int, start: Int, count: Int) {
        self.word = .zero
        self.node = UInt32(truncatingIfNeeded: node)
        self.start = UInt32(truncatingIfNeeded: start)
        self.count = UInt32(truncatingIfNeeded: count)
    }

    /// The bytes of a `bytes` or `string` in the data, or the children on the tape.
    package var range: Range<Int> { Int(self.start)..<(Int(self.start) + Int(self.count)) }
}

/// Decoded values, one after the other in memory that is used again and again.
///
/// The values of one decoding start at the index that it returns, one entry for each parameter.
/// The elements of an array and the components of a tuple stand side by side further on; the
/// entry tells where. Bytes and strings are not copied: their entries point into the data.
package struct ABITape: Sendable {
    /// Entries up to ``count`` are in use.
    var entries: [TapeEntry] = []
    package internal(set) var count = 0

    package init() {}

    /// Forgets all values, keeps the memory.
    @inline(__always)
    package mutating func removeAll() { self.count = 0 }

    /// The entry at an index below ``count``.
    package subscript(index: Int) -> TapeEntry {
        precondition(index < self.count, "tape index out of range")
        return self.entries[index]
    }

    /// Makes room for more entries and answers where they start.
    @inline(__always)
    mutating func reserve(_ more: Int) -> Int {
        let start = self.count
        self.count = start &+ more
        if self.count > self.entries.count { self.grow() }
        return start
    }

    @inline(never)
    private mutating func grow() {
        let room = max(64, self.count &* 2)
        self.entries.append(
            contentsOf: repeatElement(
                TapeEntry(word: .zero, node: 0), count: room - self.entries.count))
    }
}
