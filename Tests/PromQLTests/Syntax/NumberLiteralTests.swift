// Weir
// SPDX-License-Identifier: Apache-2.0

import PromQL
import Testing
import WeirTestSupport

@Suite struct NumberLiteralTests {
    /// As Go's `%v`.
    static let numbersAreWrittenAsGoDoesCases: [(Double, String)] = [
        (0.0, "0"), (-0.0, "-0"), (1, "1"), (-2.5, "-2.5"), (100_000, "100000"),
        (1e20, "100000000000000000000"),
        (1e21, "1e+21"), (0.000_1, "0.0001"), (0.000_01, "1e-05"), (1.234e-7, "1.234e-07"),
        (123_456_789.125, "123456789.125"), (1e100, "1e+100"), (.infinity, "+Inf"),
        (-.infinity, "-Inf"),
        (.nan, "NaN"), (0.1 + 0.2, "0.30000000000000004"), (.leastNonzeroMagnitude, "5e-324"),
    ]

    @Test(arguments: numbersAreWrittenAsGoDoesCases)
    func numbersAreWrittenAsGoDoes(value: Double, text: String) {
        #expect(NumberLiteral.text(value) == text)
    }

    @Test func whatIsWrittenReadsBack() {
        var random = SeededRandom(seed: 0x5eed_0003)
        for _ in 0..<5_000 {
            let value = Double(bitPattern: random.next())
            guard value.isFinite else { continue }
            #expect(NumberLiteral.parseSigned(NumberLiteral.text(value)) == value)
        }
    }

    static let otherTextsAreNoneCases: [String] = [
        "", "-", "+", "1_", "_1", "1__0", "0x", "0xg", "1e", "1e+", "1.2.3", "1e999", "e5", ".",
        "0x1.8", "1 ", "--1", "infinity", "nano",
    ]

    @Test(arguments: otherTextsAreNoneCases)
    func otherTextsAreNone(text: String) {
        #expect(NumberLiteral.parseSigned(text) == nil)
    }

    static let numbersAreReadCases: [(String, Double)] = [
        ("1_000.5", 1_000.5), ("0x_ff", 255), ("0XFF", 255), ("017", 15), ("09", 9),
        ("-1e3", -1_000),
        ("+.5", 0.5), ("1.", 1), ("-Inf", -.infinity), ("+inf", .infinity), ("1E3", 1_000),
    ]

    @Test(arguments: numbersAreReadCases)
    func numbersAreRead(text: String, value: Double) {
        #expect(NumberLiteral.parseSigned(text) == value)
    }
}
