// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainProofs
import EVMPrimitives
import Testing
import WeirTestSupport

@Suite("Tries")
struct TrieTests {
    @Test(.enabled(if: Vectors.present, Vectors.absence))
    func everyPublishedListOfWritesGivesItsRoot() throws {
        var count = 0
        for line in try Vectors.lines("trie.ndjson") {
            var trie = MerklePatriciaTrie(hashesKeys: line["hashedKeys"] as? Bool ?? false)
            for operation in line["ops"] as? [[Any]] ?? [] {
                let key = try #require((operation[0] as? String).flatMap { Hex.decode($0) })
                if let value = (operation[1] as? String).flatMap({ Hex.decode($0) }) {
                    try trie.set(key, to: value)
                } else {
                    trie.remove(key)
                }
            }
            #expect(trie.root().description == line["root"] as? String, "\(line["name"] ?? "")")
            count += 1
        }
        #expect(count == 15)
    }

    @Test func anOrderedTrieIsTheTrieOfItsIndexes() throws {
        var random = SeededRandom(seed: 5)
        for count in [0, 1, 2, 3, 15, 16, 17, 126, 127, 128, 129, 130, 255, 256, 257, 300, 1_000] {
            let items = (0..<count).map { _ in
                random.bytes(Int.random(in: 1..<90, using: &random))
            }
            var trie = MerklePatriciaTrie()
            for (index, item) in items.enumerated().shuffled(using: &random) {
                var key = RLPWriter()
                key.append(UInt64(index))
                try trie.set(key.bytes, to: item)
            }
            #expect(OrderedTrie.root(of: items) == trie.root(), "\(count) items")
        }
    }

    @Test func anEmptyTrieHasTheRootOfNothing() throws {
        let empty = "0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421"
        #expect(OrderedTrie.root(of: []).description == empty)
        var trie = MerklePatriciaTrie()
        #expect(trie.root() == BlockRoots.empty)
        try trie.set([1, 2, 3], to: [4])
        #expect(trie.root() != BlockRoots.empty)
        #expect(trie[[1, 2, 3]] == [4])
        try trie.set([1, 2, 3], to: [])
        #expect(trie.root() == BlockRoots.empty)
        #expect(trie.count == 0)
    }

    @Test func theRootForgetsTheOrderAndWhatWasRemoved() throws {
        var random = SeededRandom(seed: 77)
        for _ in 0..<30 {
            let entries = (0..<40).map { _ in
                (random.bytes(Int.random(in: 0..<6, using: &random)), random.bytes(5))
            }
            var kept: [[UInt8]: [UInt8]] = [:]
            for (key, value) in entries { kept[key] = value }
            var first = MerklePatriciaTrie()
            for (key, value) in kept { try first.set(key, to: value) }
            var second = MerklePatriciaTrie()
            for (key, value) in entries { try second.set(key, to: value) }
            try second.set([9, 9, 9, 9, 9, 9, 9], to: [1])
            #expect(first.root() != second.root())
            second.remove([9, 9, 9, 9, 9, 9, 9])
            #expect(first.root() == second.root())
        }
    }

    @Test func aKeyBeyondTheLimitIsRefused() throws {
        var trie = MerklePatriciaTrie()
        let long = [UInt8](repeating: 1, count: 257)
        #expect(throws: ProofError.trieKeyLength(257)) { try trie.set(long, to: [1]) }
        try trie.set(Array(long.dropLast()), to: [1])
        var hashing = MerklePatriciaTrie(hashesKeys: true)
        try hashing.set(long, to: [1])
        #expect(hashing.count == 1)
    }
}
