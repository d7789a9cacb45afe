// Weir
// SPDX-License-Identifier: Apache-2.0

package import EVMPrimitives

/// A running hash over the logs of a chain, so that two instances, or one instance on two
/// providers, can be compared by one value.
///
/// The hash is TurboSHAKE128 (RFC 9861) with 32 bytes of output, the Keccak of twelve rounds. Each
/// block with logs has a digest, the hash of: the block's hash (32 bytes), then of each log in order
/// its index in the block as a number, its address as a reference, a byte with the number of its
/// topics, the first topic as a reference, the others as words, and its data as ``PackedWriter``
/// writes it; numbers and words are those of ``PackedWriter`` too, which leave zeros out and have one
/// form each. The running value becomes the hash of value before ‖ digest, from 32 zero bytes.
///
/// A *reference* is the byte 1 and the last byte of the value, where the value before in this block
/// that has this last byte was the same; else the byte 0 and the whole value. Addresses and first
/// topics are looked back for apart. Most logs repeat both: so two logs share a permutation.
///
/// The value does not depend on how the blocks were cut into requests, and goes back with a reorg
/// because it is a value.
package struct LogChecksum: Sendable, Hashable {
    /// Zero before the first log.
    package private(set) var value: Hash256

    package init(value: Hash256 = .zero) { self.value = value }

    /// Takes in the digests of blocks that follow.
    package mutating func fold(_ digests: [Hash256]) {
        for digest in digests { self.value = TurboSHAKE128.hash(self.value, digest) }
    }

    /// The digests of the blocks that have logs, in order. Logs of one block stand together.
    package static func digests(of logs: LogBatch) -> [Hash256] {
        guard !logs.isEmpty else { return [] }
        let entries = logs.entries.span
        var most = 0
        for index in entries.indices { most = max(most, entries[index].dataCount) }
        // What is absorbed in one go, what one log takes at most, and room behind it.
        let bound = Self.pending + 256 + most + most / 32
        return unsafe withUnsafeTemporaryAllocation(byteCount: bound, alignment: 8) { buffer in
            unsafe Self.digests(of: logs, on: buffer)
        }
    }

    /// So many bytes are gathered at least before they are absorbed.
    private static let pending = 12 * TurboSHAKE128.rate

    /// `buffer` has room for ``pending`` bytes and any one log of the batch.
    private static func digests(
        of logs: LogBatch, on buffer: UnsafeMutableRawBufferPointer
    ) -> [Hash256] {
        guard let base = UnsafeRawPointer(buffer.baseAddress) else { return [] }
        var digests: [Hash256] = []
        var writer = unsafe PackedWriter(buffer)
        var hash = TurboSHAKE128()
        // By the last byte of a value: behind which log of the batch it was last seen, from 1.
        var addresses = InlineArray<256, Int>(repeating: 0)
        var events = InlineArray<256, Int>(repeating: 0)
        var first = 0
        let entries = logs.entries.span
        let arena = unsafe logs.arena.span.bytes
        for index in entries.indices {
            if index == 0 || entries[index].blockHash != entries[index &- 1].blockHash {
                if index > 0 {
                    digests.append(unsafe Self.end(&hash, &writer, base))
                    hash = TurboSHAKE128()
                }
                first = index
                writer.need(40)
                writer.whole(entries[index].blockHash)
            }
            writer.need(208 &+ entries[index].dataCount &+ entries[index].dataCount / 32)
            writer.varint(UInt64(entries[index].logIndex))
            let address = entries[index].address
            let slot = Int(address.word2 & 255)
            if addresses[slot] > first, entries[addresses[slot] &- 1].address == address {
                writer.byte(1)
                writer.byte(UInt8(truncatingIfNeeded: address.word2))
            } else {
                writer.byte(0)
                writer.address(address)
            }
            addresses[slot] = index &+ 1
            let topics = entries[index].topics.count
            writer.byte(UInt8(truncatingIfNeeded: topics))
            if topics > 0 {
                let event = entries[index].topics[0]
                let slot = Int(event.word3 & 255)
                if events[slot] > first, entries[events[slot] &- 1].topics[0] == event {
                    writer.byte(1)
                    writer.byte(UInt8(truncatingIfNeeded: event.word3))
                } else {
                    writer.byte(0)
                    writer.whole(event)
                }
                events[slot] = index &+ 1
                for place in 1..<topics { writer.word(entries[index].topics[place]) }
            }
            let start = entries[index].dataOffset
            writer.data(arena, start..<(start &+ entries[index].dataCount))
            if writer.count >= Self.pending { unsafe Self.absorb(&hash, &writer, base) }
        }
        digests.append(unsafe Self.end(&hash, &writer, base))
        return digests
    }

    /// Absorbs the whole blocks that were gathered.
    @unsafe private static func absorb(
        _ hash: inout TurboSHAKE128, _ writer: inout PackedWriter, _ base: UnsafeRawPointer
    ) {
        let blocks = writer.count / TurboSHAKE128.rate
        unsafe hash.absorb(blocks: base, count: blocks)
        writer.drop(blocks &* TurboSHAKE128.rate)
    }

    /// The digest of what was gathered; nothing is left then.
    @unsafe private static func end(
        _ hash: inout TurboSHAKE128, _ writer: inout PackedWriter, _ base: UnsafeRawPointer
    ) -> Hash256 {
        unsafe Self.absorb(&hash, &writer, base)
        let digest = unsafe hash.finalize(rest: base, count: writer.count)
        writer.drop(writer.count)
        return digest
    }
}
