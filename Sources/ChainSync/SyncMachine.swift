// Weir
// SPDX-License-Identifier: Apache-2.0

package import ChainModel
import EVMPrimitives

/// Decides which block is read next and whether it is still our chain.
///
/// A value: it is told what happened and returns what should be done; it knows no clock, socket or
/// task. One machine follows one chain, through these phases, each leaving by what stands behind it:
///
/// - *looking*: asks for the heads → placing, checking the tip, catching up, following, or waiting;
/// - *placing*: without a checkpoint, asks for the block below the start → looking;
/// - *checking the tip*: after a restart or a long gap, asks whether our tip still stands at its
///   height → looking, or unwinding;
/// - *catching up*: log ranges below the settled block, several at once, delivered in order →
///   looking;
/// - *following*: headers by number, then blocks by hash, each linked to the one before → looking;
/// - *unwinding*: walks parents of the new branch until one is ours → looking, or halted;
/// - *finished*: never left; the configuration names a last block, and it was delivered;
/// - *halted*: never left; the driver shows it and the operator decides.
package struct SyncMachine: Sendable {
    package enum Phase: Sendable, Equatable {
        case looking
        case placing
        case checkingTip
        case catchingUp
        case following
        case unwinding
        case finished
        case halted(SyncHalt)
    }

    package let configuration: SyncConfiguration
    package let filter: LogFilter
    package internal(set) var phase: Phase
    /// Nil until the first block is placed.
    package internal(set) var chain: CanonicalChain?
    /// The last heads that the node named.
    package internal(set) var heads: [HeadTag: BlockAnchor]
    /// Whether the last answer was an answer.
    package internal(set) var isUp: Bool

    var planner: LogRangePlanner?
    /// The settled block up to which ranges are read.
    var catchUpEnd: BlockNumber
    /// Pages that came before their turn, by first block.
    var pages: [BlockNumber: LogPage]
    /// Requests under way, by identifier; an answer to any other is stale and ignored.
    var pending: [UInt64: SyncRequest.Kind]
    var nextID: UInt64
    /// Failures in a row, for the backoff.
    var failures: Int
    /// How often in a row the head was seen on a branch without the settled block.
    var violations: Int
    /// Whether the tip was compared with the chain since start or since a long gap.
    var tipChecked: Bool
    /// The highest block that finality was seen at: it never goes back.
    var settledGoal: BlockNumber?
    /// The hash that the node named for that block; nil where finality is a depth.
    var settledGoalHash: Hash256?
    /// Anchors of the blocks that were asked for in this round, in order.
    var asked: [BlockRef]
    /// The block that was placed or checked and was not there, while the next one is asked for.
    var missing: BlockNumber?
    /// No range is asked for before this time.
    var holdUntil: SyncInstant
    /// The head that block times are measured from.
    var clockBase: BlockAnchor?
    var random: UInt64
    var noticedMissingTag: Bool
    /// When the last round of looking began, and how many there were.
    var lookedAt: SyncInstant
    var looks: UInt64
    /// Looks in a row that found no new block.
    var idleLooks: Int
    /// The settled block is asked for at every eighth look.
    private static let looksPerFinality: UInt64 = 8

    /// Makes a machine. `chain` is what the store holds; `limit` the provider's learnt range limit;
    /// `seed` spreads the waiting times.
    package init(
        configuration: SyncConfiguration, filter: LogFilter, chain: CanonicalChain?,
        limit: UInt64? = nil, seed: UInt64
    ) {
        self.configuration = configuration
        self.filter = filter
        self.phase = .looking
        self.chain = chain
        self.heads = [:]
        self.isUp = false
        self.planner = nil
        self.catchUpEnd = .zero
        self.limit = limit
        self.pages = [:]
        self.pending = [:]
        self.nextID = 0
        self.failures = 0
        self.violations = 0
        self.tipChecked = chain == nil
        self.settledGoal = nil
        self.settledGoalHash = nil
        self.asked = []
        self.missing = nil
        self.holdUntil = 0
        self.clockBase = nil
        self.random = seed
        self.noticedMissingTag = false
        self.lookedAt = 0
        self.looks = 0
        self.idleLooks = 0
    }

    /// The provider's range limit as far as it is known: kept over restarts.
    package internal(set) var limit: UInt64?

    /// Tells the machine what happened, at a time; returns what to do, in order.
    package mutating func handle(_ input: SyncInput, at now: SyncInstant) -> [SyncAction] {
        switch self.phase {
        case .halted, .finished: return []
        default: break
        }
        switch input {
        case .start:
            self.lookedAt = now
            return [self.look()]
        case .wake:
            // Ranges that failed wait for this while others are under way.
            if self.phase == .catchingUp { return self.askRanges(at: now) }
            guard self.pending.isEmpty else { return [] }
            self.lookedAt = now
            return [self.look()]
        case .answer(let id, let answer):
            guard let kind = self.pending.removeValue(forKey: id) else { return [] }
            return self.handle(answer, to: kind, at: now)
        }
    }

    private mutating func handle(
        _ answer: SyncAnswer, to kind: SyncRequest.Kind, at now: SyncInstant
    ) -> [SyncAction] {
        if case .failed(let failure) = answer { return self.failed(failure, kind, at: now) }
        self.isUp = true
        switch (kind, answer) {
        case (.heads(let tags), .heads(let heads)):
            return self.saw(heads, of: tags, next: nil, at: now)
        case (.look(let tags, above: _), .look(let look)):
            return self.saw(look.heads, of: tags, next: look.next, at: now)
        case (.headers(let range), .headers(let headers)):
            return self.got(headers, for: range, at: now)
        case (.header(let hash), .header(let header)):
            return self.walked(to: header, hash: hash, at: now)
        case (.blocks(let refs), .blocks(let blocks)):
            return self.got(blocks, for: refs, at: now)
        case (.logs(let range), .logs(let page)):
            return self.got(page, for: range, at: now)
        default:
            preconditionFailure("the driver answers a request with its own kind of answer")
        }
    }

    // MARK: Asking and waiting

    mutating func request(_ kind: SyncRequest.Kind) -> SyncAction {
        self.nextID += 1
        self.pending[self.nextID] = kind
        return .request(SyncRequest(id: self.nextID, kind: kind))
    }

    /// Asks for the heads, whatever went before.
    mutating func look() -> SyncAction {
        self.phase = .looking
        self.missing = nil
        self.pending.removeAll()
        let tags = self.tagsDue()
        if let tip = self.tipAtHead { return self.request(.look(tags, above: tip)) }
        return self.request(.heads(tags))
    }

    /// The tags to ask for: what is followed every time, what is settled only now and then, since it
    /// moves in steps of many blocks.
    private mutating func tagsDue() -> [HeadTag] {
        let isDue = self.looks % Self.looksPerFinality == 0 || self.settledGoal == nil
        self.looks &+= 1
        if isDue { return self.configuration.tags }
        return self.configuration.tags.filter {
            $0 == .latest || self.configuration.follow == .tag($0)
        }
    }

    /// Our tip where the next block is all that may be missing: then one request brings it.
    private var tipAtHead: BlockRef? {
        guard let tip = self.chain?.tip, self.tipChecked,
            self.configuration.follow == .tag(.latest),
            let latest = self.heads[.latest], latest.number <= tip.number.next, !self.isComplete
        else { return nil }
        return tip.ref
    }

    /// Waits a while, then looks again.
    mutating func wait(_ milliseconds: UInt64, at now: SyncInstant) -> [SyncAction] {
        self.phase = .looking
        self.missing = nil
        return [.wake(at: now &+ milliseconds)]
    }

    /// Asks for no more ranges for a while.
    mutating func hold(_ milliseconds: UInt64, at now: SyncInstant) -> SyncAction {
        self.holdUntil = max(self.holdUntil, now &+ milliseconds)
        return .wake(at: self.holdUntil)
    }

    /// A failed request: bounded backoff with jitter, a smaller range, or the end.
    private mutating func failed(
        _ failure: SyncFailure, _ kind: SyncRequest.Kind, at now: SyncInstant
    ) -> [SyncAction] {
        if case .giveUp(let text) = failure { return self.halt(.givenUp(text)) }
        if case .logs(let range) = kind, case .shrink(let blocks) = failure {
            self.isUp = true
            return self.shrink(range, blocks: blocks, at: now)
        }
        self.failures += 1
        var delay = self.backoff()
        switch failure {
        case .retry(let after):
            delay = max(delay, after ?? 0)
            self.isUp = false
        case .behind:
            // A lagging replica is no outage, and never shrinks a range.
            delay = min(delay, 1_000)
        case .shrink, .giveUp:
            break
        }
        if case .logs(let range) = kind {
            if self.failures % 4 == 0 {
                self.planner?.ease(range)
            } else {
                self.planner?.putBack(range)
            }
            return [self.hold(delay, at: now)]
        }
        return self.wait(delay, at: now)
    }

    /// 250 ms doubled per failure up to 30 s, of which a random half is taken off.
    mutating func backoff() -> UInt64 {
        let full: UInt64 = min(30_000, 250 << UInt64(min(self.failures, 8)))
        self.random = self.random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        let half = full / 2
        return half + (self.random >> 33) % (half + 1)
    }

    /// The last block was delivered: whatever is still under way is of no interest.
    mutating func finish() -> [SyncAction] {
        self.phase = .finished
        self.pending.removeAll()
        self.pages.removeAll()
        return [.finished]
    }

    mutating func halt(_ reason: SyncHalt) -> [SyncAction] {
        self.phase = .halted(reason)
        self.pending.removeAll()
        self.pages.removeAll()
        return [.halt(reason)]
    }

    /// An answer that does not belong together: thrown away, told, and asked for again.
    mutating func discard(_ fault: AssemblyFault, at now: SyncInstant) -> [SyncAction] {
        self.failures += 1
        return [.notice(.inconsistentAnswer(fault))] + self.wait(self.backoff(), at: now)
    }

    /// The mean time between blocks, in milliseconds, over the heads seen; nil before the second.
    package var blockTime: UInt64? {
        guard let base = self.clockBase, let head = self.heads[.latest], head.number > base.number
        else { return self.chain?.meanBlockTime }
        let seconds = UInt64(clamping: head.timestamp.seconds(since: base.timestamp))
        return seconds.multipliedReportingOverflow(by: 1000).partialValue
            / head.number.distance(above: base.number)
    }

    /// Measures block times over the last few hundred blocks.
    mutating func noteBlockTime(_ head: BlockAnchor) {
        guard let base = self.clockBase, head.number >= base.number else {
            self.clockBase = head
            return
        }
        if head.number.distance(above: base.number) > 512 { self.clockBase = self.chain?.settled }
    }

    /// Waits for the next block, from the time of the last look on.
    ///
    /// After a look that found one: a block time, a little less where the look was not too early, so
    /// that looks creep towards the time at which blocks come. After one that found none: a sixteenth
    /// of it, then an eighth, then a quarter. So a block costs little more than one look, and is seen
    /// within a sixteenth of a block time.
    mutating func poll(sawNew: Bool, at now: SyncInstant) -> [SyncAction] {
        self.phase = .looking
        self.missing = nil
        let blockTime = self.blockTime ?? 2_000
        let delay: UInt64
        if sawNew {
            delay = self.idleLooks == 0 ? blockTime - blockTime / 64 : blockTime
            self.idleLooks = 0
        } else {
            delay = blockTime >> UInt64(4 - min(self.idleLooks, 2))
            self.idleLooks += 1
        }
        let bounded = min(self.configuration.pollMax, max(self.configuration.pollMin, delay))
        // A node that answers slowly is not asked again at once.
        return [.wake(at: max(self.lookedAt &+ bounded, now &+ self.configuration.pollMin / 4))]
    }
}
