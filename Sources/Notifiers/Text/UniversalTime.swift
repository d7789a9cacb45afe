// Weir
// SPDX-License-Identifier: Apache-2.0

package import Alerting

/// Times as RFC 3339 writes them, in UTC: `2026-11-26T17:07:05Z`, with three digits of the second
/// where it is not a whole one.
package enum UniversalTime {
    /// What Go writes for a time that was never set: Alertmanager's `endsAt` of a firing alert.
    package static let unset = "0001-01-01T00:00:00Z"

    /// The text of a time; what lies outside of the years 1 to 9999 is taken to the nearest in them.
    package static func text(_ milliseconds: Timestamp) -> String {
        let time = min(max(milliseconds, -62_135_596_800_000), 253_402_300_799_999)
        let days = (time >= 0 ? time : time - 86_399_999) / 86_400_000
        let ofDay = time - days * 86_400_000
        let (year, month, day) = self.civil(days: days)
        let seconds = ofDay / 1000
        let clock = [seconds / 3600, seconds / 60 % 60, seconds % 60].map { self.digits($0, 2) }
        let fraction = ofDay % 1000 == 0 ? "" : "." + self.digits(ofDay % 1000, 3)
        return self.digits(year, 4) + "-" + self.digits(month, 2) + "-" + self.digits(day, 2) + "T"
            + clock.joined(separator: ":") + fraction + "Z"
    }

    private static func digits(_ value: Int64, _ count: Int) -> String {
        let text = String(value)
        return String(repeating: "0", count: max(0, count - text.count)) + text
    }

    /// Year, month and day of a day since 1970 (not before the year 0), counting years from March so
    /// that the leap day comes last.
    private static func civil(days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let shifted = days + 719_468
        let era = shifted / 146_097
        let ofEra = shifted % 146_097
        let yearOfEra = (ofEra - ofEra / 1460 + ofEra / 36_524 - ofEra / 146_096) / 365
        let dayOfYear = ofEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * marchMonth + 2) / 5 + 1
        let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
    }
}
