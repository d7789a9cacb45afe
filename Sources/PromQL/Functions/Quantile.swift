// Weir
// SPDX-License-Identifier: Apache-2.0

/// Quantiles of values and of classic histograms.
enum Quantile {
    /// The φ-quantile of values, interpolated between neighbours; NaN is less than any number.
    ///
    /// NaN without values or for φ = NaN, −Inf for φ < 0, +Inf for φ > 1.
    static func of(_ values: [Double], at quantile: Double) -> Double {
        guard !values.isEmpty, !quantile.isNaN else { return .nan }
        if quantile < 0 { return -.infinity }
        if quantile > 1 { return .infinity }
        let sorted = values.sorted { $0.isNaN ? !$1.isNaN : $0 < $1 }
        let rank = quantile * Double(sorted.count - 1)
        let lower = min(sorted.count - 1, max(0, Int(rank.rounded(.down))))
        let upper = min(sorted.count - 1, lower + 1)
        let weight = rank - rank.rounded(.down)
        return sorted[lower] * (1 - weight) + sorted[upper] * weight
    }

    /// A bucket of a histogram: how many observations were at most the bound.
    struct Bucket {
        let upperBound: Double
        var count: Double
    }

    /// The φ-quantile of a histogram, linear within a bucket.
    ///
    /// The lowest bucket begins at 0 if its bound is positive. NaN without a bucket of +Inf, with fewer than
    /// two buckets, or without observations; the greatest finite bound where the quantile is in the last.
    static func of(_ buckets: [Bucket], at quantile: Double, dialect: Dialect) -> Double {
        if quantile.isNaN { return .nan }
        if quantile < 0 { return -.infinity }
        if quantile > 1 { return .infinity }
        var buckets = Self.coalesced(buckets.sorted { $0.upperBound < $1.upperBound })
        guard buckets.count >= 2, let last = buckets.last, last.upperBound == .infinity else {
            return .nan
        }
        Self.makeMonotonic(&buckets, tolerance: dialect.version == .three ? 1e-12 : 0)
        let end = buckets.count - 1
        let observations = buckets[end].count
        guard observations != 0 else { return .nan }
        var rank = quantile * observations
        let index = buckets[..<end].firstIndex { $0.count >= rank } ?? end
        if index == end { return buckets[end - 1].upperBound }
        let bound = buckets[index].upperBound
        if index == 0, bound <= 0 { return bound }
        var start = 0.0
        var count = buckets[index].count
        if index > 0 {
            start = buckets[index - 1].upperBound
            count -= buckets[index - 1].count
            rank -= buckets[index - 1].count
        }
        return start + (bound - start) * (rank / count)
    }

    private static func coalesced(_ sorted: [Bucket]) -> [Bucket] {
        var result: [Bucket] = []
        for bucket in sorted {
            if let last = result.last, last.upperBound == bucket.upperBound {
                result[result.count - 1].count += bucket.count
            } else {
                result.append(bucket)
            }
        }
        return result
    }

    /// Counts never fall: a lower one is raised to the one before, and one that differs from it by
    /// less than the tolerance is taken as the same.
    private static func makeMonotonic(_ buckets: inout [Bucket], tolerance: Double) {
        guard var previous = buckets.first?.count else { return }
        for index in buckets.indices.dropFirst() {
            let count = buckets[index].count
            let isSame = (count - previous).magnitude <= tolerance * count.magnitude
            if count < previous || isSame {
                buckets[index].count = previous
            } else {
                previous = count
            }
        }
    }
}
