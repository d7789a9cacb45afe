// Weir
// SPDX-License-Identifier: Apache-2.0

/// How many seconds the clocks of a zone (its IANA name) are ahead of UTC at a time; nil where there
/// is no such zone. Given from above, for the tables of zones are files of the system.
package typealias ZoneOffset = @Sendable (_ zone: String, _ time: Timestamp) -> Int?

/// A set of times such as "weekdays from nine to five in Berlin": all that it says must hold, and of
/// each thing it says one range.
///
/// Source: prometheus/alertmanager `timeinterval/timeinterval.go`.
package struct CalendarInterval: Sendable, Hashable {
    /// Days of a month; negative ones count from its end, -1 being the last.
    package struct DayRange: Sendable, Hashable {
        package var first: Int
        package var last: Int

        package init(_ first: Int, _ last: Int) {
            self.first = first
            self.last = last
        }

        /// Whether it holds a day of a month with so many days.
        func contains(_ day: Int, daysInMonth: Int) -> Bool {
            let first = self.first < 0 ? daysInMonth + self.first + 1 : self.first
            let last = self.last < 0 ? daysInMonth + self.last + 1 : self.last
            // Days beyond the month's end do not reach into the next one.
            guard first <= daysInMonth else { return false }
            return day >= first && day <= min(last, daysInMonth)
        }
    }

    /// Minutes of the day, the end excluded; none: all.
    package var times: [Range<Int>] = []
    /// 0 is Sunday; none: all.
    package var weekdays: [ClosedRange<Int>] = []
    package var daysOfMonth: [DayRange] = []
    /// 1 is January.
    package var months: [ClosedRange<Int>] = []
    package var years: [ClosedRange<Int>] = []
    /// The name of the zone; nil is UTC.
    package var location: String?

    package init() {}

    /// Whether the interval holds a time. Nil: its zone is not known.
    package func contains(_ time: Timestamp, offset: ZoneOffset) -> Bool? {
        guard let seconds = Self.seconds(self.location, time, offset) else { return nil }
        let civil = CivilTime(time, offsetSeconds: seconds)
        let days = civil.daysInMonth
        return Self.holds(self.times) { $0.contains(civil.minuteOfDay) }
            && Self.holds(self.daysOfMonth) { $0.contains(civil.day, daysInMonth: days) }
            && Self.holds(self.months) { $0.contains(civil.month) }
            && Self.holds(self.weekdays) { $0.contains(civil.weekday) }
            && Self.holds(self.years) { $0.contains(civil.year) }
    }

    static func seconds(_ zone: String?, _ time: Timestamp, _ offset: ZoneOffset) -> Int? {
        guard let zone, !zone.isEmpty, zone != "UTC" else { return 0 }
        return offset(zone, time)
    }

    private static func holds<Item>(_ ranges: [Item], _ contains: (Item) -> Bool) -> Bool {
        ranges.isEmpty || ranges.contains(where: contains)
    }
}

/// The time intervals of a configuration by name.
package struct CalendarIntervals: Sendable, Hashable {
    package var byName: [String: [CalendarInterval]]

    package init(_ byName: [String: [CalendarInterval]] = [:]) {
        self.byName = byName
    }

    /// The names of which one interval holds the time.
    ///
    /// - Parameter unknown: what is taken where a zone is not known.
    func names(
        _ names: [String], at time: Timestamp, offset: ZoneOffset, unknown: Bool
    ) -> [String] {
        names.filter { name in
            (self.byName[name] ?? []).contains { $0.contains(time, offset: offset) ?? unknown }
        }
    }
}
