// Weir
// SPDX-License-Identifier: Apache-2.0

package import ChainModel
import EVMABI
package import EVMPrimitives
import HashTreeCollections

/// What one chain's blocks mean: the trackers at the settled block, a snapshot for every block
/// above it, and what was counted in blocks that were dropped.
///
/// A value. The driver applies a step to a copy and adopts the copy only when the step is stored,
/// so that a failed commit leaves nothing to repair.
package struct Economy: Sendable {
    package let definition: EconomyDefinition
    /// The state at the settled block.
    private var settled: TrackerSet
    private var settledPlace = BlockPlace(number: .zero, time: BlockTime(0))
    /// The state after each block above it, ascending, with the entries that the block changed.
    private var window: [Snapshot] = []
    /// What dropped blocks had counted; only grows. Keys as in the store.
    private(set) var reverted: [RevertedKey: SeriesState] = [:]
    private var reducer: BlockReducer
    /// What event series are called in the store, and events in labels; made once.
    let eventKeys: [String]
    let eventLabels: [String]

    private struct Snapshot: Sendable {
        var number: BlockNumber
        var place: BlockPlace { BlockPlace(number: self.number, time: self.time) }
        var time: BlockTime
        var set: TrackerSet
        var touched: Set<StateKey>
    }

    /// Where something was counted: the tracker as the store names it, and its key.
    struct RevertedKey: Sendable, Hashable {
        var tracker: String
        var key: String
    }

    /// What a step left behind, to be stored with it.
    package struct Outcome: Sendable, Equatable {
        package var facts: [Fact] = []
        /// Changed entries as of the settled block after the step.
        package var states: [StateEntry] = []
        package var reverted: [StateEntry] = []
        package init() {}

        /// Adds facts that are not there yet.
        fileprivate mutating func add(_ facts: [Fact]) {
            for fact in facts
            where !self.facts.contains(where: { $0.kind == fact.kind && $0.key == fact.key }) {
                self.facts.append(fact)
            }
        }

        package var isEmpty: Bool {
            self.facts.isEmpty && self.states.isEmpty && self.reverted.isEmpty
        }
    }

    /// The trackers before the first block.
    package init(_ definition: EconomyDefinition) {
        self.definition = definition
        self.settled = TrackerSet(definition)
        self.reducer = BlockReducer(definition)
        self.eventKeys = EventsTracker.keys(definition)
        self.eventLabels = EventsTracker.labels(definition)
    }

    static let eventsName = "events"
    static let checksumName = "checksum"
    private static let checksumKey = "logs"

    private static func entry(_ checksum: LogChecksum) -> StateEntry {
        StateEntry(tracker: checksumName, key: checksumKey, value: checksum.value.bytes)
    }

    /// The checksum of the logs up to the settled block: equal on every instance that follows the
    /// same contracts from the same start.
    package var settledChecksum: LogChecksum { self.settled.checksum }

    /// The state that is exposed: at the last block.
    var current: TrackerSet { self.window.last?.set ?? self.settled }

    /// The last block.
    var place: BlockPlace { self.window.last?.place ?? self.settledPlace }

    /// Says where the settled state stands, after it was restored.
    package mutating func resume(at settled: BlockAnchor) {
        self.settledPlace = BlockPlace(number: settled.number, time: settled.timestamp)
    }

    /// What the trackers want of the block above a tip besides its logs.
    package func plan(after tip: BlockNumber) -> FetchPlan {
        var plan = FetchPlan(wantsPastFees: false)
        var receivers: [Address] = []
        var senders: [Address] = []
        var starts: [BlockNumber?] = []
        for box in self.current.trackers {
            let part = box.plan(after: tip)
            plan.readings += part.readings
            plan.wantsFees = plan.wantsFees || part.wantsFees
            plan.wantsPastFees = plan.wantsPastFees || (part.wantsFees && part.wantsPastFees)
            plan.tipPercentiles += part.tipPercentiles
            if let filter = part.transactions {
                receivers += filter.receivers
                senders += filter.senders
                starts.append(part.transactionsFrom)
            }
        }
        if self.definition.catalog.hasProxies {
            plan.readings += self.current.proxies.requests(self.definition.catalog)
        }
        // Where one wants those of every block, the others' come along.
        if !starts.contains(nil) { plan.transactionsFrom = starts.compactMap { $0 }.min() }
        plan.tipPercentiles = Set(plan.tipPercentiles).sorted()
        if !receivers.isEmpty || !senders.isEmpty {
            plan.transactions = TransactionFilter(receivers: receivers, senders: senders)
        }
        return plan
    }

    // MARK: Steps

    /// Takes in a step and says what must be stored with it.
    package mutating func apply(_ step: ChainNotification) -> Outcome {
        var outcome = Outcome()
        switch step {
        case .placed(let anchor):
            self.resume(at: anchor)
        case .caughtUp(let page):
            var effects = TrackerEffects()
            var set = self.settled
            self.reducer.reduce(
                page.logs, page.extras, time: page.last.timestamp, into: &set, effects: &effects)
            set.checksum.fold(page.prepared?.digests ?? LogChecksum.digests(of: page.logs))
            outcome.facts = effects.facts
            outcome.states = self.changes(to: set, touched: effects.touched)
            self.settled = set
            self.resume(at: page.last)
        case .committed(let block):
            outcome.facts = self.push(
                block.logs, block.extras, number: block.header.number,
                time: block.header.timestamp)
        case .reverted(let ref, _):
            let before = self.current
            self.window.removeAll { $0.number > ref.number }
            outcome.reverted = self.noteReverted(from: before)
        case .finalized(let anchor):
            outcome.states = self.settle(upTo: anchor.number)
        }
        return outcome
    }

    /// Folds a block above the settled one again from its stored logs, after a restart.
    package mutating func refold(
        _ logs: LogBatch, _ extras: BlockExtras? = nil, anchor: BlockAnchor
    ) {
        _ = self.push(logs, extras, number: anchor.number, time: anchor.timestamp)
    }

    /// Takes in vouchers, which are no part of the chain: no reorg takes them back. What follows
    /// from them is what would have followed if they had been known from the first block on.
    package mutating func learn(_ vouchers: [LearntVoucher]) -> Outcome {
        var outcome = Outcome()
        for (index, definition) in self.definition.trackers.enumerated() {
            let own = vouchers.filter { $0.tracker == definition.name }
            guard definition.vouchers != nil, !own.isEmpty else { continue }
            var marks: Set<VoucherMark> = []
            var effects = TrackerEffects()
            effects.owner = self.definition.metrics.count + index
            var set = self.settled
            set.trackers[index].learn(own, &marks, &effects)
            outcome.states += self.changes(to: set, touched: effects.touched)
            outcome.add(effects.facts)
            self.settled = set
            for place in self.window.indices {
                var effects = TrackerEffects()
                effects.owner = self.definition.metrics.count + index
                self.window[place].set.trackers[index].learn(own, &marks, &effects)
                self.window[place].touched.formUnion(effects.touched)
                outcome.add(effects.facts)
            }
        }
        return outcome
    }

    /// What a voucher is compared with; nil where no tracker of that name takes vouchers in.
    package func subject(
        _ tracker: String, channel: U256, signer: Address?
    ) -> VoucherSubject? {
        self.current.trackers.first {
            $0.definition.name == tracker && $0.definition.vouchers != nil
        }?.tracker.subject(channel, signer: signer)
    }

    private mutating func push(
        _ logs: LogBatch, _ extras: BlockExtras?, number: BlockNumber, time: BlockTime
    ) -> [Fact] {
        var effects = TrackerEffects()
        var set = self.current
        self.reducer.reduce(
            logs, extras.map { [$0] } ?? [], time: time, into: &set, effects: &effects)
        set.checksum.fold(LogChecksum.digests(of: logs))
        self.window.append(
            Snapshot(number: number, time: time, set: set, touched: effects.touched))
        return effects.facts
    }

    private mutating func settle(upTo number: BlockNumber) -> [StateEntry] {
        let count = self.window.prefix { $0.number <= number }.count
        guard count > 0 else { return [] }
        var touched: Set<StateKey> = []
        for snapshot in self.window[..<count] { touched.formUnion(snapshot.touched) }
        let set = self.window[count - 1].set
        self.settledPlace = self.window[count - 1].place
        let changes = self.changes(to: set, touched: touched)
        self.settled = set
        self.window.removeFirst(count)
        return changes
    }

    /// The entries in which a state differs from the settled one.
    private func changes(to set: TrackerSet, touched: Set<StateKey>) -> [StateEntry] {
        var entries: [StateEntry] = []
        if set.events != self.settled.events {
            for ((key, new), old) in zip(
                zip(self.eventKeys, set.events.states), self.settled.events.states) where new != old
            {
                entries.append(
                    StateEntry(
                        tracker: Self.eventsName, key: key, value: StateCoding.encode(new)))
            }
        }
        if set.checksum != self.settled.checksum { entries.append(Self.entry(set.checksum)) }
        entries += self.proxyEntries(set, since: self.settled.proxies)
        let drawers = set.trackers.map(\.drawersByNumber)
        for key in touched {
            let tracker = key.owner - set.metrics.count
            if tracker >= 0 {
                if let entry = set.trackers[tracker].entry(key, drawers[tracker]) {
                    entries.append(entry)
                }
            } else {
                entries.append(
                    StateEntry(
                        tracker: self.metricName(key.owner), key: key.key.text,
                        value: set.metrics[key.owner].stateBytes(key.key.text)))
            }
        }
        return entries.sorted { ($0.tracker, $0.key) < ($1.tracker, $1.key) }
    }

    /// Adds what the dropped blocks had counted to what was reverted before.
    private mutating func noteReverted(from dropped: TrackerSet) -> [StateEntry] {
        let now = self.current
        var entries: [StateEntry] = []
        func add(_ tracker: String, _ key: String, _ growth: SeriesState) {
            let place = RevertedKey(tracker: tracker, key: key)
            if var total = self.reverted[place] {
                total.add(growth)
                self.reverted[place] = total
            } else {
                self.reverted[place] = growth
            }
            entries.append(
                StateEntry(
                    tracker: tracker, key: key,
                    value: self.reverted[place].map(StateCoding.encode)))
        }
        for ((key, new), old) in zip(
            zip(self.eventKeys, dropped.events.states), now.events.states)
        {
            if let growth = new.growth(since: old) { add(Self.eventsName, key, growth) }
        }
        for (index, metric) in dropped.metrics.enumerated() {
            for (key, new) in metric.series {
                guard let growth = new.growth(since: now.metrics[index].series[key]) else {
                    continue
                }
                add(self.metricName(index), "series/" + key, growth)
            }
        }
        for (index, box) in dropped.trackers.enumerated() {
            for (key, growth) in box.growth(since: now.trackers[index]) {
                add(box.definition.storeName, key, growth)
            }
        }
        return entries
    }

    func metricName(_ index: Int) -> String { "metric/" + self.definition.metrics[index].name }

    // MARK: The store

    /// All entries of the settled state.
    package func states() -> [StateEntry] {
        var entries = zip(self.eventKeys, self.settled.events.states).map { key, state in
            StateEntry(tracker: Self.eventsName, key: key, value: StateCoding.encode(state))
        }
        if self.settled.checksum != LogChecksum() {
            entries.append(Self.entry(self.settled.checksum))
        }
        entries += self.proxyEntries(
            self.settled, since: ProxySet(self.definition.catalog))
        for (index, metric) in self.settled.metrics.enumerated() {
            for key in metric.stateKeys {
                entries.append(
                    StateEntry(
                        tracker: self.metricName(index), key: key, value: metric.stateBytes(key)))
            }
        }
        for box in self.settled.trackers { entries += box.entries }
        return entries
    }

    /// Puts stored entries in their places.
    ///
    /// - Throws: ``EconomyError`` for an entry that this definition does not have or that is
    ///   damaged: state of another definition is never mistaken for this one's.
    package mutating func restore(
        states: [StateEntry], reverted: [StateEntry]
    ) throws(EconomyError) {
        let positions = Dictionary(
            zip(self.eventKeys, self.eventKeys.indices), uniquingKeysWith: { first, _ in first })
        for entry in states {
            guard let bytes = entry.value else { continue }
            let isRestored: Bool
            if entry.tracker == Self.eventsName {
                let index = positions[entry.key]
                let state = index.flatMap { StateCoding.decode(bytes, bounds: self.bounds(of: $0)) }
                isRestored =
                    index.flatMap { index in
                        state.map { self.settled.events.restore($0, at: index) }
                    } ?? false
            } else if entry.tracker == Self.checksumName, entry.key == Self.checksumKey {
                let value = Hash256(bytes: bytes)
                if let value { self.settled.checksum = LogChecksum(value: value) }
                isRestored = value != nil
            } else if entry.tracker == ProxySet.name {
                isRestored = self.settled.proxies.restore(
                    entry.key, bytes, self.definition.catalog)
            } else if let metric = self.metricIndex(entry.tracker) {
                isRestored = self.settled.metrics[metric].restore(entry.key, bytes)
            } else if let tracker = self.trackerIndex(entry.tracker) {
                isRestored = self.settled.trackers[tracker].restore(entry.key, bytes)
            } else {
                isRestored = false
            }
            guard isRestored else { throw .unfitState(tracker: entry.tracker, key: entry.key) }
        }
        for entry in reverted {
            guard let bytes = entry.value else { continue }
            // What was counted under a definition that is gone has no series any more.
            guard let state = self.revertedState(entry, bytes, positions) else { continue }
            self.reverted[RevertedKey(tracker: entry.tracker, key: entry.key)] = state
        }
    }

    private func revertedState(
        _ entry: StateEntry, _ bytes: [UInt8], _ positions: [String: Int]
    ) -> SeriesState? {
        if entry.tracker == Self.eventsName {
            guard let index = positions[entry.key],
                let state = StateCoding.decode(bytes, bounds: self.bounds(of: index)),
                state.hasKind(of: self.settled.events.states[index])
            else { return nil }
            return state
        }
        if let tracker = self.trackerIndex(entry.tracker) {
            return self.settled.trackers[tracker].reverted(entry.key, bytes)
        }
        guard let index = self.metricIndex(entry.tracker),
            let key = entry.key.dropping("series/")
        else { return nil }
        let metric = self.settled.metrics[index]
        guard !metric.definition.kind.isGauge,
            let state = StateCoding.decode(bytes, bounds: metric.bounds.count),
            metric.accepts(state, at: key)
        else { return nil }
        return state
    }

    private func metricIndex(_ tracker: String) -> Int? {
        self.definition.metrics.indices.first { self.metricName($0) == tracker }
    }

    private func trackerIndex(_ name: String) -> Int? {
        self.definition.trackers.firstIndex { $0.storeName == name }
    }

    /// The number of bounds of the event series at a position; zero for counts.
    private func bounds(of position: Int) -> Int {
        let values = self.definition.eventValues
        let index = position - (self.eventKeys.count - values.count)
        return index >= 0 ? values[index].buckets.count : 0
    }
}

/// Why stored state cannot be taken over.
package enum EconomyError: Error, Equatable, Sendable {
    case unfitState(tracker: String, key: String)
    /// A latency was asked of logs that were stored without the time of their block.
    case timeUnknown(block: BlockNumber)
}

extension EconomyError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unfitState(let tracker, let key):
            "the stored state `\(key)` of `\(tracker)` does not fit the configuration; "
                + "build it again from the stored logs with `weir rebuild`"
        case .timeUnknown(let block):
            "the logs of block \(block) were stored without its time, which a latency needs; "
                + "read them again with `weir rewind`"
        }
    }
}
