// Weir
// SPDX-License-Identifier: Apache-2.0

/// A table as comma-separated values (RFC 4180): CRLF line ends, quotes where needed, keys of the
/// columns in the first line.
///
/// A text that a spreadsheet would take for a formula gets an apostrophe before it (OWASP, "CSV
/// injection"): a token's symbol may be `=HYPERLINK(…)`. Numbers are never touched.
package enum CSVTable {
    package static func render(_ table: Table) -> String {
        var text = self.line(table.columns.map { self.field(.text($0.key)) })
        for row in table.rows { text += self.line(row.map(self.field)) }
        return text
    }

    private static func line(_ fields: [String]) -> String {
        // A line with one empty field would be an empty line, which readers skip.
        (fields == [""] ? "\"\"" : fields.joined(separator: ",")) + "\r\n"
    }

    private static func field(_ cell: Cell) -> String {
        switch cell {
        case .empty: ""
        case .number(let number): self.quoted(number)
        case .text(let text): self.quoted(self.startsFormula(text) ? "'" + text : text)
        }
    }

    /// Spreadsheets pass over blanks before the sign, and take full-width signs too.
    private static func startsFormula(_ text: String) -> Bool {
        guard let first = text.unicodeScalars.first else { return false }
        if "\t\r\n".unicodeScalars.contains(first) { return true }
        let start = text.unicodeScalars.first { !$0.properties.isWhitespace }
        return start.map("=+-@＝＋－＠".unicodeScalars.contains) ?? false
    }

    private static func quoted(_ text: String) -> String {
        let needsQuotes = text.utf8.contains {
            $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "\"") || $0 == 0x0A || $0 == 0x0D
        }
        guard needsQuotes || text.first == " " || text.last == " " else { return text }
        var result = "\""
        for scalar in text.unicodeScalars {
            if scalar == "\"" { result += "\"" }
            result.unicodeScalars.append(scalar)
        }
        return result + "\""
    }
}
