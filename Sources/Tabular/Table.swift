// Weir
// SPDX-License-Identifier: Apache-2.0

/// A table as a value: what a report yields, before anyone decides how it is shown.
///
///     var table = Table(title: "Gas", columns: [
///         Column("method", "Method"), Column("gas", "Gas used", alignment: .right)])
///     table.append([.text("transfer"), .number("51234")])
package struct Table: Sendable, Hashable {
    /// Stands above the table where there is room for it; may be empty.
    package var title: String
    package let columns: [Column]
    /// Each has one cell per column.
    package private(set) var rows: [[Cell]] = []

    package init(title: String = "", columns: [Column], rows: [[Cell]] = []) {
        self.title = title
        self.columns = columns
        for row in rows { self.append(row) }
    }

    /// Adds a row; missing cells are empty, those beyond the last column are left out.
    package mutating func append(_ row: [Cell]) {
        let missing = max(0, self.columns.count - row.count)
        self.rows.append(
            Array(row.prefix(self.columns.count)) + Array(repeating: .empty, count: missing))
    }
}

/// One column of a table.
package struct Column: Sendable, Hashable {
    package enum Alignment: Sendable, Hashable {
        case left
        case right
    }

    /// The name in JSON and CSV: stable, snake_case.
    package let key: String
    /// The name for people.
    package let title: String
    package let alignment: Alignment

    package init(_ key: String, _ title: String, alignment: Alignment = .left) {
        self.key = key
        self.title = title
        self.alignment = alignment
    }
}

/// One cell of a table.
package enum Cell: Sendable, Hashable {
    case text(String)
    /// A number as exact decimal text (`-12.5`), which no renderer rounds.
    case number(String)
    case empty

    /// A whole number.
    package static func integer(_ value: some BinaryInteger) -> Cell {
        .number(String(value))
    }
}

/// The forms in which a table can be written.
package enum TableFormat: String, Sendable, Hashable, CaseIterable {
    case table
    case json
    case csv
    case markdown
}

extension Table {
    /// The table in the form asked for, ending in a line feed.
    package func rendered(as format: TableFormat) -> String {
        switch format {
        case .table: TextTable.render(self)
        case .json: JSONTable.render(self)
        case .csv: CSVTable.render(self)
        case .markdown: MarkdownTable.render(self)
        }
    }
}
