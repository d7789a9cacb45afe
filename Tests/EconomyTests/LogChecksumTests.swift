// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMPrimitives
import Testing
import WeirTestSupport

@testable import Economy

/// Shows that the checksum is what its page says, does not depend on how blocks were cut into
/// requests, and changes with everything it stands for.
@Suite struct LogChecksumTests {
    /// Blocks with logs, some with data of odd lengths.
    static func blocks(_ random: inout SeededRandom) -> [LogBatch] {
        (0..<Int.random(in: 1...8, using: &random)).map { number in
            var batch = LogBatch()
            // Random words are often the same extreme ones; two blocks never have one hash.
            let hash = Keccak256.hash(Hash256(random.word()).bytes + [UInt8(number)])
            for index in 0..<Int.random(in: 0...5, using: &random) {
                var topics = TopicList()
                for _ in 0..<Int.random(in: 0...4, using: &random) {
                    let word = Hash256(random.word())
                    _ = topics.append(
                        Bool.random(using: &random) ? word : Hash256(words: 0, 0, 0, word.word3))
                }
                batch.append(
                    LogEntry(
                        address: Address(truncating: random.word()), topics: topics, dataOffset: 0,
                        dataCount: 0, blockNumber: BlockNumber(UInt64(number)), blockHash: hash,
                        transactionHash: Hash256(random.word()), transactionIndex: 0,
                        logIndex: UInt32(index)),
                    data: random.bytes(
                        Bool.random(using: &random)
                            ? 32 * Int.random(in: 0...9, using: &random)
                            : Int.random(in: 0...300, using: &random)))
            }
            return batch
        }
    }

    /// The definition, word for word, on plain bytes.
    static func naive(_ blocks: [LogBatch]) -> Hash256 {
        var value = [UInt8](repeating: 0, count: 32)
        for block in blocks where !block.isEmpty {
            var text = block.entries[0].blockHash.bytes
            for entry in block.entries {
                text += Self.number(Int(entry.logIndex)) + entry.address.bytes
                text.append(UInt8(entry.topics.count))
                for topic in entry.topics.array { text += Self.word(topic.bytes) }
                var data = block.data(of: entry)[...]
                text += Self.number(data.count)
                while data.count >= 32 {
                    text += Self.word(Array(data.prefix(32)))
                    data = data.dropFirst(32)
                }
                text += data
            }
            value = Keccak256.hash(value + Keccak256.hash(text).bytes).bytes
        }
        return Hash256(bytes: value) ?? .zero
    }

    static func number(_ value: Int) -> [UInt8] {
        value < 128 ? [UInt8(value)] : [UInt8(value & 127) | 128] + Self.number(value >> 7)
    }

    static func word(_ bytes: [UInt8]) -> [UInt8] {
        let low = Array(bytes.drop { $0 == 0 })
        let high = Array(bytes.reversed().drop { $0 == 0 }.reversed())
        return low.count <= high.count
            ? [UInt8(low.count)] + low : [UInt8(32 + high.count)] + high
    }

    @Test(arguments: 0..<60)
    func theValueIsTheDefinitionAndKnowsNoPages(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let blocks = Self.blocks(&random)
        var cut = LogChecksum()
        var index = 0
        while index < blocks.count {
            let end = Int.random(in: (index + 1)...blocks.count, using: &random)
            var page = LogBatch()
            for block in blocks[index..<end] { page.append(block) }
            cut.fold(LogChecksum.digests(of: page))
            index = end
        }
        #expect(cut.value == Self.naive(blocks), "seed \(seed)")
    }

    @Test func everyPartOfALogCounts() throws {
        var random = SeededRandom(seed: 5)
        var batch = LogBatch()
        for block in Self.blocks(&random) + Self.blocks(&random) { batch.append(block) }
        try #require(batch.count > 3 && batch.arena.count > 0)
        func value(_ change: (inout LogBatch) -> Void) -> Hash256 {
            var changed = batch
            change(&changed)
            var checksum = LogChecksum()
            checksum.fold(LogChecksum.digests(of: changed))
            return checksum.value
        }
        let values = [
            value { _ in },
            value { $0.entries[0].logIndex += 1 },
            value { $0.entries[0].address = Address.zero },
            value { $0.entries[0].blockHash = .zero },
            value {
                $0.entries[0].topics = TopicList([.zero, .zero, .zero, .zero]) ?? TopicList()
            },
            value { $0.entries[0].topics = TopicList() },
            value { $0.entries.swapAt(0, 1) },
            value { $0.entries.removeLast() },
            value { $0.entries.removeFirst() },
            value { $0.arena[$0.arena.count - 1] ^= 1 },
        ]
        #expect(Set(values).count == values.count)
        // What the chain does not say of a log has no part in it.
        #expect(value { $0.entries[0].blockTimestamp = BlockTime(9) } == values[0])
    }
}
