// Weir
// SPDX-License-Identifier: Apache-2.0

package import ChainModel
import EVMABI
import EVMPrimitives

/// The rules on events of one chain: steps of the follower in, alerts out.
///
/// A value, as ``Economy`` is: the driver applies a step to a copy, stores ``Outcome/states`` in the
/// step's transaction, and adopts the copy after it. So each event is told once: of a block that
/// was stored, everything is known that was told of it, and a block that is seen again says nothing.
///
/// Two events are two alerts, and Alertmanager tells alerts apart by labels: `transaction` and
/// `log_index` are among them. An event that a reorganisation only moves to another block stays the
/// same alert: it is retracted with the old block and told with the new one.
package struct EventRuleEngine: Sendable {
    /// What the store calls the states of event rules.
    package static let trackerName = "event_rules"
    /// Alerts of blocks that are not final: beyond that only their number is told.
    private static let windowLimit = 10_000

    /// What a step gave.
    package struct Outcome: Sendable, Equatable {
        /// Retractions first, then what is new.
        package var alerts: [Alert] = []
        /// To be stored with the step, as they are after it.
        package var states: [StateEntry] = []
        /// Logs of contracts with rules that are no events.
        package var undecodable = 0
        /// Events that were not told one by one, since there were too many.
        package var omitted = 0
        /// Events that fit a rule and were older than it tells of.
        package var outdated = 0
        package init() {}
    }

    /// The chain's name.
    package let chain: String
    /// Nil: the chain is none of the sources.
    let catalog: EventCatalog?
    let rules: [EventRule]
    /// The rules on each event, by its place in the catalog.
    let rulesBySlot: [Int: [Int]]
    /// Contracts that a rule is on.
    let watched: Set<Int>
    /// Blocks that are not final and of which there is something to tell or to retract, ascending.
    private(set) var records: [EventRecord] = []

    /// Prepares the rules of a chain. Those on other chains are left out.
    ///
    /// - Throws: what does not fit, such as a token whose decimals are not known.
    package init(
        _ definitions: [EventRuleDefinition], chain: String, sources: EventSources
    ) throws(EventRuleError) {
        self.chain = chain
        guard let place = sources.chains.firstIndex(where: { $0.name == chain }) else {
            self.catalog = nil
            self.rules = []
            self.rulesBySlot = [:]
            self.watched = []
            return
        }
        let catalog = sources.chains[place].catalog
        var rules: [EventRule] = []
        for definition in definitions {
            if let rule = try EventRule(definition, chain: place, sources: sources) {
                rules.append(rule)
            }
        }
        var bySlot: [Int: [Int]] = [:]
        for (index, rule) in rules.enumerated() {
            for slot in rule.handlers.keys { bySlot[slot, default: []].append(index) }
        }
        self.rules = rules
        self.rulesBySlot = bySlot
        self.catalog = catalog
        self.watched = Set(bySlot.keys.map { catalog.layouts[$0].contract })
    }

    /// Whether there is nothing to do on this chain.
    package var isEmpty: Bool { self.rules.isEmpty && self.records.isEmpty }

    // MARK: Steps

    /// Takes in a step.
    ///
    /// - Parameters:
    ///   - now: when alerts that are told begin to run out.
    ///   - running: which implementation runs behind each proxy, as
    ///     ``EventCatalog/match(address:topics:running:)`` takes it; empty: unknown.
    package mutating func apply(
        _ step: ChainNotification, now: Timestamp, running: [Int32] = []
    ) -> Outcome {
        var outcome = Outcome()
        var touched: Set<BlockNumber> = []
        switch step {
        case .placed:
            touched.formUnion(self.records.map(\.block.number))
            self.records = []
        case .caughtUp(let page):
            self.settle(upTo: page.last.number, now, &outcome, &touched)
            for found in self.search(
                page.logs, nil, page.last.timestamp, now, running, self.room, &outcome)
            {
                outcome.alerts.append(found.entry.told(at: now))
            }
        case .committed(let block):
            self.take(block, now, running, &outcome, &touched)
            self.ripen(under: block.header.number, now, &outcome, &touched)
        case .reverted(let ref, _):
            self.revert(to: ref, now, &outcome, &touched)
        case .finalized(let anchor):
            self.settle(upTo: anchor.number, now, &outcome, &touched)
        }
        outcome.states = touched.sorted().map { self.state(of: $0) }
        return outcome
    }

    private mutating func take(
        _ block: Block, _ now: Timestamp, _ running: [Int32], _ outcome: inout Outcome,
        _ touched: inout Set<BlockNumber>
    ) {
        let ref = block.header.ref
        let found = self.search(
            block.logs, ref, block.header.timestamp, now, running, self.room, &outcome)
        guard !found.isEmpty else { return }
        let place = self.records.firstIndex { $0.block == ref }
        var record = place.map { self.records[$0] } ?? EventRecord(block: ref, entries: [])
        let before = record.entries.count
        for item in found where !record.holds(item.entry.rule, item.entry.logIndex) {
            var entry = item.entry
            if item.moment == .head {
                entry.alert = entry.told(at: now)
                outcome.alerts.append(entry.alert)
            } else {
                entry.waitsFor = item.moment
            }
            record.entries.append(entry)
        }
        guard record.entries.count > before else { return }
        if let place {
            self.records[place] = record
        } else {
            let end = self.records.firstIndex { $0.block.number > ref.number }
            self.records.insert(record, at: end ?? self.records.endIndex)
        }
        touched.insert(ref.number)
    }

    /// Tells what waited for so many blocks.
    private mutating func ripen(
        under head: BlockNumber, _ now: Timestamp, _ outcome: inout Outcome,
        _ touched: inout Set<BlockNumber>
    ) {
        for place in self.records.indices {
            let depth = head.distance(above: self.records[place].block.number)
            for index in self.records[place].entries.indices {
                guard case .blocks(let wanted)? = self.records[place].entries[index].waitsFor,
                    depth >= wanted
                else { continue }
                self.tell(place, index, now, &outcome)
                touched.insert(self.records[place].block.number)
            }
        }
    }

    private mutating func tell(
        _ place: Int, _ index: Int, _ now: Timestamp, _ outcome: inout Outcome
    ) {
        let alert = self.records[place].entries[index].told(at: now)
        self.records[place].entries[index].waitsFor = nil
        self.records[place].entries[index].alert = alert
        outcome.alerts.append(alert)
    }

    /// Tells all that waited up to a block, and forgets what can no longer be retracted.
    private mutating func settle(
        upTo number: BlockNumber, _ now: Timestamp, _ outcome: inout Outcome,
        _ touched: inout Set<BlockNumber>
    ) {
        let count = self.records.prefix { $0.block.number <= number }.count
        for place in 0..<count {
            for index in self.records[place].entries.indices
            where self.records[place].entries[index].waitsFor != nil {
                self.tell(place, index, now, &outcome)
            }
            touched.insert(self.records[place].block.number)
        }
        self.records.removeFirst(count)
    }

    /// Retracts what was told of blocks that are dropped, the last one first.
    private mutating func revert(
        to ref: BlockRef, _ now: Timestamp, _ outcome: inout Outcome,
        _ touched: inout Set<BlockNumber>
    ) {
        while let record = self.records.last, record.block.number >= ref.number,
            record.block != ref
        {
            for entry in record.entries.reversed() where entry.waitsFor == nil {
                var alert = entry.alert
                // Over by now, also where the block's time is ahead of ours.
                alert.startsAt = min(alert.startsAt, now)
                alert.endsAt = now
                alert.retraction = Retraction(
                    chain: self.chain, block: record.block.number.rawValue,
                    blockHash: "\(record.block.hash)")
                outcome.alerts.append(alert)
            }
            touched.insert(record.block.number)
            self.records.removeLast()
        }
    }

    /// How many more alerts of blocks that are not final are kept.
    private var room: Int {
        max(0, Self.windowLimit - self.records.reduce(0) { $0 + $1.entries.count })
    }

    // MARK: State

    private func state(of number: BlockNumber) -> StateEntry {
        StateEntry(
            tracker: Self.trackerName, key: EventRecord.key(number),
            value: self.records.first { $0.block.number == number }?.bytes)
    }

    /// Everything that has to be stored.
    package func states() -> [StateEntry] { self.records.map { self.state(of: $0.block.number) } }

    /// Takes back what was stored; entries of other trackers are left alone.
    ///
    /// - Throws: ``EventRuleError/unfitState(key:)`` for damaged bytes.
    package mutating func restore(_ entries: [StateEntry]) throws(EventRuleError) {
        var records: [EventRecord] = []
        for entry in entries where entry.tracker == Self.trackerName {
            guard let value = entry.value else { continue }
            guard let record = EventRecord(bytes: value),
                EventRecord.key(record.block.number) == entry.key
            else { throw .unfitState(key: entry.key) }
            records.append(record)
        }
        self.records = records.sorted { $0.block.number < $1.block.number }
    }
}
