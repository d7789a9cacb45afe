// Weir
// SPDX-License-Identifier: Apache-2.0

import PromQL

/// The selectors of rules, and which series each of them selects: asked once for each new series, so
/// that an evaluation compares no labels.
struct SelectorIndex: Sendable {
    private let selectors: [SampleNeeds.Selector]
    private let places: [[LabelMatcher]: Int]
    /// Selectors that ask for one metric name, by it.
    private let named: [String: [Int32]]
    /// All others.
    private let unnamed: [Int32]
    private var chosen: [[Int32]]

    init(_ needs: SampleNeeds) {
        var places: [[LabelMatcher]: Int] = [:]
        var named: [String: [Int32]] = [:]
        var unnamed: [Int32] = []
        for (index, selector) in needs.selectors.enumerated() {
            places[selector.matchers] = index
            let name = selector.matchers.first {
                $0.name == Labels.metricName && $0.operation == .equal
            }
            if let name {
                named[name.value, default: []].append(Int32(truncatingIfNeeded: index))
            } else {
                unnamed.append(Int32(truncatingIfNeeded: index))
            }
        }
        self.selectors = needs.selectors
        self.places = places
        self.named = named
        self.unnamed = unnamed
        self.chosen = Array(repeating: [], count: needs.selectors.count)
    }

    /// The selectors that may select series of a name.
    func candidates(_ name: String) -> [Int32] {
        let others = self.unnamed.filter { index in
            self.selectors[Int(index)].matchers.allSatisfy {
                $0.name != Labels.metricName || $0.matches(name)
            }
        }
        return (self.named[name] ?? []) + others
    }

    /// Those that select a series.
    func matching(_ labels: Labels, among candidates: [Int32]) -> [Int32] {
        candidates.filter { index in
            self.selectors[Int(index)].matchers.allSatisfy { $0.matches(labels) }
        }
    }

    /// How far back the points of a series are needed that these select.
    func span(_ chosen: [Int32]) -> Int64 {
        chosen.reduce(0) { max($0, self.selectors[Int($1)].span) }
    }

    mutating func add(_ place: Int32, to chosen: [Int32]) {
        for index in chosen { self.chosen[Int(index)].append(place) }
    }

    /// Forgets places that are no more.
    mutating func sweep(_ isThere: (Int32) -> Bool) {
        for index in self.chosen.indices { self.chosen[index].removeAll { !isThere($0) } }
    }

    /// The series that a selector of the needs selects; nil for another one.
    func members(of matchers: [LabelMatcher]) -> [Int32]? {
        self.places[matchers].map { self.chosen[$0] }
    }
}
