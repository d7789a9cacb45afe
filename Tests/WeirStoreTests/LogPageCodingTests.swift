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

    /// Numbers and padded text of every length, with nothing but ones, at every distance from the end.
    @Test func everyLengthOfAWordComesBack() throws {
        for count in 0...32 {
            for isNumber in [true, false] {
                let ones = [UInt8](repeating: 0xff, count: count)
                let zeros = [UInt8](repeating: 0, count: 32 - count)
                let word = isNumber ? zeros + ones : ones + zeros
                for tail in [0, 1, 31, 32, 40] {
                    var batch = LogBatch()
                    var topics = TopicList()
                    for topic in [Hash256.zero, Hash256(bytes: word) ?? .zero] {
                        _ = topics.append(topic)
                    }
                    batch.append(
                        LogEntry(
                            address: .zero, topics: topics, dataOffset: 0, dataCount: 0,
                            blockNumber: BlockNumber(1), blockHash: .zero, transactionHash: .zero,
                            transactionIndex: 0, logIndex: 0),
                        data: word + [UInt8](repeating: 7, count: tail))
                    #expect(try LogPageCoding.decode(LogPageCoding.encode(batch)) == batch)
                }
            }
        }
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
        #expect(throws: LogPageError.unknownVersion(3)) { try LogPageCoding.decode([3, 0]) }
        #expect(throws: LogPageError.truncated) { try LogPageCoding.decode([]) }
        // A count of 2⁶³ must not reserve memory.
        for version in [1, 2] as [UInt8] {
            #expect(throws: LogPageError.truncated) {
                try LogPageCoding.decode([version] + [UInt8](repeating: 255, count: 8) + [127])
            }
        }
    }

    /// Nor must a length of data beyond what is there, nor a reference to what never came.
    @Test func lengthsAndReferencesAreChecked() throws {
        let block = [1] + [UInt8](repeating: 7, count: 32) + [1]
        let transaction = [0] + [UInt8](repeating: 8, count: 32)
        let address = [0] + [UInt8](repeating: 9, count: 20)
        let head = [2, 1, 7] + block + transaction
        let huge = [UInt8](repeating: 255, count: 8) + [127]
        #expect(throws: LogPageError.truncated) {
            try LogPageCoding.decode(head + address + [0] + huge)
        }
        #expect(throws: LogPageError.badReference(1)) {
            try LogPageCoding.decode(head + [1, 0, 0])
        }
        #expect(try LogPageCoding.decode(head + address + [0, 0]).count == 1)
        #expect(throws: LogPageError.badNumber) {
            try LogPageCoding.decode(
                head + address + [0, 32, 65] + [UInt8](repeating: 1, count: 40))
        }
    }

    /// Words of every shape: what is left out at either end comes back.
    @Test func wordsComeBackWhateverTheirZeros() throws {
        var batch = LogBatch()
        var data: [UInt8] = []
        for first in 0...32 {
            for last in first...32 {
                data += (0..<32).map { $0 >= first && $0 < last ? UInt8($0 + 1) : 0 }
            }
        }
        for cut in [0, 1, 31, 33] {
            var topics = TopicList()
            _ = topics.append(.zero)
            _ = topics.append(Hash256(words: 1 << 63, 0, 0, 1))
            batch.append(
                LogEntry(
                    address: .zero, topics: topics, dataOffset: 0, dataCount: 0,
                    blockNumber: BlockNumber(.max), blockHash: .zero, transactionHash: .zero,
                    transactionIndex: .max, logIndex: .max, blockTimestamp: BlockTime(.max)),
                data: data.dropFirst(cut))
        }
        #expect(try LogPageCoding.decode(LogPageCoding.encode(batch)) == batch)
    }

    /// More addresses and events than a reference can count.
    @Test func listsOfReferencesMayOverflow() throws {
        var random = SeededRandom(seed: 31)
        let addresses = (0..<700).map { _ in Address(truncating: random.word()) }
        let events = (0..<700).map { _ in Hash256(random.word()) }
        var batch = LogBatch()
        for index in 0..<3_000 {
            var topics = TopicList()
            _ = topics.append(events.randomElement(using: &random) ?? .zero)
            batch.append(
                LogEntry(
                    address: addresses.randomElement(using: &random) ?? .zero, topics: topics,
                    dataOffset: 0, dataCount: 0, blockNumber: BlockNumber(1), blockHash: .zero,
                    transactionHash: .zero, transactionIndex: 0, logIndex: UInt32(index)),
                data: [])
        }
        #expect(try LogPageCoding.decode(LogPageCoding.encode(batch)) == batch)
    }

    /// Pages of the version before are read as ever.
    @Test(arguments: 0..<10)
    func versionOneIsRead(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let batch = Self.randomBatch(&random, count: 50)
        var bytes: [UInt8] = [1]
        func number(_ value: UInt64) {
            var rest = value
            while rest >= 128 {
                bytes.append(UInt8(truncatingIfNeeded: rest) | 128)
                rest >>= 7
            }
            bytes.append(UInt8(truncatingIfNeeded: rest))
        }
        number(UInt64(batch.count))
        for entry in batch.entries {
            bytes.append(7 | UInt8(entry.topics.count) << 3)
            number(entry.blockNumber.rawValue)
            bytes += entry.blockHash.bytes
            number(entry.blockTimestamp.rawValue)
            number(UInt64(entry.transactionIndex))
            bytes += entry.transactionHash.bytes + entry.address.bytes
            number(UInt64(entry.logIndex))
            for topic in entry.topics.array { bytes += topic.bytes }
            number(UInt64(entry.dataCount))
            bytes += batch.data(of: entry)
        }
        #expect(try LogPageCoding.decode(bytes) == batch)
    }
}
