// Weir
// SPDX-License-Identifier: Apache-2.0

/// `rate`, `increase` and `delta`: the change between the first and the last point, extended to the
/// whole window.
///
/// A side is extended to its edge where the nearest point is no farther from it than 1.1 times the usual
/// distance of points; otherwise by half of that distance, for the series probably began or ended there. A
/// counter is never extended to below zero.
struct Extrapolation {
    let isCounter: Bool
    let isPerSecond: Bool

    /// The value; nil for fewer than two points.
    func value(
        of points: ArraySlice<Point>, window: RangeWindow, dialect: Dialect
    ) -> Double? {
        guard points.count > 1, let first = points.first, let last = points.last else {
            return nil
        }
        var change = last.value - first.value
        if self.isCounter {
            var previous = first.value
            for point in points.dropFirst() {
                if point.value < previous { change += previous }
                previous = point.value
            }
        }
        let sampled = (Double(last.time) - Double(first.time)) / 1000
        let average = sampled / Double(points.count - 1)
        let threshold = average * 1.1
        var toStart = (Double(first.time) - Double(window.start)) / 1000
        var toEnd = (Double(window.end) - Double(last.time)) / 1000

        let startsFromZero = self.isCounter && change > 0 && first.value >= 0
        let toZero = startsFromZero ? sampled * (first.value / change) : .infinity
        switch dialect.version {
        case .two:
            toStart = min(toStart, toZero)
            if toStart >= threshold { toStart = average / 2 }
        case .three:
            if toStart >= threshold { toStart = average / 2 }
            toStart = min(toStart, toZero)
        }
        if toEnd >= threshold { toEnd = average / 2 }

        var factor = (sampled + toStart + toEnd) / sampled
        if self.isPerSecond { factor /= Double(window.range) / 1000 }
        return change * factor
    }
}

/// A straight line through points, by least squares.
struct LinearRegression {
    /// Per second.
    let slope: Double
    /// The value at the origin.
    let intercept: Double

    /// Constant points give a slope of exactly 0; infinite ones give NaN.
    init(_ points: ArraySlice<Point>, origin: Int64) {
        var sumX = CompensatedSum()
        var sumY = CompensatedSum()
        var sumXY = CompensatedSum()
        var sumXX = CompensatedSum()
        let initial = points.first?.value ?? .nan
        var isConstant = true
        for point in points {
            if point.value != initial, point.time != points.first?.time { isConstant = false }
            let x = (Double(point.time) - Double(origin)) / 1000
            sumX.add(x)
            sumY.add(point.value)
            sumXY.add(x * point.value)
            sumXX.add(x * x)
        }
        if isConstant {
            self.slope = initial.isInfinite ? .nan : 0
            self.intercept = initial.isInfinite ? .nan : initial
            return
        }
        let count = Double(points.count)
        let (x, y) = (sumX.sum + sumX.compensation, sumY.sum + sumY.compensation)
        let (xy, xx) = (sumXY.sum + sumXY.compensation, sumXX.sum + sumXX.compensation)
        self.slope = (xy - x * y / count) / (xx - x * x / count)
        self.intercept = y / count - self.slope * x / count
    }
}
