// Weir
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing
import WeirTestSupport

@testable import Notifiers

@Suite struct UniversalTimeTests {
    @Test(
        arguments: [
            (0, "1970-01-01T00:00:00Z"), (1_700_000_000_000, "2023-11-14T22:13:20Z"),
            (1_700_000_000_007, "2023-11-14T22:13:20.007Z"), (-1, "1969-12-31T23:59:59.999Z"),
            (951_782_400_000, "2000-02-29T00:00:00Z"), (4_107_542_400_000, "2100-03-01T00:00:00Z"),
            (Int64.max, "9999-12-31T23:59:59.999Z"), (Int64.min, "0001-01-01T00:00:00Z"),
        ] as [(Int64, String)])
    func knownTimes(milliseconds: Int64, expected: String) {
        #expect(UniversalTime.text(milliseconds) == expected)
    }

    /// Against Foundation's calendar, over the years 1600 to 9999.
    @Test func agreesWithTheSystem() {
        let seed: UInt64 = 20_231_114
        var random = SeededRandom(seed: seed)
        let formatter = ISO8601DateFormatter()
        for _ in 0..<2000 {
            let seconds = Int64.random(in: -11_644_473_600...253_402_300_799, using: &random)
            let expected = formatter.string(from: Date(timeIntervalSince1970: Double(seconds)))
            #expect(UniversalTime.text(seconds * 1000) == expected, "seed \(seed)")
        }
    }
}
