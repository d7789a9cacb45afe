// Weir
// SPDX-License-Identifier: Apache-2.0

import PromQL
import Testing
import WeirTestSupport

@testable import Alerting

@Suite struct SampleChunkTests {
    /// Values of every kind, most of them like the ones before.
    static func value(after last: Double, _ random: inout SeededRandom) -> Double {
        switch Int.random(in: 0..<16, using: &random) {
        case 0: Double(bitPattern: random.next())
        case 1: StaleMarker.value
        case 2: [.nan, .infinity, -.infinity, 0, -0.0].randomElement(using: &random) ?? 0
        case 3:
            [.leastNonzeroMagnitude, -.leastNonzeroMagnitude, .greatestFiniteMagnitude, .pi]
                .randomElement(using: &random) ?? 0
        case 4: Double.random(in: -1e9...1e9, using: &random)
        case 5..<9: last
        default: last + Double(Int.random(in: 0..<1000, using: &random))
        }
    }

    static func time(after last: Int64, _ random: inout SeededRandom) -> Int64 {
        switch Int.random(in: 0..<12, using: &random) {
        case 0: Int64(bitPattern: random.next())
        case 1: last &+ Int64.random(in: 1...1 << 40, using: &random)
        case 2: last &+ 1
        case 3..<6: last &+ 15_000 &+ Int64.random(in: -70...70, using: &random)
        default: last &+ 15_000
        }
    }

    @Test(arguments: 0..<60)
    func everyPointComesBackBitByBit(seed: Int) {
        var random = SeededRandom(seed: UInt64(seed))
        var writer = ChunkWriter()
        var points: [Point] = []
        var last = Point(time: Int64(bitPattern: random.next()), value: 0)
        for _ in 0..<Int.random(in: 1...200, using: &random) {
            last = Point(
                time: Self.time(after: last.time, &random),
                value: Self.value(after: last.value, &random))
            points.append(last)
            writer.append(last.time, last.value)
        }
        guard let chunk = writer.chunk else {
            Issue.record("no chunk, seed \(seed)")
            return
        }
        var reader = ChunkReader(chunk.bytes, count: chunk.count)
        var read: [Point] = []
        while let point = reader.next() { read.append(point) }
        #expect(read.map(\.time) == points.map(\.time), "seed \(seed)")
        #expect(
            read.map(\.value.bitPattern) == points.map(\.value.bitPattern), "seed \(seed)")
        #expect(reader.isAtEnd, "seed \(seed)")
        #expect(chunk.first == points.first?.time)
        #expect(chunk.last == points.last?.time)
    }

    @Test func extremesOfTimeComeBack() {
        let times: [Int64] = [.min, .max, 0, .max, .min, -1, 1, .min + 1]
        var writer = ChunkWriter()
        for time in times { writer.append(time, 1) }
        var read: [Int64] = []
        writer.chunk?.forEach { read.append($0.time) }
        #expect(read == times)
    }

    /// Any bytes at all: reading ends, and nothing traps.
    @Test(arguments: 0..<50)
    func anyBytesAreReadWithoutHarm(seed: Int) {
        var random = SeededRandom(seed: UInt64(seed))
        let bytes = random.bytes(Int.random(in: 0..<200, using: &random))
        var reader = ChunkReader(bytes, count: 65_535)
        var count = 0
        while reader.next() != nil { count += 1 }
        // A point takes two bits at least.
        #expect(count <= max(0, bytes.count * 4))
    }

    /// A few series as a monitor has them: in even steps, or a few milliseconds beside them.
    @Test func regularSeriesTakeFewBytes() {
        var random = SeededRandom(seed: 11)
        var totals: [(name: String, bytes: Double)] = []
        for kind in ["constant", "counter", "jittered counter", "block number", "small gauge"] {
            var writer = ChunkWriter()
            var value = 1_000.0
            var time: Int64 = 1_700_000_000_000
            for step in 0..<120 {
                switch kind {
                case "constant": break
                case "counter", "jittered counter":
                    value += Double(Int.random(in: 0..<20, using: &random))
                case "block number": value += 7
                default: value = Double(Int.random(in: 0..<50, using: &random))
                }
                let jitter =
                    kind.hasPrefix("jittered") ? Int64.random(in: -3...3, using: &random) : 0
                time = 1_700_000_000_000 + Int64(step) * 15_000 + jitter
                writer.append(time, value)
            }
            let bytes = Double(writer.byteCount) / 120
            totals.append((kind, bytes))
            #expect(bytes <= 4, "\(kind): \(bytes) bytes a point")
        }
        print("bytes a point:", totals.map { "\($0.name) \($0.bytes)" }.joined(separator: ", "))
        #expect((totals.first?.bytes ?? 9) < 0.6)
    }

    // MARK: - Stored

    private func stored(_ count: Int = 50) -> StoredChunk? {
        var writer = ChunkWriter()
        for step in 0..<count { writer.append(Int64(step) * 1000, Double(step * step % 17)) }
        return writer.chunk.map(StoredChunk.init)
    }

    @Test func storedChunkComesBack() throws {
        let stored = try #require(self.stored())
        let chunk = try #require(stored.chunk)
        #expect(StoredChunk(chunk) == stored)
        #expect((stored.first, stored.last) == (0, 49_000))
        #expect(chunk.count == 50)
    }

    @Test func everyBitCounts() throws {
        let stored = try #require(self.stored())
        for bit in 0..<(stored.bytes.count * 8) {
            var bytes = stored.bytes
            bytes[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(StoredChunk(first: 0, last: 0, bytes: bytes).chunk == nil, "bit \(bit)")
        }
        for length in 0..<stored.bytes.count {
            let bytes = Array(stored.bytes.prefix(length))
            #expect(StoredChunk(first: 0, last: 0, bytes: bytes).chunk == nil, "\(length) bytes")
        }
        #expect(StoredChunk(first: 0, last: 0, bytes: stored.bytes + [0]).chunk == nil)
    }

    /// A right checksum does not make right what is in it.
    @Test func pointsThatGoBackInTimeAreRefused() {
        for times in [[5, 5], [5, 4], [5, 6, 6], [.max, .min]] as [[Int64]] {
            var writer = ChunkWriter()
            for time in times { writer.append(time, 1) }
            #expect(writer.chunk.map(StoredChunk.init)?.chunk == nil)
        }
    }

    @Test func leftoversAreRefused() throws {
        var writer = ChunkWriter()
        writer.append(1, 1)
        let chunk = try #require(writer.chunk)
        for bytes in [chunk.bytes + [0], chunk.bytes + [1], chunk.bytes.dropLast()] {
            let wrong = SampleChunk(bytes: Array(bytes), count: 1, first: 1, last: 1)
            #expect(StoredChunk(wrong).chunk == nil)
        }
        for count in [0, 2, 3] {
            let wrong = SampleChunk(bytes: chunk.bytes, count: count, first: 1, last: 1)
            #expect(StoredChunk(wrong).chunk == nil)
        }
    }
}
