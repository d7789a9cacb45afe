// Weir
// SPDX-License-Identifier: Apache-2.0

/// Vectors over several times, put together to series.
extension EvaluationRun {
    /// The series of an instant vector over times, in the order in which they appear.
    func matrix(
        _ node: PlanNode, over times: EvaluationTimes, place: SourceRange
    ) throws(EvaluationError) -> [RangeSeries] {
        if case .overRange(let function, let selection, let parameters, _) = node,
            parameters.isEmpty
        {
            return try self.matrix(of: function, selection, over: times, place: place)
        }
        let hidesDroppedNames = !self.dialect.delaysNameRemoval
        var series: [RangeSeries] = []
        var lastTimes: [Int64] = []
        var indices: [Labels: Int] = [:]
        var next = times.first
        while let time = next {
            try self.spend(1, at: place)
            for element in try self.vector(node, at: time) {
                let labels = self.visibleLabels(element)
                let point = Point(time: time, value: element.value)
                if let index = indices[labels] {
                    guard lastTimes[index] != time else {
                        throw EvaluationError(
                            .duplicateLabelSet(labels.withoutMetricName), at: place)
                    }
                    lastTimes[index] = time
                    series[index].points.append(point)
                } else {
                    indices[labels] = series.count
                    lastTimes.append(time)
                    series.append(
                        RangeSeries(
                            labels: labels,
                            dropsName: element.dropsName && !hidesDroppedNames,
                            points: [point]))
                }
            }
            next = times.after(time)
        }
        return series
    }

    /// A function over a range: series by series, since each gives one.
    private func matrix(
        of function: RangeFunction, _ selection: RangeSelection, over times: EvaluationTimes,
        place: SourceRange
    ) throws(EvaluationError) -> [RangeSeries] {
        var result: [RangeSeries] = []
        for series in try selection.series(self) {
            var points: [Point] = []
            var next = times.first
            while let time = next {
                let window = selection.window(at: time)
                let inside = selection.points(of: series, in: window, run: self)
                try self.spend(inside.count + 1, at: place)
                if let value = function.apply(
                    inside, window: window, at: time, parameters: [], dialect: self.dialect)
                {
                    points.append(Point(time: time, value: value))
                }
                next = times.after(time)
            }
            guard !points.isEmpty else { continue }
            let drops = series.dropsName || function.dropsName
            if drops, !self.dialect.delaysNameRemoval {
                result.append(
                    RangeSeries(labels: series.labels.withoutMetricName, points: points))
            } else {
                result.append(
                    RangeSeries(labels: series.labels, dropsName: drops, points: points))
            }
        }
        guard function.dropsName, !self.dialect.delaysNameRemoval else { return result }
        return try self.merged(result, place: place).map {
            RangeSeries(labels: $0.labels, points: $0.points)
        }
    }

    /// The series as they are seen in the end: those that a dropped name made one are put together,
    /// which fails where both have a point at one time.
    func merged(
        _ series: [RangeSeries], place: SourceRange
    ) throws(EvaluationError) -> [Series] {
        var result: [Series] = []
        var indices: [Labels: Int] = [:]
        for one in series {
            let labels = one.dropsName ? one.labels.withoutMetricName : one.labels
            guard let index = indices[labels] else {
                indices[labels] = result.count
                result.append(Series(labels: labels, points: one.points))
                continue
            }
            let points = (result[index].points + one.points).sorted { $0.time < $1.time }
            for (before, after) in zip(points, points.dropFirst()) where before.time == after.time {
                throw EvaluationError(.duplicateLabelSet(labels.withoutMetricName), at: place)
            }
            result[index].points = points
        }
        return result
    }

    /// The one series of a scalar.
    func scalarSeries(
        _ node: PlanNode, over times: EvaluationTimes, place: SourceRange
    ) throws(EvaluationError) -> [Series] {
        var points: [Point] = []
        var next = times.first
        while let time = next {
            try self.spend(1, at: place)
            points.append(Point(time: time, value: try self.scalar(node, at: time)))
            next = times.after(time)
        }
        return points.isEmpty ? [] : [Series(labels: .empty, points: points)]
    }

    /// A range vector at one time.
    func window(
        of selection: RangeSelection, at time: Int64
    ) throws(EvaluationError) -> [Series] {
        let window = selection.window(at: time)
        let series = try selection.series(self).compactMap { series -> RangeSeries? in
            let points = selection.points(of: series, in: window, run: self)
            guard !points.isEmpty else { return nil }
            var inside = series
            inside.points = Array(points)
            return inside
        }
        return try self.merged(series, place: selection.place)
    }

    /// A function over the windows at one time.
    func evaluate(
        _ function: RangeFunction, over selection: RangeSelection, values: [Double],
        at time: Int64
    ) throws(EvaluationError) -> [Element] {
        let window = selection.window(at: time)
        let all = try selection.series(self)
        var elements: [Element] = []
        elements.reserveCapacity(all.count)
        var touched = all.count
        for series in all {
            let inside = selection.points(of: series, in: window, run: self)
            touched += inside.count
            guard
                let value = function.apply(
                    inside, window: window, at: time, parameters: values, dialect: self.dialect)
            else { continue }
            elements.append(
                Element(labels: series.labels, value: value, dropsName: series.dropsName))
        }
        try self.spend(touched, at: selection.place)
        return elements
    }
}
