// Weir
// SPDX-License-Identifier: Apache-2.0

/// The number of a sample: exact while it is a whole number below 2^64, a `Double` otherwise.
///
/// Prometheus stores doubles, but a counter that is exact here can be compared with a report
/// digit by digit.
package enum MetricValue: Sendable, Hashable {
    case integer(UInt64)
    case double(Double)

    /// The value as Prometheus will store it.
    package var doubleValue: Double {
        switch self {
        case .integer(let value): Double(value)
        case .double(let value): value
        }
    }

    /// The sum; stays exact while both are integers and it fits in 64 bits.
    package func adding(_ other: MetricValue) -> MetricValue {
        switch (self, other) {
        case (.integer(let a), .integer(let b)):
            let (sum, overflow) = a.addingReportingOverflow(b)
            return overflow ? .double(Double(a) + Double(b)) : .integer(sum)
        case (.integer(let a), .double(let b)):
            if let whole = UInt64(exactly: b) { return self.adding(.integer(whole)) }
            return .double(Double(a) + b)
        case (.double(let a), _):
            return .double(a + other.doubleValue)
        }
    }

    /// Whether this is smaller than `other`; two integers are compared exactly.
    func isLess(than other: MetricValue) -> Bool {
        if case .integer(let a) = self, case .integer(let b) = other { return a < b }
        return self.doubleValue < other.doubleValue
    }

    /// Whether a counter may have this value: not NaN, not infinite, not negative.
    var isCounterTotal: Bool {
        switch self {
        case .integer: true
        case .double(let value): value.isFinite && value >= 0
        }
    }
}

extension MetricValue: ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral {
    package init(integerLiteral value: UInt64) {
        self = .integer(value)
    }

    package init(floatLiteral value: Double) {
        self = .double(value)
    }
}

/// A histogram's point: cumulative counts per finite bucket, the count of all, and the sum.
package struct HistogramValue: Sendable, Hashable {
    /// For each finite upper bound, how many observations were at or below it.
    package var cumulativeCounts: [UInt64]
    package var sum: Double
    /// The number of all observations, which is the `+Inf` bucket.
    package var count: UInt64

    package init(cumulativeCounts: [UInt64], sum: Double, count: UInt64) {
        self.cumulativeCounts = cumulativeCounts
        self.sum = sum
        self.count = count
    }

    /// A histogram without observations.
    package init(buckets: Int) {
        self.init(cumulativeCounts: .init(repeating: 0, count: buckets), sum: 0, count: 0)
    }

    /// Whether it can be exposed: counts rise, none exceeds the total, the sum is a number.
    package var isConsistent: Bool {
        var previous: UInt64 = 0
        for count in self.cumulativeCounts {
            guard count >= previous else { return false }
            previous = count
        }
        return self.count >= previous && !self.sum.isNaN
    }

    /// Takes in one observation; `bounds` are the finite upper bounds, rising.
    mutating func observe(_ value: Double, bounds: [Double], times: UInt64) {
        var index = bounds.count
        while index > 0, value <= bounds[index - 1] {
            index -= 1
            self.cumulativeCounts[index] &+= times
        }
        self.count &+= times
        self.sum += value * Double(times)
    }

    mutating func add(_ other: HistogramValue) {
        for index in self.cumulativeCounts.indices where index < other.cumulativeCounts.count {
            self.cumulativeCounts[index] &+= other.cumulativeCounts[index]
        }
        self.count &+= other.count
        self.sum += other.sum
    }

    /// Whether any count is below that of `other`.
    func isBelow(_ other: HistogramValue) -> Bool {
        if self.count < other.count { return true }
        return zip(self.cumulativeCounts, other.cumulativeCounts).contains { $0 < $1 }
    }
}
