// Weir
// SPDX-License-Identifier: Apache-2.0

/// Reads inside one snapshot. See ``SQLConnection/read(_:)``.
///
/// Placeholders are `$1`, `$2`, …; the same one may stand several times. Values always travel as
/// values: nothing from outside is ever pasted into SQL text. Each distinct text is prepared once
/// and kept, so use few texts and many values.
///
/// **The first statement that fails ends the work.** Every later call throws the same error and
/// the transaction cannot commit, because PostgreSQL is so and SQLite may be so (a full disk rolls
/// back by itself).
package protocol SQLReader: AnyObject {
    /// Runs a statement and hands each row to `body` as it comes, without holding the result.
    ///
    /// `body` must not run another statement on this session (``SQLError/misuse(_:)``). An error
    /// thrown by `body` stops the scan and is passed on.
    func forEachRow(
        _ sql: String, _ values: [SQLValue], _ body: (SQLRow) throws(SQLError) -> Void,
    ) throws(SQLError)
}

/// Reads and writes inside one transaction. See ``SQLConnection/transaction(_:)``.
///
/// `BEGIN`, `COMMIT` and their kin are refused (``SQLError/misuse(_:)``): the transaction belongs
/// to the connection.
package protocol SQLSession: SQLReader {
    /// Runs one statement and returns how many rows it inserted, updated or deleted.
    @discardableResult
    func execute(_ sql: String, _ values: [SQLValue]) throws(SQLError) -> Int

    /// Runs one statement `count` times, each time with the row that `fill` appends to the empty
    /// builder, and returns how many rows were changed in all.
    ///
    /// This is the fast way for many rows: one preparation, no allocation per row.
    @discardableResult
    func executeMany(
        _ sql: String, count: Int,
        _ fill: (_ index: Int, _ row: inout SQLRowBuilder) throws(SQLError) -> Void,
    ) throws(SQLError) -> Int
}

extension SQLReader {
    /// Runs a statement and returns all its rows. For small results; see ``forEachRow(_:_:_:)``.
    package func query(_ sql: String, _ values: [SQLValue] = []) throws(SQLError) -> [SQLRow] {
        var rows: [SQLRow] = []
        try self.forEachRow(sql, values) { row throws(SQLError) in rows.append(row) }
        return rows
    }

    /// Runs a statement and returns its first row, nil when there is none. Say `LIMIT 1`.
    package func queryOne(_ sql: String, _ values: [SQLValue] = []) throws(SQLError) -> SQLRow? {
        try self.query(sql, values).first
    }

    /// Runs a statement without values, row by row.
    package func forEachRow(
        _ sql: String, _ body: (SQLRow) throws(SQLError) -> Void,
    ) throws(SQLError) {
        try self.forEachRow(sql, [], body)
    }
}

extension SQLSession {
    /// Runs one statement without values.
    @discardableResult
    package func execute(_ sql: String) throws(SQLError) -> Int {
        try self.execute(sql, [])
    }

    /// Runs one statement once for each row of values.
    @discardableResult
    package func executeMany(_ sql: String, _ rows: [[SQLValue]]) throws(SQLError) -> Int {
        try self.executeMany(sql, count: rows.count) { index, row throws(SQLError) in
            for value in rows[index] { row.append(value) }
        }
    }
}
