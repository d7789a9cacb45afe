// Weir
// SPDX-License-Identifier: Apache-2.0

import Dispatch
import Foundation
import GRDB
import GRDBSQLite
package import SQLDatabase
import Synchronization

/// A SQLite file as the seam's connection: one writer, a few concurrent snapshot readers, a
/// write-ahead log, and the sole right to write for as long as it is open.
///
/// GRDB owns connections, queues and the log. A transaction runs on the writer's serial queue, a
/// read on one of the readers' queues, so the caller's thread is never blocked and a long read
/// does not hold up a commit.
///
/// A connection that is dropped without ``close()`` is closed by itself; `close()` also folds the
/// log into the file and tells of faults.
package final class SQLiteConnection: SQLConnection {
    /// The file with symbolic links resolved, or `:memory:`.
    package let path: String
    package let options: SQLiteOptions
    package var dialect: SQLDialect { .sqlite }

    let database: any DatabaseWriter
    private let lock: SQLiteFileLock?
    private let state = Mutex(State.open)

    private enum State {
        case open
        /// A sync failed: reads go on, every transaction throws this until the file is opened anew.
        case broken(SQLError)
        case closed
    }

    // MARK: Opening

    /// Opens a file and creates it when it is absent (its directory must exist).
    ///
    /// Blocks the caller for the time of a few file operations; when the last owner crashed, SQLite
    /// also recovers its log here.
    package init(path: String, options: SQLiteOptions = SQLiteOptions()) throws(SQLError) {
        let file = try SQLiteFile(path: path)
        self.path = file.path
        self.options = options
        switch options.access {
        case .readOnly:
            guard file.byteCount != nil else {
                throw .cannotOpen(path: path, reason: "there is no such file")
            }
            try file.requireOurs(applicationID: options.applicationID)
            self.lock = nil
        case .readWrite:
            try file.requireWritable()
            self.lock = try SQLiteFileLock(databasePath: file.path)
            // Only under the lock may the length be believed: another may have written.
            if SQLiteFile.byteCount(file.path) == 0 {
                try file.create(applicationID: options.applicationID)
            } else {
                try file.requireOurs(applicationID: options.applicationID)
            }
        }
        self.database = try Self.open(file.path, options)
    }

    /// Opens a database in memory, for tests and for runs that keep nothing.
    ///
    /// It behaves as a file does, but for one thing: reads and transactions wait for each other.
    package static func inMemory() throws(SQLError) -> SQLiteConnection {
        try SQLiteConnection(inMemory: SQLiteOptions())
    }

    private init(inMemory options: SQLiteOptions) throws(SQLError) {
        self.path = ":memory:"
        self.options = options
        self.lock = nil
        do {
            let queue = try DatabaseQueue(configuration: Self.configuration(options))
            // So that a backup of it is a file of ours.
            let mark = Int32(bitPattern: options.applicationID)
            try queue.writeWithoutTransaction { database in
                try database.execute(sql: "PRAGMA application_id = \(mark)")
            }
            self.database = queue
        } catch {
            throw SQLiteFault.error(error, path: self.path)
        }
    }

    private static func open(
        _ path: String, _ options: SQLiteOptions,
    ) throws(SQLError) -> any DatabaseWriter {
        do {
            let configuration = Self.configuration(options)
            switch options.access {
            case .readOnly:
                return try DatabaseQueue(path: path, configuration: configuration)
            case .readWrite:
                let pool = try DatabasePool(path: path, configuration: configuration)
                // GRDB sets NORMAL while it turns the log on, so ours must come after.
                try pool.writeWithoutTransaction { database in
                    try database.execute(
                        sql: "PRAGMA synchronous = \(options.synchronous.rawValue)")
                }
                return pool
            }
        } catch {
            throw SQLiteFault.error(error, path: path)
        }
    }

    private static func configuration(_ options: SQLiteOptions) -> Configuration {
        var configuration = Configuration()
        configuration.label = "weir.sqlite"
        configuration.readonly = options.access == .readOnly
        configuration.maximumReaderCount = max(1, options.readersMax)
        configuration.busyMode = .timeout(Double(options.busyTimeoutMilliseconds) / 1000)
        // A transaction that could not even be rolled back is our business, not a reason to trap.
        configuration.allowsUnsafeTransactions = true
        configuration.prepareDatabase { database in
            let cacheKiB =
                database.configuration.readonly ? options.readerCacheKiB : options.writerCacheKiB
            try database.execute(
                sql: """
                    PRAGMA cache_size = \(-max(64, cacheKiB));
                    PRAGMA mmap_size = 0;
                    PRAGMA trusted_schema = OFF;
                    PRAGMA cell_size_check = ON;
                    PRAGMA wal_autocheckpoint = \(max(1, options.checkpointPages));
                    PRAGMA journal_size_limit = \(max(0, options.walBytesKept));
                    """)
        }
        return configuration
    }

    // MARK: SQLConnection

    package func read<T: Sendable>(
        _ body: @escaping @Sendable (any SQLReader) throws(SQLError) -> T,
    ) async throws(SQLError) -> T {
        try self.requireOpen(toWrite: false)
        let outcome: Result<T, SQLError> = await withCheckedContinuation { continuation in
            self.database.asyncRead { lent in
                continuation.resume(returning: self.runRead(lent, body))
            }
        }
        return try outcome.get()
    }

    @discardableResult
    package func transaction<T: Sendable>(
        _ body: @escaping @Sendable (any SQLSession) throws(SQLError) -> T,
    ) async throws(SQLError) -> T {
        try self.requireOpen(toWrite: true)
        let outcome: Result<T, SQLError> = await withCheckedContinuation { continuation in
            self.database.asyncWriteWithoutTransaction { database in
                continuation.resume(returning: self.runTransaction(database, body))
            }
        }
        return try outcome.get()
    }

    package func close() async throws(SQLError) {
        let wasOpen = self.state.withLock { state in
            if case .closed = state { return false }
            state = .closed
            return true
        }
        guard wasOpen else { return }
        let outcome = await Self.offThread { () throws(SQLError) in
            defer { self.lock?.release() }
            do {
                // GRDB closes its writer first; but only a writer that closes last removes the log.
                (self.database as? DatabasePool)?.releaseMemory()
                if self.lock != nil {
                    // If it cannot be folded in (full disk), the log stays and is recovered later.
                    _ = try? self.database.writeWithoutTransaction { try $0.checkpoint(.truncate) }
                }
                try self.database.close()
            } catch {
                throw SQLiteFault.error(error, path: self.path)
            }
        }
        try outcome.get()
    }

    // MARK: Running bodies

    func requireOpen(toWrite: Bool) throws(SQLError) {
        switch self.state.withLock({ $0 }) {
        case .open: break
        case .broken(let error): if toWrite { throw error }
        case .closed: throw .closed
        }
        if toWrite, self.options.access == .readOnly {
            throw .readOnly("\(self.path) was opened for reading only")
        }
    }

    private func runRead<T>(
        _ lent: Result<Database, any Error>,
        _ body: (any SQLReader) throws(SQLError) -> T,
    ) -> Result<T, SQLError> {
        switch lent {
        case .failure(let error):
            return .failure(self.fault(error))
        case .success(let database):
            guard let handle = unsafe database.sqliteConnection else { return .failure(.closed) }
            let session = unsafe SQLiteSession(
                database, handle, path: self.path, mayWrite: false)
            defer { session.end() }
            return Result { () throws(SQLError) in
                let value = try body(session)
                if let failure = session.failure { throw failure }
                return value
            }
        }
    }

    private func runTransaction<T>(
        _ database: Database, _ body: (any SQLSession) throws(SQLError) -> T,
    ) -> Result<T, SQLError> {
        guard let handle = unsafe database.sqliteConnection else { return .failure(.closed) }
        do throws(SQLError) {
            try self.requireOpen(toWrite: true)
            if unsafe sqlite3_get_autocommit(handle) == 0 {
                // The last rollback failed. Nothing may be written on top of its remains.
                try unsafe self.run("ROLLBACK", handle)
            }
            try unsafe self.run("BEGIN IMMEDIATE", handle)
        } catch {
            return .failure(error)
        }
        let session = unsafe SQLiteSession(database, handle, path: self.path, mayWrite: true)
        defer { session.end() }
        do throws(SQLError) {
            let value = try body(session)
            if let failure = session.failure { throw failure }
            try unsafe self.run("COMMIT", handle)
            return .success(value)
        } catch {
            if SQLiteFault.breaksConnection(session.failureCode) { self.breakDown(error) }
            // SQLite rolls back by itself on some faults; then there is nothing left to roll back.
            if unsafe sqlite3_get_autocommit(handle) == 0 {
                _ = unsafe sqlite3_exec(handle, "ROLLBACK", nil, nil, nil)
            }
            return .failure(error)
        }
    }

    @unsafe
    private func run(_ sql: String, _ handle: OpaquePointer) throws(SQLError) {
        let code = unsafe sqlite3_exec(handle, sql, nil, nil, nil)
        guard code == SQLITE_OK else {
            let error = unsafe SQLiteFault.error(code: code, handle: handle, path: self.path)
            if SQLiteFault.breaksConnection(code) { self.breakDown(error) }
            throw error
        }
    }

    private func breakDown(_ error: SQLError) {
        self.state.withLock { state in
            if case .open = state { state = .broken(error) }
        }
    }

    /// A fault of GRDB; whatever it says after the end is that we are closed.
    func fault(_ error: any Error) -> SQLError {
        if case .closed = self.state.withLock({ $0 }) { return .closed }
        return SQLiteFault.error(error, path: self.path)
    }

    /// Runs long blocking work away from the threads that Swift's tasks share.
    static func offThread<T: Sendable>(
        _ work: @escaping @Sendable () throws(SQLError) -> T,
    ) async -> Result<T, SQLError> {
        await withCheckedContinuation { continuation in
            DispatchQueue.global(qos: .utility).async {
                continuation.resume(returning: Result { () throws(SQLError) in try work() })
            }
        }
    }
}
