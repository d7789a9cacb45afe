// Weir
// SPDX-License-Identifier: Apache-2.0

/// A window of a range selector: `(start, end]` in Prometheus 3, `[start, end]` in Prometheus 2.
struct RangeWindow {
    let start: Int64
    let end: Int64
    /// The length, which is not `end - start` at the ends of time.
    let range: Int64
}

/// One series of a range vector, without stale markers.
struct RangeSeries {
    let labels: Labels
    var dropsName = false
    var points: [Point]
}

/// What a range selector or a subquery gives at the times of an evaluation: fetched or computed once for
/// all windows.
final class RangeSelection {
    enum Origin {
        case selector([LabelMatcher])
        /// An expression and its own times.
        case subquery(PlanNode, EvaluationTimes)
    }

    private let origin: Origin
    private let range: Int64
    private let offset: Int64
    private let fixed: Int64?
    private let times: EvaluationTimes
    let place: SourceRange
    private var content: [RangeSeries]?

    init(
        _ origin: Origin, range: Int64, offset: Int64, fixed: Int64?, times: EvaluationTimes,
        place: SourceRange
    ) {
        self.origin = origin
        self.range = range
        self.offset = offset
        self.fixed = fixed
        self.times = times
        self.place = place
    }

    /// The window at an evaluation time.
    func window(at time: Int64) -> RangeWindow {
        let end = (self.fixed ?? time).clampedSubtracting(self.offset)
        return RangeWindow(
            start: end.clampedSubtracting(self.range), end: end, range: self.range)
    }

    /// All series that have a point in some window.
    func series(_ run: EvaluationRun) throws(EvaluationError) -> [RangeSeries] {
        if let content = self.content { return content }
        let content = try self.fetched(run)
        self.content = content
        return content
    }

    /// The points of one series in a window.
    func points(
        of series: RangeSeries, in window: RangeWindow, run: EvaluationRun
    ) -> ArraySlice<Point> {
        let points = series.points
        let from = points.firstIndex(from: run.oldest(before: window.end, reach: self.range))
        let through = points.firstIndex(after: window.end)
        return points[min(from, through)..<through]
    }

    private func fetched(_ run: EvaluationRun) throws(EvaluationError) -> [RangeSeries] {
        switch self.origin {
        case .selector(let matchers):
            let first = self.window(at: self.times.start)
            let last = self.window(at: self.times.end)
            let fetched = run.source.series(
                matching: matchers, from: run.oldest(before: first.end, reach: self.range),
                through: last.end)
            try run.spend(fetched.reduce(0) { $0 + $1.points.count }, at: self.place)
            return fetched.map { series in
                let points = series.points
                let isStale = points.contains { StaleMarker.marks($0.value) }
                return RangeSeries(
                    labels: series.labels,
                    points: isStale ? points.filter { !StaleMarker.marks($0.value) } : points)
            }
        case .subquery(let node, let times):
            return try run.matrix(node, over: times, place: self.place)
        }
    }
}
