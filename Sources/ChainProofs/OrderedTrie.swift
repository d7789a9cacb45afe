// Weir
// SPDX-License-Identifier: Apache-2.0

package import EVMPrimitives

/// The trie of a list: each item under the RLP of its index. Transactions, receipts and withdrawals
/// of a block are such lists.
package enum OrderedTrie {
    /// The root of an empty list.
    package static let emptyRoot = TrieBuilder.emptyRoot

    /// The root of the items in their order. No item may be empty: the trie cannot hold one, and no
    /// encoding is; an empty one is left out.
    package static func root(of items: [[UInt8]]) -> Hash256 {
        var keys: [[UInt8]] = []
        var values: [[UInt8]] = []
        keys.reserveCapacity(items.count)
        values.reserveCapacity(items.count)
        // The order of the keys' bytes: 1 to 127 are themselves, 0 is 0x80, longer ones follow.
        for position in items.indices {
            let index: Int
            if position < min(127, items.count - 1) {
                index = position + 1
            } else if position == min(127, items.count - 1) {
                index = 0
            } else {
                index = position
            }
            if items[index].isEmpty { continue }
            var key = RLPWriter()
            key.append(UInt64(truncatingIfNeeded: index))
            keys.append(key.bytes)
            values.append(items[index])
        }
        return TrieBuilder(keys: keys, values: values).root()
    }
}
