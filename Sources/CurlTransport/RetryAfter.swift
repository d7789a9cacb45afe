// Weir
// SPDX-License-Identifier: Apache-2.0

/// The `Retry-After` header (RFC 9110 §10.2.3).
///
/// 1. `120`: seconds. Decimals are read too, since Discord sends `0.65`.
/// 2. `Sun, 06 Nov 1994 08:49:37 GMT`: IMF-fixdate.
/// 3. `Sunday, 06-Nov-94 08:49:37 GMT`: RFC 850, with two digits of the year.
/// 4. `Sun Nov  6 08:49:37 1994`: asctime.
package enum RetryAfter {
    /// Ten years: what is asked beyond that is no number to reckon with.
    private static let secondsMax: Int64 = 315_360_000

    /// The delay that a header value asks for; zero for a date that has passed, nil if unreadable.
    ///
    /// - Parameter unixSeconds: the time now.
    package static func parse(_ text: String, now unixSeconds: Int64) -> Duration? {
        var bytes = Array(text.utf8.prefix(64))
        guard bytes.count < 64 else { return nil }
        while let last = bytes.last, last == 0x20 || last == 0x09 { bytes.removeLast() }
        let value = bytes.drop { $0 == 0x20 || $0 == 0x09 }
        guard let first = value.first else { return nil }
        if self.isDigit(first) { return self.seconds(value) }
        guard let date = self.date(value, now: unixSeconds) else { return nil }
        let (difference, overflow) = date.subtractingReportingOverflow(unixSeconds)
        guard !overflow else { return nil }
        return .seconds(min(max(0, difference), self.secondsMax))
    }

    private static func seconds(_ text: ArraySlice<UInt8>) -> Duration? {
        let parts = text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count <= 2, let whole = self.number(parts[0]) else { return nil }
        if whole >= self.secondsMax { return .seconds(self.secondsMax) }
        var nanoseconds: Int64 = 0
        if parts.count == 2 {
            guard !parts[1].isEmpty, parts[1].allSatisfy(self.isDigit) else { return nil }
            let digits =
                parts[1].prefix(9) + Array(repeating: 0x30, count: max(0, 9 - parts[1].count))
            nanoseconds = self.number(digits) ?? 0
        }
        return .nanoseconds(whole * 1_000_000_000 + nanoseconds)
    }

    /// Seconds since 1970 of one of the three forms.
    private static func date(_ text: ArraySlice<UInt8>, now: Int64) -> Int64? {
        let words = text.split { byte in
            byte == 0x20 || byte == UInt8(ascii: ",") || byte == UInt8(ascii: "-")
                || byte == UInt8(ascii: ":")
        }
        guard words.count >= 7, let weekdayFirst = words[0].first, !self.isDigit(weekdayFirst),
            let wordAfterWeekday = words[1].first
        else { return nil }
        let dayFirst = self.isDigit(wordAfterWeekday)
        // 0 weekday, then day, month, year, time, zone; or month, day, time, year.
        let order = dayFirst ? (1, 2, 3, 4) : (2, 1, 6, 3)
        guard words.count == (dayFirst ? 8 : 7), !dayFirst || words[7].elementsEqual("GMT".utf8),
            let day = self.number(words[order.0]), let month = self.month(words[order.1]),
            var year = self.number(words[order.2]), let hour = self.number(words[order.3]),
            let minute = self.number(words[order.3 + 1]),
            let second = self.number(words[order.3 + 2])
        else { return nil }
        if words[order.2].count == 2 {
            // RFC 9110 §5.6.7: more than 50 years ahead means the past century.
            let thisYear = 1970 + now / 31_556_952
            year += 2000
            if year > thisYear + 50 { year -= 100 }
        }
        guard (1970...9999).contains(year), (1...self.days(month, year)).contains(day),
            hour < 24, minute < 60, second <= 60
        else { return nil }
        return self.daysSince1970(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second
    }

    private static func month(_ text: ArraySlice<UInt8>) -> Int64? {
        let names = [
            "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
        ]
        let index = names.firstIndex { $0.utf8.elementsEqual(text.map(asciiLowercased)) }
        return index.map { Int64($0 + 1) }
    }

    private static func days(_ month: Int64, _ year: Int64) -> Int64 {
        switch month {
        case 4, 6, 9, 11: 30
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        default: 31
        }
    }

    /// Days from 1970-01-01 in the Gregorian calendar, counted in years that begin in March.
    private static func daysSince1970(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let era = shifted / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    /// A number of digits only; more than 15 of them count as 10¹⁵.
    private static func number(_ digits: ArraySlice<UInt8>) -> Int64? {
        guard !digits.isEmpty, digits.allSatisfy(self.isDigit) else { return nil }
        guard digits.count <= 15 else { return 1_000_000_000_000_000 }
        return digits.reduce(0) { $0 * 10 + Int64($1 &- 0x30) }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
}
