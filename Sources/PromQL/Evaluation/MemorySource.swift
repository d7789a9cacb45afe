// Weir
// SPDX-License-Identifier: Apache-2.0

/// Samples held in memory as they are, for tests of rules and for `weir promql`.
///
/// Series are answered in the order of their labels. A selector with a metric name looks at the series
/// of that name only.
package struct MemorySource: SampleSource {
    private var series: [Series] = []
    private var places: [Labels: Int] = [:]
    private var byName: [String: [Int]] = [:]

    package init() {}

    /// Takes series in any order; points of one label set are put together.
    package init(_ series: [Series]) {
        for one in series {
            for point in one.points { self.add(point, to: one.labels) }
        }
    }

    /// How many series there are.
    package var count: Int { self.series.count }

    /// Adds a point. One that is at a time already taken replaces what was there.
    package mutating func add(_ point: Point, to labels: Labels) {
        let place: Int
        if let found = self.places[labels] {
            place = found
        } else {
            place = self.series.count
            self.series.append(Series(labels: labels, points: []))
            self.places[labels] = place
            self.byName[labels[Labels.metricName], default: []].append(place)
        }
        if let last = self.series[place].points.last, last.time >= point.time {
            let index = self.series[place].points.firstIndex(from: point.time)
            if self.series[place].points[index].time == point.time {
                self.series[place].points[index] = point
            } else {
                self.series[place].points.insert(point, at: index)
            }
        } else {
            self.series[place].points.append(point)
        }
    }

    package func series(
        matching matchers: [LabelMatcher], from: Int64, through: Int64
    ) -> [Series] {
        guard from <= through else { return [] }
        var result: [Series] = []
        for place in self.places(for: matchers) {
            let one = self.series[place]
            guard matchers.allSatisfy({ $0.matches(one.labels) }) else { continue }
            let start = one.points.firstIndex(from: from)
            let end = one.points.firstIndex(after: through)
            guard start < end else { continue }
            let isWhole = start == 0 && end == one.points.count
            result.append(
                isWhole
                    ? one : Series(labels: one.labels, points: Array(one.points[start..<end])))
        }
        return result.sorted { $0.labels < $1.labels }
    }

    package func latest(
        matching matchers: [LabelMatcher], from: Int64, through: Int64
    ) -> [VectorSample] {
        var result: [VectorSample] = []
        for place in self.places(for: matchers) {
            let one = self.series[place]
            let index = one.points.firstIndex(after: through)
            guard index > 0, one.points[index - 1].time >= from,
                matchers.allSatisfy({ $0.matches(one.labels) })
            else { continue }
            let point = one.points[index - 1]
            result.append(VectorSample(labels: one.labels, time: point.time, value: point.value))
        }
        return result.sorted { $0.labels < $1.labels }
    }

    private func places(for matchers: [LabelMatcher]) -> [Int] {
        let name = matchers.first {
            $0.name == Labels.metricName && $0.operation == .equal && !$0.value.isEmpty
        }
        guard let name else { return Array(self.series.indices) }
        return self.byName[name.value] ?? []
    }
}
