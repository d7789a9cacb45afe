// Weir
// SPDX-License-Identifier: Apache-2.0

import EVMABI
import EVMPrimitives

/// Counts every event of every contract, every log of theirs that is no event, and the declared
/// values of events in buckets.
///
/// A value: a copy is a snapshot, and undoing a reorg is putting an old copy back.
struct EventsTracker: Sendable, Equatable {
    /// Events by slot of the catalog.
    private(set) var counts: [UInt64]
    /// Undecodable logs, by contract and reason.
    private(set) var undecoded: [UInt64]
    /// Declared values, in the order of the definition.
    private(set) var values: [ValueHistogram]

    init(_ definition: EconomyDefinition) {
        self.counts = Array(repeating: 0, count: definition.catalog.layouts.count)
        self.undecoded = Array(
            repeating: 0,
            count: definition.catalog.contracts.count * UndecodedReason.allCases.count)
        self.values = definition.eventValues.map { ValueHistogram(bounds: $0.buckets.count) }
    }

    @inline(__always)
    mutating func count(slot: Int) { self.counts[slot] &+= 1 }

    mutating func count(contract: Int, _ reason: UndecodedReason) {
        self.undecoded[Self.index(contract, reason)] &+= 1
    }

    mutating func observe(_ index: Int, _ units: U256, bounds: [U256]) {
        self.values[index].observe(units, bounds: bounds)
    }

    static func index(_ contract: Int, _ reason: UndecodedReason) -> Int {
        let reasons = UndecodedReason.allCases
        return contract * reasons.count + (reasons.firstIndex(of: reason) ?? 0)
    }

    // MARK: State by key

    /// The keys of all its series, in order: what they are called in the store.
    static func keys(_ definition: EconomyDefinition) -> [String] {
        let catalog = definition.catalog
        var seen: Set<String> = []
        var keys = catalog.layouts.map { layout in
            let alias = catalog.contracts[layout.contract].alias
            let indexed = layout.event.inputs.map { $0.isIndexed ? "i" : "d" }.joined()
            let key =
                "event/\(alias)/\(layout.signature)/\(layout.event.isAnonymous ? "a" : "")\(indexed)"
            // Implementations of a proxy may give the same names to other arguments.
            return seen.insert(key).inserted
                ? key : "\(key)/\(layout.names.joined(separator: ","))"
        }
        for contract in catalog.contracts {
            for reason in UndecodedReason.allCases {
                keys.append("undecoded/\(contract.alias)/\(reason.rawValue)")
            }
        }
        for value in definition.eventValues {
            keys.append("value/\(keys[value.slot])")
        }
        return keys
    }

    /// How each event is called in a label: by its name, by its signature where the name is
    /// overloaded.
    static func labels(_ definition: EconomyDefinition) -> [String] {
        var signatures: [String: Set<String>] = [:]
        for layout in definition.catalog.layouts {
            signatures["\(layout.contract).\(layout.name)", default: []].insert(layout.signature)
        }
        return definition.catalog.layouts.map { layout in
            (signatures["\(layout.contract).\(layout.name)"]?.count ?? 1) > 1
                ? layout.signature : layout.name
        }
    }

    /// The states of all its series, in the order of the keys.
    var states: [SeriesState] {
        self.counts.map { .count($0) } + self.undecoded.map { .count($0) }
            + self.values.map { .histogram($0) }
    }

    /// Puts a stored state in its place; false where it does not fit.
    mutating func restore(_ state: SeriesState, at index: Int) -> Bool {
        switch state {
        case .count(let count) where index < self.counts.count:
            self.counts[index] = count
        case .count(let count) where index < self.counts.count + self.undecoded.count:
            self.undecoded[index - self.counts.count] = count
        case .histogram(let histogram):
            let position = index - self.counts.count - self.undecoded.count
            guard self.values.indices.contains(position) else { return false }
            self.values[position] = histogram
        default:
            return false
        }
        return true
    }
}
