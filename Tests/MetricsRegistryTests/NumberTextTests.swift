// Weir
// SPDX-License-Identifier: Apache-2.0

import MetricsRegistry
import Testing

@Suite struct NumberTextTests {
    static func text(_ value: Double) -> String {
        var out: [UInt8] = []
        NumberText.append(value, to: &out)
        return String(decoding: out, as: UTF8.self)
    }

    static let values: [(Double, String)] = [
        (0, "0"), (-0.0, "-0"), (1, "1"), (-12, "-12"), (0.1, "0.1"), (0.25, "0.25"),
        (1e-5, "1e-05"), (1e6, "1000000"), (1e15, "1000000000000000"),
        (9_007_199_254_740_991, "9007199254740991"), (9_007_199_254_740_992, "9007199254740992"),
        (1e16, "1e+16"), (1e21, "1e+21"), (1e300, "1e+300"), (.leastNonzeroMagnitude, "5e-324"),
        (.greatestFiniteMagnitude, "1.7976931348623157e+308"), (.infinity, "+Inf"),
        (-.infinity, "-Inf"), (.nan, "NaN"), (-.nan, "NaN"), (123_456.789, "123456.789"),
        (0.1 + 0.2, "0.30000000000000004"), (1.0 / 3, "0.3333333333333333"),
        (999_999.999_999_999, "999999.999999999"), (0.000_1, "0.0001"), (-2.5, "-2.5"),
        (100.000_000_1, "100.0000001"),
    ]

    @Test(arguments: values)
    func valuesAreShortest(value: Double, text: String) {
        #expect(Self.text(value) == text)
    }

    static let bounds: [(Double, String)] = [
        (0, "0.0"), (-0.0, "-0.0"), (1, "1.0"), (10, "10.0"), (0.01, "0.01"), (0.000_1, "0.0001"),
        (0.000_01, "1e-05"), (100_000, "100000.0"), (1e6, "1e+06"), (1.5e6, "1.5e+06"),
        (123_456.7, "123456.7"), (1_234_567, "1.234567e+06"), (1e21, "1e+21"), (1e100, "1e+100"),
        (1e-300, "1e-300"), (-2.5, "-2.5"), (.infinity, "+Inf"), (-.infinity, "-Inf"),
        (.nan, "NaN"), (0.075, "0.075"), (2.5e-7, "2.5e-07"), (21_000, "21000.0"),
        (9_007_199_254_740_992, "9.007199254740992e+15"),
    ]

    @Test(arguments: bounds)
    func boundsAreCanonical(value: Double, text: String) {
        #expect(NumberText.canonicalBound(value) == text)
    }

    static let integers: [(UInt64, String)] = [
        (0, "0"), (9, "9"), (10, "10"), (99, "99"), (1_000_000_007, "1000000007"),
        (.max, "18446744073709551615"),
    ]

    @Test(arguments: integers)
    func integersAreExact(value: UInt64, text: String) {
        var out: [UInt8] = []
        NumberText.append(.integer(value), to: &out)
        #expect(String(decoding: out, as: UTF8.self) == text)
    }

    /// Over all magnitudes: every text reads back as the same value, and none is longer than the
    /// standard library's shortest.
    @Test func randomValuesReadBack() {
        let seed: UInt64 = 0x9E37_79B9_7F4A_7C15
        var state = seed
        func next() -> UInt64 {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return state
        }
        for round in 0..<60_000 {
            let bits = next()
            let value: Double =
                switch round % 3 {
                case 0: Double(bitPattern: bits)
                case 1: Double(bits % 10_000_000_000) / [10, 100, 1000, 1e4, 1e6][round % 5]
                default: Double(bits % 1_000_000) * Double.ulpOfOne + Double(bits % 977)
                }
            guard value.isFinite else { continue }
            let text = Self.text(value)
            #expect(Double(text) == value, "seed \(seed) round \(round)")
            #expect(text.count <= value.description.count, "seed \(seed) round \(round)")
            #expect(Double(NumberText.canonicalBound(value)) == value, "round \(round)")
        }
    }
}
