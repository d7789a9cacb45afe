// Weir
// SPDX-License-Identifier: Apache-2.0

import EVMPrimitives
import MetricsRegistry

/// A histogram of exact amounts: counts per bucket, and a sum that cannot overflow.
struct ValueHistogram: Sendable, Equatable {
    /// Not cumulative; the last one is for what lies above the last bound.
    private(set) var counts: [UInt64]
    private(set) var sum: ExactSum

    init(bounds: Int) {
        self.counts = Array(repeating: 0, count: bounds + 1)
        self.sum = ExactSum()
    }

    /// Takes the place of a stored state.
    mutating func restore(counts: [UInt64], sum: ExactSum) {
        self.counts = counts
        self.sum = sum
    }

    /// Takes in an amount of units; `bounds` are the upper bounds in units, rising.
    mutating func observe(_ units: U256, bounds: [U256]) {
        var index = 0
        while index < bounds.count, bounds[index] < units { index += 1 }
        self.counts[index] &+= 1
        self.sum.add(units)
    }

    mutating func add(_ other: ValueHistogram) {
        for index in self.counts.indices where index < other.counts.count {
            self.counts[index] &+= other.counts[index]
        }
        self.sum.add(other.sum)
    }

    /// What this has more than an older state of itself.
    func subtracting(_ older: ValueHistogram) -> ValueHistogram {
        var difference = self
        for index in difference.counts.indices where index < older.counts.count {
            difference.counts[index] &-= older.counts[index]
        }
        difference.sum = self.sum.subtracting(older.sum)
        return difference
    }

    var count: UInt64 { self.counts.reduce(0, &+) }

    /// The point as it is exposed.
    func value(decimals: UInt8) -> HistogramValue {
        var cumulative: UInt64 = 0
        let rising = self.counts.dropLast().map { count in
            cumulative &+= count
            return cumulative
        }
        return HistogramValue(
            cumulativeCounts: rising, sum: self.sum.double(decimals: decimals), count: self.count)
    }

    /// Bounds of people's units as units of the chain, rounded down: an integer amount is at or
    /// below a bound exactly when it is at or below the bound rounded down.
    static func units(of bounds: [Double], decimals: UInt8) -> [U256] {
        bounds.map { Self.units(of: $0, decimals: decimals) }
    }

    private static func units(of bound: Double, decimals: UInt8) -> U256 {
        guard bound >= 0 else { return .zero }
        // The shortest text of the bound is what the operator wrote; take its digits apart.
        let text = "\(bound)"
        let parts = text.split(separator: "e", maxSplits: 1)
        let mantissa = parts[0].split(separator: ".", maxSplits: 1)
        let fraction = mantissa.count > 1 ? String(mantissa[1]) : ""
        let exponent =
            (parts.count > 1 ? Int(parts[1]) ?? 0 : 0) - fraction.utf8.count + Int(decimals)
        guard let digits = U256(String(mantissa[0]) + fraction) else { return .max }
        if exponent >= 0 {
            guard !digits.isZero else { return .zero }
            guard let factor = U256.powerOfTen(exponent), let units = digits.multiplied(by: factor)
            else { return .max }
            return units
        }
        guard let divisor = U256.powerOfTen(-exponent) else { return .zero }
        return digits.quotientAndRemainder(dividingBy: divisor)?.quotient ?? .zero
    }
}
