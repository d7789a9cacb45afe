// Weir
// SPDX-License-Identifier: Apache-2.0

import EVMPrimitives

/// Declarations of one contract that stand for the same topics: in its own ABI, and in those of the
/// implementations behind it.
///
/// Where all agree there is one slot. Where they do not, the implementation that runs decides:
/// other arguments are indexed, or the same names stand in other places.
struct EventVariants {
    /// What a log tells of its declaration.
    struct Key: Hashable {
        /// Nil for anonymous events.
        var topic0: Hash256?
        var topicCount: Int
    }

    /// A declaration: by which implementation, or by the contract's own ABI (nil), and its slot.
    struct Declaration {
        var implementation: Int?
        var slot: Int
    }

    private(set) var keys: [Key] = []
    private(set) var declarations: [Key: [Declaration]] = [:]

    mutating func add(_ declaration: Declaration, _ key: Key) {
        if self.declarations[key] == nil { self.keys.append(key) }
        self.declarations[key, default: []].append(declaration)
    }

    /// The slot for each implementation, behind that for an unknown one; a single one where all
    /// agree.
    func slots(_ key: Key, implementations: Int) -> [Int32] {
        let all = self.declarations[key] ?? []
        let distinct = Set(all.map(\.slot))
        if distinct.count == 1, let slot = distinct.first { return [Int32(slot)] }
        let own = Self.only(all.filter { $0.implementation == nil })
        let byImplementation = (0..<implementations).map { index in
            let declared = all.filter { $0.implementation == index }
            return declared.isEmpty ? own : Self.only(declared)
        }
        return [TopicIndex.ambiguous] + byImplementation
    }

    private static func only(_ declarations: [Declaration]) -> Int32 {
        let slots = Set(declarations.map(\.slot))
        guard slots.count == 1, let slot = slots.first else { return TopicIndex.ambiguous }
        return Int32(slot)
    }
}

extension EventLayout {
    /// Whether another declaration of the same signature decodes alike and means the same: the same
    /// arguments are indexed, and no name stands in another place.
    func agrees(with other: EventLayout) -> Bool {
        guard self.event.isAnonymous == other.event.isAnonymous,
            self.event.signature == other.event.signature,
            self.indexedPattern == other.indexedPattern
        else { return false }
        return self.hasPlaces(of: other)
    }

    /// Whether no name of another declaration stands in another place here.
    package func hasPlaces(of other: EventLayout) -> Bool {
        ([self.names] + self.otherNames).allSatisfy { known in
            !known.enumerated().contains { place, name in
                other.names.firstIndex(of: name).map { $0 != place } ?? false
            }
        }
    }
}
