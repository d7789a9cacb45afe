// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMPrimitives

/// What trackers leave behind: facts, and the entries of their state that they changed.
struct TrackerEffects {
    var facts: [Fact] = []
    /// Changed entries.
    private(set) var touched: Set<StateKey> = []
    /// The last series of each family, by its lower bits: the same few change again and again.
    private var recent: [StateKey?] = Array(repeating: nil, count: 32)
    /// The one at work: metrics of the operator's own first, then trackers.
    var owner = 0
    /// Where the facts of the tracker at work come from.
    private var source = FactSource()

    private struct FactSource {
        var block = BlockRef(number: .zero, hash: .zero)
        var logIndex: UInt32 = 0
        var tracker = ""
        var place = Place.named("")
        var count = 0
    }

    /// What tells the facts of a block from one another. Most events leave none: the text is made
    /// when one does.
    private enum Place {
        case event(role: Int)
        case block
        case named(String)
    }

    /// Notes that an entry of the owner changed.
    mutating func touch(_ drawer: Int, _ key: EntityKey) {
        let key = StateKey(owner: self.owner, drawer: drawer, key: key)
        guard case .text = key.key else {
            self.touched.insert(key)
            return
        }
        let slot = (drawer ^ self.owner << 3) & 31
        if self.recent[slot] == key { return }
        self.touched.insert(key)
        self.recent[slot] = key
    }

    /// Notes that an entry of the metric at work changed.
    mutating func touch(_ key: String) { self.touch(0, .text(key)) }

    // MARK: Facts

    /// From now on facts come from this event of this tracker.
    mutating func begin(_ event: RoleEvent, _ definition: TrackerDefinition) {
        self.source = FactSource(
            block: event.block, logIndex: event.entry.logIndex, tracker: definition.storeName,
            place: .event(role: event.role))
    }

    /// From now on facts come from what was fetched of this block for this tracker.
    mutating func begin(_ extras: BlockExtras, _ definition: TrackerDefinition) {
        self.source = FactSource(
            block: extras.block, logIndex: .max, tracker: definition.storeName,
            place: .block)
    }

    /// From now on facts come from this place of a block, for a part of the state that is no tracker.
    mutating func begin(_ block: BlockRef, logIndex: UInt32, tracker: String, place: String) {
        self.source = FactSource(
            block: block, logIndex: logIndex, tracker: tracker, place: .named(place))
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
        self.source.place = .event(role: role)
        self.source.count = count
    }

    private var place: String {
        switch self.source.place {
        case .event(let role): "\(self.source.block.number)/\(self.source.logIndex)/\(role)"
        case .block: "\(self.source.block.number)/block"
        case .named(let text): text
        }
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
                key: "\(self.source.tracker)/\(self.place)"
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
