// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMPrimitives

/// Writes packed logs into memory that is known to be large enough, see ``LogPageCoding``.
///
/// Words go out as whole stores of eight bytes of which the next one covers the rest: what is
/// written last has room of eight bytes behind it.
@safe struct LogPageWriter {
    private let base: UnsafeMutableRawPointer
    private let capacity: Int
    private(set) var count = 0
    private var addresses: [Address] = []
    private var events: [Hash256] = []
    /// By the last byte of a value: its place in the list, from 1. A value that another one pushed
    /// out of here is written whole again, which costs bytes and never a search.
    private var addressPlaces = InlineArray<256, UInt8>(repeating: 0)
    private var eventPlaces = InlineArray<256, UInt8>(repeating: 0)

    /// Takes memory that outlives the writer.
    init(_ buffer: UnsafeMutableRawBufferPointer) {
        precondition(buffer.count >= 16)
        unsafe self.base = buffer.baseAddress!
        self.capacity = buffer.count
    }

    mutating func append(_ batch: LogBatch) {
        self.byte(LogPageCoding.version)
        self.varint(UInt64(batch.count))
        let arena = unsafe batch.arena.span.bytes
        var previous: LogEntry?
        for entry in batch.entries {
            // The caller's bound holds for any log; this is what makes the stores below safe.
            precondition(
                self.capacity &- self.count >= 264 &+ entry.dataCount &+ entry.dataCount / 32)
            self.append(entry, after: previous, arena)
            previous = entry
        }
    }

    private mutating func append(
        _ entry: LogEntry, after previous: LogEntry?, _ arena: RawSpan
    ) {
        let newBlock =
            previous?.blockHash != entry.blockHash || previous?.blockNumber != entry.blockNumber
            || previous?.blockTimestamp != entry.blockTimestamp
        let newTransaction =
            newBlock || previous?.transactionHash != entry.transactionHash
            || previous?.transactionIndex != entry.transactionIndex
        let newAddress = previous?.address != entry.address
        self.byte(
            (newBlock ? 1 : 0) | (newTransaction ? 2 : 0) | (newAddress ? 4 : 0)
                | UInt8(truncatingIfNeeded: entry.topics.count) &<< 3)
        if newBlock {
            self.varint(entry.blockNumber.rawValue)
            self.whole(entry.blockHash)
            self.varint(entry.blockTimestamp.rawValue)
        }
        if newTransaction {
            self.varint(UInt64(entry.transactionIndex))
            self.whole(entry.transactionHash)
        }
        if newAddress { self.reference(entry.address) }
        self.varint(UInt64(entry.logIndex))
        for index in 0..<entry.topics.count {
            let topic = entry.topics[index]
            if index == 0 { self.reference(topic) } else { self.word(topic) }
        }
        self.varint(UInt64(entry.dataCount))
        let end = entry.dataOffset &+ entry.dataCount
        var offset = entry.dataOffset
        while end &- offset >= 32 {
            self.word(Hash256(arena, at: offset))
            offset &+= 32
        }
        while offset < end {
            self.byte(unsafe arena.unsafeLoad(fromByteOffset: offset, as: UInt8.self))
            offset &+= 1
        }
    }

    // MARK: Values

    private mutating func reference(_ address: Address) {
        let slot = Int(address.word2 & 255)
        let place = self.addressPlaces[slot]
        if place > 0, self.addresses[Int(place) &- 1] == address {
            self.byte(place)
            return
        }
        self.byte(0)
        self.store(address.word0)
        self.store(address.word1)
        self.store(UInt64(address.word2) &<< 32)
        self.count &-= 4
        if self.addresses.count < LogPageCoding.referencesMax {
            self.addresses.append(address)
            self.addressPlaces[slot] = UInt8(truncatingIfNeeded: self.addresses.count)
        }
    }

    private mutating func reference(_ event: Hash256) {
        let slot = Int(event.word3 & 255)
        let place = self.eventPlaces[slot]
        if place > 0, self.events[Int(place) &- 1] == event {
            self.byte(place)
            return
        }
        self.byte(0)
        self.whole(event)
        if self.events.count < LogPageCoding.referencesMax {
            self.events.append(event)
            self.eventPlaces[slot] = UInt8(truncatingIfNeeded: self.events.count)
        }
    }

    private mutating func whole(_ hash: Hash256) {
        self.store(hash.word0)
        self.store(hash.word1)
        self.store(hash.word2)
        self.store(hash.word3)
    }

    private mutating func word(_ word: Hash256) {
        let (w0, w1, w2, w3) = (word.word0, word.word1, word.word2, word.word3)
        let low = Self.bytes(w0, w1, w2, w3) { 8 &- $0.leadingZeroBitCount / 8 }
        let high = Self.bytes(w3, w2, w1, w0) { 8 &- $0.trailingZeroBitCount / 8 }
        if low <= high {
            self.byte(UInt8(truncatingIfNeeded: low))
            if low > 24 { self.last(w0, low &- 24) }
            if low > 16 { self.last(w1, min(8, low &- 16)) }
            if low > 8 { self.last(w2, min(8, low &- 8)) }
            if low > 0 { self.last(w3, min(8, low)) }
        } else {
            self.byte(UInt8(truncatingIfNeeded: 32 &+ high))
            let end = self.count &+ high
            self.store(w0)
            if high > 8 { self.store(w1) }
            if high > 16 { self.store(w2) }
            if high > 24 { self.store(w3) }
            self.count = end
        }
    }

    /// How many bytes of a word remain without its zeros; the limb that is farthest from them comes
    /// last, `kept` says how much of the first limb with something in it counts.
    @inline(__always)
    private static func bytes(
        _ a: UInt64, _ b: UInt64, _ c: UInt64, _ d: UInt64, _ kept: (UInt64) -> Int
    ) -> Int {
        if a != 0 { return 24 &+ kept(a) }
        if b != 0 { return 16 &+ kept(b) }
        if c != 0 { return 8 &+ kept(c) }
        return d == 0 ? 0 : kept(d)
    }

    /// The last bytes of a limb, one to eight.
    @inline(__always)
    private mutating func last(_ limb: UInt64, _ bytes: Int) {
        self.store(limb &<< UInt64(64 &- 8 &* bytes))
        self.count &-= 8 &- bytes
    }

    @inline(__always)
    private mutating func store(_ word: UInt64) {
        unsafe self.base.storeBytes(of: word.bigEndian, toByteOffset: self.count, as: UInt64.self)
        self.count &+= 8
    }

    @inline(__always)
    private mutating func byte(_ byte: UInt8) {
        unsafe self.base.storeBytes(of: byte, toByteOffset: self.count, as: UInt8.self)
        self.count &+= 1
    }

    @inline(__always)
    private mutating func varint(_ value: UInt64) {
        var rest = value
        while rest >= 128 {
            self.byte(UInt8(truncatingIfNeeded: rest) | 128)
            rest &>>= 7
        }
        self.byte(UInt8(truncatingIfNeeded: rest))
    }
}
