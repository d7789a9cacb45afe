// Weir
// SPDX-License-Identifier: Apache-2.0

/// The texts of numbers in the exposition formats.
///
/// A sample's number is the shortest that reads back as the same value, in the form of Go's
/// `ParseFloat`; whole numbers have no point. A bucket bound (`le`) is canonical in both formats,
/// as Prometheus 3 normalises it: Go's `%g`, with `.0` where there is neither point nor exponent.
package enum NumberText {
    /// Appends a sample's value.
    package static func append(_ value: MetricValue, to out: inout [UInt8]) {
        switch value {
        case .integer(let integer): self.append(integer, to: &out)
        case .double(let double): self.append(double, to: &out)
        }
    }

    /// Appends an unsigned integer in decimal.
    package static func append(_ value: UInt64, to out: inout [UInt8]) {
        if value < 10 {
            out.append(UInt8(truncatingIfNeeded: value) &+ 0x30)
            return
        }
        var digits = InlineArray<20, UInt8>(repeating: 0)
        var start = 20
        var rest = value
        while rest >= 10 {
            let (quotient, digit) = rest.quotientAndRemainder(dividingBy: 10)
            start -= 1
            digits[start] = UInt8(truncatingIfNeeded: digit) &+ 0x30
            rest = quotient
        }
        start -= 1
        digits[start] = UInt8(truncatingIfNeeded: rest) &+ 0x30
        for index in start..<20 { out.append(digits[index]) }
    }

    /// Appends a double: `+Inf`, `-Inf`, `NaN`, or the shortest decimal that reads back.
    package static func append(_ value: Double, to out: inout [UInt8]) {
        guard value.isFinite else {
            out.append(contentsOf: (value.isNaN ? "NaN" : value < 0 ? "-Inf" : "+Inf").utf8)
            return
        }
        let magnitude = value.magnitude
        if value.sign == .minus { out.append(UInt8(ascii: "-")) }
        if magnitude < 9_007_199_254_740_992, magnitude.rounded(.towardZero) == magnitude {
            self.append(UInt64(magnitude), to: &out)
        } else if !self.appendShortDecimal(magnitude, to: &out) {
            var text = magnitude.description
            if text.hasSuffix(".0") { text.removeLast(2) }
            out.append(contentsOf: text.utf8)
        }
    }

    /// The canonical text of a bucket's upper bound: `1.0`, `0.01`, `1e+06`, `+Inf`.
    package static func canonicalBound(_ value: Double) -> String {
        guard value.isFinite else { return value.isNaN ? "NaN" : value < 0 ? "-Inf" : "+Inf" }
        guard value != 0 else { return value.sign == .minus ? "-0.0" : "0.0" }
        let (digits, point) = self.shortestDigits(value.magnitude)
        let sign = value < 0 ? "-" : ""
        // strconv's 'g' with precision -1, as Prometheus calls it, decides with precision 6.
        let exponent = point - 1
        if exponent < -4 || exponent >= 6 {
            let fraction = digits.count > 1 ? "." + digits.dropFirst() : ""
            let size = exponent.magnitude
            let padded = (exponent < 0 ? "e-" : "e+") + (size < 10 ? "0" : "") + String(size)
            return sign + String(digits.prefix(1)) + fraction + padded
        }
        if point <= 0 { return sign + "0." + String(repeating: "0", count: -point) + digits }
        if point >= digits.count {
            return sign + digits + String(repeating: "0", count: point - digits.count) + ".0"
        }
        return sign + digits.prefix(point) + "." + digits.dropFirst(point)
    }

    /// Writes `value` if it is a decimal of at most 15 digits with up to nine behind the point.
    ///
    /// `m / 10^k` of two exact doubles is rounded as reading the decimal is, so equality proves
    /// that the text reads back; with at most 15 digits no other text is as short.
    private static func appendShortDecimal(_ value: Double, to out: inout [UInt8]) -> Bool {
        guard value < 1_000_000, value >= 0.000_1 else { return false }
        var scale = 1.0
        for places in 1...9 {
            scale *= 10
            let scaled = (value * scale).rounded()
            guard scaled < 1e15 else { return false }
            guard scaled / scale == value else { continue }
            let (whole, fraction) = UInt64(scaled).quotientAndRemainder(dividingBy: UInt64(scale))
            self.append(whole, to: &out)
            out.append(UInt8(ascii: "."))
            var divisor = UInt64(scale) / 10
            for _ in 0..<places {
                out.append(UInt8(truncatingIfNeeded: fraction / divisor % 10) &+ 0x30)
                divisor = max(divisor / 10, 1)
            }
            return true
        }
        return false
    }

    /// The shortest significant digits of a positive number, and where the point stands in them.
    package static func shortestDigits(_ value: Double) -> (digits: String, point: Int) {
        var digits = ""
        var point = 0
        var seenPoint = false
        var exponent = 0
        var rest = value.description[...]
        if let mark = rest.firstIndex(of: "e") {
            exponent = Int(rest[rest.index(after: mark)...]) ?? 0
            rest = rest[..<mark]
        }
        for character in rest {
            if character == "." {
                seenPoint = true
            } else if digits.isEmpty, character == "0" {
                if seenPoint { point -= 1 }
            } else {
                digits.append(character)
                if !seenPoint { point += 1 }
            }
        }
        while digits.count > 1, digits.last == "0" { digits.removeLast() }
        return (digits, point + exponent)
    }
}
