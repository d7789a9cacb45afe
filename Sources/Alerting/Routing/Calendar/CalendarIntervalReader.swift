// Weir
// SPDX-License-Identifier: Apache-2.0

import ConfigTree

/// Reads `time_intervals`: names, and what times each of them stands for.
///
///     time_intervals:
///       - name: nights
///         time_intervals:
///           - times: [{ start_time: "22:00", end_time: "24:00" }]
///             weekdays: ["monday:friday"]
///             location: Europe/Berlin
struct CalendarIntervalReader {
    let offset: ZoneOffset

    /// The intervals of `time_intervals`, and of `mute_time_intervals`, its older name. Faulty ones
    /// are reported; of one with a faulty part nothing is kept but its name, so that it mutes nothing.
    func read(_ root: ConfigSection) -> CalendarIntervals {
        var result = CalendarIntervals()
        for key in ["time_intervals", "mute_time_intervals"] {
            for section in root.sectionList(key) {
                let name = section.string("name")
                let items = section.sectionList("time_intervals").map(self.interval)
                guard let name else { continue }
                if result.byName[name] != nil {
                    section.fail(
                        at: "name", "there is already a time interval \(name.quoted)",
                        advice: "give each its own name")
                    continue
                }
                result.byName[name] = items.contains(nil) ? [] : items.compactMap { $0 }
            }
        }
        return result
    }

    private func interval(_ section: ConfigSection) -> CalendarInterval? {
        var interval = CalendarInterval()
        let times = section.sectionList("times").map(Self.times)
        let weekdays = section.optional("weekdays", .list(.range(of: .weekday)))
        let days = section.optional("days_of_month", .list(.dayRange))
        let months = section.optional("months", .list(.range(of: .month)))
        let years = section.optional("years", .list(.range(of: .year)))
        interval.times = times.compactMap { $0 }
        interval.weekdays = weekdays ?? []
        interval.daysOfMonth = days ?? []
        interval.months = months ?? []
        interval.years = years ?? []
        // A part that is there and gave nothing has been reported.
        let isFaulty =
            times.contains(nil) || (weekdays == nil && Self.isSet(section, "weekdays"))
            || (days == nil && Self.isSet(section, "days_of_month"))
            || (months == nil && Self.isSet(section, "months"))
            || (years == nil && Self.isSet(section, "years"))
        guard let location = section.optionalScalar("location", expected: "the name of a zone")
        else { return isFaulty || Self.isSet(section, "location") ? nil : interval }
        guard CalendarInterval.seconds(location.text, 0, self.offset) != nil else {
            location.fail(
                "there is no time zone \(location.shown)",
                advice: "write an IANA name such as Europe/Berlin, or UTC")
            return nil
        }
        interval.location = location.text
        return isFaulty ? nil : interval
    }

    private static func isSet(_ section: ConfigSection, _ key: String) -> Bool {
        section.value(key).map { !$0.isNull } ?? false
    }

    private static func times(_ section: ConfigSection) -> Range<Int>? {
        let start = section.required("start_time", .minuteOfDay)
        let end = section.required("end_time", .minuteOfDay)
        guard let start, let end else { return nil }
        guard start < end else {
            section.fail(
                "end_time does not come after start_time",
                advice: "write two ranges for a night: to 24:00, and from 00:00")
            return nil
        }
        return start..<end
    }

    static let schema: SchemaNode = .list(
        of: .object([
            .init("name", .string, "What routes call it.", isRequired: true),
            .init(
                "time_intervals",
                .list(
                    of: .object([
                        .init(
                            "times",
                            .list(
                                of: .object([
                                    .init("start_time", Self.clock, "", isRequired: true),
                                    .init("end_time", Self.clock, "Excluded.", isRequired: true),
                                ])), "Times of the day."),
                        .init("weekdays", Self.texts("monday:friday"), "Names, or first:last."),
                        .init("days_of_month", Self.texts("1:5", "-3:-1"), "-1 is the last one."),
                        .init("months", Self.texts("january:march", "12"), "Names or numbers."),
                        .init("years", Self.texts("2026:2028"), "Numbers, or first:last."),
                        .init("location", .text(examples: ["Europe/Berlin"]), "UTC if missing."),
                    ])), "All that one says must hold; one of them is enough.", isRequired: true),
        ]))

    private static let clock: SchemaNode = .text(
        pattern: "^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$", examples: ["22:00"])

    private static func texts(_ examples: String...) -> SchemaNode {
        .list(of: .either([.text(examples: examples), .whole()]))
    }
}
