// Weir
// SPDX-License-Identifier: Apache-2.0

import GRDB
import GRDBSQLite
import SQLDatabase

extension SQLiteSession {
    /// Blobs up to this size are copied by SQLite; larger ones are bound where they lie.
    private static let copiedBytesMax = 16 << 10

    /// For each of SQLite's parameters (numbered by first appearance) the index of its value.
    ///
    /// To SQLite `$2` is a *name*, so `VALUES ($2, $1)` would bind the wrong way round by position.
    func places(_ statement: Statement) throws(SQLError) -> [Int] {
        let pointer = unsafe statement.sqliteStatement
        let count = unsafe sqlite3_bind_parameter_count(pointer)
        var places: [Int] = []
        places.reserveCapacity(Int(count))
        for parameter in 0..<count {
            guard let name = unsafe sqlite3_bind_parameter_name(pointer, parameter + 1),
                let number = unsafe Self.number(of: name)
            else {
                throw self.fail(.misuse("placeholders are $1, $2, …"), SQLITE_MISUSE)
            }
            places.append(number - 1)
        }
        return places
    }

    /// The number in `$12`, nil for any other name. SQLite allows 32 766 parameters.
    @unsafe
    private static func number(of name: UnsafePointer<CChar>) -> Int? {
        guard unsafe name[0] == CChar(bitPattern: UInt8(ascii: "$")) else { return nil }
        var number = 0
        var index = 1
        while case let digit = unsafe Int(name[index]) - 0x30, 0...9 ~= digit, index <= 5 {
            number = number * 10 + digit
            index += 1
        }
        return unsafe name[index] == 0 && number > 0 ? number : nil
    }

    private func require(_ given: Int, _ places: [Int]) throws(SQLError) {
        let wanted = (places.max() ?? -1) + 1
        guard given == wanted else {
            throw self.fail(
                .misuse("a statement with \(wanted) placeholders was given \(given) values"),
                SQLITE_MISUSE)
        }
    }

    /// Binds, runs `body`, and leaves the statement clean whatever happens.
    func withBound(
        _ statement: Statement, _ values: [SQLValue],
        _ body: () throws(SQLError) -> Void,
    ) throws(SQLError) {
        let pointer = unsafe statement.sqliteStatement
        defer {
            unsafe sqlite3_reset(pointer)
            unsafe sqlite3_clear_bindings(pointer)
        }
        let places = try self.places(statement)
        try self.require(values.count, places)
        try unsafe self.bind(pointer, values, places, from: 0, body)
    }

    /// Binds the parameters from one on, then runs `body`.
    ///
    /// A large blob is lent to SQLite instead of copied: the rest of the work is done inside the
    /// closure that lends it, which is why this calls itself.
    @unsafe
    private func bind(
        _ pointer: OpaquePointer, _ values: [SQLValue], _ places: [Int], from first: Int,
        _ body: () throws(SQLError) -> Void,
    ) throws(SQLError) {
        for parameter in first..<max(first, places.count) {
            let index = CInt(parameter + 1)
            switch values[places[parameter]] {
            case .null:
                try self.check(unsafe sqlite3_bind_null(pointer, index))
            case .integer(let integer):
                try self.check(unsafe sqlite3_bind_int64(pointer, index, integer))
            case .real(let real):
                try self.check(unsafe sqlite3_bind_double(pointer, index, real))
            case .text(var text):
                try self.check(
                    text.withUTF8 { bytes in
                        unsafe Self.bindText(
                            pointer, index, UnsafeRawBufferPointer(bytes), Self.copied)
                    })
            case .blob(let bytes) where bytes.count <= Self.copiedBytesMax:
                try self.check(
                    unsafe bytes.withUnsafeBytes { bytes in
                        unsafe Self.bindBlob(pointer, index, bytes, Self.copied)
                    })
            case .blob(let bytes):
                return try unsafe bytes.withUnsafeBufferPointer { bytes throws(SQLError) in
                    try self.check(
                        unsafe Self.bindBlob(pointer, index, UnsafeRawBufferPointer(bytes), nil))
                    try unsafe self.bind(pointer, values, places, from: parameter + 1, body)
                }
            }
        }
        try body()
    }

    /// Binds one built row, lending its arena, and runs the statement to its end.
    func bindAndRun(
        _ statement: Statement, _ row: borrowing SQLRowBuilder, _ places: [Int],
    ) throws(SQLError) {
        try self.require(row.cells.count, places)
        let pointer = unsafe statement.sqliteStatement
        let cells = row.cells
        try unsafe row.bytes.withUnsafeBufferPointer { arena throws(SQLError) in
            defer {
                unsafe sqlite3_reset(pointer)
                unsafe sqlite3_clear_bindings(pointer)
            }
            for (parameter, place) in places.enumerated() {
                let index = CInt(parameter + 1)
                switch cells[place] {
                case .null:
                    try self.check(unsafe sqlite3_bind_null(pointer, index))
                case .integer(let integer):
                    try self.check(unsafe sqlite3_bind_int64(pointer, index, integer))
                case .real(let real):
                    try self.check(unsafe sqlite3_bind_double(pointer, index, real))
                case .text(let range):
                    let bytes = unsafe UnsafeRawBufferPointer(
                        UnsafeBufferPointer(rebasing: arena[range]))
                    try self.check(unsafe Self.bindText(pointer, index, bytes, nil))
                case .blob(let range):
                    let bytes = unsafe UnsafeRawBufferPointer(
                        UnsafeBufferPointer(rebasing: arena[range]))
                    try self.check(unsafe Self.bindBlob(pointer, index, bytes, nil))
                }
            }
            while try self.step(statement) {}
        }
    }

    private func check(_ code: CInt) throws(SQLError) {
        guard code == SQLITE_OK else {
            let fault = unsafe SQLiteFault.error(code: code, handle: self.handle, path: self.path)
            throw self.fail(fault, code)
        }
    }

    /// Tells SQLite to copy what is bound. (`SQLITE_TRANSIENT` is a macro that Swift cannot see.)
    private static var copied: sqlite3_destructor_type? {
        unsafe unsafeBitCast(-1, to: sqlite3_destructor_type.self)
    }

    /// An empty range has no address, which SQLite takes for null: it is bound as zero bytes.
    @unsafe
    private static func bindBlob(
        _ statement: OpaquePointer, _ index: CInt, _ bytes: UnsafeRawBufferPointer,
        _ destructor: sqlite3_destructor_type?,
    ) -> CInt {
        guard let start = bytes.baseAddress, unsafe !bytes.isEmpty else {
            return unsafe sqlite3_bind_zeroblob(statement, index, 0)
        }
        return unsafe sqlite3_bind_blob64(
            statement, index, start, UInt64(bytes.count), destructor)
    }

    @unsafe
    private static func bindText(
        _ statement: OpaquePointer, _ index: CInt, _ bytes: UnsafeRawBufferPointer,
        _ destructor: sqlite3_destructor_type?,
    ) -> CInt {
        guard let start = bytes.baseAddress, unsafe !bytes.isEmpty else {
            return unsafe sqlite3_bind_text(statement, index, "", 0, Self.copied)
        }
        return unsafe sqlite3_bind_text64(
            statement, index, start.assumingMemoryBound(to: CChar.self), UInt64(bytes.count),
            destructor, UInt8(SQLITE_UTF8))
    }
}
