// Weir
// SPDX-License-Identifier: Apache-2.0

package import PromQL

/// Samples of one series as a store keeps them.
package struct StoredSamples: Sendable, Hashable {
    /// Who gave the samples; see ``SampleWindow``.
    package let origin: String
    package let labels: Labels
    package let chunks: [StoredChunk]

    package init(origin: String, labels: Labels, chunks: [StoredChunk]) {
        self.origin = origin
        self.labels = labels
        self.chunks = chunks
    }
}

/// Points of one series in a form that can be kept and checked.
///
/// A series has at most one chunk with the same ``first``: a later one with it holds the same points
/// and more, and takes its place.
package struct StoredChunk: Sendable, Hashable {
    /// The times of the first and the last point, for those who find and delete chunks.
    package let first: Int64
    package let last: Int64
    /// Version, count, points, checksum.
    package let bytes: [UInt8]

    package init(first: Int64, last: Int64, bytes: [UInt8]) {
        self.first = first
        self.last = last
        self.bytes = bytes
    }

    init(_ chunk: SampleChunk) {
        var bytes: [UInt8] = [Self.version]
        bytes.reserveCapacity(chunk.bytes.count + 7)
        bytes.append(UInt8(truncatingIfNeeded: chunk.count >> 8))
        bytes.append(UInt8(truncatingIfNeeded: chunk.count))
        bytes += chunk.bytes
        let sum = Self.checksum(bytes[...])
        for shift in [24, 16, 8, 0] as [UInt32] {
            bytes.append(UInt8(truncatingIfNeeded: sum >> shift))
        }
        self.init(first: chunk.first, last: chunk.last, bytes: bytes)
    }

    private static let version: UInt8 = 1

    /// The points, where the bytes are whole: version and checksum fit, the count is that of the
    /// points, times ascend, and nothing is left over. Nil for everything else.
    var chunk: SampleChunk? {
        guard self.bytes.count >= 7, self.bytes[0] == Self.version else { return nil }
        let body = self.bytes.dropLast(4)
        let sum = self.bytes.suffix(4).reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        guard Self.checksum(body) == sum else { return nil }
        let count = Int(self.bytes[1]) << 8 | Int(self.bytes[2])
        let points = Array(body.dropFirst(3))
        var reader = ChunkReader(points, count: count)
        guard let first = reader.next() else { return nil }
        var last = first.time
        while let point = reader.next() {
            guard point.time > last else { return nil }
            last = point.time
        }
        guard reader.isAtEnd else { return nil }
        return SampleChunk(bytes: points, count: count, first: first.time, last: last)
    }

    /// FNV-1a (64 bits) folded: no guard against forgery, but against what disks do.
    private static func checksum(_ bytes: ArraySlice<UInt8>) -> UInt32 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in bytes {
            hash ^= UInt64(byte)
            hash = hash &* 0x100_0000_01b3
        }
        return UInt32(truncatingIfNeeded: hash ^ hash >> 32)
    }
}
