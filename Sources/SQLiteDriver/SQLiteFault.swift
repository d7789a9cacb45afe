// Weir
// SPDX-License-Identifier: Apache-2.0

import GRDB
import GRDBSQLite
import SQLDatabase

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// SQLite's result codes, said in the words of the seam.
enum SQLiteFault {
    /// The error for a result code.
    ///
    /// `detail` is SQLite's own message, which names tables and columns and never values.
    /// `systemError` is the `errno` behind it, 0 when unknown: a full disk has several codes.
    static func error(
        code: CInt, detail: String, systemError: CInt = 0, path: String,
    ) -> SQLError {
        let text = "\(detail), SQLite code \(code)"
        let primary = code & 0xFF
        if [SQLITE_IOERR, SQLITE_CANTOPEN, SQLITE_FULL].contains(primary),
            systemError == ENOSPC || systemError == EDQUOT
        {
            return .diskFull(text)
        }
        switch primary {
        case SQLITE_BUSY, SQLITE_LOCKED, SQLITE_PROTOCOL: return .busy(text)
        case SQLITE_FULL: return .diskFull(text)
        case SQLITE_IOERR: return .io(text)
        case SQLITE_CORRUPT, SQLITE_FORMAT: return .corrupt(text)
        case SQLITE_NOTADB: return .notADatabase(path: path)
        case SQLITE_READONLY, SQLITE_PERM: return .readOnly(text)
        case SQLITE_CANTOPEN:
            return .cannotOpen(
                path: path, reason: systemError == 0 ? text : Self.words(systemError))
        case SQLITE_CONSTRAINT: return .constraint(text)
        case SQLITE_MISUSE, SQLITE_RANGE: return .misuse(text)
        default: return .other(code: "SQLite code \(code)", text: detail)
        }
    }

    /// The error for what a raw call on a connection just returned.
    static func error(code: CInt, handle: OpaquePointer?, path: String) -> SQLError {
        guard let handle = unsafe handle else {
            return Self.error(code: code, detail: Self.name(code), path: path)
        }
        return Self.error(
            code: code, detail: unsafe String(cString: sqlite3_errmsg(handle)),
            systemError: unsafe sqlite3_system_errno(handle), path: path)
    }

    /// The error for what GRDB threw.
    static func error(_ error: any Error, path: String) -> SQLError {
        switch error {
        case let error as SQLError:
            return error
        case let error as DatabaseError:
            let code = error.extendedResultCode.rawValue
            return Self.error(code: code, detail: error.message ?? Self.name(code), path: path)
        default:
            return .other(code: "\(type(of: error))", text: "\(error)")
        }
    }

    /// Whether, after this code, nothing more may be written through the same connection: a sync
    /// that failed must not be tried again, since the system forgets the pages it could not write.
    static func breaksConnection(_ code: CInt) -> Bool {
        let failedSyncs = [SQLITE_IOERR | (4 << 8), SQLITE_IOERR | (5 << 8)]
        return failedSyncs.contains(code)
    }

    /// The system's words for an `errno`.
    static func words(_ systemError: CInt) -> String {
        unsafe strerror(systemError).map { unsafe String(cString: $0) } ?? "error \(systemError)"
    }

    private static func name(_ code: CInt) -> String {
        unsafe String(cString: sqlite3_errstr(code))
    }
}
