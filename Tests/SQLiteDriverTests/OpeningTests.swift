// Weir
// SPDX-License-Identifier: Apache-2.0

import Foundation
import SQLDatabase
import SQLiteDriver
import Testing

/// What is refused at the door, and with which words; what is set once inside.
@Suite(.serialized)
struct OpeningTests {
    @Test
    func newFileIsOursDurableAndOpensAgain() async throws {
        let scratch = try Scratch()
        let path = scratch.path("store.db")
        let connection = try SQLiteConnection(path: path)
        try await connection.fill(rows: 10, bytes: 100)
        let settings = try await connection.transaction { session throws(SQLError) in
            var settings: [SQLValue] = []
            for name in ["synchronous", "journal_mode", "foreign_keys", "mmap_size", "cache_size"] {
                settings += try session.queryOne("PRAGMA \(name)")?.values ?? [nil]
            }
            return settings
        }
        // synchronous 2 is FULL.
        #expect(settings == [2, "wal", 1, 0, -2048])
        let readerCache = try await connection.integer("PRAGMA cache_size")
        #expect(readerCache == -512)
        try await connection.close()
        #expect(!FileManager.default.fileExists(atPath: path + "-wal"), "folded in at close")
        let header = try Data(contentsOf: URL(fileURLWithPath: path)).prefix(100)
        #expect(Array(header[68..<72]) == Array("WEIR".utf8))

        var relaxed = SQLiteOptions()
        relaxed.synchronous = .normal
        let again = try SQLiteConnection(path: path, options: relaxed)
        #expect(try await again.integer("SELECT count(*) FROM t") == 10)
        let level = try await again.transaction { session throws(SQLError) in
            try session.queryOne("PRAGMA synchronous")?.int64(0)
        }
        #expect(level == 1)
        try await again.close()
    }

    @Test
    func secondOpenerInThisProcessIsRefusedUntilTheFirstCloses() async throws {
        let scratch = try Scratch()
        let path = scratch.path("store.db")
        let connection = try SQLiteConnection(path: path)
        let link = scratch.path("link.db")
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: path)
        let own = ProcessInfo.processInfo.processIdentifier
        for name in [path, link, scratch.directory.path + "/./store.db"] {
            #expect(await failureOfOpening(name) == .alreadyInUse(path: connection.path, pid: own))
        }
        try await connection.run("CREATE TABLE t (n INTEGER) STRICT")
        try await connection.close()
        #expect(await failureOfOpening(link) == nil)
        #expect(await failureOfOpening(path) == nil)
    }

    @Test
    func lockOfADroppedConnectionIsFree() async throws {
        let scratch = try Scratch()
        do {
            let connection = try SQLiteConnection(path: scratch.path("store.db"))
            try await connection.fill(rows: 3, bytes: 10)
        }
        let again = try SQLiteConnection(path: scratch.path("store.db"))
        #expect(try await again.integer("SELECT count(*) FROM t") == 3)
        try await again.close()
    }

    @Test
    func otherProcessWithTheLockIsNamedAndItsDeathFreesIt() async throws {
        let scratch = try Scratch()
        let path = scratch.path("store.db")
        let holder = """
            import fcntl, os, sys
            f = open(sys.argv[1], "w")
            fcntl.flock(f, fcntl.LOCK_EX)
            f.write(str(os.getpid()) + "\\n"); f.flush()
            print("held", flush=True)
            sys.stdin.read()
            """
        guard let child = try Child(python: holder, path + ".lock") else {
            print("SKIPPED: no python3")
            return
        }
        #expect(child.line() == "held")
        let refused = await failureOfOpening(path)
        guard case .alreadyInUse(_, let pid) = refused else {
            Issue.record("\(String(describing: refused))")
            return
        }
        #expect(pid == child.pid)
        #expect(refused?.description.contains("process \(child.pid)") == true)
        #expect(!FileManager.default.fileExists(atPath: path), "nothing was made")
        child.kill()
        #expect(await failureOfOpening(path) == nil)
    }

    @Test
    func otherProcessCannotTakeOurLock() async throws {
        let scratch = try Scratch()
        let path = scratch.path("store.db")
        let connection = try SQLiteConnection(path: path)
        let taker = """
            import fcntl, sys
            f = open(sys.argv[1], "r+")
            try:
                fcntl.flock(f, fcntl.LOCK_EX | fcntl.LOCK_NB)
                print("taken", flush=True)
            except BlockingIOError:
                print("refused", f.read().strip(), flush=True)
            """
        guard let child = try Child(python: taker, path + ".lock") else {
            print("SKIPPED: no python3")
            return
        }
        #expect(child.line() == "refused \(ProcessInfo.processInfo.processIdentifier)")
        child.wait()
        try await connection.close()
    }

    @Test
    func foreignFilesAreRefusedAndLeftAsTheyAre() async throws {
        let scratch = try Scratch()
        var other = SQLiteOptions()
        other.applicationID = 0x1234
        let foreign = try SQLiteConnection(path: scratch.path("foreign.db"), options: other)
        try await foreign.fill(rows: 1, bytes: 10)
        try await foreign.close()
        var files: [String: Data] = [
            "text.db": Data("store:\n  sqlite: weir.db\n".utf8),
            "short.db": Data([0]),
            "zeros.db": Data(count: 8192),
            "long.db": Data(repeating: 0x55, count: 100_000),
        ]
        for (name, content) in files {
            try content.write(to: URL(fileURLWithPath: scratch.path(name)))
        }
        files["foreign.db"] = try Data(contentsOf: URL(fileURLWithPath: scratch.path("foreign.db")))
        for (name, content) in files {
            let path = scratch.path(name)
            for options in [SQLiteOptions(), .readOnly] {
                let error = await failureOfOpening(path, options)
                if name == "foreign.db" {
                    #expect(error == .foreignDatabase(path: path, applicationID: 0x1234))
                } else {
                    #expect(error == .notADatabase(path: path), "\(name)")
                }
                #expect(error?.description.contains(path) == true)
            }
            #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == content, "\(name)")
        }
    }

    @Test
    func placesWhereNoDatabaseCanBeAreNamed() async throws {
        let scratch = try Scratch()
        let file = scratch.path("file")
        try Data("x".utf8).write(to: URL(fileURLWithPath: file))
        try FileManager.default.createSymbolicLink(
            atPath: scratch.path("dangling"), withDestinationPath: "/nowhere/at/all")
        let expected: [String: String] = [
            scratch.directory.path: "it is a directory",
            scratch.path("absent/store.db"): "does not exist",
            file + "/store.db": "Not a directory",
            "/dev/null": "not a regular file",
            scratch.path("dangling"): "symbolic link to nothing",
            "": "not a path",
            "a\u{0}b": "not a path",
        ]
        for (path, words) in expected {
            let error = await failureOfOpening(path)
            guard case .cannotOpen(let named, let reason) = error else {
                Issue.record("\(path): \(String(describing: error))")
                continue
            }
            #expect(named == path)
            #expect(reason.contains(words), "\(path): \(reason)")
        }
        // A file system that takes no new files, even from root.
        guard case .cannotOpen = await failureOfOpening("/proc/store.db") else {
            Issue.record("/proc/store.db")
            return
        }
        #expect(
            await failureOfOpening(scratch.path("none.db"), .readOnly)
                == .cannotOpen(path: scratch.path("none.db"), reason: "there is no such file"))
        #expect(!FileManager.default.fileExists(atPath: scratch.path("none.db")))
    }

    @Test
    func oddNamesAreOnlyNames() async throws {
        let scratch = try Scratch()
        for name in ["a b.db", "q?mode=ro.db", "h#.db", "p%41.db", "file:x.db", "ü🦊.db", "'.db"] {
            let path = scratch.path(name)
            let connection = try SQLiteConnection(path: path)
            try await connection.fill(rows: 2, bytes: 10)
            try await connection.close()
            #expect(FileManager.default.fileExists(atPath: path), "\(name)")
            let again = try SQLiteConnection(path: path)
            #expect(try await again.integer("SELECT count(*) FROM t") == 2, "\(name)")
            try await again.close()
        }
    }

    @Test
    func readerLooksOnWhileTheOwnerWrites() async throws {
        let scratch = try Scratch()
        let path = scratch.path("store.db")
        let owner = try SQLiteConnection(path: path)
        try await owner.fill(rows: 5, bytes: 100)
        let looker = try SQLiteConnection(path: path, options: .readOnly)
        #expect(try await looker.integer("SELECT count(*) FROM t") == 5)
        try await owner.fill(rows: 5, bytes: 100)
        #expect(try await looker.integer("SELECT count(*) FROM t") == 10)
        await #expect(throws: SQLError.self) { try await looker.run("DELETE FROM t") }
        #expect(try await looker.statistics().pageCount > 0)
        #expect(try await looker.integrityCheck() == [])
        try await looker.close()
        try await owner.fill(rows: 5, bytes: 100)
        try await owner.close()
        let later = try SQLiteConnection(path: path, options: .readOnly)
        #expect(try await later.integer("SELECT count(*) FROM t") == 15)
        try await later.close()
        #expect(await failureOfOpening(path) == nil, "a reader leaves no lock")
    }
}
