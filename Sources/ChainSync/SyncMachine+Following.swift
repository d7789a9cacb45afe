// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMPrimitives

// Looking at the heads, and following block by block.

extension SyncMachine {
    /// The heads as the node names them now, those of `tags`, and the block above ours if it came with
    /// them.
    mutating func saw(
        _ heads: [HeadTag: BlockHeader], of tags: [HeadTag], next: Block?, at now: SyncInstant
    ) -> [SyncAction] {
        guard let latest = heads[.latest] else {
            self.failures += 1
            return self.wait(self.backoff(), at: now)
        }
        self.failures = 0
        for (tag, header) in heads { self.heads[tag] = header.anchor }
        self.noteBlockTime(latest.anchor)
        var actions = self.noteFinality(heads, of: tags, latest: latest.number)
        guard let goal = self.settledGoal else {
            return actions + self.poll(sawNew: false, at: now)
        }
        guard let chain = self.chain else { return actions + self.place(below: goal) }
        guard let target = self.target(heads, latest: latest) else {
            return actions + self.poll(sawNew: false, at: now)
        }
        let tip = chain.tip.number
        if self.isComplete { return actions + self.settle(isCanonical: false) + self.finish() }
        let isFar = target.number.distance(above: tip) > self.gapFollowed
        // A node behind our tip can neither confirm nor refute it.
        if target.number >= tip, !self.tipChecked || (isFar && min(goal, target.number) > tip) {
            self.phase = .checkingTip
            return actions + [self.request(.headers(tip...tip))]
        }
        actions += self.settle(
            isCanonical: target.header.map { chain.contains($0.ref) } ?? false)
        if let next, self.joins(next.header, latest: latest) {
            self.phase = .following
            self.asked = [next.header.ref]
            return actions + self.got([next], for: self.asked, at: now)
        }
        return actions + self.follow(target, at: now)
    }

    /// Whether a block follows on our tip, and does not contradict the latest one.
    private func joins(_ header: BlockHeader, latest: BlockHeader) -> Bool {
        guard let tip = self.chain?.tip, header.number == tip.number.next,
            header.parentHash == tip.hash, header.number <= latest.number
        else { return false }
        return header.number < latest.number || header.hash == latest.hash
    }

    /// Moves the goal of finality; it never goes back, whatever a node says.
    private mutating func noteFinality(
        _ heads: [HeadTag: BlockHeader], of tags: [HeadTag], latest: BlockNumber
    ) -> [SyncAction] {
        var notices: [SyncAction] = []
        let number: BlockNumber
        var hash: Hash256?
        switch self.configuration.finality {
        case .depth(let depth):
            number = latest.lowered(by: depth)
        case .tag(let tag):
            guard tags.contains(tag) else { return [] }
            if let header = heads[tag] {
                number = header.number
                hash = header.hash
            } else {
                number = latest.lowered(by: self.configuration.fallbackDepth)
                if !self.noticedMissingTag {
                    self.noticedMissingTag = true
                    notices.append(
                        .notice(
                            .finalityTagMissing(tag, depth: self.configuration.fallbackDepth)))
                }
            }
        }
        if self.settledGoal.map({ number > $0 }) != false {
            self.settledGoal = number
            self.settledGoalHash = hash
        }
        return notices
    }

    /// The block up to which the chain is read; its hash only where the node named it.
    private func target(
        _ heads: [HeadTag: BlockHeader], latest: BlockHeader
    ) -> (number: BlockNumber, header: BlockHeader?)? {
        let target: (number: BlockNumber, header: BlockHeader?)?
        switch self.configuration.follow {
        case .tag(let tag): target = heads[tag].map { ($0.number, $0) }
        case .behind(let count): target = (latest.number.lowered(by: count), nil)
        }
        guard let stop = self.configuration.stop, let found = target, found.number > stop else {
            return target
        }
        return (stop, nil)
    }

    /// Whether the last block of the configuration was delivered.
    var isComplete: Bool {
        guard let stop = self.configuration.stop, let tip = self.chain?.tip else { return false }
        return tip.number >= stop
    }

    /// The largest gap below finality that is followed block by block: none where there is an end
    /// to come to.
    private var gapFollowed: UInt64 {
        self.configuration.stop == nil ? self.configuration.headersPerRequest : 0
    }

    /// Without a checkpoint: asks for the block below the first one to read, which is the settled
    /// block, or one further down where the start says so.
    private mutating func place(below goal: BlockNumber) -> [SyncAction] {
        let below = self.configuration.start.map { $0.previous ?? .zero } ?? goal
        let number = min(below, goal)
        self.phase = .placing
        return [self.request(.headers(number...number))]
    }

    /// Moves the settled block as far as the goal and our own blocks allow.
    ///
    /// `isCanonical` says that our tip was just seen to be on the node's chain. Where it was not,
    /// only a hash that the node named proves our block at that height: a depth alone may count
    /// from a branch that is not ours.
    private mutating func settle(isCanonical: Bool) -> [SyncAction] {
        guard let goal = self.settledGoal, let chain = self.chain else { return [] }
        if let hash = self.settledGoalHash, let ours = chain.anchor(at: goal) {
            guard ours.hash == hash else { return [] }
        } else if !isCanonical {
            return []
        }
        guard let settled = self.chain?.settle(upTo: min(goal, chain.tip.number)) else { return [] }
        return [.deliver(.finalized(settled))]
    }

    private mutating func follow(
        _ target: (number: BlockNumber, header: BlockHeader?), at now: SyncInstant
    ) -> [SyncAction] {
        guard let chain = self.chain else { return [] }
        let tip = chain.tip
        if target.number <= tip.number {
            if let header = target.header, target.number >= chain.settled.number,
                !chain.contains(header.ref)
            {
                return self.walk(from: header, at: now)
            }
            return self.poll(sawNew: false, at: now)
        }
        if let header = target.header, target.number == tip.number.next {
            guard header.parentHash == tip.hash else { return self.walk(from: header, at: now) }
            return self.fetch([header.ref])
        }
        self.phase = .following
        let last = min(
            target.number, tip.number.advanced(by: self.configuration.headersPerRequest))
        return [self.request(.headers(tip.number.next...last))]
    }

    /// Headers by number: the answer to placing, to checking the tip, or to following.
    mutating func got(
        _ headers: [BlockHeader], for range: ClosedRange<BlockNumber>, at now: SyncInstant
    ) -> [SyncAction] {
        guard let first = headers.first else {
            return self.missed(range.lowerBound, at: now)
        }
        guard first.number == range.lowerBound else {
            return self.discard(
                .wrongBlock(
                    asked: BlockRef(number: range.lowerBound, hash: .zero), got: first.ref),
                at: now)
        }
        switch self.phase {
        case .placing:
            let anchor = self.missing == nil ? first.anchor : first.below
            self.missing = nil
            self.chain = CanonicalChain(settled: anchor)
            self.tipChecked = true
            return [.deliver(.placed(anchor)), self.look()]
        case .checkingTip:
            self.missing = nil
            guard let chain = self.chain else { return [self.look()] }
            let isOurs =
                first.number == chain.tip.number
                ? first.hash == chain.tip.hash : first.parentHash == chain.tip.hash
            guard isOurs else { return self.walk(from: first, at: now) }
            self.tipChecked = true
            self.violations = 0
            return self.afterTipCheck(at: now)
        default:
            return self.link(headers, at: now)
        }
    }

    /// A block is not there. A node that keeps only recent blocks may have the next one, which names
    /// the hash of the one that is asked for; otherwise the node lags.
    private mutating func missed(_ number: BlockNumber, at now: SyncInstant) -> [SyncAction] {
        if self.phase == .placing || self.phase == .checkingTip, self.missing == nil {
            self.missing = number
            return [self.request(.headers(number.next...number.next))]
        }
        self.missing = nil
        self.failures += 1
        return self.wait(min(self.backoff(), 1_000), at: now)
    }

    /// The tip stands: what lies below the goal of finality is settled now, and the gap is caught up.
    private mutating func afterTipCheck(at now: SyncInstant) -> [SyncAction] {
        let actions = self.settle(isCanonical: true)
        guard let chain = self.chain, let goal = self.settledGoal else {
            return actions + [self.look()]
        }
        let end = min(goal, self.followNumber ?? goal)
        if end.distance(above: chain.tip.number) > self.gapFollowed {
            return actions + self.startCatchUp(to: end, at: now)
        }
        // Close enough to follow: the next look does not come here again for this gap.
        let target = self.followNumber ?? chain.tip.number
        guard target > chain.tip.number else { return actions + [self.look()] }
        self.phase = .following
        let last = min(
            target, chain.tip.number.advanced(by: self.configuration.headersPerRequest))
        return actions + [self.request(.headers(chain.tip.number.next...last))]
    }

    /// The height that is followed, from the last heads.
    private var followNumber: BlockNumber? {
        let number: BlockNumber? =
            switch self.configuration.follow {
            case .tag(let tag): self.heads[tag]?.number
            case .behind(let count): self.heads[.latest]?.number.lowered(by: count)
            }
        return number.map { min($0, self.configuration.stop ?? $0) }
    }

    /// Takes as many headers as link to our tip, and asks for their blocks by hash.
    private mutating func link(_ headers: [BlockHeader], at now: SyncInstant) -> [SyncAction] {
        guard let tip = self.chain?.tip, let first = headers.first else { return [self.look()] }
        guard first.number == tip.number.next, first.parentHash == tip.hash else {
            return self.walk(from: first, at: now)
        }
        var refs: [BlockRef] = []
        var previous = tip
        for header in headers {
            guard header.number == previous.number.next, header.parentHash == previous.hash else {
                break
            }
            refs.append(header.ref)
            previous = header.anchor
        }
        return self.fetch(refs)
    }

    /// Asks for blocks by hash, as many as one request takes; the rest is remembered.
    private mutating func fetch(_ refs: [BlockRef]) -> [SyncAction] {
        self.phase = .following
        self.asked = refs
        let now = Array(refs.prefix(self.configuration.blocksPerRequest))
        return [self.request(.blocks(now))]
    }

    /// Blocks by hash: checked, linked, delivered one by one.
    mutating func got(
        _ blocks: [Block?], for refs: [BlockRef], at now: SyncInstant
    ) -> [SyncAction] {
        guard blocks.count == refs.count else {
            return self.discard(.wrongCount(asked: refs.count, got: blocks.count), at: now)
        }
        var actions: [SyncAction] = []
        for (block, ref) in zip(blocks, refs) {
            guard var block else {
                // Not there, or not any more: a replica that lags, or a reorg under way.
                self.failures += 1
                return actions + self.wait(min(self.backoff(), 1_000), at: now)
            }
            do {
                try BlockAssembler.check(block, asked: ref, filter: self.filter)
            } catch {
                return actions + self.discard(error, at: now)
            }
            guard self.chain?.append(block.header.anchor) == true else {
                return actions + [self.look()]
            }
            if let start = self.configuration.start, block.header.number < start {
                block.logs = LogBatch()
                block.extras = nil
            }
            for index in block.logs.entries.indices {
                block.logs.entries[index].blockTimestamp = block.header.timestamp
            }
            actions.append(.deliver(.committed(block)))
        }
        self.failures = 0
        self.violations = 0
        // These blocks linked to ours and were canonical after the goal was named.
        actions += self.settle(isCanonical: true)
        let rest = Array(self.asked.dropFirst(refs.count))
        if !rest.isEmpty { return actions + self.fetch(rest) }
        if self.isComplete { return actions + self.finish() }
        guard let tip = self.chain?.tip.number, let target = self.followNumber, target > tip else {
            return actions + self.poll(sawNew: true, at: now)
        }
        return actions + [self.look()]
    }
}
