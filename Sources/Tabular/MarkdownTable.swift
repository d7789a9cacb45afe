// Weir
// SPDX-License-Identifier: Apache-2.0

/// A table in GitHub-flavoured Markdown.
///
/// Whatever a cell holds is shown as it is: pipes, emphasis, links and HTML lose their meaning,
/// since texts may come from a chain and the page may be a comment on a pull request.
package enum MarkdownTable {
    package static func render(_ table: Table) -> String {
        var text = table.title.isEmpty ? "" : "### \(self.escaped(table.title))\n\n"
        text += self.line(table.columns.map { self.escaped($0.title) })
        text += self.line(table.columns.map { $0.alignment == .right ? "---:" : "---" })
        for row in table.rows { text += self.line(row.map(self.cell)) }
        return text
    }

    private static func line(_ cells: [String]) -> String {
        "| " + cells.joined(separator: " | ") + " |\n"
    }

    private static func cell(_ cell: Cell) -> String {
        switch cell {
        case .text(let text), .number(let text): self.escaped(text)
        case .empty: ""
        }
    }

    private static func escaped(_ text: String) -> String {
        var result = ""
        // Underscores inside a word mean nothing in this dialect; names stay readable.
        for scalar in VisibleText.escaped(text).unicodeScalars {
            switch scalar {
            case "\\", "|", "`", "*", "[", "]", "~", "#", "!":
                result += "\\"
                result.unicodeScalars.append(scalar)
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "&": result += "&amp;"
            case "@": result += "&#64;"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
