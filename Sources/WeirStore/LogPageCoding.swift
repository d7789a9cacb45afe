// Weir
// SPDX-License-Identifier: Apache-2.0

package import ChainModel
import EVMPrimitives

/// How a batch of logs is packed into the bytes of one row.
///
/// 1. One byte: the version, 1.
/// 2. A varint (LEB128, unsigned): the number of logs.
/// 3. Each log: a byte of flags, then what the flags announce, then what every log has.
///    - flag 1: another block than the log before: varint number, 32 bytes hash, varint time;
///    - flag 2: another transaction: varint index, 32 bytes hash;
///    - flag 4: another address: 20 bytes;
///    - flags 8, 16, 32: the number of topics, times eight;
///    - varint log index, the topics of 32 bytes each, varint data length, the data.
///
/// Numbers are stored whole, so that each log can be read knowing only the ones before it in the
/// page. Reading never trusts the bytes: every length is checked before it is used.
package enum LogPageCoding {
    package static let version: UInt8 = 1

    /// The packed form of a batch.
    package static func encode(_ batch: LogBatch) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(batch.arena.count + batch.count * 152 + 16)
        bytes.append(Self.version)
        Self.append(UInt64(batch.count), to: &bytes)
        var previous: LogEntry?
        for entry in batch.entries {
            Self.append(entry, after: previous, arena: batch.arena, to: &bytes)
            previous = entry
        }
        return bytes
    }

    private static func append(
        _ entry: LogEntry, after previous: LogEntry?, arena: [UInt8], to bytes: inout [UInt8]
    ) {
        let newBlock =
            previous?.blockHash != entry.blockHash || previous?.blockNumber != entry.blockNumber
            || previous?.blockTimestamp != entry.blockTimestamp
        let newTransaction =
            newBlock || previous?.transactionHash != entry.transactionHash
            || previous?.transactionIndex != entry.transactionIndex
        let newAddress = previous?.address != entry.address
        bytes.append(
            (newBlock ? 1 : 0) | (newTransaction ? 2 : 0) | (newAddress ? 4 : 0)
                | UInt8(entry.topics.count) << 3)
        if newBlock {
            Self.append(entry.blockNumber.rawValue, to: &bytes)
            entry.blockHash.append(to: &bytes)
            Self.append(entry.blockTimestamp.rawValue, to: &bytes)
        }
        if newTransaction {
            Self.append(UInt64(entry.transactionIndex), to: &bytes)
            entry.transactionHash.append(to: &bytes)
        }
        if newAddress { entry.address.append(to: &bytes) }
        Self.append(UInt64(entry.logIndex), to: &bytes)
        for index in 0..<entry.topics.count { entry.topics[index].append(to: &bytes) }
        Self.append(UInt64(entry.dataCount), to: &bytes)
        bytes.append(
            contentsOf: arena[entry.dataOffset..<(entry.dataOffset + entry.dataCount)])
    }

    private static func append(_ value: UInt64, to bytes: inout [UInt8]) {
        var rest = value
        while rest >= 128 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 128)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }

    /// The batch of a packed form.
    package static func decode(_ bytes: [UInt8]) throws(LogPageError) -> LogBatch {
        var reader = Reader(bytes: bytes)
        let version = try reader.byte()
        guard version == Self.version else { throw .unknownVersion(version) }
        let count = try reader.varint()
        // The shortest log takes four bytes: a larger count is a lie that must not allocate.
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

    private struct Reader {
        let bytes: [UInt8]
        var offset = 0

        mutating func byte() throws(LogPageError) -> UInt8 {
            guard self.offset < self.bytes.count else { throw .truncated }
            defer { self.offset += 1 }
            return self.bytes[self.offset]
        }

        mutating func varint() throws(LogPageError) -> UInt64 {
            var value: UInt64 = 0
            for shift in stride(from: UInt64(0), to: 70, by: 7) {
                let byte = try self.byte()
                guard shift < 63 || byte <= 1 else { throw .badNumber }
                value |= UInt64(byte & 127) << shift
                if byte < 128 { return value }
            }
            throw .badNumber
        }

        mutating func small() throws(LogPageError) -> UInt32 {
            guard let value = UInt32(exactly: try self.varint()) else { throw .badNumber }
            return value
        }

        mutating func take(_ count: Int) throws(LogPageError) -> Int {
            guard count <= self.bytes.count - self.offset else { throw .truncated }
            defer { self.offset += count }
            return self.offset
        }

        mutating func hash() throws(LogPageError) -> Hash256 {
            let start = try self.take(32)
            return unsafe Hash256(self.bytes.span.bytes, at: start)
        }

        mutating func readLog(
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
            if flags & 4 != 0 {
                let start = try self.take(20)
                entry.address = unsafe Address(self.bytes.span.bytes, at: start)
            }
            entry.logIndex = try self.small()
            var topics = TopicList()
            for _ in 0..<topicCount { _ = topics.append(try self.hash()) }
            entry.topics = topics
            guard let count = Int(exactly: try self.varint()) else { throw .truncated }
            let start = try self.take(count)
            batch.append(entry, data: self.bytes[start..<(start + count)])
        }
    }
}

/// Why packed logs cannot be read: the row is damaged, or a newer Weir wrote it.
package enum LogPageError: Error, Equatable, Sendable {
    case unknownVersion(UInt8)
    case truncated
    case badNumber
    case badFlags(UInt8)
    case trailingBytes
}

extension LogPageError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unknownVersion(let version): "packed logs have the unknown version \(version)"
        case .truncated: "packed logs end too early"
        case .badNumber: "packed logs hold a number out of range"
        case .badFlags(let flags): "packed logs hold the impossible flags \(flags)"
        case .trailingBytes: "packed logs have bytes behind the last log"
        }
    }
}
