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
            // Few contracts and events, some of which end alike.
            let near = Hash256(random.word())
            let events = [
                Hash256(random.word()), near, Hash256(words: ~near.word0, 1, 2, near.word3),
            ]
            let addresses = [
                Address(truncating: random.word()),
                Address(words: 1, 2, UInt32(truncatingIfNeeded: near.word3)),
                Address(words: 3, 4, UInt32(truncatingIfNeeded: near.word3)),
            ]
            let most = Bool.random(using: &random) ? 5 : 60
            for index in 0..<Int.random(in: 0...most, using: &random) {
                var topics = TopicList()
                for place in 0..<Int.random(in: 0...4, using: &random) {
                    let word = Hash256(random.word())
                    let known = place == 0 ? events.randomElement(using: &random) : nil
                    _ = topics.append(
                        Bool.random(using: &random)
                            ? known ?? word : Hash256(words: 0, 0, 0, word.word3))
                }
                batch.append(
                    LogEntry(
                        address: Bool.random(using: &random)
                            ? addresses[Int.random(in: 0..<3, using: &random)]
                            : Address(truncating: random.word()),
                        topics: topics, dataOffset: 0, dataCount: 0,
                        blockNumber: BlockNumber(UInt64(number)), blockHash: hash,
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
            var addresses: [UInt8: [UInt8]] = [:]
            var events: [UInt8: [UInt8]] = [:]
            for entry in block.entries {
                text += Self.number(Int(entry.logIndex))
                text += Self.reference(entry.address.bytes, &addresses)
                text.append(UInt8(entry.topics.count))
                if let event = entry.topics.array.first {
                    text += Self.reference(event.bytes, &events)
                }
                for topic in entry.topics.array.dropFirst() { text += Self.word(topic.bytes) }
                var data = block.data(of: entry)[...]
                text += Self.number(data.count)
                while data.count >= 32 {
                    text += Self.word(Array(data.prefix(32)))
                    data = data.dropFirst(32)
                }
                text += data
            }
            value = TurboSHAKE128.hash(value + TurboSHAKE128.hash(text).bytes).bytes
        }
        return Hash256(bytes: value) ?? .zero
    }

    static func reference(_ bytes: [UInt8], _ last: inout [UInt8: [UInt8]]) -> [UInt8] {
        let end = bytes[bytes.count - 1]
        defer { last[end] = bytes }
        return last[end] == bytes ? [1, end] : [0] + bytes
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
        let topical = try #require(batch.entries.firstIndex { $0.topics.count > 1 })
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
                $0.entries[topical].topics =
                    TopicList([.zero, .zero, .zero, .zero]) ?? TopicList()
            },
            value { $0.entries[topical].topics = TopicList() },
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
