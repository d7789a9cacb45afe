// Weir
// SPDX-License-Identifier: Apache-2.0

package import EVMPrimitives

/// A block named without doubt: its height and its hash.
package struct BlockRef: Sendable, Hashable {
    package var number: BlockNumber
    package var hash: Hash256

    @inlinable
    package init(number: BlockNumber, hash: Hash256) {
        self.number = number
        self.hash = hash
    }
}

extension BlockRef: CustomStringConvertible {
    /// `19000000 (0x1234abcd…)`.
    package var description: String { "\(self.number) (\(self.hash.short))" }
}

/// What following needs of a header: its own name, its parent's, and its time.
///
/// Invariant of every list of anchors that Weir keeps: each one's `parentHash` is the hash of the
/// one before.
package struct BlockAnchor: Sendable, Hashable {
    package var ref: BlockRef
    package var parentHash: Hash256
    package var timestamp: BlockTime

    @inlinable
    package init(ref: BlockRef, parentHash: Hash256, timestamp: BlockTime) {
        self.ref = ref
        self.parentHash = parentHash
        self.timestamp = timestamp
    }

    @inlinable package var number: BlockNumber { self.ref.number }
    @inlinable package var hash: Hash256 { self.ref.hash }
}

/// The names that a node gives to its heads (execution-apis, "Block number or tag").
package enum HeadTag: String, Sendable, Hashable, CaseIterable {
    case latest
    case safe
    case finalized
}
