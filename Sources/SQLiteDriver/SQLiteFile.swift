// Weir
// SPDX-License-Identifier: Apache-2.0

import GRDBSQLite
import SQLDatabase

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A path that shall be a database of ours: looked at before SQLite opens it for real, so that a
/// foreign file is never touched and a fault is told in plain words.
struct SQLiteFile {
    /// The path with symbolic links resolved, so that two names of one file share one lock.
    let path: String
    /// The length in bytes, nil when there is no file yet.
    let byteCount: Int64?

    /// Throws ``SQLError/cannotOpen(path:reason:)`` when the path cannot be a database file.
    init(path: String) throws(SQLError) {
        guard !path.isEmpty, !path.utf8.contains(0) else {
            throw .cannotOpen(path: path, reason: "this is not a path")
        }
        if let resolved = Self.resolve(path) {
            let status = try Self.status(resolved)
            guard status.st_mode & S_IFMT != S_IFDIR else {
                throw .cannotOpen(path: path, reason: "it is a directory")
            }
            guard status.st_mode & S_IFMT == S_IFREG else {
                throw .cannotOpen(path: path, reason: "it is not a regular file")
            }
            self.path = resolved
            self.byteCount = Int64(status.st_size)
            return
        }
        guard errno == ENOENT else {
            throw .cannotOpen(path: path, reason: SQLiteFault.words(errno))
        }
        let (directory, name) = Self.split(path)
        guard let parent = Self.resolve(directory) else {
            let reason =
                errno == ENOENT
                ? "its directory \(directory) does not exist"
                : "its directory \(directory): \(SQLiteFault.words(errno))"
            throw .cannotOpen(path: path, reason: reason)
        }
        guard try Self.status(parent).st_mode & S_IFMT == S_IFDIR else {
            throw .cannotOpen(path: path, reason: "\(directory) is not a directory")
        }
        guard !name.isEmpty else { throw .cannotOpen(path: path, reason: "it is a directory") }
        guard !Self.isLink(path) else {
            throw .cannotOpen(path: path, reason: "it is a symbolic link to nothing")
        }
        self.path = parent == "/" ? "/" + name : parent + "/" + name
        self.byteCount = nil
    }

    /// Throws unless this process may write the file (or make it) and its directory.
    func requireWritable() throws(SQLError) {
        let (directory, _) = Self.split(self.path)
        let targets = self.byteCount == nil ? [directory] : [self.path, directory]
        for target in targets where unsafe access(target, W_OK) != 0 {
            throw .cannotOpen(
                path: self.path, reason: "\(target) is not writable (\(SQLiteFault.words(errno)))")
        }
    }

    // MARK: Whose file it is

    /// Makes an empty database with our mark, before anything else is in it.
    ///
    /// This happens before there is a write-ahead log, so the mark stands in the file itself and not
    /// in a log beside it: from here on the first page always tells whose file it is. The log is
    /// turned on here too. A journal on disk would protect nothing, for there is nothing yet, and
    /// each transaction with one waits four times for the disk and not once.
    func create(applicationID: UInt32) throws(SQLError) {
        let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX
        try unsafe Self.withHandle(self.path, shown: self.path, flags) { handle throws(SQLError) in
            let mark = Int32(bitPattern: applicationID)
            let sql = """
                PRAGMA journal_mode = MEMORY; PRAGMA application_id = \(mark);
                PRAGMA journal_mode = WAL
                """
            let code = unsafe sqlite3_exec(handle, sql, nil, nil, nil)
            guard code == SQLITE_OK else {
                throw unsafe SQLiteFault.error(code: code, handle: handle, path: self.path)
            }
        }
    }

    /// Throws ``SQLError/notADatabase(path:)`` or ``SQLError/foreignDatabase(path:applicationID:)``
    /// unless the file bears our mark. Takes no lock, recovers nothing.
    ///
    /// Reads the header as it is documented (sqlite.org/fileformat2.html, 1.3), without SQLite: a
    /// process that died while it copied the log back leaves a first page that speaks of pages which
    /// stand in the log alone. SQLite, told to look at the file without the log, calls that damaged.
    func requireOurs(applicationID: UInt32) throws(SQLError) {
        // SQLite takes anything shorter than its smallest page for an empty database.
        guard Self.byteCount(self.path) >= 512 else { throw .notADatabase(path: self.path) }
        let header = try self.header()
        guard header.starts(with: Array("SQLite format 3\0".utf8)) else {
            throw .notADatabase(path: self.path)
        }
        let found = header[68..<72].reduce(0 as UInt32) { $0 << 8 | UInt32($1) }
        guard found == applicationID else {
            throw .foreignDatabase(path: self.path, applicationID: found)
        }
    }

    /// The 100 bytes with which a database begins.
    private func header() throws(SQLError) -> [UInt8] {
        let file = unsafe open(self.path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else {
            throw .cannotOpen(path: self.path, reason: SQLiteFault.words(errno))
        }
        defer { close(file) }
        var header = [UInt8](repeating: 0, count: 100)
        let count = unsafe header.withUnsafeMutableBytes { buffer in
            unsafe pread(file, buffer.baseAddress, buffer.count, 0)
        }
        guard count == header.count else { throw .notADatabase(path: self.path) }
        return header
    }

    private static func withHandle<T>(
        _ name: String, shown path: String, _ flags: CInt,
        _ body: (OpaquePointer) throws(SQLError) -> T,
    ) throws(SQLError) -> T {
        var handle: OpaquePointer?
        let code = unsafe sqlite3_open_v2(name, &handle, flags, nil)
        defer { unsafe sqlite3_close_v2(handle) }
        guard code == SQLITE_OK, let open = unsafe handle else {
            throw unsafe SQLiteFault.error(code: code, handle: handle, path: path)
        }
        unsafe sqlite3_extended_result_codes(open, 1)
        unsafe sqlite3_busy_timeout(open, 1000)
        return try unsafe body(open)
    }

    // MARK: Paths

    /// The length of a file, 0 when there is none.
    static func byteCount(_ path: String) -> Int64 {
        var status = stat()
        return unsafe stat(path, &status) == 0 ? Int64(status.st_size) : 0
    }

    /// The directory and the last component of a path.
    static func split(_ path: String) -> (directory: String, name: String) {
        guard let slash = path.lastIndex(of: "/") else { return (".", path) }
        let directory = String(path[..<slash])
        return (directory.isEmpty ? "/" : directory, String(path[path.index(after: slash)...]))
    }

    private static func resolve(_ path: String) -> String? {
        guard let resolved = unsafe realpath(path, nil) else { return nil }
        defer { unsafe free(resolved) }
        return unsafe String(cString: resolved)
    }

    private static func isLink(_ path: String) -> Bool {
        var status = stat()
        return unsafe lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFLNK
    }

    private static func status(_ path: String) throws(SQLError) -> stat {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else {
            throw .cannotOpen(path: path, reason: SQLiteFault.words(errno))
        }
        return status
    }
}
