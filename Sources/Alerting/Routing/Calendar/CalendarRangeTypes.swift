// Weir
// SPDX-License-Identifier: Apache-2.0

import ConfigTree

/// What the ends of a range may be: a number, or one of some names.
struct CalendarRangeMember: Sendable {
    /// Completes the sentence "expected …".
    let expected: String
    let names: [String]
    /// The number that the first name stands for.
    let firstNumber: Int
    /// The numbers that may be written; nil where only names may.
    let numbers: ClosedRange<Int>?

    static let weekday = CalendarRangeMember(
        expected: "a weekday such as monday, or first:last",
        names: ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"],
        firstNumber: 0, numbers: nil)
    static let month = CalendarRangeMember(
        expected: "a month such as january or 1, or first:last",
        names: [
            "january", "february", "march", "april", "may", "june", "july", "august", "september",
            "october", "november", "december",
        ], firstNumber: 1, numbers: 1...12)
    static let year = CalendarRangeMember(
        expected: "a year such as 2026, or first:last", names: [], firstNumber: 0,
        numbers: 0...9999)

    func number(_ text: Substring) -> Int? {
        if let index = self.names.firstIndex(of: text.lowercased()) {
            return self.firstNumber + index
        }
        guard let numbers = self.numbers, let number = Int(text), numbers.contains(number) else {
            return nil
        }
        return number
    }
}

extension ConfigType where Value == ClosedRange<Int> {
    /// `monday:friday`, or `monday` alone.
    static func range(of member: CalendarRangeMember) -> ConfigType {
        .scalar(member.expected) { scalar throws(ConfigFault) in
            let ends = scalar.text.split(separator: ":", omittingEmptySubsequences: false)
            guard (1...2).contains(ends.count) else { throw ConfigFault() }
            let numbers = ends.map(member.number)
            guard let first = numbers[0], let last = numbers[numbers.count - 1] else {
                let wrong = ends.first { member.number($0) == nil } ?? ""
                throw ConfigFault(
                    advice: scalar.suggestion(String(wrong), among: member.names, kind: "names"))
            }
            guard first <= last else {
                throw ConfigFault(
                    "the end of \(scalar.shown) comes before its start",
                    advice: "write two ranges")
            }
            return first...last
        }
    }
}

extension ConfigType where Value == CalendarInterval.DayRange {
    /// `1:5`, `-3:-1`, or one day alone.
    static var dayRange: ConfigType {
        .scalar("a day of the month from 1 to 31, from -31 to -1, or first:last") {
            scalar throws(ConfigFault) in
            let ends = scalar.text.split(separator: ":", omittingEmptySubsequences: false)
            guard (1...2).contains(ends.count), let first = Self.day(ends[0]),
                let last = Self.day(ends[ends.count - 1])
            else { throw ConfigFault() }
            guard first > 0 || last < 0 else {
                throw ConfigFault(
                    "a range that begins with a negative day ends with one",
                    advice: "write two ranges")
            }
            // The shortest month decides whether the end always comes before the start.
            guard (first < 0 ? 28 + first : first) <= (last < 0 ? 28 + last : last) else {
                throw ConfigFault(
                    "the end of \(scalar.shown) comes before its start",
                    advice: "write two ranges")
            }
            return CalendarInterval.DayRange(first, last)
        }
    }

    private static func day(_ text: Substring) -> Int? {
        guard let day = Int(text), (1...31).contains(day) || (-31...(-1)).contains(day) else {
            return nil
        }
        return day
    }
}

extension ConfigType where Value == Int {
    /// `00:00` to `24:00`, in minutes.
    static var minuteOfDay: ConfigType {
        .parsed("a time from 00:00 to 24:00", advice: "two digits, a colon, two digits") { text in
            let bytes = Array(text.utf8)
            guard bytes.count == 5, bytes[2] == 0x3a else { return nil }
            let digits = [bytes[0], bytes[1], bytes[3], bytes[4]].map { Int($0) - 0x30 }
            guard digits.allSatisfy({ (0...9).contains($0) }) else { return nil }
            let (hour, minute) = (digits[0] * 10 + digits[1], digits[2] * 10 + digits[3])
            guard hour <= 23 && minute <= 59 || hour == 24 && minute == 0 else { return nil }
            return hour * 60 + minute
        }
    }
}
