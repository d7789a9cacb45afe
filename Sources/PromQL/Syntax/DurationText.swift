// Weir
// SPDX-License-Identifier: Apache-2.0

/// Durations as Prometheus writes them: `1h30m`, units from years to milliseconds, each once and in that
/// order, a year of 365 days.
///
/// Source: prometheus/common `model/time.go`.
package enum DurationText {
    private static let units: [(name: String, milliseconds: Int64)] = [
        ("y", 31_536_000_000), ("w", 604_800_000), ("d", 86_400_000), ("h", 3_600_000),
        ("m", 60_000), ("s", 1_000), ("ms", 1),
    ]

    /// The longest duration: what Go's `time.Duration` holds, 292 years.
    package static let limit: Int64 = 9_223_372_036_854

    /// The milliseconds; nil where the text is no duration or longer than ``limit``.
    package static func parse(_ text: String) -> Int64? {
        if text == "0" { return 0 }
        var rest = text.utf8[...]
        guard !rest.isEmpty else { return nil }
        var unit = 0
        var total: Int64 = 0
        while !rest.isEmpty {
            let digits = rest.prefix { Lexer.isDigit($0) }
            rest = rest[digits.endIndex...]
            let letters = rest.prefix { Lexer.isLetter($0) }
            rest = rest[letters.endIndex...]
            guard let count = Int64(String(digits) ?? ""), let name = String(letters),
                let index = Self.units[unit...].firstIndex(where: { $0.name == name })
            else { return nil }
            unit = index + 1
            let (part, tooLong) = count.multipliedReportingOverflow(
                by: Self.units[index].milliseconds)
            guard !tooLong, part <= Self.limit - total else { return nil }
            total += part
        }
        return total
    }

    /// As Prometheus writes it: days, weeks and years only where nothing is left over.
    package static func text(_ milliseconds: Int64) -> String {
        guard milliseconds != 0 else { return "0s" }
        var rest = milliseconds.magnitude
        var text = milliseconds < 0 ? "-" : ""
        for (index, unit) in Self.units.enumerated() {
            let size = unit.milliseconds.magnitude
            // 1y is easier to read than 52w1d, and 25h than 1d1h.
            guard index > 2 || rest % size == 0, rest / size > 0 else { continue }
            text += "\(rest / size)\(unit.name)"
            rest %= size
        }
        return text
    }
}
