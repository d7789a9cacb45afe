// Weir
// SPDX-License-Identifier: Apache-2.0

/// Numbers for people, as Prometheus' `humanize` family writes them (`template/template.go`).
package enum Humanize {
    private static let largePrefixes = ["k", "M", "G", "T", "P", "E", "Z", "Y"]
    private static let smallPrefixes = ["m", "u", "n", "p", "f", "a", "z", "y"]
    private static let binaryPrefixes = ["ki", "Mi", "Gi", "Ti", "Pi", "Ei", "Zi", "Yi"]

    /// `1.235M`, `120m`: four digits and a prefix.
    package static func number(_ value: Double) -> String {
        guard value != 0, value.isFinite else { return self.short(value) }
        if abs(value) >= 1 {
            let (scaled, prefix) = self.scale(value, by: 1000, self.largePrefixes)
            return self.short(scaled) + prefix
        }
        let (scaled, prefix) = self.raise(value)
        return self.short(scaled) + prefix
    }

    /// `1.177Mi`.
    package static func binary(_ value: Double) -> String {
        guard abs(value) > 1, value.isFinite else { return self.short(value) }
        let (scaled, prefix) = self.scale(value, by: 1024, self.binaryPrefixes)
        return self.short(scaled) + prefix
    }

    /// `1d 2h 3m 4s`, `12.35s`, `120ms`.
    package static func duration(_ value: Double) -> String {
        guard value.isFinite else { return self.short(value) }
        if value == 0 { return self.short(value) + "s" }
        guard abs(value) >= 1 else {
            let (scaled, prefix) = self.raise(value)
            return self.short(scaled) + prefix + "s"
        }
        let sign = value < 0 ? "-" : ""
        // What Go's conversion to int64 gives beyond its range is the least number.
        let whole = Int64(exactly: abs(value).rounded(.towardZero)) ?? Int64.min
        let (seconds, minutes) = (whole % 60, (whole / 60) % 60)
        let (hours, days) = ((whole / 3600) % 24, whole / 86_400)
        if days != 0 { return "\(sign)\(days)d \(hours)h \(minutes)m \(seconds)s" }
        if hours != 0 { return "\(sign)\(hours)h \(minutes)m \(seconds)s" }
        if minutes != 0 { return "\(sign)\(minutes)m \(seconds)s" }
        return sign + self.short(abs(value)) + "s"
    }

    /// `12.35%` of 0.12345.
    package static func percentage(_ value: Double) -> String {
        self.short(value * 100) + "%"
    }

    /// `2015-06-23 13:19:44.128 +0000 UTC` of seconds since 1970, to the millisecond.
    package static func timestamp(_ value: Double) throws(TemplateFault) -> String {
        guard value.isFinite else { return self.short(value) }
        let nanoseconds = value * 1e9
        guard let whole = Int64(exactly: nanoseconds.rounded(.towardZero)) else {
            throw TemplateFault(
                "\(GoNumber.shortest(nanoseconds)) cannot be represented as a nanoseconds timestamp"
                    + " since it overflows int64")
        }
        let milliseconds = whole / 1_000_000
        let day = self.floorDivide(milliseconds, 86_400_000)
        let rest = milliseconds - day * 86_400_000
        let (year, month, dayOfMonth) = self.date(day)
        let (seconds, fraction) = ((rest / 1000) % 60, rest % 1000)
        var text = "\(year)-\(self.two(month))-\(self.two(dayOfMonth))"
        text +=
            " \(self.two(rest / 3_600_000)):\(self.two(rest / 60_000 % 60)):\(self.two(seconds))"
        if fraction != 0 {
            var digits = String(String(fraction + 1000).dropFirst())
            while digits.hasSuffix("0") { digits.removeLast() }
            text += "." + digits
        }
        return text + " +0000 UTC"
    }

    /// Seconds of `1h30m` (`model.ParseDuration`: y w d h m s ms, the larger first).
    package static func seconds(of text: String) throws(TemplateFault) -> Double {
        let units: [(String, Int64)] = [
            ("y", 31_536_000_000), ("w", 604_800_000), ("d", 86_400_000), ("h", 3_600_000),
            ("m", 60_000), ("s", 1000), ("ms", 1),
        ]
        if text.isEmpty { throw TemplateFault("empty duration string") }
        if text == "0" { return 0 }
        var rest = Array(text.utf8)[...]
        var remaining = units[...]
        var total: Int64 = 0
        while !rest.isEmpty {
            let digits = rest.prefix { (0x30...0x39).contains($0) }
            rest = rest[digits.endIndex...]
            let name = rest.prefix { (0x61...0x7a).contains($0) }
            rest = rest[name.endIndex...]
            guard !digits.isEmpty,
                let place = remaining.firstIndex(where: { $0.0.utf8.elementsEqual(name) })
            else {
                throw TemplateFault("not a valid duration string: \(GoText.quoted(text))")
            }
            guard let count = Int64(String(decoding: digits, as: UTF8.self)) else {
                throw TemplateFault("duration out of range")
            }
            let (product, over) = count.multipliedReportingOverflow(by: remaining[place].1)
            let (sum, carry) = total.addingReportingOverflow(product)
            guard !over, !carry, sum <= Int64.max / 1_000_000 else {
                throw TemplateFault("duration out of range")
            }
            total = sum
            remaining = remaining[(place + 1)...]
        }
        return Double(total) / 1000
    }

    private static func short(_ value: Double) -> String {
        GoNumber.format(value, "g", precision: 4)
    }

    private static func scale(
        _ value: Double, by step: Double, _ prefixes: [String]
    ) -> (Double, String) {
        var (value, prefix) = (value, "")
        for next in prefixes {
            if abs(value) < step { break }
            prefix = next
            value /= step
        }
        return (value, prefix)
    }

    private static func raise(_ value: Double) -> (Double, String) {
        var (value, prefix) = (value, "")
        for next in self.smallPrefixes {
            if abs(value) >= 1 { break }
            prefix = next
            value *= 1000
        }
        return (value, prefix)
    }

    private static func two(_ value: Int64) -> String {
        value < 10 ? "0\(value)" : "\(value)"
    }

    private static func floorDivide(_ value: Int64, _ divisor: Int64) -> Int64 {
        let quotient = value / divisor
        return value % divisor < 0 ? quotient - 1 : quotient
    }

    /// The proleptic Gregorian date of a day counted from 1970-01-01.
    private static func date(_ day: Int64) -> (year: Int64, month: Int64, day: Int64) {
        // Counted from 0000-03-01, so that the leap day ends a year.
        let days = day + 719_468
        let era = self.floorDivide(days, 146_097)
        let dayOfEra = days - era * 146_097
        let yearOfEra =
            (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        let month = shifted < 10 ? shifted + 3 : shifted - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (year, month, dayOfYear - (153 * shifted + 2) / 5 + 1)
    }
}
