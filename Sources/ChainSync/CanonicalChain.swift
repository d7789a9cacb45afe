// Weir
// SPDX-License-Identifier: Apache-2.0

package import ChainModel
package import EVMPrimitives

/// The part of the chain that may still be undone: the settled block, and every block above it.
///
/// Invariant: each anchor's number is one more, and its parent hash the hash, of the one before.
package struct CanonicalChain: Sendable, Equatable {
    /// The block below which nothing may be undone.
    package private(set) var settled: BlockAnchor
    /// The blocks above it, ascending.
    package private(set) var window: [BlockAnchor]

    package init(settled: BlockAnchor) {
        self.settled = settled
        self.window = []
    }

    /// Restores a chain; nil where the anchors do not link.
    package init?(settled: BlockAnchor, window: [BlockAnchor]) {
        self.init(settled: settled)
        for anchor in window {
            guard self.append(anchor) else { return nil }
        }
    }

    /// The last block.
    package var tip: BlockAnchor { self.window.last ?? self.settled }

    /// Adds the next block; false where it does not link to the tip.
    package mutating func append(_ anchor: BlockAnchor) -> Bool {
        guard anchor.number == self.tip.number.next, anchor.number != self.tip.number,
            anchor.parentHash == self.tip.hash
        else { return false }
        self.window.append(anchor)
        return true
    }

    /// The anchor at a height from the settled block to the tip.
    package func anchor(at number: BlockNumber) -> BlockAnchor? {
        if number == self.settled.number { return self.settled }
        guard number > self.settled.number else { return nil }
        let index = number.rawValue - self.settled.number.rawValue - 1
        return index < UInt64(self.window.count) ? self.window[Int(index)] : nil
    }

    /// Whether a block is one of ours.
    package func contains(_ ref: BlockRef) -> Bool {
        self.anchor(at: ref.number)?.hash == ref.hash
    }

    /// Drops every block above an anchor of ours; how many went, nil where it is not ours.
    package mutating func unwind(to ref: BlockRef) -> Int? {
        guard self.contains(ref) else { return nil }
        let kept = Int(ref.number.rawValue - self.settled.number.rawValue)
        let dropped = self.window.count - kept
        self.window.removeLast(dropped)
        return dropped
    }

    /// Moves the settled block up to a height of the window; nil where nothing moves.
    package mutating func settle(upTo number: BlockNumber) -> BlockAnchor? {
        guard number > self.settled.number, let anchor = self.anchor(at: number) else { return nil }
        self.window.removeFirst(Int(number.rawValue - self.settled.number.rawValue))
        self.settled = anchor
        return anchor
    }

    /// Jumps to a settled block further on: used while catching up, when the window is empty.
    package mutating func jump(to anchor: BlockAnchor) {
        precondition(self.window.isEmpty && anchor.number > self.settled.number)
        self.settled = anchor
    }

    /// The mean time between the blocks known, in milliseconds; nil for fewer than two.
    package var meanBlockTime: UInt64? {
        let blocks = UInt64(self.window.count)
        guard blocks > 0 else { return nil }
        let seconds = self.tip.timestamp.seconds(since: self.settled.timestamp)
        guard seconds > 0 else { return nil }
        return UInt64(clamping: seconds).multipliedReportingOverflow(by: 1000).partialValue / blocks
    }
}
