// Weir
// SPDX-License-Identifier: Apache-2.0

import PromQL

/// The samples that there are, and those that earlier rules of the same evaluation gave.
struct RuleSource: SampleSource {
    let base: any SampleSource
    private(set) var added = MemorySource()

    init(base: any SampleSource) {
        self.base = base
    }

    mutating func add(_ sample: VectorSample) {
        self.added.add(Point(time: sample.time, value: sample.value), to: sample.labels)
    }

    func series(matching matchers: [LabelMatcher], from: Int64, through: Int64) -> [Series] {
        var found = self.base.series(matching: matchers, from: from, through: through)
        if self.added.count == 0 { return found }
        let more = self.added.series(matching: matchers, from: from, through: through)
        if more.isEmpty { return found }
        var places: [Labels: Int] = [:]
        for (index, series) in found.enumerated() { places[series.labels] = index }
        for series in more {
            if let place = places[series.labels] {
                found[place].points = Self.merged(found[place].points, series.points)
            } else {
                found.append(series)
            }
        }
        return found.sorted { $0.labels < $1.labels }
    }

    func latest(matching matchers: [LabelMatcher], from: Int64, through: Int64) -> [VectorSample] {
        var found = self.base.latest(matching: matchers, from: from, through: through)
        if self.added.count == 0 { return found }
        let more = self.added.latest(matching: matchers, from: from, through: through)
        if more.isEmpty { return found }
        var places: [Labels: Int] = [:]
        for (index, sample) in found.enumerated() { places[sample.labels] = index }
        for sample in more {
            if let place = places[sample.labels] {
                if found[place].time <= sample.time { found[place] = sample }
            } else {
                found.append(sample)
            }
        }
        return found.sorted { $0.labels < $1.labels }
    }

    /// Both in the order of time; of two at one time the later one counts.
    private static func merged(_ points: [Point], _ more: [Point]) -> [Point] {
        guard let last = points.last, let first = more.first, last.time >= first.time else {
            return points + more
        }
        var byTime: [Int64: Point] = [:]
        for point in points + more { byTime[point.time] = point }
        return byTime.values.sorted { $0.time < $1.time }
    }
}
