// Weir
// SPDX-License-Identifier: Apache-2.0

/// The alphabet of metric and label names that every Prometheus understands.
///
/// Prometheus 3 also allows any UTF-8 in quotes; Weir never writes such names, so that no
/// escaping scheme changes them.
package enum MetricName {
    /// Whether `name` matches `[a-zA-Z_:][a-zA-Z0-9_:]*`.
    package static func isValid(_ name: String) -> Bool {
        self.matches(name, colon: true)
    }

    /// Whether `name` matches `[a-zA-Z_][a-zA-Z0-9_]*` and is not reserved by a leading `__`.
    package static func isValidLabel(_ name: String) -> Bool {
        self.matches(name, colon: false) && !name.hasPrefix("__")
    }

    /// `text` with every byte outside the alphabet made an underscore, and a leading digit
    /// preceded by one; runs of underscores become one.
    package static func sanitized(_ text: String) -> String {
        var result: [UInt8] = []
        for byte in text.utf8 {
            let allowed = self.isLetter(byte) || self.isDigit(byte)
            if allowed {
                if result.isEmpty, self.isDigit(byte) { result.append(UInt8(ascii: "_")) }
                result.append(byte)
            } else if result.last != UInt8(ascii: "_") {
                result.append(UInt8(ascii: "_"))
            }
        }
        while result.count > 1, result.last == UInt8(ascii: "_") { result.removeLast() }
        return result.isEmpty ? "_" : String(decoding: result, as: UTF8.self)
    }

    private static func matches(_ name: String, colon: Bool) -> Bool {
        var first = true
        for byte in name.utf8 {
            let letter =
                self.isLetter(byte) || byte == UInt8(ascii: "_")
                || (colon && byte == UInt8(ascii: ":"))
            guard letter || (!first && self.isDigit(byte)) else { return false }
            first = false
        }
        return !first
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        let lower = byte | 0x20
        return lower >= UInt8(ascii: "a") && lower <= UInt8(ascii: "z")
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
    }
}
