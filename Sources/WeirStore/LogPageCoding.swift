// Weir
// SPDX-License-Identifier: Apache-2.0

import CZlib
package import ChainModel
import EVMPrimitives

/// How a batch of logs is packed into the bytes of one row.
///
/// 1. One byte: the version, 2.
/// 2. A varint (LEB128, unsigned): the number of logs.
/// 3. Each log: a byte of flags, then what the flags announce, then what every log has.
///    - flag 1: another block than the log before: varint number, 32 bytes hash, varint time;
///    - flag 2: another transaction: varint index, 32 bytes hash;
///    - flag 4: another address: a reference;
///    - flags 8, 16, 32: the number of topics, times eight;
///    - varint log index; the first topic as a reference, the other topics as words;
///    - varint length of the data, its whole words of 32 bytes as words, then the rest as it is.
///
/// A *reference* is a byte: 0 for a value that follows whole and joins the list of the page
/// (of addresses, of first topics) while that has fewer than 255, or the place in that list, from 1.
///
/// *Words* and *varints* are those of ``PackedWriter``: a page takes a third of its plain size.
///
/// Version 1, which older stores hold, has neither references nor words: 20 and 32 bytes each.
///
/// Numbers are stored whole, so that each log can be read knowing only the ones before it in the
/// page. Reading never trusts the bytes: every length is checked before it is used.
package enum LogPageCoding {
    package static let version: UInt8 = 2

    /// Most entries of a list of references.
    static let referencesMax = 255

    /// The packed form of a batch, with the CRC-32 of its bytes as checksum.
    package static func pack(_ batch: LogBatch) -> PackedLogs {
        let bytes = Self.encode(batch)
        return PackedLogs(
            bytes: bytes, checksum: Self.checksum(bytes), count: batch.count)
    }

    /// CRC-32 (ISO 3309, as gzip has it), four bytes, big-endian. It finds what a disk does to
    /// bytes, at a tenth of the cost of a hash; that nobody *meant* harm is not its business.
    package static func checksum(_ bytes: [UInt8]) -> [UInt8] {
        let value = unsafe bytes.withUnsafeBufferPointer { buffer in
            unsafe crc32_z(0, buffer.baseAddress, buffer.count)
        }
        return (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) }
    }

    /// The packed form of a batch.
    package static func encode(_ batch: LogBatch) -> [UInt8] {
        // No log takes more: numbers of at most 10 bytes, everything in full, and a count a word.
        let bound = 16 + batch.count * 272 + batch.arena.count + batch.arena.count / 32
        // Pages wait for their transaction: they take no more than they need, a quarter of that.
        return unsafe withUnsafeTemporaryAllocation(byteCount: bound, alignment: 8) { room in
            var writer = unsafe LogPageWriter(room)
            writer.append(batch)
            return unsafe [UInt8](room[..<writer.count])
        }
    }

    /// The batch of a packed form, of any version.
    package static func decode(_ bytes: [UInt8]) throws(LogPageError) -> LogBatch {
        try LogPageReader.read(bytes)
    }
}
