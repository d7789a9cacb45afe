// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMPrimitives

// Catching up: log ranges below the settled block, several at once, delivered in order.

extension SyncMachine {
    /// Begins to read ranges up to a settled block. The window is empty here: the tip is settled.
    mutating func startCatchUp(to end: BlockNumber, at now: SyncInstant) -> [SyncAction] {
        guard let chain = self.chain, chain.window.isEmpty else {
            // Blocks above the settled one are still in the window: settle them first.
            guard let tip = self.chain?.tip.number, let settled = self.chain?.settle(upTo: tip)
            else { return [self.look()] }
            return [.deliver(.finalized(settled))] + self.startCatchUp(to: end, at: now)
        }
        self.phase = .catchingUp
        self.pages.removeAll()
        self.catchUpEnd = end
        self.planner = LogRangePlanner(
            next: chain.tip.number.next, firstSpan: self.configuration.firstSpan,
            spanMax: self.configuration.spanMax,
            logsTarget: self.configuration.logsPerPageTarget, limit: self.limit)
        return self.askRanges(at: now)
    }

    /// Keeps as many ranges under way as the configuration allows, buffered pages counted in.
    mutating func askRanges(at now: SyncInstant) -> [SyncAction] {
        // A driver keeps only its earliest wake: one that comes too soon asks for the right one.
        guard now >= self.holdUntil else { return [.wake(at: self.holdUntil)] }
        var actions: [SyncAction] = []
        while self.pending.count + self.pages.count < self.configuration.concurrency,
            let range = self.planner?.take(upTo: self.catchUpEnd)
        {
            actions.append(self.request(.logs(range)))
        }
        return actions
    }

    /// A page came: checked, put in its place, and delivered with all that now follow.
    mutating func got(
        _ page: LogPage, for range: ClosedRange<BlockNumber>, at now: SyncInstant
    ) -> [SyncAction] {
        do {
            try BlockAssembler.check(page, asked: range, filter: self.filter)
        } catch {
            self.failures += 1
            self.planner?.putBack(range)
            return [
                .notice(.inconsistentAnswer(error)), self.hold(self.backoff(), at: now),
            ]
        }
        self.failures = 0
        self.planner?.succeeded(range, logs: page.logs.count)
        self.pages[range.lowerBound] = page
        var actions: [SyncAction] = []
        while let tip = self.chain?.tip,
            let next = self.pages.removeValue(forKey: tip.number.next)
        {
            if let fault = self.unlinked(next, tip) {
                self.failures += 1
                let notice = SyncAction.notice(.inconsistentAnswer(fault))
                // The block named as settled is looked at anew; a range is asked for again, and the
                // client now knows what it has to follow on.
                guard next.firstParent == tip.hash else {
                    self.planner?.putBack(next.first...next.last.number)
                    actions += [notice, self.hold(self.backoff(), at: now)]
                    break
                }
                self.pages.removeAll()
                self.pending.removeAll()
                return actions + [notice] + self.wait(self.backoff(), at: now)
            }
            var page = next
            if let start = self.configuration.start, page.first < start {
                page.logs = page.logs.filter { $0.blockNumber >= start }
                page.extras.removeAll { $0.block.number < start }
            }
            self.chain?.jump(to: page.last)
            actions.append(.deliver(.caughtUp(page)))
        }
        let asked = self.askRanges(at: now)
        actions += asked
        if self.chain?.tip.number == self.catchUpEnd {
            self.planner = nil
            actions += self.isComplete ? self.finish() : [self.look()]
        }
        return actions
    }

    /// Whether a page with proven headers fails to follow on our tip, or to end at the block that was
    /// named as settled.
    private func unlinked(_ page: LogPage, _ tip: BlockAnchor) -> AssemblyFault? {
        guard let parent = page.firstParent else { return nil }
        if parent != tip.hash { return .brokenLink(expected: tip.ref, found: parent) }
        guard let hash = self.settledGoalHash, page.last.number == self.settledGoal,
            page.last.hash != hash
        else { return nil }
        return .brokenLink(
            expected: BlockRef(number: page.last.number, hash: hash), found: page.last.hash)
    }

    /// The provider calls a range too large: smaller ones from now on.
    mutating func shrink(
        _ range: ClosedRange<BlockNumber>, blocks: UInt64, at now: SyncInstant
    ) -> [SyncAction] {
        var actions: [SyncAction] = []
        let known = self.planner?.limit
        guard self.planner?.refused(range, blocks: blocks) == true else {
            // One block is as small as a range gets: wait, and let the operator know.
            self.failures += 1
            return [
                .notice(.blockTooLarge(range.lowerBound)), self.hold(self.backoff(), at: now),
            ]
        }
        if let limit = self.planner?.limit, limit != known {
            self.limit = limit
            actions.append(.notice(.rangeLimitLearnt(blocks: limit)))
        }
        return actions + self.askRanges(at: now)
    }
}
