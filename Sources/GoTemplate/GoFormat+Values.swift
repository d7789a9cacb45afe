// Weir
// SPDX-License-Identifier: Apache-2.0

/// One value under one verb.
extension GoFormat {
    mutating func append(_ value: TemplateValue, _ verb: Unicode.Scalar, _ flags: Flags) {
        if self.isFull { return }
        if verb == "T" {
            if case .nothing = value { return self.pad("<nil>", flags) }
            return self.pad(value.typeName, flags)
        }
        switch value {
        case .nothing:
            if verb == "v" { self.pad("<nil>", flags) } else { self.append("%!\(verb)(<nil>)") }
        case .bool(let flag):
            guard verb == "v" || verb == "t" else { return self.refuse(value, verb) }
            self.pad(flag ? "true" : "false", flags)
        case .int(let number): self.append(number, value, verb, flags)
        case .number(let number): self.append(number, value, verb, flags)
        case .string(let text): self.append(text, value, verb, flags)
        case .list(let values):
            self.append("[")
            for (index, element) in values.enumerated() {
                if index > 0 { self.append(" ") }
                self.append(element, verb, flags)
            }
            self.append("]")
        case .labels(let labels):
            self.append(labels.map { ($0.key, TemplateValue.string($0.value)) }, verb, flags)
        case .map(let values): self.append(values.map { ($0.key, $0.value) }, verb, flags)
        case .record(let record):
            self.append("{")
            for (index, field) in record.fields.enumerated() {
                if index > 0 { self.append(" ") }
                self.append(field.value, verb, flags)
            }
            self.append("}")
        case .sample(let sample):
            self.append("&{")
            self.append(.labels(sample.labels), verb, flags)
            self.append(" ")
            self.append(.number(sample.value), verb, flags)
            self.append("}")
        }
    }

    private mutating func append(
        _ entries: [(String, TemplateValue)], _ verb: Unicode.Scalar, _ flags: Flags
    ) {
        self.append("map[")
        for (index, entry) in entries.sorted(by: { GoText.precedes($0.0, $1.0) }).enumerated() {
            if self.isFull { return }
            if index > 0 { self.append(" ") }
            self.append(.string(entry.0), verb, flags)
            self.append(":")
            self.append(entry.1, verb, flags)
        }
        self.append("]")
    }

    private mutating func append(
        _ number: Int64, _ value: TemplateValue, _ verb: Unicode.Scalar, _ flags: Flags
    ) {
        let (radix, prefix, uppercase): (Int, String, Bool)
        switch verb {
        case "v", "d": (radix, prefix, uppercase) = (10, "", false)
        case "b": (radix, prefix, uppercase) = (2, flags.sharp ? "0b" : "", false)
        case "o": (radix, prefix, uppercase) = (8, flags.sharp ? "0" : "", false)
        case "O": (radix, prefix, uppercase) = (8, "0o", false)
        case "x": (radix, prefix, uppercase) = (16, flags.sharp ? "0x" : "", false)
        case "X": (radix, prefix, uppercase) = (16, flags.sharp ? "0X" : "", true)
        case "c", "q", "U":
            let scalar = UInt32(exactly: number).flatMap { Unicode.Scalar($0) } ?? "\u{fffd}"
            if verb == "c" { return self.pad(String(Character(scalar)), flags) }
            if verb == "q" { return self.pad(GoText.quoted(scalar), flags) }
            let hex = String(number.magnitude, radix: 16, uppercase: true)
            return self.pad(
                "U+" + String(repeating: "0", count: max(0, 4 - hex.count)) + hex, flags)
        default: return self.refuse(value, verb)
        }
        var digits = String(number.magnitude, radix: radix, uppercase: uppercase)
        let sign = number < 0 ? "-" : flags.plus ? "+" : flags.space ? " " : ""
        if let precision = flags.precision {
            if precision == 0, number == 0 { digits = "" }
            digits = String(repeating: "0", count: max(0, precision - digits.count)) + digits
        } else if flags.zero, let width = flags.width {
            let room = width - sign.count
            digits = String(repeating: "0", count: max(0, room - digits.count)) + digits
        }
        self.pad(sign + prefix + digits, flags)
    }

    private mutating func append(
        _ number: Double, _ value: TemplateValue, _ verb: Unicode.Scalar, _ flags: Flags
    ) {
        let precision: Int?
        switch verb {
        case "v", "g", "G": precision = flags.precision
        case "e", "E", "f", "F": precision = flags.precision ?? 6
        default: return self.refuse(value, verb)
        }
        let letter: Character = verb == "v" ? "g" : Character(verb)
        var text = GoNumber.format(number, letter, precision: precision)
        if number.isNaN { return self.pad(flags.plus ? "+NaN" : text, flags) }
        if number.isInfinite { return self.pad(text, flags) }
        var sign = flags.plus ? "+" : flags.space ? " " : ""
        if text.hasPrefix("-") {
            text.removeFirst()
            sign = "-"
        }
        if flags.zero, let width = flags.width {
            let room = width - sign.count - text.count
            text = String(repeating: "0", count: max(0, room)) + text
        }
        self.pad(sign + text, flags)
    }

    private mutating func append(
        _ text: String, _ value: TemplateValue, _ verb: Unicode.Scalar, _ flags: Flags
    ) {
        var text = text
        if let precision = flags.precision, text.unicodeScalars.count > precision {
            var cut = String.UnicodeScalarView()
            cut.append(contentsOf: text.unicodeScalars.prefix(precision))
            text = String(cut)
        }
        switch verb {
        case "v", "s": self.pad(text, flags)
        case "q": self.pad(GoText.quoted(text), flags)
        case "x", "X":
            var hex = ""
            for byte in text.utf8.prefix(self.limit) {
                hex += GoText.hex(UInt32(byte), 2, uppercase: verb == "X")
            }
            self.pad(hex, flags)
        default: self.refuse(value, verb)
        }
    }

    private mutating func refuse(_ value: TemplateValue, _ verb: Unicode.Scalar) {
        self.append("%!\(verb)(\(value.typeName)=")
        self.append(value)
        self.append(")")
    }
}
