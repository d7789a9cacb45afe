// Weir
// SPDX-License-Identifier: Apache-2.0

/// The functions that make one value of a series' points in a window.
enum RangeFunction: String {
    case rate, increase, delta, irate, idelta, deriv, changes, resets
    case predictLinear = "predict_linear"
    case doubleExponentialSmoothing = "double_exponential_smoothing"
    case avg = "avg_over_time"
    case min = "min_over_time"
    case max = "max_over_time"
    case sum = "sum_over_time"
    case count = "count_over_time"
    case quantile = "quantile_over_time"
    case stddev = "stddev_over_time"
    case stdvar = "stdvar_over_time"
    case last = "last_over_time"
    case present = "present_over_time"

    init?(name: String) {
        // Prometheus 2 had it under a name that promises more than it does.
        self.init(rawValue: name == "holt_winters" ? "double_exponential_smoothing" : name)
    }

    /// Which argument is the range.
    var rangeArgument: Int { self == .quantile ? 1 : 0 }

    /// How many scalars there are beside it.
    var parameterCount: Int {
        switch self {
        case .quantile, .predictLinear: 1
        case .doubleExponentialSmoothing: 2
        default: 0
        }
    }

    /// Whether the result is no longer what the metric's name says.
    var dropsName: Bool { self != .last }

    /// Fails where the parameters are outside of what the function is defined for.
    func check(_ parameters: [Double], place: SourceRange) throws(EvaluationError) {
        guard self == .doubleExponentialSmoothing, parameters.count == 2 else { return }
        guard !(parameters[0] <= 0 || parameters[0] >= 1) else {
            throw EvaluationError(.smoothingFactor(parameters[0]), at: place)
        }
        guard !(parameters[1] <= 0 || parameters[1] >= 1) else {
            throw EvaluationError(.trendFactor(parameters[1]), at: place)
        }
    }

    /// The value; nil where the window has too few points for one.
    func apply(
        _ points: ArraySlice<Point>, window: RangeWindow, at time: Int64, parameters: [Double],
        dialect: Dialect
    ) -> Double? {
        guard let first = points.first, let last = points.last else { return nil }
        switch self {
        case .rate, .increase, .delta:
            return Extrapolation(isCounter: self != .delta, isPerSecond: self == .rate)
                .value(of: points, window: window, dialect: dialect)
        case .irate, .idelta: return Self.instantChange(points, isRate: self == .irate)
        case .deriv:
            guard points.count > 1 else { return nil }
            return LinearRegression(points, origin: first.time).slope
        case .predictLinear:
            guard points.count > 1 else { return nil }
            let line = LinearRegression(points, origin: time)
            return line.slope * parameters[0] + line.intercept
        case .doubleExponentialSmoothing:
            return Self.smoothed(points, factor: parameters[0], trend: parameters[1])
        case .changes: return Self.count(points) { $0 != $1 && !($0.isNaN && $1.isNaN) }
        case .resets: return Self.count(points) { $1 < $0 }
        case .min:
            return points.reduce(first.value) {
                $1.value < $0 || $0.isNaN ? $1.value : $0
            }
        case .max:
            return points.reduce(first.value) {
                $1.value > $0 || $0.isNaN ? $1.value : $0
            }
        case .count: return Double(points.count)
        case .quantile: return Quantile.of(points.map(\.value), at: parameters[0])
        case .last: return last.value
        case .present: return 1
        case .sum:
            var sum = CompensatedSum()
            for point in points { sum.add(point.value) }
            return sum.value
        case .avg:
            var fold = AggregationFold(first.value)
            for point in points.dropFirst() { fold.add(point.value, operation: .avg) }
            return fold.result(of: .avg)
        case .stddev: return Self.variance(points).squareRoot()
        case .stdvar: return Self.variance(points)
        }
    }

    private static func count(
        _ points: ArraySlice<Point>, _ isCounted: (Double, Double) -> Bool
    ) -> Double {
        var count = 0
        guard var previous = points.first?.value else { return 0 }
        for point in points.dropFirst() {
            if isCounted(previous, point.value) { count += 1 }
            previous = point.value
        }
        return Double(count)
    }

    /// The change between the last two points; a counter that fell began at zero.
    private static func instantChange(_ points: ArraySlice<Point>, isRate: Bool) -> Double? {
        guard points.count > 1 else { return nil }
        let last = points[points.endIndex - 1]
        let before = points[points.endIndex - 2]
        let seconds = (Double(last.time) - Double(before.time)) / 1000
        guard seconds > 0 else { return nil }
        let isReset = isRate && last.value < before.value
        let change = isReset ? last.value : last.value - before.value
        return isRate ? change / seconds : change
    }

    /// Welford's variance with compensated sums.
    private static func variance(_ points: ArraySlice<Point>) -> Double {
        var count = 0.0
        var mean = CompensatedSum()
        var squares = CompensatedSum()
        for point in points {
            count += 1
            let delta = point.value - (mean.sum + mean.compensation)
            mean.add(delta / count)
            squares.add(delta * (point.value - (mean.sum + mean.compensation)))
        }
        return (squares.sum + squares.compensation) / count
    }

    /// Holt's linear method: a level and a trend, both smoothed.
    private static func smoothed(
        _ points: ArraySlice<Point>, factor: Double, trend: Double
    ) -> Double? {
        guard points.count > 1 else { return nil }
        var previous = 0.0
        var level = points[points.startIndex].value
        var slope = points[points.startIndex + 1].value - level
        for index in points.indices.dropFirst() {
            if index > points.startIndex + 1 {
                slope = trend * (level - previous) + (1 - trend) * slope
            }
            let next = factor * points[index].value + (1 - factor) * (level + slope)
            (previous, level) = (level, next)
        }
        return level
    }
}
