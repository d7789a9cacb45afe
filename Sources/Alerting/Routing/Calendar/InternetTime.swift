// Weir
// SPDX-License-Identifier: Apache-2.0

/// Times as text, as Alertmanager's API has them (RFC 3339).
package enum InternetTime {
    /// `2026-01-02T03:04:05.678Z`; years beyond four digits stay at the edge.
    package static func text(_ time: Timestamp) -> String {
        let edges: ClosedRange<Timestamp> = -62_167_219_200_000...253_402_300_799_999
        let civil = CivilTime(min(max(time, edges.lowerBound), edges.upperBound))
        return Self.digits(civil.year, 4) + "-" + Self.digits(civil.month, 2) + "-"
            + Self.digits(civil.day, 2) + "T" + Self.digits(civil.hour, 2) + ":"
            + Self.digits(civil.minute, 2) + ":" + Self.digits(civil.second, 2) + "."
            + Self.digits(civil.millisecond, 3) + "Z"
    }

    /// The time of a text such as `2026-01-02T03:04:05.678+01:00`; what is finer than a millisecond
    /// is cut off. Nil for anything else.
    package static func time(_ text: String) -> Timestamp? {
        var rest = Array(text.utf8)[...]
        guard rest.count <= 64, let year = Self.number(&rest, 4), Self.take("-", &rest),
            let month = Self.number(&rest, 2), Self.take("-", &rest),
            let day = Self.number(&rest, 2), Self.take("T", &rest) || Self.take("t", &rest),
            let hour = Self.number(&rest, 2), Self.take(":", &rest),
            let minute = Self.number(&rest, 2), Self.take(":", &rest),
            let second = Self.number(&rest, 2),
            let days = CivilTime.days(year: year, month: month, day: day),
            hour <= 23, minute <= 59, second <= 60
        else { return nil }
        var milliseconds = 0
        if Self.take(".", &rest) {
            let fraction = rest.prefix(while: Self.isDigit)
            guard !fraction.isEmpty else { return nil }
            rest = rest[fraction.endIndex...]
            for place in 0..<3 {
                let digit = fraction.dropFirst(place).first.map { Int($0) - 0x30 } ?? 0
                milliseconds = milliseconds * 10 + digit
            }
        }
        guard let offset = Self.offsetMinutes(&rest), rest.isEmpty else { return nil }
        let seconds = ((days * 24 + hour) * 60 + minute - offset) * 60 + second
        return Timestamp(seconds) * 1000 + Timestamp(milliseconds)
    }

    private static func offsetMinutes(_ text: inout ArraySlice<UInt8>) -> Int? {
        if Self.take("Z", &text) || Self.take("z", &text) { return 0 }
        let isAhead = Self.take("+", &text)
        guard isAhead || Self.take("-", &text), let hours = Self.number(&text, 2),
            Self.take(":", &text), let minutes = Self.number(&text, 2), hours <= 23, minutes <= 59
        else { return nil }
        return (isAhead ? 1 : -1) * (hours * 60 + minutes)
    }

    private static func number(_ text: inout ArraySlice<UInt8>, _ count: Int) -> Int? {
        let digits = text.prefix(count)
        guard digits.count == count, digits.allSatisfy(Self.isDigit) else { return nil }
        text = text.dropFirst(count)
        return digits.reduce(0) { $0 * 10 + Int($1) - 0x30 }
    }

    private static func take(_ sign: Unicode.Scalar, _ text: inout ArraySlice<UInt8>) -> Bool {
        guard text.first == UInt8(ascii: sign) else { return false }
        text = text.dropFirst()
        return true
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

    private static func digits(_ number: Int, _ count: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, count - text.count)) + text
    }
}
