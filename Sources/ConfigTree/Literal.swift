// Weir
// SPDX-License-Identifier: Apache-2.0

// The literals of a configuration, none of which YAML itself interprets:
//
// - whole numbers: decimal digits, a sign, single underscores between digits (`12_000_000`); no
//   hex, no octal, no leading zero, no exponent. Without quotes, unless a reference gave the text.
// - numbers: the same with a fraction and an exponent.
// - booleans: `true` and `false`; `yes`, `no`, `on`, `off` are refused.
// - durations: whole numbers with the units w d h m s ms, the larger first (`1h30m`); `0`.
// - sizes: a whole number and a unit, `B`, `kB` `MB` `GB` `TB` (powers of 1000), `KiB` `MiB` `GiB`
//   `TiB` (powers of 1024).

/// Parsers for the literals that every part of the configuration shares.
enum Literal {
    static func integer<Value: FixedWidthInteger>(
        _ scalar: ConfigScalar, in range: ClosedRange<Value>
    ) throws(ConfigFault) -> Value {
        try Self.refuseQuotes(scalar)
        var bytes = Array(scalar.text.utf8)[...]
        let isNegative = bytes.first == UInt8(ascii: "-")
        if isNegative || bytes.first == UInt8(ascii: "+") { bytes = bytes.dropFirst() }
        if bytes.starts(with: "0x".utf8) || bytes.starts(with: "0X".utf8) {
            throw ConfigFault(advice: "write it in decimal")
        }
        guard let digits = Self.digits(bytes) else {
            let isDecimal =
                !scalar.origin.mayBeSecret && bytes.contains { (0x30...0x39).contains($0) }
            throw ConfigFault(
                advice: isDecimal ? "write digits only, with _ between them if you like" : nil)
        }
        if digits.count > 1, digits.first == 0 {
            throw ConfigFault(advice: "drop the leading zero")
        }
        var value: Value = 0
        for digit in digits {
            let (product, over) = value.multipliedReportingOverflow(by: 10)
            let (sum, carry) =
                isNegative
                ? product.subtractingReportingOverflow(Value(digit))
                : product.addingReportingOverflow(Value(digit))
            if over || carry { throw Self.outOfRange(scalar, range) }
            value = sum
        }
        guard range.contains(value) else { throw Self.outOfRange(scalar, range) }
        return value
    }

    static func double(
        _ scalar: ConfigScalar, in range: ClosedRange<Double>
    ) throws(ConfigFault) -> Double {
        try Self.refuseQuotes(scalar)
        let text = scalar.text
        let allowed = "0123456789+-.eE_".utf8
        guard text.utf8.allSatisfy(allowed.contains), !text.hasPrefix("_"), !text.hasSuffix("_"),
            !text.contains("__"), let value = Double(text.filter { $0 != "_" })
        else { throw ConfigFault() }
        guard value.isFinite, range.contains(value) else {
            throw ConfigFault(
                "expected a number from \(range.lowerBound) to \(range.upperBound),"
                    + " found \(scalar.shown)")
        }
        return value
    }

    static func bool(_ scalar: ConfigScalar) throws(ConfigFault) -> Bool {
        try Self.refuseQuotes(scalar)
        switch scalar.text {
        case "true": return true
        case "false": return false
        default: break
        }
        if scalar.origin.mayBeSecret { throw ConfigFault() }
        switch scalar.text.lowercased() {
        case "true", "yes", "on", "y", "1": throw ConfigFault(advice: "write true")
        case "false", "no", "off", "n", "0": throw ConfigFault(advice: "write false")
        default: throw ConfigFault()
        }
    }

    private static let durationUnits: [(name: String, milliseconds: Int64)] = [
        ("w", 604_800_000), ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000),
        ("ms", 1),
    ]

    static func duration(
        _ scalar: ConfigScalar, in range: ClosedRange<Duration>
    ) throws(ConfigFault) -> Duration {
        let advice = "write a number with a unit: 250ms, 30s, 5m, 1h30m, 7d"
        var rest = Array(scalar.text.utf8)[...]
        var total: Int64 = 0
        var units = Self.durationUnits[...]
        guard !rest.isEmpty else { throw ConfigFault(advice: advice) }
        if rest.elementsEqual("0".utf8) { rest = [] }
        while !rest.isEmpty {
            let number = rest.prefix { (0x30...0x39).contains($0) }
            rest = rest[number.endIndex...]
            let name = rest.prefix { (0x61...0x7a).contains($0) }
            rest = rest[name.endIndex...]
            guard !number.isEmpty,
                let index = units.firstIndex(where: { $0.name.utf8.elementsEqual(name) })
            else { throw ConfigFault(advice: advice) }
            guard let count = Int64(String(decoding: number, as: UTF8.self)) else {
                throw ConfigFault("the duration is too long")
            }
            let (product, over) = count.multipliedReportingOverflow(by: units[index].milliseconds)
            let (sum, carry) = total.addingReportingOverflow(product)
            if over || carry { throw ConfigFault("the duration is too long") }
            total = sum
            units = units[(index + 1)...]
        }
        let value = Duration.milliseconds(total)
        guard range.contains(value) else {
            let (low, high) = (range.lowerBound, range.upperBound)
            let bound =
                high == .seconds(Int64.max)
                ? "of at least \(Self.text(duration: low))"
                : "from \(Self.text(duration: low)) to \(Self.text(duration: high))"
            throw ConfigFault("expected a duration \(bound), found \(scalar.shown)")
        }
        return value
    }

    private static let sizeUnits: [(name: String, bytes: Int)] = [
        ("TiB", 1 << 40), ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10),
        ("TB", 1_000_000_000_000), ("GB", 1_000_000_000), ("MB", 1_000_000), ("kB", 1000), ("B", 1),
    ]

    static func byteSize(
        _ scalar: ConfigScalar, in range: ClosedRange<Int>
    ) throws(ConfigFault) -> Int {
        let bytes = Array(scalar.text.utf8)
        let number = bytes.prefix { (0x30...0x39).contains($0) || $0 == 0x5f }
        let unit = bytes[number.endIndex...].drop { $0 == 0x20 }
        guard let digits = Self.digits(number),
            let (_, size) = Self.sizeUnits.first(where: { $0.name.utf8.elementsEqual(unit) })
        else { throw ConfigFault(advice: "write a number with a unit: 512 KiB, 64 MiB, 1 GB") }
        var value = 0
        for digit in digits {
            let (product, over) = value.multipliedReportingOverflow(by: 10)
            let (sum, carry) = product.addingReportingOverflow(Int(digit))
            if over || carry { throw ConfigFault("the size is too large") }
            value = sum
        }
        let (result, over) = value.multipliedReportingOverflow(by: size)
        if over { throw ConfigFault("the size is too large") }
        guard range.contains(result) else {
            throw ConfigFault(
                "expected a size from \(Self.text(bytes: range.lowerBound))"
                    + " to \(Self.text(bytes: range.upperBound)), found \(scalar.shown)")
        }
        return result
    }

    /// `1h30m`, `250ms`, `0s`; what is finer than a millisecond is left out.
    static func text(duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        guard duration > .zero, seconds < Int64.max / 1000 else {
            return duration == .zero ? "0s" : "\(seconds)s"
        }
        var rest = seconds * 1000 + attoseconds / 1_000_000_000_000_000
        var text = ""
        for (name, milliseconds) in Self.durationUnits.dropFirst(1) where rest >= milliseconds {
            text += "\(rest / milliseconds)\(name)"
            rest %= milliseconds
        }
        return text.isEmpty ? "0s" : text
    }

    /// `64 MiB`: in the largest unit that leaves no rest.
    static func text(bytes: Int) -> String {
        for (name, size) in Self.sizeUnits where bytes >= size && bytes % size == 0 {
            return "\(bytes / size) \(name)"
        }
        return "\(bytes) B"
    }

    /// The values of decimal digits with single underscores between them; nil for anything else.
    private static func digits(_ bytes: ArraySlice<UInt8>) -> [UInt8]? {
        guard let first = bytes.first, let last = bytes.last, first != 0x5f, last != 0x5f else {
            return nil
        }
        var digits: [UInt8] = []
        var previous: UInt8 = 0
        for byte in bytes {
            if (0x30...0x39).contains(byte) {
                digits.append(byte - 0x30)
            } else if byte != 0x5f || previous == 0x5f {
                return nil
            }
            previous = byte
        }
        return digits
    }

    /// A number or a boolean in quotes is text; but a reference may need the quotes.
    private static func refuseQuotes(_ scalar: ConfigScalar) throws(ConfigFault) {
        guard scalar.isPlain || scalar.origin != .literal else {
            throw ConfigFault(advice: "remove the quotes")
        }
    }

    private static func outOfRange<Value: FixedWidthInteger>(
        _ scalar: ConfigScalar, _ range: ClosedRange<Value>
    ) -> ConfigFault {
        let bound =
            range.upperBound == .max
            ? (range.lowerBound == .min && (Value.isSigned || !scalar.text.hasPrefix("-"))
                ? "that fits \(Value.bitWidth) bits" : "of at least \(range.lowerBound)")
            : "from \(range.lowerBound) to \(range.upperBound)"
        return ConfigFault("expected a whole number \(bound), found \(scalar.shown)")
    }
}
