// Weir
// SPDX-License-Identifier: Apache-2.0

/// What one look at the chain shows: its heads, and the block right above ours.
package struct ChainLook: Sendable, Equatable {
    /// A tag that the node does not know is absent; `latest` is not.
    package var heads: [HeadTag: BlockHeader]
    /// The block above ours with the logs that are wanted; nil where the node does not have it yet,
    /// where it does not follow on ours, and where its logs have to be asked for by its hash.
    package var next: Block?

    package init(heads: [HeadTag: BlockHeader], next: Block?) {
        self.heads = heads
        self.next = next
    }
}
