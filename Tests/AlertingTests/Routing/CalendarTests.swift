// Weir
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing
import WeirTestSupport

@testable import Alerting

@Suite struct CivilTimeTests {
    @Test func agreesWithTheSystemsCalendar() throws {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = try #require(TimeZone(identifier: "UTC"))
        var random = SeededRandom(seed: 11)
        for _ in 0..<5000 {
            // From 1600 on the system's calendar is Gregorian too.
            let time = Timestamp.random(
                in: -11_600_000_000_000...32_000_000_000_000, using: &random)
            let civil = CivilTime(time)
            let parts = calendar.dateComponents(
                [.year, .month, .day, .hour, .minute, .second, .weekday],
                from: Date(timeIntervalSince1970: (Double(time) / 1000).rounded(.down)))
            #expect(civil.year == parts.year, "\(time)")
            #expect(civil.month == parts.month, "\(time)")
            #expect(civil.day == parts.day, "\(time)")
            #expect(civil.hour == parts.hour, "\(time)")
            #expect(civil.minute == parts.minute, "\(time)")
            #expect(civil.second == parts.second, "\(time)")
            #expect(civil.weekday + 1 == parts.weekday, "\(time)")
        }
    }

    @Test(arguments: [Timestamp.min, .max, 0, -1, 1])
    func anyTimeHasADate(time: Timestamp) {
        for offset in [Int.min, .max, 0, 50_400, -43_200] {
            let civil = CivilTime(time, offsetSeconds: offset)
            #expect((1...12).contains(civil.month) && (1...31).contains(civil.day))
            #expect((0..<1440).contains(civil.minuteOfDay) && (0...6).contains(civil.weekday))
        }
    }
}

@Suite struct InternetTimeTests {
    @Test(arguments: [
        ("1970-01-01T00:00:00.000Z", Timestamp(0)),
        ("2026-11-26T17:45:00.123Z", 1_795_715_100_123),
        ("2024-02-29T23:59:59.999Z", 1_709_251_199_999),
        ("0001-01-01T00:00:00.000Z", -62_135_596_800_000),
        ("1969-12-31T23:59:59.999Z", -1),
    ])
    func bothWays(text: String, time: Timestamp) {
        #expect(InternetTime.text(time) == text)
        #expect(InternetTime.time(text) == time)
    }

    @Test(arguments: [
        ("2026-11-26T18:45:00+01:00", Timestamp(1_795_715_100_000)),
        ("2026-11-26t17:45:00z", 1_795_715_100_000),
        ("2026-11-26T12:15:00.1234567-05:30", 1_795_715_100_123),
    ])
    func otherForms(text: String, time: Timestamp) {
        #expect(InternetTime.time(text) == time)
    }

    @Test(arguments: [
        "", "2026-11-26", "2026-11-26T17:45:00", "2026-13-01T00:00:00Z", "2026-02-29T00:00:00Z",
        "2026-11-26T24:00:00Z", "2026-11-26T17:60:00Z", "2026-11-26T17:45:00.Z",
        "2026-11-26T17:45:00Zx", "+026-11-26T17:45:00Z", "2026-11-26T17:45:00+1:00",
        "2026-11-26T17:45:00+25:00", "２026-11-26T17:45:00Z",
    ])
    func noTime(text: String) {
        #expect(InternetTime.time(text) == nil)
    }

    @Test func edgesStayReadable() {
        #expect(InternetTime.text(.max) == "9999-12-31T23:59:59.999Z")
        #expect(InternetTime.text(.min) == "0000-01-01T00:00:00.000Z")
    }
}

@Suite struct CalendarIntervalTests {
    private func interval(_ text: String) throws -> CalendarInterval {
        let configuration = try RoutingLab.configuration(
            """
            route: { receiver: default }
            time_intervals:
              - name: it
                time_intervals:
                  - \(text)
            """)
        return try #require(configuration.intervals.byName["it"]?.first)
    }

    private static let cases: [(String, String, Bool)] = [
        // A Thursday.
        ("{ weekdays: [thursday] }", "2026-11-26T00:00:00Z", true),
        ("{ weekdays: ['monday:wednesday', 'Friday:saturday'] }", "2026-11-26T12:00:00Z", false),
        ("{ weekdays: ['monday:friday'] }", "2026-11-26T23:59:59Z", true),
        ("{ weekdays: ['sunday'] }", "2026-11-29T23:59:59Z", true),
        ("{ times: [{ start_time: '09:00', end_time: '17:00' }] }", "2026-11-26T09:00:00Z", true),
        ("{ times: [{ start_time: '09:00', end_time: '17:00' }] }", "2026-11-26T08:59:59Z", false),
        ("{ times: [{ start_time: '09:00', end_time: '17:00' }] }", "2026-11-26T17:00:00Z", false),
        ("{ times: [{ start_time: 22:00, end_time: 24:00 }] }", "2026-11-26T23:59:59Z", true),
        (
            "{ times: [{ start_time: '00:00', end_time: '01:00' }, { start_time: '02:00', "
                + "end_time: '03:00' }] }", "2026-11-26T02:30:00Z", true
        ),
        ("{ days_of_month: ['-1'] }", "2026-11-30T12:00:00Z", true),
        ("{ days_of_month: ['-1'] }", "2026-11-29T12:00:00Z", false),
        ("{ days_of_month: [-1] }", "2024-02-29T12:00:00Z", true),
        ("{ days_of_month: ['-3:-1'] }", "2026-11-28T00:00:00Z", true),
        ("{ days_of_month: ['1:5'] }", "2026-11-05T23:59:59Z", true),
        ("{ days_of_month: ['1:5'] }", "2026-11-06T00:00:00Z", false),
        // Does not reach into March.
        ("{ days_of_month: ['30:31'] }", "2026-03-01T00:00:00Z", false),
        ("{ days_of_month: ['29:31'] }", "2026-02-28T00:00:00Z", false),
        ("{ days_of_month: ['25:-1'] }", "2026-02-28T00:00:00Z", true),
        ("{ months: ['november'] }", "2026-11-30T23:59:59Z", true),
        ("{ months: ['1:3', 'May:6'] }", "2026-06-30T12:00:00Z", true),
        ("{ months: ['1:3', 'May:6'] }", "2026-04-30T12:00:00Z", false),
        ("{ years: ['2020:2022', '2026'] }", "2026-01-01T00:00:00Z", true),
        ("{ years: ['2020:2022'] }", "2023-01-01T00:00:00Z", false),
        // Berlin is one hour ahead in winter, two in summer.
        (
            "{ times: [{ start_time: '09:00', end_time: '10:00' }], location: Europe/Berlin }",
            "2026-11-26T08:30:00Z", true
        ),
        (
            "{ times: [{ start_time: '09:00', end_time: '10:00' }], location: Europe/Berlin }",
            "2026-07-26T08:30:00Z", false
        ),
        ("{ weekdays: [friday], location: Asia/Tokyo }", "2026-11-26T15:00:00Z", true),
        ("{ weekdays: [friday], location: UTC }", "2026-11-26T15:00:00Z", false),
        ("{ weekdays: [thursday], months: [december] }", "2026-11-26T15:00:00Z", false),
        ("{}", "2026-11-26T15:00:00Z", true),
    ]

    @Test(arguments: cases)
    func contains(text: String, time: String, expected: Bool) throws {
        let time = try #require(InternetTime.time(time))
        #expect(try self.interval(text).contains(time, offset: RoutingLab.zones) == expected)
    }

    @Test func unknownZoneIsNoAnswer() {
        var interval = CalendarInterval()
        interval.location = "Atlantis/City"
        #expect(interval.contains(0, offset: RoutingLab.zones) == nil)
    }

    @Test(arguments: [
        ("{ weekdays: [thorsday] }", #"did you mean "thursday"?"#),
        ("{ weekdays: ['friday:monday'] }", "comes before its start"),
        ("{ weekdays: ['7'] }", "expected a weekday"),
        ("{ months: ['13'] }", "expected a month"),
        ("{ months: ['december:january'] }", "comes before its start"),
        ("{ days_of_month: ['0'] }", "expected a day of the month"),
        ("{ days_of_month: ['32'] }", "expected a day of the month"),
        ("{ days_of_month: ['-5:2'] }", "begins with a negative day"),
        ("{ days_of_month: ['-1:-3'] }", "comes before its start"),
        ("{ days_of_month: ['1:2:3'] }", "expected a day of the month"),
        ("{ years: [x] }", "expected a year"),
        ("{ times: [{ start_time: '22:00', end_time: '06:00' }] }", "two ranges for a night"),
        ("{ times: [{ start_time: '9:00', end_time: '17:00' }] }", "expected a time from 00:00"),
        ("{ times: [{ start_time: '09:00' }] }", #"missing key "end_time""#),
        ("{ times: [{ start_time: '09:00', end_time: '24:01' }] }", "expected a time from 00:00"),
        ("{ location: Atlantis/City }", #"there is no time zone "Atlantis/City""#),
        ("{ weekday: [monday] }", #"did you mean "weekdays"?"#),
    ])
    func faultIsToldAndMutesNothing(text: String, expected: String) {
        let (configuration, faults) = RoutingLab.read(
            """
            route: { receiver: default }
            time_intervals:
              - name: it
                time_intervals:
                  - \(text)
            """)
        #expect(faults.count == 1, "\(faults)")
        #expect(faults.first?.contains(expected) ?? false, "\(faults)")
        #expect(faults.first?.hasPrefix("weir.yaml:5:") ?? false, "\(faults)")
        if text.contains("weekday:") { return }
        #expect(configuration?.intervals.byName["it"] == [])
    }
}
