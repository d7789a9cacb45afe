// Weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import EVMPrimitives
import EVMRPC
import Logging
import MetricsRegistry
import PromQL
import ServiceLifecycle
import WeirPorts
import WeirStore

/// Rules, routing and silences of an instance: the one loop that evaluates, groups, and puts into the
/// outbox what has to be told.
///
/// What a step changes, and the notifications that follow from it, are stored in one transaction. Until
/// that succeeds nothing is sent, and the changes wait in memory with those of the next step.
actor AlertDesk {
    /// Of one channel no more notifications wait than this; what only repeats is dropped first.
    static let outboxMax = 1_000
    private static let inboxPage = 1_000
    /// How often the samples of the window are stored.
    private static let samplesEvery: Duration = .seconds(60)

    private let configuration: AlertingConfiguration
    private let store: WeirStore
    private let registry: MetricsRegistry
    private let metrics: RuleMetrics
    private let outlets: [String: [ChannelOutlet]]
    private let clock: RPCClock
    private let logger: Logger
    /// Which series are not to be judged now: of chains whose past is still being read.
    private let hushed: @Sendable () async -> HushedSeries
    /// Brings up to date what nobody pushes, as before a scrape.
    private let beforeSampling: @Sendable () -> Void
    /// Rung when an alert of an event was stored, or a silence was set.
    nonisolated let bell: Bell

    private var engines: [EngineSlot] = []
    private var window: SampleWindow
    private var dispatcher: Dispatcher
    private var samples = SampleKeeper()
    private var samplesDue: Duration
    private var pending = AlertCommit()
    private var toldFault = false
    private var firing: [Fingerprint: Alert] = [:]
    /// What was taken back since the last step was stored.
    private var retracted: Set<Fingerprint> = []

    /// A group with when it is evaluated next, and what it last gave.
    struct EngineSlot {
        var engine: RuleEngine
        var due: Duration
        var health: [RuleHealth] = []
        var alerts: [VectorSample] = []
        var seconds: Double = 0
    }

    /// Takes up what the store holds.
    init(
        _ configuration: AlertingConfiguration, outlets: [String: [ChannelOutlet]],
        store: WeirStore, app: AppMetrics, bell: Bell, clock: RPCClock, logger: Logger,
        hushed: @escaping @Sendable () async -> HushedSeries,
        beforeSampling: @escaping @Sendable () -> Void
    ) async throws(StoreError) {
        self.configuration = configuration
        self.outlets = outlets
        self.bell = bell
        self.store = store
        self.registry = app.registry
        self.metrics = RuleMetrics(app)
        self.clock = clock
        self.logger = logger
        self.hushed = hushed
        self.beforeSampling = beforeSampling
        let now = clock.unixMilliseconds()
        let expressions = configuration.groups.flatMap { $0.rules.map(\.expression) }
        self.window = SampleWindow(needs: SampleNeeds(expressions))
        self.samplesDue = clock.now() + Self.samplesEvery
        let stored = AlertMemory(try await store.alertEntries(), logger: logger)
        self.dispatcher = Dispatcher(
            configuration.routing, restoring: stored.dispatcher, at: now,
            offset: AlertingConfiguration.zoneOffset)
        for entry in stored.dispatcher.alerts where entry.alert.endsAt == nil {
            self.firing[entry.alert.fingerprint] = entry.alert
        }
        let kept = self.samples.restore(stored.samples, into: &self.window, now: now)
        if kept.refusedChunks > 0 {
            logger.warning(
                "stored samples are damaged and left out",
                metadata: ["chunks": .stringConvertible(kept.refusedChunks)])
        }
        var ended: [Alert] = []
        var groupsGone = stored.groups
        for group in configuration.groups {
            var engine = RuleEngine(group: group, settings: configuration.settings)
            if let state = groupsGone.removeValue(forKey: group.key) {
                ended += engine.resume(state, at: now)
            }
            // Groups are spread over their interval, the same way after each start.
            let spread = Fingerprint(Labels([("group", group.key)])).value
            let offset = Int64(spread % UInt64(max(1, min(engine.interval, 10_000))))
            self.engines.append(
                EngineSlot(engine: engine, due: clock.now() + .milliseconds(offset)))
            self.metrics.open(group)
        }
        for key in groupsGone.keys {
            self.pending.entries.append(AlertMemory.entry(ofGroup: key, nil))
        }
        self.dispatcher.receive(ended, at: now)
    }

    // MARK: The loop

    /// Runs until it is cancelled; stores the samples at the end.
    func run() async throws {
        var channels: [String: Int] = [:]
        for (name, outlets) in self.outlets { channels[name] = outlets.count }
        if let dropped = try? await self.store.dropOutbox(notIn: channels), dropped > 0 {
            self.logger.warning(
                "notifications for receivers that are not configured any more were dropped",
                metadata: ["count": .stringConvertible(dropped)])
        }
        while !Task.isCancelled {
            let heard = self.bell.count
            await self.step()
            do {
                try await self.wait(after: heard)
            } catch { break }
        }
        self.keepSamples(at: self.clock.unixMilliseconds())
        // Cancelled already: the store's own work is not.
        await self.commit()
    }

    /// One turn: takes alerts of events, evaluates what is due, tells what is due, and stores it all.
    func step() async {
        await self.takeInbox()
        let due = self.engines.indices.filter { self.engines[$0].due <= self.clock.now() }
        if !due.isEmpty { await self.evaluate(due) }
        if self.clock.now() >= self.samplesDue {
            self.samplesDue = self.clock.now() + Self.samplesEvery
            self.keepSamples(at: self.clock.unixMilliseconds())
        }
        await self.flush()
    }

    /// Waits for the next evaluation, the next deadline of a group, or the bell.
    private func wait(after heard: UInt64) async throws {
        var delay: Duration = .seconds(60)
        for slot in self.engines { delay = min(delay, slot.due - self.clock.now()) }
        if let deadline = self.dispatcher.nextDeadline {
            delay = min(delay, .milliseconds(deadline - self.clock.unixMilliseconds()))
        }
        if !self.pending.isEmpty { delay = min(delay, .seconds(1)) }
        let (clock, bell) = (self.clock, self.bell)
        let pause = max(.milliseconds(10), delay)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await clock.sleep(pause) }
            group.addTask { try await bell.wait(after: heard) }
            _ = try await group.next()
            group.cancelAll()
        }
    }

    // MARK: Events

    private func takeInbox() async {
        let rows: [InboxAlert]
        do throws(StoreError) {
            rows = try await self.store.alertInbox(limit: Self.inboxPage)
        } catch {
            return self.tell(error)
        }
        let fresh = rows.filter { $0.id > self.pending.takenThrough ?? 0 }
        guard let last = fresh.last else { return }
        let now = self.clock.unixMilliseconds()
        var alerts: [Alert] = []
        for row in fresh {
            if let alert = AlertMemory.alert(row.document) {
                alerts.append(alert)
                if alert.retraction != nil { self.retracted.insert(alert.fingerprint) }
            } else {
                self.logger.error("a stored alert of an event cannot be read")
            }
        }
        self.dispatcher.receive(alerts, at: now)
        self.pending.takenThrough = last.id
        if rows.count == Self.inboxPage { self.bell.ring() }
    }

    // MARK: Rules

    private func evaluate(_ due: [Int]) async {
        self.beforeSampling()
        let hushed = await self.hushed()
        let time = self.clock.unixMilliseconds()
        self.window.take(self.registry.snapshot(), at: time, leavingOut: hushed)
        for index in due {
            let start = self.clock.now()
            var slot = self.engines[index]
            let outcome = slot.engine.evaluate(at: time, source: self.window)
            let group = slot.engine.group
            self.window.take(
                outcome.samples.filter { !StaleMarker.marks($0.value) }
                    .map { (labels: $0.labels, value: $0.value) },
                from: group.key, at: time)
            slot.alerts = outcome.samples.filter {
                $0.labels[Labels.metricName].hasPrefix("ALERTS") && !StaleMarker.marks($0.value)
            }
            let alerts = outcome.alerts.map { alert in
                var alert = alert
                if alert.endsAt == nil { alert.endsAt = outcome.validUntil }
                return alert
            }
            self.dispatcher.receive(alerts, at: time)
            self.pending.entries.append(
                AlertMemory.entry(ofGroup: group.key, slot.engine.state))
            slot.seconds = (self.clock.now() - start).seconds
            self.note(outcome.health, of: slot, before: slot.health)
            slot.health = outcome.health
            let missed = self.reschedule(&slot)
            self.metrics.evaluated(
                group, outcome.health, seconds: slot.seconds, missed: missed,
                unixSeconds: Double(time) / 1000)
            self.engines[index] = slot
        }
        self.metrics.show(self.window.statistics)
        self.metrics.show(alerts: self.engines.flatMap(\.alerts), in: self.registry)
    }

    /// Says once what is wrong with a rule, until it is something else.
    private func note(_ health: [RuleHealth], of slot: EngineSlot, before: [RuleHealth]) {
        for (index, rule) in health.enumerated() {
            guard let error = rule.error,
                before.indices.contains(index) ? before[index].error != error : true
            else { continue }
            self.logger.warning(
                "a rule cannot be evaluated",
                metadata: [
                    "group": .string(slot.engine.group.name), "rule": .string(rule.name),
                    "error": .string(error),
                ])
        }
    }

    /// - Returns: how many evaluations were passed over because this one came too late.
    private func reschedule(_ slot: inout EngineSlot) -> Int {
        let interval = Duration.milliseconds(slot.engine.interval)
        var missed = -1
        let now = self.clock.now()
        repeat {
            slot.due += interval
            missed += 1
        } while slot.due <= now && missed < 1_000
        if slot.due <= now { slot.due = now + interval }
        return missed
    }

    // MARK: Telling

    /// Stores what changed, with the notifications that are due, and wakes their channels.
    private func flush() async {
        let now = self.clock.unixMilliseconds()
        let notifications = self.dispatcher.advance(to: now)
        let changes = self.dispatcher.takeChanges()
        self.note(changes, at: now)
        self.pending.entries += AlertMemory.entries(of: changes)
        if !notifications.isEmpty { await self.enqueue(notifications) }
        await self.commit()
        self.metrics.show(self.dispatcher.counters)
    }

    /// What fired, ended and was taken back, for reports.
    private func note(_ changes: DispatcherChanges, at now: Timestamp) {
        for (fingerprint, entry) in changes.alerts {
            let known = self.firing[fingerprint]
            let isFiring = entry.map { $0.alert.endsAt == nil } ?? false
            guard isFiring != (known != nil) else { continue }
            guard let alert = entry?.alert ?? known else { continue }
            self.firing[fingerprint] = isFiring ? alert : nil
            let end = self.retracted.contains(fingerprint) ? "retracted" : "resolved"
            self.pending.changes.append(
                AlertMemory.change(alert, isFiring ? "firing" : end, at: now))
        }
        self.retracted = []
    }

    private func enqueue(_ notifications: [AlertNotification]) async {
        var waiting: [String: Int] = [:]
        do throws(StoreError) {
            for fill in try await self.store.outboxFill() {
                waiting["\(fill.receiver)\u{0}\(fill.channel)"] = fill.count
            }
        } catch { self.tell(error) }
        for notification in notifications {
            let outlets = self.outlets[notification.receiver] ?? []
            let document = outlets.isEmpty ? "" : AlertMemory.document(notification)
            for (index, outlet) in outlets.enumerated() {
                if notification.cause == .resolved, !outlet.sendsResolved { continue }
                let place = "\(notification.receiver)\u{0}\(index)"
                let count = waiting[place, default: 0]
                let limit =
                    notification.cause == .repetition ? Self.outboxMax : 2 * Self.outboxMax
                guard count < limit else {
                    outlet.metrics.dropped(notification.receiver, outlet.channel, .full)
                    continue
                }
                waiting[place] = count + 1
                outlet.metrics.queued(notification.receiver, outlet.channel, count + 1)
                self.pending.notifications.append(
                    NewNotification(
                        notification: notification.id, receiver: notification.receiver,
                        channel: index, groupKey: notification.groupKey,
                        created: notification.time, document: document))
            }
        }
    }

    private func commit() async {
        guard !self.pending.isEmpty else { return }
        let step = self.pending
        do throws(StoreError) {
            try await self.store.commit(step)
        } catch {
            return self.tell(error)
        }
        // Others may have come in while it was written.
        self.pending.drop(step)
        self.toldFault = false
        for notification in step.notifications {
            guard let outlets = self.outlets[notification.receiver],
                outlets.indices.contains(notification.channel)
            else { continue }
            outlets[notification.channel].bell.ring()
        }
    }

    private func tell(_ error: StoreError) {
        if self.toldFault { return }
        self.toldFault = true
        self.logger.error(
            "what rules and routing know cannot be stored; trying again, nothing is sent until then",
            metadata: ["cause": .string(error.description)])
    }

    private func keepSamples(at now: Timestamp) {
        self.pending.entries += self.samples.changes(of: self.window, now: now)
    }

    // MARK: Asked from outside

    /// Sets, changes or ends silences; what it gives is durable when this returns.
    func withSilences<T: Sendable>(
        _ body: @Sendable (inout SilenceBook, Timestamp) throws(SilenceError) -> T
    ) async throws(SilenceError) -> T {
        let value = try body(&self.dispatcher.silences, self.clock.unixMilliseconds())
        await self.flush()
        return value
    }

    /// Reads the dispatcher as it stands now.
    func read<T: Sendable>(_ body: @Sendable (Dispatcher, Timestamp) -> T) -> T {
        body(self.dispatcher, self.clock.unixMilliseconds())
    }

    /// The groups with what they last gave, in the order of the configuration.
    var groups: [EngineSlot] { self.engines }
}

/// A channel of a receiver as the desk sees it.
struct ChannelOutlet: Sendable {
    let channel: String
    let sendsResolved: Bool
    let bell: Bell
    let metrics: NotificationMetrics
}

extension AlertCommit {
    /// Takes away what was stored.
    fileprivate mutating func drop(_ stored: AlertCommit) {
        self.entries.removeFirst(stored.entries.count)
        self.notifications.removeFirst(stored.notifications.count)
        self.changes.removeFirst(stored.changes.count)
        if self.takenThrough == stored.takenThrough { self.takenThrough = nil }
    }
}
