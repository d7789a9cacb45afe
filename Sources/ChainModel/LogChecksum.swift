// Weir
// SPDX-License-Identifier: Apache-2.0

package import EVMPrimitives

/// A running hash over the logs of a chain, so that two instances, or one instance on two
/// providers, can be compared by one value.
///
/// Each block with logs has a digest: keccak256 of the block's hash (32 bytes), then of each log in
/// order its index in the block as a number, the 20 bytes of its address, a byte with the number of
/// its topics, the topics as words, and its data as ``PackedWriter`` writes it; numbers and words are
/// those of ``PackedWriter`` too, which leave zeros out and have one form each. The running value
/// becomes keccak256(value before ‖ digest), from 32 zero bytes. It does not depend on how the blocks
/// were cut into requests, and goes back with a reorg because it is a value.
package struct LogChecksum: Sendable, Hashable {
    /// Zero before the first log.
    package private(set) var value: Hash256

    package init(value: Hash256 = .zero) { self.value = value }

    /// Takes in the digests of blocks that follow.
    package mutating func fold(_ digests: [Hash256]) {
        for digest in digests {
            var keccak = Keccak256()
            keccak.update(self.value)
            keccak.update(digest)
            self.value = keccak.finalize()
        }
    }

    /// The digests of the blocks that have logs, in order. Logs of one block stand together.
    package static func digests(of logs: LogBatch) -> [Hash256] {
        guard !logs.isEmpty else { return [] }
        let entries = logs.entries.span
        var most = 0
        for index in entries.indices { most = max(most, entries[index].dataCount) }
        // What one log takes at most, and room behind it.
        let bound = 192 + most + most / 32
        return unsafe withUnsafeTemporaryAllocation(byteCount: bound, alignment: 8) { buffer in
            unsafe Self.digests(of: logs, on: buffer)
        }
    }

    /// `buffer` has room for any one log of the batch.
    private static func digests(
        of logs: LogBatch, on buffer: UnsafeMutableRawBufferPointer
    ) -> [Hash256] {
        var digests: [Hash256] = []
        var writer = unsafe PackedWriter(buffer)
        var keccak = Keccak256()
        let entries = logs.entries.span
        let arena = unsafe logs.arena.span.bytes
        for index in entries.indices {
            if index == 0 || entries[index].blockHash != entries[index &- 1].blockHash {
                if index > 0 { digests.append(keccak.finalize()) }
                keccak = Keccak256()
                keccak.update(entries[index].blockHash)
            }
            writer.rewind()
            writer.need(192 &+ entries[index].dataCount &+ entries[index].dataCount / 32)
            writer.varint(UInt64(entries[index].logIndex))
            writer.address(entries[index].address)
            let topics = entries[index].topics.count
            writer.byte(UInt8(truncatingIfNeeded: topics))
            for place in 0..<topics { writer.word(entries[index].topics[place]) }
            let start = entries[index].dataOffset
            writer.data(arena, start..<(start &+ entries[index].dataCount))
            keccak.update(unsafe UnsafeRawBufferPointer(rebasing: buffer[..<writer.count]).bytes)
        }
        digests.append(keccak.finalize())
        return digests
    }
}
