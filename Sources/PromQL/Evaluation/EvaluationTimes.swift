// Weir
// SPDX-License-Identifier: Apache-2.0

/// The times at which a part of an expression is evaluated, in milliseconds: `start`, `start + step`, …
/// up to `end`.
struct EvaluationTimes {
    let start: Int64
    let end: Int64
    /// At least 1.
    let step: Int64

    init(start: Int64, end: Int64, step: Int64) {
        self.start = start
        self.end = end
        self.step = max(1, step)
    }

    init(at time: Int64) {
        self.init(start: time, end: time, step: 1)
    }

    var isSingle: Bool { self.start == self.end }

    /// The time after one, nil at the end.
    func after(_ time: Int64) -> Int64? {
        let (next, overflow) = time.addingReportingOverflow(self.step)
        return overflow || next > self.end ? nil : next
    }

    var first: Int64? { self.start <= self.end ? self.start : nil }

    /// The times of a subquery: the multiples of its step in the windows of these times.
    func ofSubquery(
        range: Int64, offset: Int64, step: Int64, dialect: Dialect
    ) -> EvaluationTimes {
        let step = max(1, step)
        let end = self.end.clampedSubtracting(offset)
        let edge = self.start.clampedSubtracting(offset).clampedSubtracting(range)
        var start = edge / step * step
        if start < edge || dialect.isLeftOpen && start == edge {
            start = start.clampedSubtracting(-step)
        }
        return EvaluationTimes(start: start, end: end, step: step)
    }
}

extension Int64 {
    /// A difference that stops at the ends of the type: times and durations come from whoever writes
    /// expressions.
    func clampedSubtracting(_ other: Int64) -> Int64 {
        let (result, overflow) = self.subtractingReportingOverflow(other)
        return overflow ? (other < 0 ? .max : .min) : result
    }
}
