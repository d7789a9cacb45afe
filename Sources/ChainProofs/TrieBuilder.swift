// Weir
// SPDX-License-Identifier: Apache-2.0

import EVMPrimitives

/// Computes the root of a Merkle Patricia trie from all its entries in order (Yellow Paper,
/// appendix D). Nothing of the trie is kept: every node is encoded once, children first.
///
/// Recursion is as deep as the longest key has nibbles, so keys must be short.
struct TrieBuilder {
    /// The root of a trie without entries: the hash of the empty string's RLP.
    static let emptyRoot = Keccak256.hash([0x80])

    /// Sorted bytewise, no two the same.
    let keys: [[UInt8]]
    /// The value of each key, none of them empty.
    let values: [[UInt8]]

    /// The root of the trie.
    func root() -> Hash256 {
        if self.keys.isEmpty { return Self.emptyRoot }
        return Keccak256.hash(self.node(0..<self.keys.count, depth: 0))
    }

    /// The RLP of the node that holds the entries of a range, whose first `depth` nibbles are one.
    private func node(_ range: Range<Int>, depth: Int) -> [UInt8] {
        var writer = RLPWriter(capacity: 128)
        let list = writer.beginList()
        let first = self.keys[range.lowerBound]
        if range.count == 1 {
            writer.append(self.path(first, depth..<(2 * first.count), isLeaf: true))
            writer.append(self.values[range.lowerBound])
        } else {
            let shared = self.sharedNibbles(first, self.keys[range.upperBound - 1], from: depth)
            if shared > depth {
                writer.append(self.path(first, depth..<shared, isLeaf: false))
                self.appendChild(range, depth: shared, to: &writer)
            } else {
                self.writeBranch(range, depth: depth, to: &writer)
            }
        }
        writer.endList(list)
        return writer.bytes
    }

    /// Sixteen children by the next nibble, and the value of the key that ends here.
    private func writeBranch(_ range: Range<Int>, depth: Int, to writer: inout RLPWriter) {
        var lower = range.lowerBound
        let endsHere = self.keys[lower].count * 2 == depth
        if endsHere { lower += 1 }
        for nibble in 0..<16 as Range<UInt8> {
            var upper = lower
            while upper < range.upperBound, self.nibble(self.keys[upper], depth) == nibble {
                upper += 1
            }
            if upper > lower {
                self.appendChild(lower..<upper, depth: depth + 1, to: &writer)
            } else {
                writer.append([])
            }
            lower = upper
        }
        writer.append(endsHere ? self.values[range.lowerBound] : [])
    }

    /// A child inside its parent: itself where it is shorter than 32 bytes, else its hash.
    private func appendChild(_ range: Range<Int>, depth: Int, to writer: inout RLPWriter) {
        let child = self.node(range, depth: depth)
        if child.count < 32 {
            writer.append(encoded: child)
        } else {
            writer.append(Keccak256.hash(child))
        }
    }

    // MARK: Nibbles

    private func nibble(_ key: [UInt8], _ index: Int) -> UInt8 {
        let byte = key[index / 2]
        return index % 2 == 0 ? byte >> 4 : byte & 15
    }

    private func sharedNibbles(_ first: [UInt8], _ last: [UInt8], from depth: Int) -> Int {
        let limit = 2 * min(first.count, last.count)
        var index = depth
        while index < limit, self.nibble(first, index) == self.nibble(last, index) { index += 1 }
        return index
    }

    /// The hex-prefix encoding of a part of a key (Yellow Paper, appendix C).
    private func path(_ key: [UInt8], _ range: Range<Int>, isLeaf: Bool) -> [UInt8] {
        let flag: UInt8 = isLeaf ? 0x20 : 0
        var index = range.lowerBound
        var bytes: [UInt8] = []
        bytes.reserveCapacity(1 + range.count / 2)
        if range.count % 2 == 1 {
            bytes.append(flag | 0x10 | self.nibble(key, index))
            index += 1
        } else {
            bytes.append(flag)
        }
        while index < range.upperBound {
            bytes.append(self.nibble(key, index) << 4 | self.nibble(key, index + 1))
            index += 2
        }
        return bytes
    }
}
