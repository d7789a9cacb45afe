// Weir
// SPDX-License-Identifier: Apache-2.0

/// Sums that remember what rounding took away (Kahan's, in Neumaier's form).
struct CompensatedSum {
    private(set) var sum = 0.0
    private(set) var compensation = 0.0

    mutating func add(_ value: Double) {
        (self.sum, self.compensation) = Self.adding(value, to: self.sum, self.compensation)
    }

    /// The sum; infinite as soon as it left the range of doubles.
    var value: Double {
        self.sum.isInfinite ? self.sum : self.sum + self.compensation
    }

    /// One step: the new sum, and the new compensation, which is added at the end.
    static func adding(
        _ value: Double, to sum: Double, _ compensation: Double
    ) -> (Double, Double) {
        let total = sum + value
        if total.isInfinite { return (total, 0) }
        if sum.magnitude >= value.magnitude {
            return (total, compensation + ((sum - total) + value))
        }
        return (total, compensation + ((value - total) + sum))
    }
}
