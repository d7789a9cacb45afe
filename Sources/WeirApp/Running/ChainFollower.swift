// Weir
// SPDX-License-Identifier: Apache-2.0

package import ChainModel
package import ChainSync
package import EVMPrimitives
package import EVMRPC
package import Economy
package import Logging
import MetricsRegistry
import SQLDatabase
package import WeirPorts
package import WeirStore

/// One chain as the follower needs it.
package struct FollowedChain: Sendable {
    package var name: String
    package var id: ChainID
    package var sync: SyncConfiguration
    package var filter: LogFilter
    package var definition: EconomyDefinition

    package init(
        name: String, id: ChainID, sync: SyncConfiguration, filter: LogFilter,
        definition: EconomyDefinition
    ) {
        self.name = name
        self.id = id
        self.sync = sync
        self.filter = filter
        self.definition = definition
    }

    /// The log filter as text, to see whether it grew since the chain was last read.
    var filterText: String { self.filter.addresses.map(\.lowercaseText).joined(separator: ",") }
}

/// What a chain looks like from outside, for status pages.
package struct ChainStatus: Sendable, Equatable {
    package var name: String
    package var id: ChainID
    package var phase: String
    package var isUp: Bool
    /// No endpoint can prove its answers: the chain waits for one that does.
    package var isDisproved = false
    package var haltReason: String?
    package var latest: BlockAnchor?
    package var safe: BlockAnchor?
    package var finalized: BlockAnchor?
    package var settled: BlockAnchor?
    package var processed: BlockAnchor?
    package var reorgs: UInt64
    package var events: UInt64
    package var revertedEvents: UInt64
}

/// The only loop of a chain: runs the actions of its ``SyncMachine``.
///
/// Requests run beside each other; steps are reduced and stored one after the other, here. A step
/// is adopted only when its transaction is durable.
package actor ChainFollower {
    package nonisolated let chain: FollowedChain
    private let client: any ChainClient
    /// Nil where nothing has to be proven.
    private let proving: ChainProving?
    private let provenBefore: VerificationLevel?
    private let store: WeirStore
    private let app: AppMetrics
    private let metrics: ChainMetrics
    private let clock: RPCClock
    private let logger: Logger
    private var machine: SyncMachine
    private var economy: Economy
    /// The chain as far as it is stored: the machine's own runs ahead while a step is committed.
    private var adopted: CanonicalChain?
    private var wakeAt: SyncInstant?
    private var reorgs: UInt64 = 0
    private var publishedAt: SyncInstant = 0
    /// The reason of the fault that the operator was told last; nil while all is well.
    private var toldFault: String?
    private var alarm = ProofAlarm()

    private enum Event: Sendable {
        case answer(UInt64, ChainAsking.Asked)
        case wake(SyncInstant)
    }

    /// Makes a follower from what the store holds.
    ///
    /// - Throws: ``FollowerError`` where the stored chain and the configuration do not fit.
    package init(
        _ chain: FollowedChain, client: any ChainClient, proving: ChainProving? = nil,
        store: WeirStore, metrics app: AppMetrics, clock: RPCClock, seed: UInt64, logger: Logger
    ) async throws {
        self.chain = chain
        self.client = client
        self.proving = proving
        self.store = store
        self.app = app
        self.metrics = ChainMetrics(app, chain: chain.name)
        self.clock = clock
        self.logger = logger
        let opened = try await ChainOpening.open(chain, store: store, logger: logger)
        self.economy = opened.economy
        self.adopted = opened.canonical
        self.provenBefore = opened.provenLevel
        self.machine = SyncMachine(
            configuration: chain.sync, filter: chain.filter, chain: opened.canonical,
            limit: opened.rangeLimit, seed: seed)
        if let canonical = opened.canonical { self.metrics.processed(canonical.tip) }
        self.metrics.show(self.machine, isDisproved: false)
        app.publish(self.economy.samples(namespace: app.registry.namespace), of: chain.name)
    }

    /// Follows until it is cancelled. A chain that halts stays, so that the others go on.
    ///
    /// - Throws: ``StoreError`` when the store cannot be used any more.
    package func run() async throws {
        await self.proving?.settle(provenBefore: self.provenBefore)
        try await withThrowingTaskGroup(of: Event.self) { group in
            try await self.perform(self.machine.handle(.start, at: self.now), in: &group)
            while let event = try await group.next() {
                if Task.isCancelled { break }
                switch event {
                case .answer(let id, let asked):
                    self.note(asked.fault)
                    await self.noteProof(asked)
                    try await self.perform(
                        self.machine.handle(.answer(id, asked.answer), at: self.now), in: &group)
                case .wake(let at):
                    guard self.wakeAt == at else { continue }
                    self.wakeAt = nil
                    try await self.perform(self.machine.handle(.wake, at: self.now), in: &group)
                }
            }
            group.cancelAll()
        }
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

    private var now: SyncInstant { self.clock.now().milliseconds }

    // MARK: Actions

    private func perform(
        _ actions: [SyncAction], in group: inout ThrowingTaskGroup<Event, any Error>
    ) async throws {
        var steps: [ChainNotification] = []
        for action in actions {
            if case .deliver(let step) = action {
                steps.append(step)
                continue
            }
            if !steps.isEmpty {
                try await self.take(steps)
                steps = []
            }
            switch action {
            case .deliver: break
            case .request(let request): self.send(request, in: &group)
            case .wake(let at): self.wake(at, in: &group)
            case .notice(let notice): await self.tell(notice)
            case .halt(let reason):
                self.logger.critical(
                    "chain halted", metadata: ["reason": .string(reason.description)])
            }
        }
        if !steps.isEmpty { try await self.take(steps) }
        self.adopted = self.machine.chain
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
        let (client, filter, logger) = (self.client, self.chain.filter, self.logger)
        let needsTimes = self.chain.definition.needsTimes
        let tip = self.machine.chain?.tip.ref
        group.addTask {
            let asked = await ChainAsking(client: client, filter: filter, logger: logger)
                .ask(request.kind, after: tip, needsTimes: needsTimes)
            return .answer(request.id, asked)
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

    private func tell(_ notice: SyncNotice) async {
        switch notice {
        case .inconsistentAnswer:
            self.metrics.sawInconsistentAnswer()
            self.logger.warning("\(notice)")
        case .rangeLimitLearnt(let blocks):
            self.logger.info("\(notice)")
            try? await self.store.remember(
                self.chain.id, ChainOpening.rangeLimitKey, String(blocks))
        case .finalityTagMissing, .blockTooLarge, .finalityViolationSuspected:
            self.logger.warning("\(notice)")
        }
    }

    // MARK: Steps

    /// Reduces steps on a copy, stores them in one transaction, then adopts the copy.
    private func take(_ steps: [ChainNotification]) async throws {
        var next = self.economy
        var commits: [StepCommit] = []
        var logs = 0
        for step in steps {
            let outcome = next.apply(step)
            commits.append(
                StepCommit(
                    step, facts: outcome.facts, states: outcome.states,
                    reverted: outcome.reverted))
            switch step {
            case .caughtUp(let page): logs += page.logs.count
            case .committed(let block): logs += block.logs.count
            default: break
            }
        }
        try await self.commit(commits, logs: logs)
        self.economy = next
        // Totals first: who sees a block as processed finds its events counted.
        self.publish()
        for step in steps { self.note(step) }
    }

    /// Commits, again and again while the store may recover: a full disk, a lock held elsewhere.
    private func commit(_ commits: [StepCommit], logs: Int) async throws {
        var delay: Duration = .milliseconds(100)
        while true {
            let start = self.clock.now()
            do {
                try await self.store.commit(self.chain.id, commits)
                self.metrics.committed(seconds: (self.clock.now() - start).seconds, logs: logs)
                return
            } catch {
                self.metrics.commitFailed()
                guard case .database(let cause) = error, cause.isTransient else { throw error }
                self.logger.error(
                    "the store cannot write; trying again",
                    metadata: ["cause": .string(error.description)])
                try await self.clock.sleep(delay)
                delay = min(delay * 2, .seconds(30))
            }
        }
    }

    private func note(_ step: ChainNotification) {
        switch step {
        case .placed(let anchor):
            self.logger.info("starting above block \(anchor.ref)")
            self.metrics.processed(anchor)
        case .caughtUp(let page):
            self.metrics.processed(page.last)
        case .committed(let block):
            self.metrics.processed(block.header.anchor)
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
        self.app.publish(
            self.economy.samples(namespace: self.app.registry.namespace), of: self.chain.name)
    }
}

extension Duration {
    /// Whole milliseconds; zero for a negative duration.
    var milliseconds: UInt64 {
        let (seconds, atto) = self.components
        return UInt64(clamping: seconds) &* 1_000 &+ UInt64(clamping: atto / 1_000_000_000_000_000)
    }
}

extension SyncMachine.Phase {
    /// The word for a status page.
    var text: String {
        switch self {
        case .looking: "following"
        case .placing: "placing"
        case .checkingTip: "checking_tip"
        case .catchingUp: "catching_up"
        case .following: "following"
        case .unwinding: "unwinding"
        case .halted: "halted"
        }
    }
}
