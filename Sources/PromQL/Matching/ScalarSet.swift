// Weir
// SPDX-License-Identifier: Apache-2.0

/// A set of Unicode scalars as sorted ranges that neither touch nor overlap.
struct ScalarSet: Sendable, Hashable {
    static let last: UInt32 = 0x10ffff
    static let all = ScalarSet([0...last])
    static let newline = ScalarSet([0x0a...0x0a])

    let ranges: [ClosedRange<UInt32>]

    /// Takes ranges in any order.
    init(_ ranges: [ClosedRange<UInt32>]) {
        var merged: [ClosedRange<UInt32>] = []
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if let top = merged.last, UInt64(range.lowerBound) <= UInt64(top.upperBound) + 1 {
                merged[merged.count - 1] =
                    top.lowerBound...max(top.upperBound, range.upperBound)
            } else {
                merged.append(range)
            }
        }
        self.ranges = merged
    }

    init(_ scalar: Unicode.Scalar) {
        self.init([scalar.value...scalar.value])
    }

    func contains(_ value: UInt32) -> Bool {
        var low = 0
        var high = self.ranges.count
        while low < high {
            let middle = (low + high) / 2
            if self.ranges[middle].upperBound < value { low = middle + 1 } else { high = middle }
        }
        return low < self.ranges.count && self.ranges[low].lowerBound <= value
    }

    /// The only scalar of a set of one.
    var single: Unicode.Scalar? {
        guard self.ranges.count == 1, let range = self.ranges.first,
            range.lowerBound == range.upperBound
        else { return nil }
        return Unicode.Scalar(range.lowerBound)
    }

    func union(_ other: ScalarSet) -> ScalarSet {
        ScalarSet(self.ranges + other.ranges)
    }

    var inverted: ScalarSet {
        var gaps: [ClosedRange<UInt32>] = []
        var next: UInt32 = 0
        for range in self.ranges {
            if range.lowerBound > next { gaps.append(next...(range.lowerBound - 1)) }
            if range.upperBound >= Self.last { return ScalarSet(gaps) }
            next = range.upperBound + 1
        }
        gaps.append(next...Self.last)
        return ScalarSet(gaps)
    }

    /// With all scalars that differ from one of the set in case only.
    var caseFolded: ScalarSet {
        var ranges = self.ranges
        for range in self.ranges {
            if range.upperBound < 0x80 {
                for value in range { ranges += CaseFolding.asciiVariants(of: value) }
            } else {
                for orbit in CaseFolding.orbits where orbit.contains(where: range.contains) {
                    ranges += orbit.map { $0...$0 }
                }
            }
        }
        return ScalarSet(ranges)
    }

    static let digits = ScalarSet([0x30...0x39])
    static let words = ScalarSet([0x30...0x39, 0x41...0x5a, 0x5f...0x5f, 0x61...0x7a])
    static let spaces = ScalarSet([0x09...0x0a, 0x0c...0x0d, 0x20...0x20])

    /// The classes of POSIX by name, such as `alpha` in `[[:alpha:]]`.
    static let posix: [String: ScalarSet] = [
        "alnum": ScalarSet([0x30...0x39, 0x41...0x5a, 0x61...0x7a]),
        "alpha": ScalarSet([0x41...0x5a, 0x61...0x7a]),
        "ascii": ScalarSet([0x00...0x7f]),
        "blank": ScalarSet([0x09...0x09, 0x20...0x20]),
        "cntrl": ScalarSet([0x00...0x1f, 0x7f...0x7f]),
        "digit": digits,
        "graph": ScalarSet([0x21...0x7e]),
        "lower": ScalarSet([0x61...0x7a]),
        "print": ScalarSet([0x20...0x7e]),
        "punct": ScalarSet([0x21...0x2f, 0x3a...0x40, 0x5b...0x60, 0x7b...0x7e]),
        "space": ScalarSet([0x09...0x0d, 0x20...0x20]),
        "upper": ScalarSet([0x41...0x5a]),
        "word": words,
        "xdigit": ScalarSet([0x30...0x39, 0x41...0x46, 0x61...0x66]),
    ]
}
