// Weir
// SPDX-License-Identifier: Apache-2.0

import Testing
import WeirTestSupport

@testable import MetricsRegistry

@Suite struct NumberTextGoTests {
    private static let texts: [(Double, String, String)] = [
        (0.0, "0", "0e+00"), (-0.0, "-0", "-0e+00"), (1, "1", "1e+00"), (-1.5, "-1.5", "-1.5e+00"),
        (1e21, "1000000000000000000000", "1e+21"), (1e-7, "0.0000001", "1e-07"),
        (123456.789, "123456.789", "1.23456789e+05"),
        (1e100, "1" + String(repeating: "0", count: 100), "1e+100"),
        (.infinity, "+Inf", "+Inf"), (-.infinity, "-Inf", "-Inf"), (.nan, "NaN", "NaN"),
    ]

    @Test(arguments: Self.texts)
    func isWrittenAsGoDoes(_ value: Double, _ fixed: String, _ scientific: String) {
        #expect(NumberText.fixed(value) == fixed)
        #expect(NumberText.scientific(value) == scientific)
    }

    @Test func readsBackAsTheSame() {
        var random = SeededRandom(seed: 3)
        for _ in 0..<5000 {
            let value = Double(bitPattern: random.next())
            guard value.isFinite else { continue }
            #expect(Double(NumberText.fixed(value)) == value, "seed \(random.seed): \(value)")
            #expect(Double(NumberText.scientific(value)) == value, "seed \(random.seed): \(value)")
        }
    }
}
