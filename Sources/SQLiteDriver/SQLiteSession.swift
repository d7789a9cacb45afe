// Weir
// SPDX-License-Identifier: Apache-2.0

import GRDB
import GRDBSQLite
import SQLDatabase

/// One read or one transaction on a connection that GRDB lends for as long as it runs.
///
/// Statements come from GRDB's cache; binding and stepping go straight to SQLite, so a row costs
/// no intermediate value.
@safe final class SQLiteSession: SQLSession {
    private let database: Database
    /// The same connection as SQLite knows it; valid until ``end()``.
    let handle: OpaquePointer
    let path: String
    private let mayWrite: Bool
    /// The first fault of a statement. Once set, nothing more is run and nothing is committed.
    private(set) var failure: SQLError?
    /// The code behind ``failure``, for ``SQLiteFault/breaksConnection(_:)``.
    private(set) var failureCode: CInt = SQLITE_OK
    private var isStepping = false
    private var isOver = false

    init(_ database: Database, _ handle: OpaquePointer, path: String, mayWrite: Bool) {
        self.database = database
        unsafe self.handle = handle
        self.path = path
        self.mayWrite = mayWrite
    }

    /// Makes every later call throw ``SQLError/closed``: the connection is lent no longer.
    func end() { self.isOver = true }

    // MARK: SQLSession

    func execute(_ sql: String, _ values: [SQLValue]) throws(SQLError) -> Int {
        let statement = try self.prepare(sql)
        let before = unsafe sqlite3_total_changes(self.handle)
        try self.withBound(statement, values) { () throws(SQLError) in
            while try self.step(statement) {}
        }
        return self.changes(since: before)
    }

    func executeMany(
        _ sql: String, count: Int,
        _ fill: (_ index: Int, _ row: inout SQLRowBuilder) throws(SQLError) -> Void,
    ) throws(SQLError) -> Int {
        guard count > 0 else { return 0 }
        let statement = try self.prepare(sql)
        let places = try self.places(statement)
        var builder = SQLRowBuilder()
        var changed = 0
        for index in 0..<count {
            builder.removeAll()
            try fill(index, &builder)
            let before = unsafe sqlite3_total_changes(self.handle)
            try self.bindAndRun(statement, builder, places)
            changed += self.changes(since: before)
        }
        return changed
    }

    func forEachRow(
        _ sql: String, _ values: [SQLValue], _ body: (SQLRow) throws(SQLError) -> Void,
    ) throws(SQLError) {
        let statement = try self.prepare(sql)
        let names = statement.columnNames
        try self.withBound(statement, values) { () throws(SQLError) in
            while try self.step(statement) {
                let row = self.row(statement, names)
                self.isStepping = true
                defer { self.isStepping = false }
                try body(row)
            }
        }
    }

    // MARK: Statements

    private func prepare(_ sql: String) throws(SQLError) -> Statement {
        guard !self.isOver else { throw .closed }
        if let failure = self.failure { throw failure }
        guard !self.isStepping else {
            throw .misuse("a statement was run inside the rows of another")
        }
        guard !SQLDialect.isTransactionControl(sql) else {
            throw .misuse("a transaction is begun and ended by its connection alone")
        }
        let statement: Statement
        do {
            statement = try self.database.cachedStatement(sql: sql)
        } catch {
            let fault = SQLiteFault.error(error, path: self.path)
            throw self.fail(fault, (error as? DatabaseError)?.extendedResultCode.rawValue ?? 1)
        }
        guard unsafe self.mayWrite || sqlite3_stmt_readonly(statement.sqliteStatement) != 0 else {
            throw self.fail(.readOnly("a read tried to write"), SQLITE_READONLY)
        }
        return statement
    }

    /// Runs to the next row; false when there is none.
    func step(_ statement: Statement) throws(SQLError) -> Bool {
        let code = unsafe sqlite3_step(statement.sqliteStatement)
        switch code {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        default:
            let fault = unsafe SQLiteFault.error(code: code, handle: self.handle, path: self.path)
            throw self.fail(fault, code)
        }
    }

    func fail(_ error: SQLError, _ code: CInt) -> SQLError {
        if self.failure == nil {
            self.failure = error
            self.failureCode = code
        }
        return error
    }

    private func changes(since before: CInt) -> Int {
        unsafe sqlite3_total_changes(self.handle) == before
            ? 0 : Int(unsafe sqlite3_changes(self.handle))
    }

    private func row(_ statement: Statement, _ names: [String]) -> SQLRow {
        let pointer = unsafe statement.sqliteStatement
        let count = unsafe sqlite3_column_count(pointer)
        var values: [SQLValue] = []
        values.reserveCapacity(Int(count))
        for column in 0..<count {
            values.append(unsafe Self.value(pointer, column))
        }
        return SQLRow(names: names, values: values)
    }

    @unsafe
    private static func value(_ statement: OpaquePointer, _ column: CInt) -> SQLValue {
        switch unsafe sqlite3_column_type(statement, column) {
        case SQLITE_INTEGER:
            return unsafe .integer(sqlite3_column_int64(statement, column))
        case SQLITE_FLOAT:
            return unsafe .real(sqlite3_column_double(statement, column))
        case SQLITE_TEXT:
            let start = unsafe sqlite3_column_text(statement, column)
            let count = Int(unsafe sqlite3_column_bytes(statement, column))
            let bytes = unsafe UnsafeBufferPointer(start: start, count: start == nil ? 0 : count)
            return unsafe .text(String(decoding: bytes, as: UTF8.self))
        case SQLITE_BLOB:
            let start = unsafe sqlite3_column_blob(statement, column)
            let count = Int(unsafe sqlite3_column_bytes(statement, column))
            return unsafe .blob(
                [UInt8](UnsafeRawBufferPointer(start: start, count: start == nil ? 0 : count)))
        default:
            return .null
        }
    }
}
