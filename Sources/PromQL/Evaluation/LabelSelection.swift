// Weir
// SPDX-License-Identifier: Apache-2.0

/// A part of a label set: only some labels (`by`, `on`), or all but some (`without`, `ignoring`).
///
/// Two elements are in one group when they agree in it. This is asked for every element of every vector,
/// so the part is hashed and compared where it stands and made into a label set only once a group.
struct LabelSelection {
    let names: [String]
    let keeps: Bool

    /// Only labels with these names.
    static func only(_ names: [String]) -> LabelSelection {
        LabelSelection(names: names, keeps: true)
    }

    /// All labels but these and the metric name.
    static func allBut(_ names: [String]) -> LabelSelection {
        LabelSelection(names: names + [Labels.metricName], keeps: false)
    }

    /// Whether there is nothing to tell elements apart by.
    var isEmpty: Bool { self.keeps && self.names.isEmpty }

    /// The hash of the part. With `hidesName` the metric name counts as not there.
    ///
    /// Values alone are hashed: elements of one vector have the same names nearly always.
    func hash(_ labels: Labels, hidesName: Bool) -> Int {
        var hasher = Hasher()
        for pair in labels.pairs where self.selects(pair.name, hidesName: hidesName) {
            hasher.combine(pair.value)
        }
        return hasher.finalize()
    }

    /// Whether two label sets agree in the part.
    func agree(
        _ one: Labels, hidesName oneHides: Bool, _ other: Labels, hidesName otherHides: Bool
    ) -> Bool {
        var index = 0
        for pair in one.pairs where self.selects(pair.name, hidesName: oneHides) {
            while index < other.pairs.count,
                !self.selects(other.pairs[index].name, hidesName: otherHides)
            {
                index += 1
            }
            guard index < other.pairs.count, other.pairs[index] == pair else { return false }
            index += 1
        }
        while index < other.pairs.count {
            if self.selects(other.pairs[index].name, hidesName: otherHides) { return false }
            index += 1
        }
        return true
    }

    /// The part as a label set.
    func applied(to labels: Labels, hidesName: Bool) -> Labels {
        if self.isEmpty { return .empty }
        return Labels(sorted: labels.pairs.filter { self.selects($0.name, hidesName: hidesName) })
    }

    private func selects(_ name: String, hidesName: Bool) -> Bool {
        if hidesName, name == Labels.metricName { return false }
        for candidate in self.names where candidate == name { return self.keeps }
        return !self.keeps
    }
}

/// Numbers groups of elements as they come: 0, 1, 2, …
struct GroupIndex {
    private struct Group {
        let labels: Labels
        let hidesName: Bool
        let hash: Int
    }

    let selection: LabelSelection
    /// Whether a dropped metric name is not to be seen.
    private let hidesDroppedNames: Bool
    private var groups: [Group] = []
    /// A table with open addressing: numbers of groups, -1 where nothing is. The hashes are good ones
    /// already, so that a dictionary would only hash them once more.
    private var slots: [Int] = []

    init(_ selection: LabelSelection, dialect: Dialect) {
        self.selection = selection
        self.hidesDroppedNames = !dialect.delaysNameRemoval
    }

    var count: Int { self.groups.count }

    /// The number of an element's group, which is made where it is not there, and whether it was.
    mutating func insert(_ element: Element) -> (group: Int, isNew: Bool) {
        if self.selection.isEmpty, !self.groups.isEmpty { return (0, false) }
        let hides = self.hidesDroppedNames && element.dropsName
        let hash = self.selection.hash(element.labels, hidesName: hides)
        if 2 * self.groups.count >= self.slots.count { self.grow() }
        let slot = self.slot(of: element.labels, hidesName: hides, hash: hash)
        guard self.slots[slot] < 0 else { return (self.slots[slot], false) }
        self.slots[slot] = self.groups.count
        self.groups.append(Group(labels: element.labels, hidesName: hides, hash: hash))
        return (self.groups.count - 1, true)
    }

    /// The number of an element's group; nil where there is none.
    func group(of element: Element) -> Int? {
        if self.groups.isEmpty { return nil }
        if self.selection.isEmpty { return 0 }
        let hides = self.hidesDroppedNames && element.dropsName
        let hash = self.selection.hash(element.labels, hidesName: hides)
        let group = self.slots[self.slot(of: element.labels, hidesName: hides, hash: hash)]
        return group < 0 ? nil : group
    }

    /// The labels that the elements of a group agree in.
    func labels(of group: Int) -> Labels {
        let group = self.groups[group]
        return self.selection.applied(to: group.labels, hidesName: group.hidesName)
    }

    /// The slot of a group, or the empty one where it belongs. The table is never full.
    private func slot(of labels: Labels, hidesName: Bool, hash: Int) -> Int {
        let mask = self.slots.count - 1
        var slot = hash & mask
        while self.slots[slot] >= 0 {
            let index = self.slots[slot]
            if self.groups[index].hash == hash,
                self.selection.agree(
                    self.groups[index].labels, hidesName: self.groups[index].hidesName, labels,
                    hidesName: hidesName)
            {
                return slot
            }
            slot = (slot + 1) & mask
        }
        return slot
    }

    private mutating func grow() {
        let size = Swift.max(16, 2 * self.slots.count)
        self.slots = [Int](repeating: -1, count: size)
        for index in self.groups.indices {
            var slot = self.groups[index].hash & (size - 1)
            while self.slots[slot] >= 0 { slot = (slot + 1) & (size - 1) }
            self.slots[slot] = index
        }
    }
}
