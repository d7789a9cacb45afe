// Weir
// SPDX-License-Identifier: Apache-2.0

import GRDB
package import SQLDatabase

/// Sizes of a database, as an operator wants to see them.
package struct SQLiteStatistics: Sendable, Equatable {
    /// The file itself.
    package var fileBytes: Int64
    /// The write-ahead log beside it, 0 when there is none.
    package var walBytes: Int64
    package var pageBytes: Int64
    package var pageCount: Int64
    /// Pages that deletions left behind and insertions will use again.
    package var freePageCount: Int64
}

extension SQLiteConnection {
    /// Sizes now, in one snapshot. Zero bytes for a database in memory.
    package func statistics() async throws(SQLError) -> SQLiteStatistics {
        let path = self.path
        return try await self.read { reader throws(SQLError) in
            func pragma(_ name: String) throws(SQLError) -> Int64 {
                try reader.queryOne("PRAGMA \(name)")?.int64(0) ?? 0
            }
            return SQLiteStatistics(
                fileBytes: SQLiteFile.byteCount(path),
                walBytes: SQLiteFile.byteCount(path + "-wal"),
                pageBytes: try pragma("page_size"),
                pageCount: try pragma("page_count"),
                freePageCount: try pragma("freelist_count"))
        }
    }

    /// Looks for damage and returns what was found, in SQLite's words; empty when all is well.
    ///
    /// Reads the whole file. `quick` leaves out the comparison of indexes with their tables.
    /// Content that is well-formed but wrong is not found: SQLite keeps no checksums.
    package func integrityCheck(
        quick: Bool = false, problemsMax: Int = 100,
    ) async throws(SQLError) -> [String] {
        let pragma = quick ? "quick_check" : "integrity_check"
        do {
            return try await self.read { reader throws(SQLError) in
                let rows = try reader.query("PRAGMA \(pragma)(\(max(1, problemsMax)))")
                var problems: [String] = []
                for row in rows {
                    let text = try row.text(0)
                    if text != "ok" { problems.append(text) }
                }
                return problems
            }
        } catch .corrupt(let detail) {
            return [detail]
        } catch .notADatabase(let path) {
            return ["\(path) is not a database any more"]
        }
    }

    /// Copies the database, as it is at this moment, into a new file; commits go on meanwhile.
    ///
    /// The copy appears under its name only when it is whole and on the device. An existing
    /// file is never replaced: ``SQLError/cannotOpen(path:reason:)``. The copy needs no log beside
    /// it and opens as any other database.
    package func backup(to path: String) async throws(SQLError) {
        try self.requireOpen(toWrite: false)
        let target = try SQLiteFile(path: path)
        guard target.byteCount == nil else {
            throw .cannotOpen(
                path: path, reason: "it exists already, and a backup replaces nothing")
        }
        try target.requireWritable()
        let outcome = await Self.offThread { () throws(SQLError) in
            let partial = target.path + ".partial"
            SQLiteFile.remove(partial)
            do throws(SQLError) {
                try self.copy(to: partial)
                try SQLiteFile.sync(partial)
                try SQLiteFile.publish(partial, as: target.path)
                try SQLiteFile.sync(SQLiteFile.split(target.path).directory)
            } catch {
                SQLiteFile.remove(partial)
                throw error
            }
        }
        try outcome.get()
    }

    private func copy(to path: String) throws(SQLError) {
        var configuration = Configuration()
        configuration.label = "weir.backup"
        configuration.prepareDatabase { database in
            // An unfinished copy is thrown away, so it needs no journal; it is synced once, whole.
            try database.execute(
                sql: "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -512"
            )
        }
        let copy: DatabaseQueue
        do {
            copy = try DatabaseQueue(path: path, configuration: configuration)
        } catch {
            throw SQLiteFault.error(error, path: path)
        }
        do {
            try self.database.backup(to: copy)
            try copy.close()
        } catch {
            try? copy.close()
            throw self.fault(error)
        }
    }
}
