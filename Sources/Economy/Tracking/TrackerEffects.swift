// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMPrimitives

/// What trackers leave behind: facts, and the entries of their state that they changed.
struct TrackerEffects {
    var facts: [Fact] = []
    /// Changed entries.
    private(set) var touched: Set<StateKey> = []
    /// The one at work: metrics of the operator's own first, then trackers.
    var owner = 0
    /// Where the facts of the tracker at work come from.
    private var source = FactSource()

    private struct FactSource {
        var block = BlockRef(number: .zero, hash: .zero)
        var logIndex: UInt32 = 0
        var tracker = ""
        /// `log` or `block`, so that facts of both have names of their own.
        var place = ""
        var count = 0
    }

    /// Notes that an entry of the owner changed.
    mutating func touch(_ drawer: Int, _ key: EntityKey) {
        self.touched.insert(StateKey(owner: self.owner, drawer: drawer, key: key))
    }

    /// Notes that an entry of the metric at work changed.
    mutating func touch(_ key: String) { self.touch(0, .text(key)) }

    // MARK: Facts

    /// From now on facts come from this event of this tracker.
    mutating func begin(_ event: RoleEvent, _ definition: TrackerDefinition) {
        self.source = FactSource(
            block: event.block, logIndex: event.entry.logIndex, tracker: definition.storeName,
            place: "\(event.block.number)/\(event.entry.logIndex)/\(event.role)")
    }

    /// From now on facts come from what was fetched of this block for this tracker.
    mutating func begin(_ extras: BlockExtras, _ definition: TrackerDefinition) {
        self.source = FactSource(
            block: extras.block, logIndex: .max, tracker: definition.storeName,
            place: "\(extras.block.number)/block")
    }

    /// From now on facts come from this place of a block, for a part of the state that is no tracker.
    mutating func begin(_ block: BlockRef, logIndex: UInt32, tracker: String, place: String) {
        self.source = FactSource(
            block: block, logIndex: logIndex, tracker: tracker, place: place)
    }

    /// From now on facts come from what this tracker learnt from outside the chain, of events that
    /// ``resume(at:_:role:after:)`` names.
    mutating func begin(_ definition: TrackerDefinition) {
        self.source = FactSource(tracker: definition.storeName)
    }

    /// From now on facts are further ones of an event of before, which left so many.
    mutating func resume(at block: BlockRef, _ logIndex: UInt32, role: Int, after count: Int) {
        self.source.block = block
        self.source.logIndex = logIndex
        self.source.place = "\(block.number)/\(logIndex)/\(role)"
        self.source.count = count
    }

    /// Leaves a business record of the event or block at work. The first field is the tracker's
    /// name, and integers are decimal text in smallest units.
    ///
    /// - Parameter kind: `stake_change`, `job_completed`: lower snake case.
    mutating func fact(_ kind: String, _ fields: [(String, String)]) {
        let ordinal = self.source.count
        self.source.count += 1
        self.facts.append(
            Fact(
                kind: kind,
                key: "\(self.source.tracker)/\(self.source.place)"
                    + (ordinal == 0 ? "" : "/\(ordinal)"),
                block: self.source.block, logIndex: self.source.logIndex,
                fields: [Fact.Field("tracker", self.source.tracker)]
                    + fields.map { Fact.Field($0.0, $0.1) }))
    }
}

/// An entry of the state of a metric or a tracker.
struct StateKey: Sendable, Hashable {
    var owner: Int
    /// A family of a tracker's book, or one of its drawers; zero for a metric.
    var drawer: Int
    var key: EntityKey
}
