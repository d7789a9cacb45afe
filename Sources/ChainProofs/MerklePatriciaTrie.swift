// Weir
// SPDX-License-Identifier: Apache-2.0

package import EVMPrimitives

/// A trie of any keys, in memory, whose root is computed when asked for (Yellow Paper, appendix D).
///
/// Writing costs a dictionary's insertion; a root costs a sort and every node once. That suits
/// state that is checked rarely or small.
package struct MerklePatriciaTrie: Sendable {
    /// How many bytes a key may have: the root is computed by recursion over its nibbles.
    package static let keyLimit = 256

    private let hashesKeys: Bool
    private var entries: [[UInt8]: [UInt8]] = [:]

    /// With `hashesKeys` each key is hashed first, as in the state and storage tries.
    package init(hashesKeys: Bool = false) {
        self.hashesKeys = hashesKeys
    }

    package var count: Int { self.entries.count }

    /// The value of a key.
    package subscript(key: [UInt8]) -> [UInt8]? { self.entries[self.stored(key)] }

    /// Sets the value of a key; an empty value takes the key out.
    package mutating func set(_ key: [UInt8], to value: [UInt8]) throws(ProofError) {
        guard self.hashesKeys || key.count <= Self.keyLimit else {
            throw .trieKeyLength(key.count)
        }
        self.entries[self.stored(key)] = value.isEmpty ? nil : value
    }

    /// Takes a key out; one that is not in is no mistake.
    package mutating func remove(_ key: [UInt8]) {
        self.entries[self.stored(key)] = nil
    }

    /// The root of what is in now.
    package func root() -> Hash256 {
        let sorted = self.entries.sorted { $0.key.lexicographicallyPrecedes($1.key) }
        return TrieBuilder(keys: sorted.map(\.key), values: sorted.map(\.value)).root()
    }

    private func stored(_ key: [UInt8]) -> [UInt8] {
        self.hashesKeys ? Keccak256.hash(key).bytes : key
    }
}
