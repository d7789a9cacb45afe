// Weir
// SPDX-License-Identifier: Apache-2.0

/// A table as a JSON array of objects, one a row, by the columns' keys.
package enum JSONTable {
    /// How number cells are written.
    package enum Numbers: Sendable, Hashable {
        /// As strings, so that no reader rounds them to a double.
        case strings
        /// As JSON numbers, where their text is one; for readers that can take all digits.
        case literals
    }

    /// One object a line, ending in a line feed. Empty cells are `null`.
    package static func render(_ table: Table, numbers: Numbers = .strings) -> String {
        guard !table.rows.isEmpty else { return "[]\n" }
        let keys = table.columns.map { self.string($0.key) }
        let objects = table.rows.map { row in
            let members = zip(keys, row).map { key, cell in
                key + ":" + self.value(cell, numbers)
            }
            return "  {" + members.joined(separator: ",") + "}"
        }
        return "[\n" + objects.joined(separator: ",\n") + "\n]\n"
    }

    private static func value(_ cell: Cell, _ numbers: Numbers) -> String {
        switch cell {
        case .empty: "null"
        case .text(let text): self.string(text)
        case .number(let number):
            numbers == .literals && self.isNumber(number) ? number : self.string(number)
        }
    }

    /// A JSON string (RFC 8259 §7). Beyond what it demands, DEL, the line separators of
    /// JavaScript and `<` are escaped too, so that the text may stand in a page.
    private static func string(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case "\u{0}"..."\u{1F}", "\u{7F}", "\u{2028}", "\u{2029}", "<":
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }

    /// The grammar of RFC 8259 §6.
    private static func isNumber(_ text: String) -> Bool {
        var rest = text.utf8[...]
        func digits() -> Int {
            let count = rest.prefix { (0x30...0x39).contains($0) }.count
            rest = rest.dropFirst(count)
            return count
        }
        if rest.first == UInt8(ascii: "-") { rest = rest.dropFirst() }
        let startsWithZero = rest.first == UInt8(ascii: "0")
        let whole = digits()
        guard whole == 1 || (whole > 1 && !startsWithZero) else { return false }
        if rest.first == UInt8(ascii: ".") {
            rest = rest.dropFirst()
            guard digits() > 0 else { return false }
        }
        if let mark = rest.first, mark | 0x20 == UInt8(ascii: "e") {
            rest = rest.dropFirst()
            if rest.first == UInt8(ascii: "+") || rest.first == UInt8(ascii: "-") {
                rest = rest.dropFirst()
            }
            guard digits() > 0 else { return false }
        }
        return rest.isEmpty
    }
}
