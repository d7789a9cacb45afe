// Weir
// SPDX-License-Identifier: Apache-2.0

package import ChainModel
import ChainSync
package import EVMPrimitives
package import EVMRPC
import EVMSignatures
package import Economy
package import Logging
import MetricsRegistry
import SQLDatabase
package import WeirPorts
package import WeirStore

/// The only loop of a chain: runs the actions of its ``SyncMachine``.
///
/// Requests run beside each other, and so does the one transaction that stores steps; steps are
/// reduced one after the other, here. A step is adopted and shown only when its transaction is
/// durable. How far reducing runs ahead of storing has a limit, and with it the memory.
package actor ChainFollower {
    package nonisolated let chain: FollowedChain
    private let client: any ChainClient
    /// Nil where nothing has to be proven.
    private let proving: ChainProving?
    private let plan: @Sendable (Economy, BlockNumber) -> FetchPlan
    private let provenBefore: VerificationLevel?
    private let store: WeirStore
    private let app: AppMetrics
    private let metrics: ChainMetrics
    private let clock: RPCClock
    private let logger: Logger
    private var machine: SyncMachine
    /// What the trackers know as of the last stored step: what is shown.
    private var economy: Economy
    /// The chain as far as it is stored.
    private var adopted: CanonicalChain?
    /// What they know as of the last reduced step: it runs ahead while steps are written.
    private var ahead: Economy
    /// Steps that were reduced and wait for the transaction under way.
    private var queue = StepQueue()
    private var writing: Writing?
    /// What came while the queue was full.
    private var deferred: [Event] = []
    /// How many logs were stored since the start.
    package private(set) var logsStored: UInt64 = 0
    private var wakeAt: SyncInstant?
    private var reorgs: UInt64 = 0
    /// HTTP requests up to the last block.
    private var requestsBefore: UInt64 = 0
    private var publishedAt: SyncInstant = 0
    /// The reason of the fault that the operator was told last; nil while all is well.
    private var toldFault: String?
    private var alarm = ProofAlarm()
    /// What the trackers have to say to the operator, and was said.
    private var toldNotices: Set<EconomyNotice> = []
    /// Rung when vouchers came, which the loop has to store.
    private let bell = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    private var isOver = false
    /// Rules on events; nil where there are none.
    private var events: EventWatch?
    /// Whether the chain's head was ever reached: until then what is read is history.
    package private(set) var hasReachedHead: Bool

    private enum Event: Sendable {
        case answer(UInt64, ChainAsking.Asked)
        case wake(SyncInstant)
        /// The transaction under way is durable.
        case stored
        /// Vouchers came.
        case rung
    }

    /// Steps in a transaction, and what is adopted when it is durable.
    private struct Writing {
        var batch: StepQueue
        var economy: Economy
        var chain: CanonicalChain?
    }

    /// Makes a follower from what the store holds.
    ///
    /// - Parameters:
    ///   - rangeLimit: the most blocks that any endpoint's `eth_getLogs` takes; nil where that is not
    ///     known.
    ///   - plan: what trackers want of the blocks after a block beside their logs, asked of
    ///     them whenever blocks are asked for.
    /// - Throws: ``FollowerError`` where the stored chain and the configuration do not fit.
    package init(
        _ chain: FollowedChain, client: any ChainClient, proving: ChainProving? = nil,
        store: WeirStore, metrics app: AppMetrics, clock: RPCClock, rangeLimit: UInt64? = nil,
        seed: UInt64, logger: Logger, events: EventWatch? = nil,
        plan: @escaping @Sendable (Economy, BlockNumber) -> FetchPlan = { $0.plan(after: $1) }
    ) async throws {
        self.chain = chain
        self.plan = plan
        self.client = client
        self.proving = proving
        self.store = store
        self.app = app
        self.metrics = ChainMetrics(app, chain: chain.name)
        self.clock = clock
        self.logger = logger
        let opened = try await ChainOpening.open(chain, store: store, logger: logger)
        self.events = events
        if events != nil {
            try self.events?.restore(await store.alertEntries())
        }
        self.hasReachedHead = opened.hasReachedHead
        self.economy = opened.economy
        self.ahead = opened.economy
        self.adopted = opened.canonical
        self.provenBefore = opened.provenLevel
        self.machine = SyncMachine(
            configuration: chain.sync, filter: chain.filter, chain: opened.canonical,
            limit: rangeLimit, seed: seed)
        if let canonical = opened.canonical { self.metrics.processed(canonical.tip) }
        self.metrics.show(self.machine, isDisproved: false)
        self.metrics.settled(opened.canonical)
        app.publish(self.samples, of: chain.name)
    }

    /// Follows until it is cancelled, or until the last block of the configuration is stored. A
    /// chain that halts stays, so that the others go on.
    ///
    /// - Throws: ``StoreError`` when the store cannot be used any more.
    package func run() async throws {
        await self.proving?.settle(provenBefore: self.provenBefore)
        try await withThrowingTaskGroup(of: Event.self) { group in
            defer { self.end() }
            self.perform(self.machine.handle(.start, at: self.now), in: &group)
            self.listen(in: &group)
            while !self.isDone, let event = try await group.next() {
                if Task.isCancelled { break }
                self.deferred.append(event)
                if case .stored = event {
                    self.deferred.removeLast()
                    self.adopt()
                    self.noteHead(in: &group)
                    self.store(in: &group)
                }
                // Answers wait while much is reduced and not stored: so memory has a limit.
                while !self.deferred.isEmpty, !self.isFull {
                    await self.handle(self.deferred.removeFirst(), in: &group)
                }
            }
            group.cancelAll()
        }
    }

    private func handle(
        _ event: Event, in group: inout ThrowingTaskGroup<Event, any Error>
    ) async {
        switch event {
        case .stored: break
        case .rung:
            self.store(in: &group)
            self.listen(in: &group)
        case .answer(let id, let asked):
            self.note(asked.fault)
            await self.noteProof(asked)
            self.perform(self.machine.handle(.answer(id, asked.answer), at: self.now), in: &group)
        case .wake(let at):
            guard self.wakeAt == at else { return }
            self.wakeAt = nil
            self.perform(self.machine.handle(.wake, at: self.now), in: &group)
        }
    }

    /// Whether answers have to wait for the store.
    private var isFull: Bool {
        self.writing != nil && self.queue.logsHeld >= 2 * self.chain.sync.logsPerPageTarget
            || self.queue.steps.count >= 512
    }

    /// Whether the last block of the configuration is stored.
    private var isDone: Bool {
        self.machine.phase == .finished && self.writing == nil && self.queue.isEmpty
    }

    package var status: ChainStatus {
        let totals = self.economy.eventTotals
        var status = ChainStatus(
            name: self.chain.name, id: self.chain.id, phase: self.machine.phase.text,
            isUp: self.machine.isUp && !self.alarm.isRaised, haltReason: nil,
            latest: self.machine.heads[.latest],
            safe: self.machine.heads[.safe], finalized: self.machine.heads[.finalized],
            settled: self.adopted?.settled, processed: self.adopted?.tip,
            reorgs: self.reorgs, events: totals.seen, revertedEvents: totals.reverted)
        status.isDisproved = self.alarm.isRaised
        if case .halted(let reason) = self.machine.phase { status.haltReason = reason.description }
        return status
    }

    /// The checksum of all logs of the store up to the settled block.
    package var settledChecksum: Hash256 { self.economy.settledChecksum.value }

    /// What was seen of each event, as of the last stored block.
    package var eventCounts: [Economy.EventCount] { self.economy.eventCounts }

    private var now: SyncInstant { self.clock.now().milliseconds }

    // MARK: Vouchers

    /// Waits for vouchers, where any are taken in.
    private func listen(in group: inout ThrowingTaskGroup<Event, any Error>) {
        guard self.chain.definition.trackers.contains(where: { $0.vouchers != nil }) else { return }
        let stream = self.bell.stream
        group.addTask {
            for await _ in stream { return .rung }
            return .rung
        }
    }

    /// Nobody stores any more.
    private func end() {
        self.isOver = true
        self.writing?.batch.settle(false)
        self.queue.settle(false)
        self.writing = nil
        self.queue = StepQueue()
    }

    /// What is known now of the channel that a voucher speaks of.
    package func subject(of voucher: StoredVoucher) -> VoucherSubject? {
        self.ahead.subject(voucher.network, channel: voucher.channel, signer: voucher.signer)
    }

    /// Takes in vouchers that may count and are newer than what is known of their signers; the same
    /// transaction stores them and what follows from them.
    ///
    /// - Returns: whether they are durable; false where the chain is not followed any more.
    package func learn(_ vouchers: [StoredVoucher]) async -> Bool {
        // Another may have come since they were judged.
        let vouchers = vouchers.filter { voucher in
            guard let subject = self.subject(of: voucher), subject.hasRoom else { return false }
            return subject.best.map { $0.isOlder(than: voucher.learnt.state) == true } ?? true
        }
        if vouchers.isEmpty { return true }
        if self.isOver { return false }
        let outcome = self.ahead.learn(vouchers.map(\.learnt))
        return await withCheckedContinuation { continuation in
            self.queue.append(vouchers, outcome, continuation)
            self.bell.continuation.yield()
        }
    }

    // MARK: Actions

    private func perform(
        _ actions: [SyncAction], in group: inout ThrowingTaskGroup<Event, any Error>
    ) {
        for action in actions {
            switch action {
            case .deliver(let step): self.take(step)
            case .request(let request): self.send(request, in: &group)
            case .wake(let at): self.wake(at, in: &group)
            case .notice(let notice): self.tell(notice)
            case .halt(let reason):
                self.logger.critical(
                    "chain halted", metadata: ["reason": .string(reason.description)])
            case .finished: break
            }
        }
        self.store(in: &group)
        self.metrics.show(self.machine, isDisproved: self.alarm.isRaised)
    }

    /// Tells the operator once what is wrong, until it is something else or right again. Lagging
    /// replicas and range limits are everyday business.
    private func note(_ fault: ChainClientError?) {
        switch fault {
        case .behind, .rangeTooLarge, .cancelled, .unproven: return
        case nil:
            if self.toldFault != nil { self.logger.notice("the chain answers again") }
            self.toldFault = nil
        case .some(let fault):
            guard self.toldFault != fault.reason else { return }
            self.toldFault = fault.reason
            self.logger.warning(
                "the chain does not answer", metadata: ["error": .string(fault.description)])
        }
    }

    /// Says at once, and again while it lasts, that no endpoint gives what the chain proves.
    private func noteProof(_ asked: ChainAsking.Asked) async {
        guard case .unproven(_, _, let detail)? = asked.fault else {
            if asked.fault == nil, self.alarm.answered(isOfLogs: asked.isOfLogs) {
                self.logger.notice("an endpoint gives what the chain proves: going on")
            }
            return
        }
        if self.alarm.disproved(isOfLogs: asked.isOfLogs, at: self.now) {
            self.logger.error(
                """
                no endpoint gives what the chain proves: waiting, nothing is stored until one does; \
                add an endpoint of another provider, or lower `verify` if all of them are right
                """, metadata: ["last": .string(detail)])
        }
        await self.proving?.doubt()
    }

    private func send(
        _ request: SyncRequest, in group: inout ThrowingTaskGroup<Event, any Error>
    ) {
        let asking = ChainAsking(
            client: self.client, filter: self.chain.filter,
            needsTimes: self.chain.definition.needsTimes, keepsPages: self.store.keepsPages,
            extras: ExtrasAsking(
                client: self.client, plan: self.plan(for: request.kind),
                head: self.machine.heads[.latest]?.number, clock: self.clock),
            logger: self.logger)
        let tip = self.machine.chain?.tip.ref
        group.addTask {
            let asked = await asking.ask(request.kind, after: tip)
            return .answer(request.id, asked)
        }
    }

    /// What is wanted now of the blocks that a request is about.
    private func plan(for kind: SyncRequest.Kind) -> FetchPlan {
        switch kind {
        case .look(_, let tip): self.plan(self.ahead, tip.number)
        case .blocks(let refs): self.plan(self.ahead, refs.first?.number.previous ?? .zero)
        case .logs(let range): self.plan(self.ahead, range.lowerBound.previous ?? .zero)
        case .heads, .headers, .header: FetchPlan()
        }
    }

    /// Keeps the earliest of the times asked for; a timer of another time is ignored.
    private func wake(
        _ at: SyncInstant, in group: inout ThrowingTaskGroup<Event, any Error>
    ) {
        if let wakeAt, wakeAt <= at { return }
        self.wakeAt = at
        let (clock, now) = (self.clock, self.now)
        group.addTask {
            try? await clock.sleep(.milliseconds(Int64(clamping: at > now ? at - now : 0)))
            return .wake(at)
        }
    }

    private func tell(_ notice: SyncNotice) {
        switch notice {
        case .inconsistentAnswer:
            self.metrics.sawInconsistentAnswer()
            self.logger.warning("\(notice)")
        case .rangeLimitLearnt:
            self.logger.info("\(notice)")
        case .finalityTagMissing, .blockTooLarge, .finalityViolationSuspected:
            self.logger.warning("\(notice)")
        }
    }

    // MARK: Steps

    /// Reduces a step on the state that runs ahead of the store.
    private func take(_ step: ChainNotification) {
        let told = self.events?.take(
            step, isHistory: !self.hasReachedHead, now: self.clock.unixMilliseconds)
        let outcome = self.ahead.apply(step)
        self.queue.append(
            step, outcome, told ?? EventWatch.Told(), keepsPages: self.store.keepsPages)
    }

    /// Stores what waits, in one transaction, unless one is under way: what comes meanwhile goes
    /// into the next.
    private func store(in group: inout ThrowingTaskGroup<Event, any Error>) {
        guard self.writing == nil, !self.queue.isEmpty else { return }
        let batch = self.queue
        self.queue = StepQueue()
        self.writing = Writing(batch: batch, economy: self.ahead, chain: self.machine.chain)
        let writer = StepWriter(
            id: self.chain.id, store: self.store, metrics: self.metrics, clock: self.clock,
            logger: self.logger)
        group.addTask {
            try await writer.write(batch)
            return .stored
        }
    }

    /// What was written is durable: it is adopted and shown.
    private func adopt() {
        guard let writing = self.writing else { return }
        self.writing = nil
        self.economy = writing.economy
        self.adopted = writing.chain
        writing.batch.settle(true)
        if writing.batch.hasAlerts { self.events?.bell.ring() }
        self.logsStored &+= UInt64(writing.batch.logs)
        self.metrics.settled(self.adopted)
        // Totals first: who sees a block as processed finds its events counted.
        self.publish()
        for notice in self.economy.notices where self.toldNotices.insert(notice).inserted {
            self.logger.warning("\(notice)")
        }
        for step in writing.batch.steps { self.note(step) }
    }

    /// Notes, once and for all, that the head was reached: what comes now is news.
    private func noteHead(in group: inout ThrowingTaskGroup<Event, any Error>) {
        guard self.machine.phase == .following, !self.hasReachedHead else { return }
        self.hasReachedHead = true
        let (store, id) = (self.store, self.chain.id)
        group.addTask {
            try await store.remember(id, ChainOpening.reachedKey, "yes")
            return .wake(.max)
        }
    }

    private func note(_ step: ChainNotification) {
        switch step {
        case .placed(let anchor):
            self.logger.info("starting above block \(anchor.ref)")
            self.metrics.processed(anchor)
        case .caughtUp(let page):
            self.metrics.processed(page.last)
            self.requestsBefore = self.app.requests(of: self.chain.name)
        case .committed(let block):
            self.metrics.processed(block.header.anchor)
            let requests = self.app.requests(of: self.chain.name)
            self.metrics.followed(requests: requests &- self.requestsBefore)
            self.requestsBefore = requests
        case .reverted(let ref, let depth):
            self.reorgs += 1
            self.metrics.reverted(depth: depth)
            self.logger.notice(
                "reorganisation undone",
                metadata: ["depth": .stringConvertible(depth), "to": .string(ref.description)])
        case .finalized:
            break
        }
    }

    /// Shows the samples: after every step at the head, at most four times a second in catch-up.
    private func publish() {
        let now = self.now
        if self.machine.phase == .catchingUp, now < self.publishedAt &+ 250 { return }
        self.publishedAt = now
        self.app.publish(self.samples, of: self.chain.name)
    }

    /// What the trackers say, and up to which block the logs behind it have which checksum.
    private var samples: [FamilySamples] {
        let namespace = self.app.registry.namespace
        var samples = self.economy.samples(namespace: namespace)
        if let settled = self.adopted?.settled {
            samples.append(
                Economy.checksumSamples(
                    self.economy.settledChecksum, at: settled.number, chain: self.chain.name,
                    namespace: namespace))
        }
        return samples
    }
}

extension Duration {
    /// Whole milliseconds; zero for a negative duration.
    var milliseconds: UInt64 {
        let (seconds, atto) = self.components
        return UInt64(clamping: seconds) &* 1_000 &+ UInt64(clamping: atto / 1_000_000_000_000_000)
    }
}
