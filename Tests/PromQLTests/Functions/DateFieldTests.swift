// Weir
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing
import WeirTestSupport

@testable import PromQL

@Suite struct DateFieldTests {
    private static let dates: [(DateField, Double, Double)] = [
        (DateField.year, 1_136_239_445, 2006), (.month, 1_136_239_445, 1),
        (.dayOfMonth, 1_136_239_445, 2), (.dayOfYear, 1_136_239_445, 2),
        (.dayOfWeek, 1_136_239_445, 1), (.hour, 1_136_239_445, 22),
        (.minute, 1_136_239_445, 4), (.daysInMonth, 1_454_284_800, 29),
        (.daysInMonth, 1_485_907_200, 28), (.dayOfYear, 1_483_191_420, 366),
        (.month, 1_456_790_400, 3), (.dayOfMonth, 1_456_790_400, 1), (.year, 1_230_767_999, 2008),
        (.dayOfWeek, 0, 4), (.year, -1, 1969), (.hour, -1, 23), (.dayOfWeek, -86_400, 3),
    ]

    @Test(arguments: Self.dates)
    func gives(_ field: DateField, _ seconds: Double, _ expected: Double) {
        #expect(field.of(seconds) == expected)
    }

    /// Against the calendar of Foundation, over 20 000 years.
    @Test func agreesWithTheCalendar() throws {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = try #require(TimeZone(identifier: "GMT"))
        var random = SeededRandom(seed: 1)
        for _ in 0..<2000 {
            let seconds = Double(Int.random(in: -10_000_000_000...300_000_000_000, using: &random))
            let date = Date(timeIntervalSince1970: seconds)
            let parts = calendar.dateComponents(
                [.year, .month, .day, .hour, .minute, .weekday], from: date)
            let days = calendar.range(of: .day, in: .month, for: date)?.count
            let ofYear = calendar.ordinality(of: .day, in: .year, for: date)
            let expected: [(DateField, Int?)] = [
                (.year, parts.year), (.month, parts.month), (.dayOfMonth, parts.day),
                (.hour, parts.hour), (.minute, parts.minute),
                (.dayOfWeek, parts.weekday.map { $0 - 1 }), (.daysInMonth, days),
                (.dayOfYear, ofYear),
            ]
            // Foundation is Julian before 1582; we begin well after it.
            guard seconds > -9_000_000_000 else { continue }
            for (field, value) in expected {
                #expect(
                    field.of(seconds) == value.map(Double.init),
                    "seed \(random.seed): \(field) of \(seconds)")
            }
        }
    }

    @Test(arguments: [Double.nan, .infinity, -.infinity, 1e300, -1e16])
    func whatIsNoTimeIsNaN(_ value: Double) {
        for field in [DateField.year, .minute, .dayOfWeek, .daysInMonth] {
            #expect(field.of(value).isNaN)
        }
    }

    @Test func withoutArgumentTheTimeOfEvaluationCounts() throws {
        #expect(try EvaluatorLab().value("hour()", at: 7_200_000) == 2)
        #expect(try EvaluatorLab().value("minute(vector(600))", at: 0) == 10)
    }
}
