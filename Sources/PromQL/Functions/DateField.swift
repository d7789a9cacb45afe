// Weir
// SPDX-License-Identifier: Apache-2.0

/// The functions that read a part of a date (UTC) from seconds since 1970.
enum DateField: String {
    case minute, hour, month, year
    case dayOfMonth = "day_of_month"
    case dayOfWeek = "day_of_week"
    case dayOfYear = "day_of_year"
    case daysInMonth = "days_in_month"

    /// The part; NaN for what is no time (NaN, infinities, more than 10¹⁵ seconds from 1970).
    func of(_ seconds: Double) -> Double {
        guard seconds.magnitude <= 1e15 else { return .nan }
        let whole = Int64(seconds)
        let day = Self.floorDivided(whole, by: 86_400)
        let second = whole - day * 86_400
        switch self {
        case .minute: return Double(second / 60 % 60)
        case .hour: return Double(second / 3600)
        case .dayOfWeek: return Double(day + 4 - Self.floorDivided(day + 4, by: 7) * 7)
        default: break
        }
        let date = Self.date(ofDay: day)
        switch self {
        case .year: return Double(date.year)
        case .month: return Double(date.month)
        case .dayOfMonth: return Double(date.day)
        case .daysInMonth:
            let isLast = date.month == 12
            let next = Self.day(
                year: date.year + (isLast ? 1 : 0), month: isLast ? 1 : date.month + 1)
            return Double(next - Self.day(year: date.year, month: date.month))
        default: return Double(day - Self.day(year: date.year, month: 1) + 1)
        }
    }

    /// The civil date of a day counted from 1970-01-01, in the Gregorian calendar without end.
    private static func date(ofDay day: Int64) -> (year: Int64, month: Int64, day: Int64) {
        // Years begin in March here, so that the leap day is the last of its year.
        let shifted = day + 719_468
        let era = self.floorDivided(shifted, by: 146_097)
        let ofEra = shifted - era * 146_097
        let year = (ofEra - ofEra / 1460 + ofEra / 36_524 - ofEra / 146_096) / 365
        let ofYear = ofEra - (365 * year + year / 4 - year / 100)
        let monthIndex = (5 * ofYear + 2) / 153
        let month = monthIndex < 10 ? monthIndex + 3 : monthIndex - 9
        return (
            year + era * 400 + (month <= 2 ? 1 : 0), month, ofYear - (153 * monthIndex + 2) / 5 + 1
        )
    }

    /// The day on which a month begins.
    private static func day(year: Int64, month: Int64) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let era = self.floorDivided(shifted, by: 400)
        let ofEra = shifted - era * 400
        let ofYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5
        return era * 146_097 + ofEra * 365 + ofEra / 4 - ofEra / 100 + ofYear - 719_468
    }

    private static func floorDivided(_ value: Int64, by divisor: Int64) -> Int64 {
        let (quotient, rest) = value.quotientAndRemainder(dividingBy: divisor)
        return rest < 0 ? quotient - 1 : quotient
    }
}
