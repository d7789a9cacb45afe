// Weir
// SPDX-License-Identifier: Apache-2.0

package import EVMPrimitives

/// A running hash over the logs of a chain, so that two instances, or one instance on two
/// providers, can be compared by one value.
///
/// Each block with logs has a digest: keccak256 of the block's hash (32 bytes), then of each log in
/// order its index in the block (4 bytes), address (20), number of topics (4), length of the data
/// (4), the topics (32 each) and the data; integers are big-endian. The running value becomes
/// keccak256(value before ‖ digest), from 32 zero bytes. It does not depend on how the blocks were
/// cut into requests, and goes back with a reorg because it is a value.
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
        var digests: [Hash256] = []
        var keccak = Keccak256()
        var block: Hash256?
        let arena = unsafe logs.arena.span.bytes
        for entry in logs.entries {
            if block != entry.blockHash {
                if block != nil { digests.append(keccak.finalize()) }
                block = entry.blockHash
                keccak = Keccak256()
                keccak.update(entry.blockHash)
            }
            let address = entry.address
            keccak.update(bigEndian: UInt64(entry.logIndex) &<< 32 | address.word0 &>> 32)
            keccak.update(bigEndian: address.word0 &<< 32 | address.word1 &>> 32)
            keccak.update(bigEndian: address.word1 &<< 32 | UInt64(address.word2))
            keccak.update(
                bigEndian: UInt64(entry.topics.count) &<< 32
                    | UInt64(UInt32(truncatingIfNeeded: entry.dataCount)))
            for index in 0..<entry.topics.count { keccak.update(entry.topics[index]) }
            keccak.update(
                arena.extracting(entry.dataOffset..<(entry.dataOffset + entry.dataCount)))
        }
        if block != nil { digests.append(keccak.finalize()) }
        return digests
    }
}
