// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMABI
import EVMPrimitives
import HashTreeCollections

/// A tracker at work, with what is alike for all of them: skipped events, the names of its entries
/// in the store, and what a dropped block had counted.
///
/// The entries are `series/<family>/<labels>`, `<drawer>/<key>` and `skipped/<reason>`.
struct TrackerBox: Sendable {
    let definition: TrackerDefinition
    private(set) var tracker: any Tracker
    private(set) var skips = SkipCounts()

    private static let skipDrawer = -1

    init(_ definition: TrackerDefinition, tokens: TokenTable) {
        self.definition = definition
        self.tracker = definition.make(tokens)
    }

    // MARK: What happens

    /// Takes in an event of one of the definition's bindings, if it passes the filters.
    mutating func apply(
        _ binding: Int, _ event: DecodedEvent, _ input: TrackerInput,
        _ effects: inout TrackerEffects
    ) {
        let event = RoleEvent(
            binding: self.definition.bindings[binding], event: event, input: input)
        guard event.passesFilters else { return }
        effects.begin(event, self.definition)
        do throws(SkipReason) {
            try self.tracker.apply(event, &effects)
        } catch {
            self.skips.count(error)
            effects.touch(Self.skipDrawer, .text(error.rawValue))
        }
    }

    /// Takes in what was fetched of a block; readings are those that this tracker asked for.
    mutating func observe(_ extras: BlockExtras, _ effects: inout TrackerEffects) {
        var own = extras
        let prefix = self.prefix
        own.readings = extras.readings.compactMap { reading in
            reading.key.dropping(prefix).map { Reading(key: $0, outcome: reading.outcome) }
        }
        effects.begin(extras, self.definition)
        self.tracker.observe(own, &effects)
    }

    /// Takes in vouchers of this tracker.
    mutating func learn(
        _ vouchers: [LearntVoucher], _ marks: inout Set<VoucherMark>,
        _ effects: inout TrackerEffects
    ) {
        effects.begin(self.definition)
        self.tracker.learn(vouchers, &marks, &effects)
    }

    func plan(after tip: BlockNumber) -> FetchPlan {
        var plan = self.tracker.plan(after: tip)
        let prefix = self.prefix
        for index in plan.readings.indices {
            plan.readings[index].key = prefix + plan.readings[index].key
        }
        return plan
    }

    private var prefix: String { self.definition.storeName + "|" }

    // MARK: Entries

    /// The drawers by their numbers; made once for many entries.
    var drawersByNumber: [Int: any Drawer] {
        Dictionary(self.tracker.drawers.map { ($0.number, $0) }) { first, _ in first }
    }

    /// An entry as it stands now; nil for a drawer that there is not.
    func entry(_ key: StateKey, _ drawers: [Int: any Drawer]) -> StateEntry? {
        let name: String
        let value: [UInt8]?
        if key.drawer == Self.skipDrawer {
            guard case .text(let reason) = key.key, let skip = SkipReason(rawValue: reason) else {
                return nil
            }
            name = "skipped/\(reason)"
            value = StateCoding.encode(.count(self.skips[skip]))
        } else if let drawer = drawers[key.drawer] {
            name = "\(drawer.name)/\(key.key.text)"
            value = drawer.bytes(key.key)
        } else {
            let book = self.tracker.book
            guard book.families.indices.contains(key.drawer) else { return nil }
            name = "series/\(book.families[key.drawer].name)/\(key.key.text)"
            value = book.bytes(key.drawer, key.key.text)
        }
        return StateEntry(tracker: self.definition.storeName, key: name, value: value)
    }

    /// All entries.
    var entries: [StateEntry] {
        var keys: [StateKey] = []
        for (family, series) in self.tracker.book.series.enumerated() {
            keys += series.keys.map { StateKey(owner: 0, drawer: family, key: .text($0)) }
        }
        let drawers = self.drawersByNumber
        for drawer in drawers.values {
            keys += drawer.keys.map { StateKey(owner: 0, drawer: drawer.number, key: $0) }
        }
        for reason in SkipReason.allCases where self.skips[reason] > 0 {
            keys.append(
                StateKey(owner: 0, drawer: Self.skipDrawer, key: .text(reason.rawValue)))
        }
        return keys.compactMap { self.entry($0, drawers) }
    }

    /// Puts a stored entry in its place; false where it does not fit.
    mutating func restore(_ key: String, _ bytes: [UInt8]) -> Bool {
        guard let slash = key.firstIndex(of: "/") else { return false }
        let drawer = String(key[..<slash])
        let rest = String(key[key.index(after: slash)...])
        if drawer == "skipped" {
            guard let reason = SkipReason(rawValue: rest),
                case .count(let count)? = StateCoding.decode(bytes, bounds: 0)
            else { return false }
            self.skips[reason] = count
            return true
        }
        if drawer == "series" {
            guard let (family, labels) = self.series(rest) else { return false }
            return self.tracker.book.restore(family, labels, bytes)
        }
        return self.tracker.restore(drawer: drawer, key: rest, bytes: bytes)
    }

    /// The family and the label values of what stands behind `series/`.
    private func series(_ text: String) -> (family: Int, labels: String)? {
        let families = self.tracker.book.families
        for (index, family) in families.enumerated() {
            if let labels = text.dropping(family.name + "/") { return (index, labels) }
        }
        return nil
    }

    // MARK: Dropped blocks

    /// What this has counted more than an older state of itself, by entry.
    func growth(since older: TrackerBox) -> [(key: String, growth: SeriesState)] {
        var grown: [(String, SeriesState)] = []
        let book = self.tracker.book
        let before = older.tracker.book
        for (family, series) in book.series.enumerated() where !book.families[family].isGauge {
            for (key, state) in series {
                guard let growth = state.growth(since: before.series[family][key]) else { continue }
                grown.append(("series/\(book.families[family].name)/\(key)", growth))
            }
        }
        for reason in SkipReason.allCases where self.skips[reason] > older.skips[reason] {
            grown.append(
                (
                    "skipped/\(reason.rawValue)",
                    .count(self.skips[reason] &- older.skips[reason])
                ))
        }
        return grown.sorted { $0.0 < $1.0 }
    }

    /// What was stored of dropped blocks; nil for what has no series any more.
    func reverted(_ key: String, _ bytes: [UInt8]) -> SeriesState? {
        if let reason = key.dropping("skipped/") {
            return SkipReason(rawValue: reason) == nil
                ? nil : StateCoding.decode(bytes, bounds: 0)
        }
        guard let text = key.dropping("series/"), let (family, labels) = self.series(text),
            !self.tracker.book.families[family].isGauge
        else { return nil }
        return self.tracker.book.decode(family, labels, bytes)
    }
}
