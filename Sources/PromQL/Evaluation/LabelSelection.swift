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
    func hash(_ labels: Labels, hidesName: Bool) -> Int {
        var hasher = Hasher()
        for pair in labels.pairs where self.selects(pair.name, hidesName: hidesName) {
            hasher.combine(pair.name)
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
        /// The group before it with the same hash; -1 at the end.
        let next: Int
    }

    let selection: LabelSelection
    /// Whether a dropped metric name is not to be seen.
    private let hidesDroppedNames: Bool
    private var groups: [Group] = []
    private var byHash: [Int: Int] = [:]

    init(_ selection: LabelSelection, dialect: Dialect) {
        self.selection = selection
        self.hidesDroppedNames = !dialect.delaysNameRemoval
    }

    var count: Int { self.groups.count }

    /// The number of an element's group, which is made where it is not there, and whether it was.
    mutating func insert(_ element: Element) -> (group: Int, isNew: Bool) {
        let hides = self.hidesDroppedNames && element.dropsName
        if self.selection.isEmpty, !self.groups.isEmpty { return (0, false) }
        let hash = self.selection.hash(element.labels, hidesName: hides)
        let last = self.byHash[hash] ?? -1
        if let found = self.find(element.labels, hidesName: hides, from: last) {
            return (found, false)
        }
        self.byHash[hash] = self.groups.count
        self.groups.append(Group(labels: element.labels, hidesName: hides, next: last))
        return (self.groups.count - 1, true)
    }

    /// The number of an element's group; nil where there is none.
    func group(of element: Element) -> Int? {
        let hides = self.hidesDroppedNames && element.dropsName
        if self.selection.isEmpty { return self.groups.isEmpty ? nil : 0 }
        let hash = self.selection.hash(element.labels, hidesName: hides)
        guard let last = self.byHash[hash] else { return nil }
        return self.find(element.labels, hidesName: hides, from: last)
    }

    /// The labels that the elements of a group agree in.
    func labels(of group: Int) -> Labels {
        let group = self.groups[group]
        return self.selection.applied(to: group.labels, hidesName: group.hidesName)
    }

    private func find(_ labels: Labels, hidesName: Bool, from start: Int) -> Int? {
        var index = start
        while index >= 0 {
            let group = self.groups[index]
            if self.selection.agree(
                group.labels, hidesName: group.hidesName, labels, hidesName: hidesName)
            {
                return index
            }
            index = group.next
        }
        return nil
    }
}
