// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMPrimitives
import Testing
import WeirTestSupport

@testable import WeirStore

/// Shows that packed logs come back exactly, and that damaged bytes end in an error.
@Suite struct LogPageCodingTests {
    static func randomBatch(_ random: inout SeededRandom, count: Int) -> LogBatch {
        var batch = LogBatch()
        var number: UInt64 = 1
        var index: UInt32 = 0
        var hash = Hash256(random.word())
        var transaction = Hash256(random.word())
        let addresses = (0..<3).map { _ in Address(truncating: random.word()) }
        for _ in 0..<count {
            if Int.random(in: 0..<4, using: &random) == 0 {
                number += UInt64.random(in: 1...1_000, using: &random)
                hash = Hash256(random.word())
                index = 0
            }
            if Bool.random(using: &random) { transaction = Hash256(random.word()) }
            var topics = TopicList()
            for _ in 0..<Int.random(in: 0...4, using: &random) {
                _ = topics.append(Hash256(random.word()))
            }
            batch.append(
                LogEntry(
                    address: addresses.randomElement(using: &random) ?? .zero, topics: topics,
                    dataOffset: 0, dataCount: 0, blockNumber: BlockNumber(number), blockHash: hash,
                    transactionHash: transaction,
                    transactionIndex: UInt32.random(in: 0...UInt32.max, using: &random),
                    logIndex: index, blockTimestamp: BlockTime(number &* 12)),
                data: random.bytes(Int.random(in: 0...100, using: &random)))
            index += UInt32.random(in: 1...3, using: &random)
        }
        return batch
    }

    @Test(arguments: 0..<40)
    func everyBatchComesBackExactly(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let batch = Self.randomBatch(&random, count: Int.random(in: 0...200, using: &random))
        #expect(try LogPageCoding.decode(LogPageCoding.encode(batch)) == batch, "seed \(seed)")
    }

    @Test func everyTruncationIsAnError() throws {
        var random = SeededRandom(seed: 99)
        let bytes = LogPageCoding.encode(Self.randomBatch(&random, count: 6))
        for length in 0..<bytes.count {
            #expect(throws: LogPageError.self) {
                try LogPageCoding.decode(Array(bytes.prefix(length)))
            }
        }
        #expect(throws: LogPageError.trailingBytes) { try LogPageCoding.decode(bytes + [0]) }
    }

    @Test func damagedBytesNeverTrap() {
        var random = SeededRandom(seed: 7)
        let bytes = LogPageCoding.encode(Self.randomBatch(&random, count: 20))
        for _ in 0..<20_000 {
            var damaged = bytes
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                damaged[Int.random(in: 0..<damaged.count, using: &random)] =
                    UInt8(truncatingIfNeeded: random.next())
            }
            _ = try? LogPageCoding.decode(damaged)
        }
        #expect(throws: LogPageError.unknownVersion(2)) { try LogPageCoding.decode([2, 0]) }
        // A count of 2⁶³ must not reserve memory.
        #expect(throws: LogPageError.truncated) {
            try LogPageCoding.decode([1] + [UInt8](repeating: 255, count: 8) + [127])
        }
    }
}
