// Weir
// SPDX-License-Identifier: Apache-2.0

/// A table for a terminal: columns aligned with spaces, a rule under the headings.
///
///     Method    Gas used
///     --------  --------
///     transfer     51234
package enum TextTable {
    /// The text, ending in a line feed; no line ends in spaces.
    package static func render(_ table: Table) -> String {
        let heads = table.columns.map { VisibleText.escaped($0.title) }
        let rows = table.rows.map { $0.map(self.text) }
        let widths = heads.indices.map { column in
            rows.reduce(VisibleText.width(heads[column])) {
                max($0, VisibleText.width($1[column]))
            }
        }
        var lines: [String] = []
        if !table.title.isEmpty { lines += [VisibleText.escaped(table.title), ""] }
        lines.append(self.line(heads, widths, table.columns))
        lines.append(widths.map { String(repeating: "-", count: $0) }.joined(separator: "  "))
        for row in rows { lines.append(self.line(row, widths, table.columns)) }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func line(_ cells: [String], _ widths: [Int], _ columns: [Column]) -> String {
        var line = ""
        for (index, cell) in cells.enumerated() {
            if index > 0 { line += "  " }
            let space = String(
                repeating: " ", count: max(0, widths[index] - VisibleText.width(cell)))
            line += columns[index].alignment == .right ? space + cell : cell + space
        }
        while line.last == " " { line.removeLast() }
        return line
    }

    private static func text(_ cell: Cell) -> String {
        switch cell {
        case .text(let text), .number(let text): VisibleText.escaped(text)
        case .empty: ""
        }
    }
}
