// Weir
// SPDX-License-Identifier: Apache-2.0

/// A time on calendar and clock (proleptic Gregorian), for any ``Timestamp`` whatever.
struct CivilTime: Sendable, Hashable {
    let year: Int
    /// 1 is January.
    let month: Int
    /// 1...31.
    let day: Int
    let hour: Int
    let minute: Int
    let second: Int
    let millisecond: Int
    /// 0 is Sunday.
    let weekday: Int

    /// - Parameter offsetSeconds: how far the zone's clocks are ahead of UTC.
    init(_ time: Timestamp, offsetSeconds: Int = 0) {
        let offset = Int64(clamping: offsetSeconds).multipliedReportingOverflow(by: 1000)
        let local = Saturating.sum(time, offset.overflow ? 0 : offset.partialValue)
        let dayLength: Int64 = 86_400_000
        let isBefore = local % dayLength < 0
        let days = local / dayLength - (isBefore ? 1 : 0)
        let rest = Int(local % dayLength + (isBefore ? dayLength : 0))
        self.hour = rest / 3_600_000
        self.minute = rest / 60_000 % 60
        self.second = rest / 1000 % 60
        self.millisecond = rest % 1000
        // 1970-01-01 was a Thursday.
        self.weekday = Int(((days + 4) % 7 + 7) % 7)
        (self.year, self.month, self.day) = Self.date(days: Int(days))
    }

    var minuteOfDay: Int { self.hour * 60 + self.minute }

    var daysInMonth: Int { Self.daysInMonth(self.month, of: self.year) }

    static func daysInMonth(_ month: Int, of year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// The date of a day since 1970, counted in eras of 400 years that begin with March.
    private static func date(days: Int) -> (year: Int, month: Int, day: Int) {
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra =
            (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (year, month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    }

    /// The days since 1970 of a date; nil where there is no such date, or its year has more than
    /// four digits.
    static func days(year: Int, month: Int, day: Int) -> Int? {
        guard (0...9999).contains(year), (1...12).contains(month), day >= 1,
            day <= self.daysInMonth(month, of: year)
        else { return nil }
        let shiftedYear = month <= 2 ? year - 1 : year
        let era = (shiftedYear >= 0 ? shiftedYear : shiftedYear - 399) / 400
        let yearOfEra = shiftedYear - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }
}
