// Weir
// SPDX-License-Identifier: Apache-2.0

import BigInt
import EVMPrimitives
import MetricsRegistry
import Testing
import WeirTestSupport

@testable import Economy

@Suite("Exact sums and buckets")
struct ExactValueTests {
    @Test(arguments: 0..<40)
    func sumEqualsBigIntegersAcrossTheCarry(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var sum = ExactSum()
        var oracle = BigUInt(0)
        for _ in 0..<60 {
            let amount = Bool.random(using: &random) ? ~random.word() : random.word()
            let before = sum
            sum.add(amount)
            oracle += BigUInt(amount)
            #expect(BigUInt(sum) == oracle)
            #expect(sum.subtracting(before) == ExactSum(low: amount))
            for decimals: UInt8 in [0, 6, 18, 77] {
                #expect(sum.double(decimals: decimals) >= before.double(decimals: decimals))
            }
        }
        #expect(sum.carry > 0)
        var twice = sum
        twice.add(sum)
        #expect(BigUInt(twice) == oracle * 2)
        #expect(twice.subtracting(sum) == sum)
    }

    @Test func oneMoreThanTheLargestAmountCarries() {
        var sum = ExactSum(low: .max)
        sum.add(.one)
        #expect(sum == ExactSum(low: .zero, carry: 1))
        #expect(sum.double(decimals: 0) == 0x1p256)
        #expect(ExactSum(low: .zero, carry: 1).subtracting(ExactSum(low: .one)).low == .max)
    }

    /// A sum just below a carry and the same with one unit more, at many carries: the exposed
    /// number does not fall.
    @Test(arguments: [0, 6, 18, 77, 255] as [UInt8])
    func exposedSumNeverFallsAtTheCarry(decimals: UInt8) {
        var random = SeededRandom(seed: 5)
        for _ in 0..<2_000 {
            let carry = random.next() >> UInt64.random(in: 0..<64, using: &random)
            var sum = ExactSum(low: .max, carry: carry >> 1)
            let before = sum.double(decimals: decimals)
            sum.add(.one)
            #expect(sum.double(decimals: decimals) >= before)
        }
    }

    /// Bounds as they are written, and the largest integer amount that is at or below them.
    @Test(
        arguments: [
            (1, 0, "1"), (2.5, 0, "2"), (0.1, 0, "0"), (0.1, 6, "100000"),
            (0.3, 18, "300000000000000000"),
            (2.5, 18, "2500000000000000000"), (1e-18, 18, "1"), (1e-19, 18, "0"), (0, 18, "0"),
            (1e22, 0, "10000000000000000000000"), (123456.789, 6, "123456789000"),
            (1e6, 18, "1000000000000000000000000"), (1e-77, 77, "1"),
            (1, 77, "1" + String(repeating: "0", count: 77)),
            (1.5, 77, "max"), (1e60, 18, "max"), (1e300, 0, "max"), (.infinity, 6, "max"),
            (1e-300, 77, "0"),
        ] as [(Double, UInt8, String)])
    func boundsBecomeUnitsExactly(bound: Double, decimals: UInt8, units: String) {
        let expected = units == "max" ? U256.max : U256(units)
        #expect(ValueHistogram.units(of: [bound], decimals: decimals).first == expected)
    }

    @Test(arguments: [0, 6, 18, 77] as [UInt8])
    func valueEqualToABoundIsInItsBucket(decimals: UInt8) throws {
        let bounds = decimals == 77 ? [1e-70, 0.25, 1] : [1, 10, 1000]
        let units = ValueHistogram.units(of: bounds, decimals: decimals)
        for (index, bound) in units.enumerated() {
            for (amount, bucket) in [
                (try #require(bound.subtracting(.one)), index), (bound, index),
                (try #require(bound.adding(.one)), index + 1),
            ] {
                var histogram = ValueHistogram(bounds: units.count)
                histogram.observe(amount, bounds: units)
                // One below the bound 1 is 0, and still the first bucket.
                #expect(histogram.counts[bucket] == 1, "\(amount) of \(bounds[index])")
                #expect(histogram.count == 1)
                let value = histogram.value(decimals: decimals)
                #expect(value.cumulativeCounts == units.indices.map { $0 >= bucket ? 1 : 0 })
                #expect(value.sum == amount.scaledDouble(decimals: decimals))
            }
        }
    }

    @Test(arguments: 0..<30)
    func randomBucketsEqualTheirDecimalText(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        for _ in 0..<20 {
            let decimals = [0, 6, 18, 77].randomElement(using: &random) ?? 0
            let digits = Int.random(in: 1...999_999, using: &random)
            let exponent = Int.random(in: -30...30, using: &random)
            let bound = try #require(Double("\(digits)e\(exponent)"))
            let shift = exponent + decimals
            let exact =
                shift >= 0
                ? BigUInt(digits) * BigUInt(10).power(shift)
                : BigUInt(digits) / BigUInt(10).power(-shift)
            let units = ValueHistogram.units(of: [bound], decimals: UInt8(decimals))
            #expect(BigUInt(units[0]) == min(exact, BigUInt(U256.max)), "\(bound) \(decimals)")
        }
    }

    @Test(arguments: 0..<20)
    func stateSurvivesItsStoredForm(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let bounds = Int.random(in: 0...12, using: &random)
        let sum = ExactSum(low: random.word(), carry: random.next())
        let states: [SeriesState] = [
            .count(random.next()), .sum(sum), .gauge(random.word()),
            .histogram(
                ValueHistogram(counts: (0...bounds).map { _ in random.next() }, sum: sum)),
        ]
        for state in states {
            let bytes = StateCoding.encode(state)
            #expect(StateCoding.decode(bytes, bounds: bounds) == state)
            #expect(StateCoding.decode(bytes + [0], bounds: bounds) == nil)
            #expect(StateCoding.decode(bytes.dropLast(), bounds: bounds) == nil)
            #expect(StateCoding.decode([9] + bytes.dropFirst(), bounds: bounds) == nil)
            if case .histogram = state {
                #expect(StateCoding.decode(bytes, bounds: bounds + 1) == nil)
            }
        }
    }
}
