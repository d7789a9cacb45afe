// Weir
// SPDX-License-Identifier: Apache-2.0

import GoTemplate
import Testing
import WeirTestSupport

/// Numbers as `strconv` writes them.
@Suite struct GoNumberTests {
    @Test(arguments: [
        (0.0, "0"), (-0.0, "-0"), (1, "1"), (0.1, "0.1"), (123_456, "123456"),
        (1_234_567, "1.234567e+06"),
        (100_000, "100000"), (1_000_000, "1e+06"), (1e20, "1e+20"), (1e21, "1e+21"),
        (0.0001, "0.0001"),
        (0.00001, "1e-05"), (-2.5, "-2.5"), (1e100, "1e+100"), (.leastNonzeroMagnitude, "5e-324"),
        (.infinity, "+Inf"),
        (-.infinity, "-Inf"), (.nan, "NaN"), (1.7976931348623157e308, "1.7976931348623157e+308"),
    ])
    func shortest(_ value: Double, _ text: String) {
        #expect(GoNumber.shortest(value) == text)
    }

    @Test(arguments: [
        (1.5, "f", 0, "2"), (2.5, "f", 0, "2"), (0.5, "f", 0, "0"), (1.005, "f", 2, "1.00"),
        (0.05, "f", 1, "0.1"),
        (1e21, "f", 1, "1000000000000000000000.0"), (123.456, "e", 2, "1.23e+02"),
        (0, "e", 3, "0.000e+00"),
        (9.999, "e", 2, "1.00e+01"), (1.2345, "g", 4, "1.234"), (12.345, "g", 4, "12.35"),
        (0.12345, "g", 4, "0.1235"),
        (12345, "g", 4, "1.234e+04"), (12355, "g", 4, "1.236e+04"), (1000, "g", 4, "1000"),
        (0.00012345, "g", 4, "0.0001234"),
        (0.000012345, "g", 4, "1.234e-05"), (100, "g", 1, "1e+02"), (1.5, "g", 0, "2"),
        (1e-7, "f", 3, "0.000"),
        (0.0009, "f", 3, "0.001"), (999.9, "f", 0, "1000"),
        (.leastNonzeroMagnitude, "e", 5, "4.94066e-324"),
        (1.0, "E", 1, "1.0E+00"),
    ])
    func precise(_ value: Double, _ verb: Character, _ precision: Int, _ text: String) {
        #expect(GoNumber.format(value, verb, precision: precision) == text)
    }

    /// What is written reads back, and rounding to many digits changes nothing.
    @Test func readsBack() {
        var random = SeededRandom(seed: 0x6f0a)
        for _ in 0..<5_000 {
            let value = Double(bitPattern: random.next())
            guard value.isFinite else { continue }
            for verb: Character in ["e", "f", "g"] {
                #expect(
                    GoNumber.parse(GoNumber.format(value, verb, precision: nil)) == value,
                    "seed \(random.seed)")
            }
            #expect(GoNumber.parse(GoNumber.format(value, "e", precision: 17)) == value, "\(value)")
        }
    }

    @Test func readsAsGo() {
        #expect(GoNumber.parse("1e3") == 1000)
        #expect(GoNumber.parse("+Inf") == .infinity)
        #expect(GoNumber.parse("nan")?.isNaN == true)
        for text in ["", " 1", "1 ", "one", "nan(1)", "1,5", "0x"] {
            #expect(GoNumber.parse(text) == nil, "\(text)")
        }
    }
}
