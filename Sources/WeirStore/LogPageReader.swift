// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMPrimitives

/// Reads packed logs of any version, see ``LogPageCoding``.
struct LogPageReader {
    private let bytes: [UInt8]
    private let isPlain: Bool
    private var offset = 1
    private var addresses: [Address] = []
    private var events: [Hash256] = []

    static func read(_ bytes: [UInt8]) throws(LogPageError) -> LogBatch {
        guard let version = bytes.first else { throw .truncated }
        guard version == 1 || version == LogPageCoding.version else {
            throw .unknownVersion(version)
        }
        var reader = LogPageReader(bytes: bytes, isPlain: version == 1)
        let count = try reader.varint()
        // The shortest log takes three bytes: a larger count is a lie that must not allocate.
        guard count <= UInt64(bytes.count) else { throw .truncated }
        var batch = LogBatch()
        batch.entries.reserveCapacity(Int(count))
        batch.arena.reserveCapacity(bytes.count)
        var entry = LogEntry(
            address: .zero, topics: TopicList(), dataOffset: 0, dataCount: 0, blockNumber: .zero,
            blockHash: .zero, transactionHash: .zero, transactionIndex: 0, logIndex: 0)
        for _ in 0..<count { try reader.readLog(&entry, into: &batch) }
        guard reader.offset == bytes.count else { throw .trailingBytes }
        return batch
    }

    private init(bytes: [UInt8], isPlain: Bool) {
        self.bytes = bytes
        self.isPlain = isPlain
    }

    private mutating func readLog(
        _ entry: inout LogEntry, into batch: inout LogBatch
    ) throws(LogPageError) {
        let flags = try self.byte()
        let topicCount = Int(flags >> 3)
        guard topicCount <= 4 else { throw .badFlags(flags) }
        if flags & 1 != 0 {
            entry.blockNumber = BlockNumber(try self.varint())
            entry.blockHash = try self.hash()
            entry.blockTimestamp = BlockTime(try self.varint())
        }
        if flags & 2 != 0 {
            entry.transactionIndex = try self.small()
            entry.transactionHash = try self.hash()
        }
        if flags & 4 != 0 { entry.address = try self.address() }
        entry.logIndex = try self.small()
        var topics = TopicList()
        for index in 0..<topicCount {
            _ = topics.append(index == 0 ? try self.event() : try self.word())
        }
        entry.topics = topics
        guard let count = Int(exactly: try self.varint()) else { throw .truncated }
        entry.dataOffset = batch.arena.count
        entry.dataCount = count
        try self.data(count, into: &batch.arena)
        batch.entries.append(entry)
    }

    // MARK: Values

    private mutating func address() throws(LogPageError) -> Address {
        if !self.isPlain {
            let reference = Int(try self.byte())
            if reference > 0 {
                guard reference <= self.addresses.count else { throw .badReference(reference) }
                return self.addresses[reference - 1]
            }
        }
        let start = try self.take(20)
        let address = unsafe Address(self.bytes.span.bytes, at: start)
        if self.addresses.count < LogPageCoding.referencesMax { self.addresses.append(address) }
        return address
    }

    private mutating func event() throws(LogPageError) -> Hash256 {
        if !self.isPlain {
            let reference = Int(try self.byte())
            if reference > 0 {
                guard reference <= self.events.count else { throw .badReference(reference) }
                return self.events[reference - 1]
            }
        }
        let event = try self.hash()
        if self.events.count < LogPageCoding.referencesMax { self.events.append(event) }
        return event
    }

    private mutating func data(_ count: Int, into arena: inout [UInt8]) throws(LogPageError) {
        if self.isPlain {
            let start = try self.take(count)
            arena.append(contentsOf: self.bytes[start..<(start + count)])
            return
        }
        // Each word takes a byte at least: a length beyond that must not allocate.
        guard count / 32 <= self.bytes.count - self.offset else { throw .truncated }
        for _ in 0..<(count / 32) {
            let word = try self.word()
            let bytes = (
                word.word0.bigEndian, word.word1.bigEndian, word.word2.bigEndian,
                word.word3.bigEndian
            )
            unsafe withUnsafeBytes(of: bytes) { unsafe arena.append(contentsOf: $0) }
        }
        let start = try self.take(count % 32)
        arena.append(contentsOf: self.bytes[start..<(start + count % 32)])
    }

    private mutating func word() throws(LogPageError) -> Hash256 {
        if self.isPlain { return try self.hash() }
        let mark = Int(try self.byte())
        guard mark <= 64 else { throw .badNumber }
        let count = mark > 32 ? mark - 32 : mark
        let start = try self.take(count)
        // The 32 bytes that begin or end with those that were kept, where the page has them around.
        if mark > 32, start + 32 <= self.bytes.count {
            let word = unsafe Hash256(self.bytes.span.bytes, at: start)
            return Hash256(
                words: word.word0 & Self.first(count), word.word1 & Self.first(count - 8),
                word.word2 & Self.first(count - 16), word.word3 & Self.first(count - 24))
        }
        if mark <= 32, self.offset >= 32 {
            let word = unsafe Hash256(self.bytes.span.bytes, at: self.offset - 32)
            return Hash256(
                words: word.word0 & Self.last(count - 24), word.word1 & Self.last(count - 16),
                word.word2 & Self.last(count - 8), word.word3 & Self.last(count))
        }
        return self.wordByBytes(mark, start)
    }

    /// A mask of the first bytes of a limb: none below 1, all from 8 on.
    private static func first(_ bytes: Int) -> UInt64 {
        UInt64.max << (64 - 8 * max(0, min(8, bytes)))
    }

    /// A mask of the last bytes of a limb.
    private static func last(_ bytes: Int) -> UInt64 {
        UInt64.max >> (64 - 8 * max(0, min(8, bytes)))
    }

    private func wordByBytes(_ mark: Int, _ start: Int) -> Hash256 {
        let count = mark > 32 ? mark - 32 : mark
        var limbs: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
        for index in 0..<count {
            let place = mark > 32 ? index : 32 - count + index
            let byte = UInt64(self.bytes[start + index]) << UInt64(56 - 8 * (place & 7))
            switch place >> 3 {
            case 0: limbs.0 |= byte
            case 1: limbs.1 |= byte
            case 2: limbs.2 |= byte
            default: limbs.3 |= byte
            }
        }
        return Hash256(words: limbs.0, limbs.1, limbs.2, limbs.3)
    }

    private mutating func hash() throws(LogPageError) -> Hash256 {
        let start = try self.take(32)
        return unsafe Hash256(self.bytes.span.bytes, at: start)
    }

    private mutating func byte() throws(LogPageError) -> UInt8 {
        guard self.offset < self.bytes.count else { throw .truncated }
        defer { self.offset += 1 }
        return self.bytes[self.offset]
    }

    private mutating func varint() throws(LogPageError) -> UInt64 {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 70, by: 7) {
            let byte = try self.byte()
            guard shift < 63 || byte <= 1 else { throw .badNumber }
            value |= UInt64(byte & 127) << shift
            if byte < 128 { return value }
        }
        throw .badNumber
    }

    private mutating func small() throws(LogPageError) -> UInt32 {
        guard let value = UInt32(exactly: try self.varint()) else { throw .badNumber }
        return value
    }

    private mutating func take(_ count: Int) throws(LogPageError) -> Int {
        guard count <= self.bytes.count - self.offset else { throw .truncated }
        defer { self.offset += count }
        return self.offset
    }
}
