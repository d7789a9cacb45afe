// Weir
// SPDX-License-Identifier: Apache-2.0

/// Sums of times that stay at the edge rather than overflow.
enum Saturating {
    static func sum(_ left: Int64, _ right: Int64) -> Int64 {
        let (sum, isOver) = left.addingReportingOverflow(right)
        return isOver ? (right > 0 ? .max : .min) : sum
    }

    static func difference(_ left: Int64, _ right: Int64) -> Int64 {
        let (difference, isOver) = left.subtractingReportingOverflow(right)
        return isOver ? (right < 0 ? .max : .min) : difference
    }
}
