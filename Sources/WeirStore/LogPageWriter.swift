// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMPrimitives

/// Writes packed logs into memory that is known to be large enough, see ``LogPageCoding``.
@safe struct LogPageWriter {
    private var out: PackedWriter
    private var addresses: [Address] = []
    private var events: [Hash256] = []
    /// By the last byte of a value: its place in the list, from 1. A value that another one pushed
    /// out of here is written whole again, which costs bytes and never a search.
    private var addressPlaces = InlineArray<256, UInt8>(repeating: 0)
    private var eventPlaces = InlineArray<256, UInt8>(repeating: 0)

    /// Takes memory that outlives the writer.
    init(_ buffer: UnsafeMutableRawBufferPointer) {
        self.out = unsafe PackedWriter(buffer)
    }

    var count: Int { self.out.count }

    mutating func append(_ batch: LogBatch) {
        self.out.byte(LogPageCoding.version)
        self.out.varint(UInt64(batch.count))
        let arena = unsafe batch.arena.span.bytes
        let entries = batch.entries
        for index in entries.indices {
            let dataCount = entries[index].dataCount
            // The caller's bound holds for any log; this is what makes the stores safe.
            self.out.need(264 &+ dataCount &+ dataCount / 32)
            self.append(entries, index, arena)
        }
    }

    /// Entries are large: their fields are read where they stand.
    private mutating func append(_ entries: [LogEntry], _ index: Int, _ arena: RawSpan) {
        let isFirst = index == 0
        let before = isFirst ? 0 : index &- 1
        let newBlock =
            isFirst || entries[before].blockHash != entries[index].blockHash
            || entries[before].blockNumber != entries[index].blockNumber
            || entries[before].blockTimestamp != entries[index].blockTimestamp
        let newTransaction =
            newBlock || entries[before].transactionHash != entries[index].transactionHash
            || entries[before].transactionIndex != entries[index].transactionIndex
        let newAddress = isFirst || entries[before].address != entries[index].address
        let topicCount = entries[index].topics.count
        self.out.byte(
            (newBlock ? 1 : 0) | (newTransaction ? 2 : 0) | (newAddress ? 4 : 0)
                | UInt8(truncatingIfNeeded: topicCount) &<< 3)
        if newBlock {
            self.out.varint(entries[index].blockNumber.rawValue)
            self.out.whole(entries[index].blockHash)
            self.out.varint(entries[index].blockTimestamp.rawValue)
        }
        if newTransaction {
            self.out.varint(UInt64(entries[index].transactionIndex))
            self.out.whole(entries[index].transactionHash)
        }
        if newAddress { self.reference(entries[index].address) }
        self.out.varint(UInt64(entries[index].logIndex))
        for place in 0..<topicCount {
            let topic = entries[index].topics[place]
            if place == 0 { self.reference(topic) } else { self.out.word(topic) }
        }
        let start = entries[index].dataOffset
        self.out.data(arena, start..<(start &+ entries[index].dataCount))
    }

    // MARK: Values

    private mutating func reference(_ address: Address) {
        let slot = Int(address.word2 & 255)
        let place = self.addressPlaces[slot]
        if place > 0, self.addresses[Int(place) &- 1] == address {
            self.out.byte(place)
            return
        }
        self.out.byte(0)
        self.out.address(address)
        if self.addresses.count < LogPageCoding.referencesMax {
            self.addresses.append(address)
            self.addressPlaces[slot] = UInt8(truncatingIfNeeded: self.addresses.count)
        }
    }

    private mutating func reference(_ event: Hash256) {
        let slot = Int(event.word3 & 255)
        let place = self.eventPlaces[slot]
        if place > 0, self.events[Int(place) &- 1] == event {
            self.out.byte(place)
            return
        }
        self.out.byte(0)
        self.out.whole(event)
        if self.events.count < LogPageCoding.referencesMax {
            self.events.append(event)
            self.eventPlaces[slot] = UInt8(truncatingIfNeeded: self.events.count)
        }
    }
}
