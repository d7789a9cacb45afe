// Weir
// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The `Date` header's form (RFC 9110 §5.6.7): `Sun, 06 Nov 1994 08:49:37 GMT`.
enum HTTPDate {
    private static let weekdays = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    static func now() -> String {
        Self.text(unixSeconds: Int(time(nil)))
    }

    /// The text for seconds since 1970, from 1970 to 9999; others are taken to the nearest of it.
    static func text(unixSeconds: Int) -> String {
        let seconds = min(max(unixSeconds, 0), 253_402_300_799)
        let days = seconds / 86_400
        let (year, month, day) = Self.civil(days: days)
        let clock = [seconds / 3600 % 24, seconds / 60 % 60, seconds % 60].map(Self.two)
        return "\(Self.weekdays[days % 7]), \(Self.two(day)) \(Self.months[month - 1]) "
            + "\(String(repeating: "0", count: max(0, 4 - String(year).count)))\(year) "
            + clock.joined(separator: ":") + " GMT"
    }

    private static func two(_ value: Int) -> String {
        value < 10 ? "0\(value)" : "\(value)"
    }

    /// Year, month and day of a day since 1970, counting years from March so that the leap day
    /// comes last.
    private static func civil(days: Int) -> (year: Int, month: Int, day: Int) {
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
