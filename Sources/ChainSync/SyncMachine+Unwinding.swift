// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMPrimitives

// Unwinding: the new branch is walked down, parent by parent, until one of its blocks is ours.

extension SyncMachine {
    /// Begins at a header that is not ours or does not link to our tip.
    mutating func walk(from header: BlockHeader, at now: SyncInstant) -> [SyncAction] {
        self.phase = .unwinding
        return self.descend(from: header, at: now)
    }

    /// The header of a parent of the new branch.
    mutating func walked(
        to header: BlockHeader?, hash: Hash256, at now: SyncInstant
    ) -> [SyncAction] {
        guard let header else {
            self.failures += 1
            return self.wait(min(self.backoff(), 1_000), at: now)
        }
        guard header.hash == hash else {
            return self.discard(
                .wrongBlock(asked: BlockRef(number: header.number, hash: hash), got: header.ref),
                at: now)
        }
        return self.descend(from: header, at: now)
    }

    private mutating func descend(from header: BlockHeader, at now: SyncInstant) -> [SyncAction] {
        guard let chain = self.chain else { return [self.look()] }
        // The branch touches our chain at this very block: a shorter branch of our own blocks.
        if chain.contains(header.ref) { return self.unwind(to: header.ref) }
        let settled = chain.settled.ref
        guard let parent = header.number.previous, parent >= settled.number else {
            return self.suspectViolation(settled, at: now)
        }
        let parentRef = BlockRef(number: parent, hash: header.parentHash)
        if chain.contains(parentRef) { return self.unwind(to: parentRef) }
        guard parent > settled.number else { return self.suspectViolation(settled, at: now) }
        return [self.request(.header(header.parentHash))]
    }

    /// Goes back to the common ancestor and looks again.
    private mutating func unwind(to ancestor: BlockRef) -> [SyncAction] {
        self.violations = 0
        self.failures = 0
        self.tipChecked = true
        guard let depth = self.chain?.unwind(to: ancestor), depth > 0 else { return [self.look()] }
        return [.deliver(.reverted(to: ancestor, depth: depth)), self.look()]
    }

    /// A branch without the settled block. One node may lie or lag, so it is looked at three times
    /// before the chain stands still.
    private mutating func suspectViolation(
        _ settled: BlockRef, at now: SyncInstant
    ) -> [SyncAction] {
        self.violations += 1
        if self.violations >= 3 { return self.halt(.reorgBelowFinality(settled: settled)) }
        self.failures += 1
        return [.notice(.finalityViolationSuspected(settled: settled))]
            + self.wait(self.backoff(), at: now)
    }
}
