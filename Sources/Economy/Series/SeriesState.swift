// Weir
// SPDX-License-Identifier: Apache-2.0

import EVMPrimitives

/// What is known of one series: of an event's count, or of one label set of a metric.
enum SeriesState: Sendable, Equatable {
    case count(UInt64)
    case sum(ExactSum)
    /// The bits of the last value.
    case gauge(U256)
    case histogram(ValueHistogram)

    /// What this has more than an older state, for series that only grow; nil for a gauge, and
    /// where nothing was added.
    func growth(since older: SeriesState?) -> SeriesState? {
        switch (self, older) {
        case (.count(let new), .count(let old)): return new == old ? nil : .count(new &- old)
        case (.sum(let new), .sum(let old)):
            return new == old ? nil : .sum(new.subtracting(old))
        case (.histogram(let new), .histogram(let old)):
            return new == old ? nil : .histogram(new.subtracting(old))
        case (.gauge, _): return nil
        default: return self
        }
    }

    mutating func add(_ other: SeriesState) {
        switch (self, other) {
        case (.count(let a), .count(let b)): self = .count(a &+ b)
        case (.sum(var a), .sum(let b)):
            a.add(b)
            self = .sum(a)
        case (.histogram(var a), .histogram(let b)):
            a.add(b)
            self = .histogram(a)
        default: self = other
        }
    }
}

/// How states stand in the store: a byte for the kind, then big-endian words.
///
/// 1 count: 8 bytes · 2 sum: 32 + 8 bytes · 3 gauge: 32 bytes · 4 histogram: 40 bytes of sum, then
/// 8 bytes for each bucket.
enum StateCoding {
    static func encode(_ state: SeriesState) -> [UInt8] {
        var bytes: [UInt8] = []
        switch state {
        case .count(let count):
            bytes.append(1)
            appendWord(count, to: &bytes)
        case .sum(let sum):
            bytes.append(2)
            Self.append(sum, to: &bytes)
        case .gauge(let bits):
            bytes.append(3)
            bits.appendBigEndian(to: &bytes)
        case .histogram(let histogram):
            bytes.append(4)
            Self.append(histogram.sum, to: &bytes)
            for count in histogram.counts { appendWord(count, to: &bytes) }
        }
        return bytes
    }

    private static func append(_ sum: ExactSum, to bytes: inout [UInt8]) {
        sum.low.appendBigEndian(to: &bytes)
        appendWord(sum.carry, to: &bytes)
    }

    /// The state of stored bytes; nil where they are damaged. `bounds` is the number of bounds that
    /// a histogram must have.
    static func decode(_ bytes: [UInt8], bounds: Int) -> SeriesState? {
        guard let kind = bytes.first else { return nil }
        let words = (bytes.count - 1) / 8
        guard bytes.count == 1 + words * 8 else { return nil }
        func word(_ index: Int) -> UInt64 {
            unsafe loadBigEndian(bytes.span.bytes, 1 + index * 8)
        }
        func amount() -> U256 { U256(limbs: word(3), word(2), word(1), word(0)) }
        switch (kind, words) {
        case (1, 1): return .count(word(0))
        case (2, 5): return .sum(ExactSum(low: amount(), carry: word(4)))
        case (3, 4): return .gauge(amount())
        case (4, 6 + bounds):
            return .histogram(
                ValueHistogram(
                    counts: (0...bounds).map { word(5 + $0) },
                    sum: ExactSum(low: amount(), carry: word(4))))
        default: return nil
        }
    }
}

extension ValueHistogram {
    init(counts: [UInt64], sum: ExactSum) {
        self.init(bounds: counts.count - 1)
        self.restore(counts: counts, sum: sum)
    }
}
