// Weir
// SPDX-License-Identifier: Apache-2.0

/// `fmt.Sprint`, `Sprintln` and `Sprintf` of Go, with its words for what does not fit (`%!d(string=x)`).
///
/// Supported are the verbs `v T t d b o O x X c q U e E f F g G s` and `%%`, the flags `+ - # 0` and
/// space, width, precision and `*`; explicit argument indices are not (`%!(BADINDEX)`), nor are `#` on
/// floats and `%x` of them.
struct GoFormat {
    private(set) var text = ""
    private var bytes = 0
    let limit: Int

    /// What stands between `%` and the verb.
    struct Flags {
        var plus = false
        var minus = false
        var sharp = false
        var space = false
        var zero = false
        var width: Int?
        var precision: Int?
    }

    /// - Parameter limit: about how many bytes are written at most; what comes after is left out, and
    ///   the length then exceeds the limit.
    init(limit: Int) {
        self.limit = limit
    }

    /// `fmt.Sprint`: a space between two operands of which neither is a string.
    mutating func print(_ values: [TemplateValue]) {
        var wasString = true
        for (index, value) in values.enumerated() {
            var isString = false
            if case .string = value { isString = true }
            if index > 0, !isString, !wasString { self.append(" ") }
            self.append(value)
            wasString = isString
        }
    }

    /// `fmt.Sprintln`.
    mutating func printLine(_ values: [TemplateValue]) {
        for (index, value) in values.enumerated() {
            if index > 0 { self.append(" ") }
            self.append(value)
        }
        self.append("\n")
    }

    /// `%v`.
    mutating func append(_ value: TemplateValue) {
        self.append(value, "v", Flags())
    }

    // MARK: - printf

    mutating func print(format: String, _ values: [TemplateValue]) {
        let scalars = Array(format.unicodeScalars)
        var index = 0
        var used = 0
        while index < scalars.count, !self.isFull {
            let start = index
            while index < scalars.count, scalars[index] != "%" { index += 1 }
            if index > start {
                var plain = String.UnicodeScalarView()
                plain.append(contentsOf: scalars[start..<index])
                self.append(String(plain))
            }
            guard index < scalars.count else { break }
            index += 1
            var flags = Flags()
            self.flags(scalars, &index, &flags)
            self.width(scalars, &index, &flags, values, &used)
            guard index < scalars.count else {
                self.append("%!(NOVERB)")
                break
            }
            let verb = scalars[index]
            index += 1
            if verb == "%" {
                self.append("%")
            } else if verb == "[" {
                self.append("%!(BADINDEX)")
            } else if used >= values.count {
                self.append("%!\(verb)(MISSING)")
            } else {
                self.append(values[used], verb, flags)
                used += 1
            }
        }
        guard used < values.count else { return }
        self.append("%!(EXTRA ")
        for (index, value) in values[used...].enumerated() {
            if index > 0 { self.append(", ") }
            if case .nothing = value {
                self.append("<nil>")
            } else {
                self.append("\(value.typeName)=")
                self.append(value)
            }
        }
        self.append(")")
    }

    private func flags(_ scalars: [Unicode.Scalar], _ index: inout Int, _ flags: inout Flags) {
        while index < scalars.count {
            switch scalars[index] {
            case "#": flags.sharp = true
            case "0": flags.zero = !flags.minus
            case "+": flags.plus = true
            case "-":
                flags.minus = true
                flags.zero = false
            case " ": flags.space = true
            default: return
            }
            index += 1
        }
    }

    private mutating func width(
        _ scalars: [Unicode.Scalar], _ index: inout Int, _ flags: inout Flags,
        _ values: [TemplateValue], _ used: inout Int
    ) {
        if index < scalars.count, scalars[index] == "*" {
            index += 1
            flags.width = self.star(values, &used, "%!(BADWIDTH)")
            if let width = flags.width, width < 0 {
                flags.width = -width
                flags.minus = true
                flags.zero = false
            }
        } else {
            flags.width = Self.number(scalars, &index)
        }
        guard index < scalars.count, scalars[index] == "." else { return }
        index += 1
        if index < scalars.count, scalars[index] == "*" {
            index += 1
            let precision = self.star(values, &used, "%!(BADPREC)")
            if let precision, precision >= 0 { flags.precision = precision }
        } else {
            flags.precision = Self.number(scalars, &index) ?? 0
        }
    }

    private mutating func star(
        _ values: [TemplateValue], _ used: inout Int, _ complaint: String
    ) -> Int? {
        defer { used += 1 }
        guard used < values.count, case .int(let value) = values[used],
            let number = Int(exactly: value), number.magnitude <= 65_536
        else {
            self.append(complaint)
            return nil
        }
        return number
    }

    /// A width or precision; one that no text can have counts as none.
    private static func number(_ scalars: [Unicode.Scalar], _ index: inout Int) -> Int? {
        var value: Int?
        while index < scalars.count, ("0"..."9").contains(scalars[index]) {
            value = min((value ?? 0) * 10 + Int(scalars[index].value - 0x30), 1_000_000)
            index += 1
        }
        return value.map { $0 > 65_536 ? nil : $0 } ?? nil
    }

    // MARK: - Text

    var isFull: Bool { self.bytes > self.limit }

    mutating func pad(_ text: String, _ flags: Flags) {
        let room = (flags.width ?? 0) - text.unicodeScalars.count
        guard room > 0 else { return self.append(text) }
        let spaces = String(repeating: " ", count: room)
        self.append(flags.minus ? text + spaces : spaces + text)
    }

    mutating func append(_ more: String) {
        if self.isFull { return }
        self.bytes += more.utf8.count
        self.text += more
    }
}
