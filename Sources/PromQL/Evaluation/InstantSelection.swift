// Weir
// SPDX-License-Identifier: Apache-2.0

/// What an instant selector gives at the times of an evaluation: fetched once, looked up at each time.
final class InstantSelection {
    private enum Content {
        /// The window is the same at all times, so each series has its point already.
        case points([VectorSample])
        case series([Series])
    }

    private let matchers: [LabelMatcher]
    private let offset: Int64
    /// The time of `@`.
    private let fixed: Int64?
    private let times: EvaluationTimes
    private let place: SourceRange
    private var content: Content?

    init(
        _ selector: VectorSelector, fixed: Int64?, times: EvaluationTimes
    ) {
        self.matchers = selector.matchers
        self.offset = selector.offset
        self.fixed = fixed
        self.times = times
        self.place = selector.place
    }

    /// The series' values at a time; their own times, in seconds, with `takesTime`.
    func elements(
        at time: Int64, takesTime: Bool, run: EvaluationRun
    ) throws(EvaluationError) -> [Element] {
        let reference = (self.fixed ?? time).clampedSubtracting(self.offset)
        var elements: [Element] = []
        switch try self.fetched(run) {
        case .points(let points):
            try run.spend(points.count, at: self.place)
            elements.reserveCapacity(points.count)
            for point in points where !StaleMarker.marks(point.value) {
                let value = takesTime ? Double(point.time) / 1000 : point.value
                elements.append(Element(labels: point.labels, value: value))
            }
        case .series(let series):
            try run.spend(series.count, at: self.place)
            let oldest = run.oldest(before: reference, reach: run.lookback)
            for one in series {
                let index = one.points.firstIndex(after: reference)
                guard index > 0 else { continue }
                let point = one.points[index - 1]
                guard point.time >= oldest, !StaleMarker.marks(point.value) else { continue }
                let value = takesTime ? Double(point.time) / 1000 : point.value
                elements.append(Element(labels: one.labels, value: value))
            }
        }
        return elements
    }

    private func fetched(_ run: EvaluationRun) throws(EvaluationError) -> Content {
        if let content = self.content { return content }
        let content: Content
        if self.fixed != nil || self.times.isSingle {
            let reference = (self.fixed ?? self.times.start).clampedSubtracting(self.offset)
            let points = run.source.latest(
                matching: self.matchers,
                from: run.oldest(before: reference, reach: run.lookback), through: reference)
            content = .points(points)
        } else {
            let start = self.times.start.clampedSubtracting(self.offset)
            let series = run.source.series(
                matching: self.matchers, from: run.oldest(before: start, reach: run.lookback),
                through: self.times.end.clampedSubtracting(self.offset))
            try run.spend(series.reduce(0) { $0 + $1.points.count }, at: self.place)
            content = .series(series)
        }
        self.content = content
        return content
    }
}

extension Array where Element == Point {
    /// The index of the first point after a time.
    func firstIndex(after time: Int64) -> Int {
        if let last = self.last, last.time <= time { return self.count }
        var low = 0
        var high = self.count
        while low < high {
            let middle = (low + high) / 2
            if self[middle].time <= time { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// The index of the first point at a time or after it.
    func firstIndex(from time: Int64) -> Int {
        if let first = self.first, first.time >= time { return 0 }
        return time == .min ? 0 : self.firstIndex(after: time - 1)
    }
}
