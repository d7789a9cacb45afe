// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMPrimitives

extension JobsTracker {
    mutating func post(
        _ event: RoleEvent, _ effects: inout TrackerEffects
    ) throws(SkipReason) {
        let key = try event.key(Field.job)
        let value = try event.optionalAmount(Field.value)
        guard self.jobs[key] == nil else { throw .duplicate }
        guard self.jobs.count < self.settings.jobsMax else { throw .full }
        var job = Job()
        job.deadline = try event.optionalTime(Field.deadline)
        job.posted = event.time
        job.value = value ?? .zero
        let token = self.token(event, nil)
        job.token = token ?? ""
        if let node = event.optionalAddress(Field.node), node != .zero {
            job.node = node
            job.state = .claimed
        }
        job.model = self.model(event, &effects)
        self.put(job, key, was: nil, &effects)
        self.count(.posted, job, &effects)
        if job.state == .claimed { self.count(.claimed, job, &effects) }
        if let value {
            if let token {
                self.book.observe(Family.value, [self.name, token, job.model], value, &effects)
            } else {
                self.book.count(Family.unknownTokens, [self.name], &effects)
            }
        }
        self.tell(.posted, key, job, event, &effects)
    }

    mutating func claim(
        _ event: RoleEvent, _ effects: inout TrackerEffects
    ) throws(SkipReason) {
        let (key, old) = try self.known(event)
        guard old.state == .open else { throw .outOfOrder }
        var job = old
        job.state = .claimed
        job.node = event.optionalAddress(Field.node) ?? old.node
        self.put(job, key, was: old, &effects)
        self.count(.claimed, job, &effects)
        self.book.observe(
            Family.wait, [self.name, job.model], self.seconds(since: job.posted, event), &effects)
        self.tell(.claimed, key, job, event, &effects)
    }

    /// A job comes to its end, as far as its contract says so by itself.
    mutating func finish(
        _ event: RoleEvent, as state: Job.State, _ status: Status,
        _ effects: inout TrackerEffects
    ) throws(SkipReason) {
        let (key, old) = try self.known(event)
        guard !old.state.isFinished else { throw .outOfOrder }
        var job = old
        job.state = state
        job.node = event.optionalAddress(Field.node) ?? old.node
        self.end(key, &job, was: old, status, event, &effects)
    }

    private mutating func end(
        _ key: U256, _ job: inout Job, was old: Job, _ status: Status, _ event: RoleEvent,
        _ effects: inout TrackerEffects
    ) {
        self.retire(key, &job, &effects)
        self.put(job, key, was: old, &effects)
        self.count(status, job, &effects)
        if status == .completed {
            self.book.observe(
                Family.duration, [self.name, job.model],
                self.seconds(since: job.posted, event), &effects)
        }
        self.tell(status, key, job, event, &effects)
    }

    mutating func dispute(
        _ event: RoleEvent, _ effects: inout TrackerEffects
    ) throws(SkipReason) {
        let (key, old) = try self.known(event)
        guard old.state != .disputed else { throw .outOfOrder }
        var job = old
        job.before = old.state
        job.state = .disputed
        job.number = nil
        self.put(job, key, was: old, &effects)
        self.count(.disputed, job, &effects)
        self.tell(.disputed, key, job, event, &effects)
    }

    mutating func resolve(
        _ event: RoleEvent, _ effects: inout TrackerEffects
    ) throws(SkipReason) {
        let (key, old) = try self.known(event)
        guard old.state == .disputed else { throw .outOfOrder }
        var job = old
        let isForNode =
            event.flag(Field.forNode) ?? event.flag(Field.forClient).map { !$0 }
        job.state = isForNode.map { $0 ? .completed : .failed } ?? old.before
        self.count(.resolved, job, &effects)
        self.tell(.resolved, key, job, event, &effects)
        guard job.state.isFinished else {
            self.put(job, key, was: old, &effects)
            return
        }
        if job.state == old.before {
            // It was counted when it came to this end for the first time.
            self.retire(key, &job, &effects)
            self.put(job, key, was: old, &effects)
        } else {
            let status: Status = job.state == .completed ? .completed : .failed
            self.end(key, &job, was: old, status, event, &effects)
        }
    }

    // MARK: State

    /// The job of an event, which has to be remembered.
    private func known(_ event: RoleEvent) throws(SkipReason) -> (key: U256, job: Job) {
        let key = try event.key(Field.job)
        guard let job = self.jobs[key] else { throw .unknownKey }
        return (key, job)
    }

    /// Gives a job the next place in the ring of finished ones; the one that had it is forgotten.
    private mutating func retire(
        _ key: U256, _ job: inout Job, _ effects: inout TrackerEffects
    ) {
        let next = self.cursor["next"]?.number ?? 0
        let place = U256(next % UInt64(self.settings.finishedMax))
        // It may have come back to life since, or have got a place further on.
        if let gone = self.finished[place], self.jobs[gone.job]?.number == gone.number {
            self.jobs.set(nil, for: gone.job, &effects)
        }
        self.finished.set(Finished(job: key, number: next), for: place, &effects)
        self.cursor.set(Finished(number: next &+ 1), for: "next", &effects)
        job.number = next
    }

    /// Puts a job in its place, with the gauges that follow from it.
    private mutating func put(
        _ job: Job, _ key: U256, was old: Job?, _ effects: inout TrackerEffects
    ) {
        if old?.state != job.state {
            if let old { self.shift(old, up: false, &effects) }
            self.shift(job, up: true, &effects)
        }
        if let due = old?.due { self.deadlines.remove(due) }
        if let due = job.due { self.deadlines.insert(due) }
        self.jobs.set(job, for: key, &effects)
    }

    private mutating func shift(_ job: Job, up: Bool, _ effects: inout TrackerEffects) {
        let place = [self.name, job.state.label, job.model]
        let count = self.book.gauge(Family.jobs, place) ?? .zero
        let next = up ? count.adding(.one) : count.subtracting(.one)
        self.book.set(Family.jobs, place, next ?? count, &effects)
    }

    private mutating func count(
        _ status: Status, _ job: Job, _ effects: inout TrackerEffects
    ) {
        self.book.count(Family.events, [self.name, status.rawValue, job.model], &effects)
        guard !self.operators.isEmpty, let node = job.node, status != .posted else { return }
        self.book.count(
            Family.operatorJobs, [self.name, self.label(node), status.rawValue], &effects)
    }

    private func seconds(since start: BlockTime, _ event: RoleEvent) -> U256 {
        U256(UInt64(clamping: max(0, event.time.seconds(since: start))))
    }

    private func tell(
        _ status: Status, _ key: U256, _ job: Job, _ event: RoleEvent,
        _ effects: inout TrackerEffects
    ) {
        var fields = [
            ("market", self.name), ("job", key.description), ("state", job.state.label),
            ("token", job.token), ("value", job.value.description),
            ("posted", job.posted.description), ("time", event.time.description),
        ]
        if !job.model.isEmpty { fields.append(("model", job.model)) }
        if let node = job.node { fields.append(("node", node.description)) }
        if let client = event.optionalAddress(Field.client) {
            fields.append(("client", client.description))
        }
        if let deadline = job.deadline { fields.append(("deadline", deadline.description)) }
        if let reason = event.text(Field.reason) { fields.append(("reason", reason)) }
        effects.fact("job_\(status.rawValue)", fields)
    }

    // MARK: Time

    func derived(at place: BlockPlace) -> [DerivedSample] {
        let overdue = self.deadlines.count(before: place.time)
        return [DerivedSample(Derived.overdue, [self.name], Double(overdue))]
    }
}
