// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMABI
import EVMPrimitives

/// The state of all trackers of one chain at one block. A value: a copy is a snapshot.
struct TrackerSet: Sendable {
    var events: EventsTracker
    var metrics: [MetricTracker]
    var trackers: [TrackerBox]
    /// Over all logs that were read, whatever they mean.
    var checksum = LogChecksum()
    /// What runs behind proxies.
    var proxies: ProxySet

    init(_ definition: EconomyDefinition) {
        self.events = EventsTracker(definition)
        self.metrics = definition.metrics.map(MetricTracker.init)
        self.trackers = definition.trackers.map { TrackerBox($0, tokens: definition.tokens) }
        self.proxies = ProxySet(definition.catalog)
    }
}

/// Takes logs into a ``TrackerSet``: finds each log's event, decodes it once, shows it to those
/// who asked for it.
///
/// A log that is no event is counted with its reason; nothing stops the chain. For events that no
/// metric asked for, nothing is allocated.
struct BlockReducer: Sendable {
    private let definition: EconomyDefinition
    /// By slot: the metrics that take the event, those whose latency it begins, and the declared
    /// values.
    private var metricsBySlot: [[Int]]
    private var beginningsBySlot: [[Int]]
    private var valuesBySlot: [[Int]]
    private var bindingsBySlot: [[Place]]
    private let valueBounds: [[U256]]
    private var tape = ABITape()

    /// A binding of a tracker.
    private struct Place {
        var tracker: Int
        var binding: Int
    }

    init(_ definition: EconomyDefinition) {
        self.definition = definition
        let slots = definition.catalog.layouts.count
        self.metricsBySlot = Array(repeating: [], count: slots)
        self.beginningsBySlot = self.metricsBySlot
        self.valuesBySlot = self.metricsBySlot
        self.bindingsBySlot = Array(repeating: [], count: slots)
        self.valueBounds = definition.eventValues.map {
            ValueHistogram.units(of: $0.buckets, decimals: $0.value.decimals)
        }
        for (index, metric) in definition.metrics.enumerated() {
            for slot in metric.slots { self.metricsBySlot[slot].append(index) }
            if case .latency(let latency) = metric.kind {
                for slot in latency.startSlots { self.beginningsBySlot[slot].append(index) }
            }
        }
        for (index, value) in definition.eventValues.enumerated() {
            self.valuesBySlot[value.slot].append(index)
        }
        for (tracker, definition) in definition.trackers.enumerated() {
            for (binding, bound) in definition.bindings.enumerated() {
                for slot in bound.slots {
                    self.bindingsBySlot[slot].append(Place(tracker: tracker, binding: binding))
                }
            }
        }
    }

    /// Reduces logs and what was fetched of blocks besides, block by block: the logs of a block
    /// before the rest of it.
    mutating func reduce(
        _ logs: LogBatch, _ extras: [BlockExtras], time: BlockTime, into set: inout TrackerSet,
        effects: inout TrackerEffects
    ) {
        var start = 0
        for extra in extras {
            var end = start
            while end < logs.count, logs.entries[end].blockNumber <= extra.block.number { end += 1 }
            self.reduce(logs, start..<end, time: extra.time, into: &set, effects: &effects)
            start = end
            if self.definition.catalog.hasProxies {
                set.proxies.observe(extra, self.definition.catalog, &effects)
            }
            for tracker in set.trackers.indices {
                effects.owner = self.definition.metrics.count + tracker
                set.trackers[tracker].observe(extra, &effects)
            }
        }
        self.reduce(logs, start..<logs.count, time: time, into: &set, effects: &effects)
    }

    /// Reduces logs in order. `time` is the time of logs that do not carry one.
    private mutating func reduce(
        _ logs: LogBatch, _ range: Range<Int>, time: BlockTime, into set: inout TrackerSet,
        effects: inout TrackerEffects
    ) {
        let arena = unsafe logs.arena.span.bytes
        // Entries are large: their fields are read where they stand.
        let entries = logs.entries.span
        let hasProxies = self.definition.catalog.hasProxies
        for index in range {
            self.tape.removeAll()
            let topics = entries[index].topics
            let start = entries[index].dataOffset
            // Other code runs from its own log on.
            if hasProxies, topics.count > 0,
                topics[0].word == ProxySet.upgraded || topics[0].word == ProxySet.beaconUpgraded
            {
                self.follow(logs, index, time, &set, &effects)
            }
            let words = EventTopics(count: topics.count) { topics[$0].word }
            let data = arena.extracting(start..<(start + entries[index].dataCount))
            var outcome = self.definition.catalog.decode(
                address: entries[index].address, topics: words, data: data, onto: &self.tape)
            // Where the ABIs of a proxy disagree, what runs behind it decides.
            if hasProxies, case .undecodable(_, let reason) = outcome,
                reason == .ambiguous || reason == .anonymous
            {
                outcome = self.definition.catalog.decode(
                    address: entries[index].address, topics: words, data: data, onto: &self.tape,
                    running: set.proxies.running)
            }
            switch outcome {
            case .unknownContract: continue
            case .undecodable(let contract, let reason):
                set.events.count(contract: contract, reason)
            case .event(let event):
                set.events.count(slot: event.slot)
                self.show(event, logs.entries[index], logs, time, &set, &effects)
            }
        }
    }

    /// Takes in what a log says of the code behind a proxy.
    private func follow(
        _ logs: LogBatch, _ index: Int, _ time: BlockTime, _ set: inout TrackerSet,
        _ effects: inout TrackerEffects
    ) {
        let entry = logs.entries[index]
        set.proxies.follow(
            entry, data: logs.data(of: entry), self.definition.catalog,
            time: entry.blockTimestamp.rawValue == 0 ? time : entry.blockTimestamp, &effects)
    }

    @inline(__always)
    private func show(
        _ event: DecodedEvent, _ entry: LogEntry, _ logs: LogBatch, _ time: BlockTime,
        _ set: inout TrackerSet, _ effects: inout TrackerEffects
    ) {
        let slot = event.slot
        for index in self.valuesBySlot[slot] {
            let value = self.definition.eventValues[index].value
            set.events.observe(
                index, event.word(value.parameter, on: self.tape), bounds: self.valueBounds[index])
        }
        if self.metricsBySlot[slot].isEmpty, self.beginningsBySlot[slot].isEmpty,
            self.bindingsBySlot[slot].isEmpty
        {
            return
        }
        let input = TrackerInput(
            tape: self.tape, layouts: self.definition.catalog.layouts, slot: slot, entry: entry,
            logs: logs,
            time: entry.blockTimestamp.rawValue == 0 ? time : entry.blockTimestamp)
        for index in self.beginningsBySlot[slot] {
            guard case .latency(let latency) = self.definition.metrics[index].kind else { continue }
            effects.owner = index
            set.metrics[index].begin(latency, event, input, effects: &effects)
        }
        for index in self.metricsBySlot[slot] {
            effects.owner = index
            set.metrics[index].apply(event, input, effects: &effects)
        }
        for place in self.bindingsBySlot[slot] {
            effects.owner = self.definition.metrics.count + place.tracker
            set.trackers[place.tracker].apply(place.binding, event, input, &effects)
        }
    }
}
