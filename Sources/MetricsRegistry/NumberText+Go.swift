// Weir
// SPDX-License-Identifier: Apache-2.0

/// Numbers as Go's `strconv.FormatFloat(value, format, -1, 64)` writes them: the shortest digits that
/// read back, for answers and labels that must be byte for byte those of Prometheus.
extension NumberText {
    /// Format `'f'`: never an exponent. `1e21` is `1000000000000000000000`.
    package static func fixed(_ value: Double) -> String {
        guard value.isFinite else { return self.special(value) }
        let sign = value.sign == .minus ? "-" : ""
        guard value != 0 else { return sign + "0" }
        let (digits, point) = self.shortestDigits(value.magnitude)
        if point <= 0 { return sign + "0." + String(repeating: "0", count: -point) + digits }
        if point >= digits.count {
            return sign + digits + String(repeating: "0", count: point - digits.count)
        }
        return sign + digits.prefix(point) + "." + digits.dropFirst(point)
    }

    /// Format `'e'`: always an exponent, of at least two digits. `1000` is `1e+03`.
    package static func scientific(_ value: Double) -> String {
        guard value.isFinite else { return self.special(value) }
        let sign = value.sign == .minus ? "-" : ""
        guard value != 0 else { return sign + "0e+00" }
        let (digits, point) = self.shortestDigits(value.magnitude)
        let fraction = digits.count > 1 ? "." + digits.dropFirst() : ""
        let exponent = point - 1
        let size = String(exponent.magnitude)
        let padded = (exponent < 0 ? "e-" : "e+") + (size.count < 2 ? "0" : "") + size
        return sign + digits.prefix(1) + fraction + padded
    }

    private static func special(_ value: Double) -> String {
        value.isNaN ? "NaN" : value < 0 ? "-Inf" : "+Inf"
    }
}
