// Weir
// SPDX-License-Identifier: Apache-2.0

import Foundation
import SQLDatabase
import SQLiteDriver
import Testing

/// Backups, sizes, checks.
@Suite(.serialized)
struct UpkeepTests {
    @Test
    func backupWhileWritingIsOneMomentAndOpensByItself() async throws {
        let scratch = try Scratch()
        let connection = try SQLiteConnection(path: scratch.path("store.db"))
        // Two tables that every transaction grows together: a torn copy would show.
        try await connection.run(
            "CREATE TABLE a (n INTEGER PRIMARY KEY, data BLOB) STRICT",
            "CREATE TABLE b (n INTEGER PRIMARY KEY, data BLOB) STRICT")
        let writer = Task {
            var commits = 0
            while !Task.isCancelled, commits < 500 {
                try await connection.run(
                    "INSERT INTO a (data) VALUES (randomblob(6000))",
                    "INSERT INTO b (data) VALUES (randomblob(6000))")
                commits += 1
            }
            return commits
        }
        for index in 0..<5 {
            let path = scratch.path("copy\(index).db")
            try await connection.backup(to: path)
            let names = try FileManager.default.contentsOfDirectory(atPath: scratch.directory.path)
            #expect(names.filter { $0.hasPrefix("copy\(index)") } == ["copy\(index).db"])
            let copy = try SQLiteConnection(path: path, options: .readOnly)
            let a = try await copy.integer("SELECT count(*) FROM a")
            let b = try await copy.integer("SELECT count(*) FROM b")
            #expect(a == b)
            #expect(try await copy.integrityCheck() == [])
            try await copy.close()
        }
        writer.cancel()
        let commits = try await writer.value
        #expect(try await connection.integer("SELECT count(*) FROM a") == Int64(commits))
        // A copy is a store: it opens for writing.
        let copy = try SQLiteConnection(path: scratch.path("copy4.db"))
        try await copy.fill(rows: 1, bytes: 10)
        try await copy.close()
        try await connection.close()
    }

    @Test
    func backupReplacesNothing() async throws {
        let scratch = try Scratch()
        let connection = try SQLiteConnection(path: scratch.path("store.db"))
        try await connection.fill(rows: 1, bytes: 10)
        let path = scratch.path("copy.db")
        try Data("mine".utf8).write(to: URL(fileURLWithPath: path))
        for target in [path, scratch.path("store.db"), scratch.path("absent/copy.db"), ""] {
            do throws(SQLError) {
                try await connection.backup(to: target)
                Issue.record("\(target) was written")
            } catch {
                guard case .cannotOpen(target, _) = error else {
                    Issue.record("\(target): \(error)")
                    continue
                }
            }
        }
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == Data("mine".utf8))
        try await connection.close()
        await #expect(throws: SQLError.closed) {
            try await connection.backup(to: scratch.path("late.db"))
        }
    }

    @Test
    func memoryCanBeSavedToAFile() async throws {
        let scratch = try Scratch()
        let connection = try SQLiteConnection.inMemory()
        try await connection.fill(rows: 7, bytes: 100)
        try await connection.backup(to: scratch.path("saved.db"))
        try await connection.close()
        let saved = try SQLiteConnection(path: scratch.path("saved.db"))
        #expect(try await saved.integer("SELECT count(*) FROM t") == 7)
        try await saved.close()
    }

    @Test
    func statisticsTellSizes() async throws {
        let scratch = try Scratch()
        let path = scratch.path("store.db")
        let connection = try SQLiteConnection(path: path)
        try await connection.fill(rows: 100, bytes: 4000)
        let before = try await connection.statistics()
        #expect(before.pageBytes == 4096)
        #expect(before.pageCount >= 100)
        #expect(before.walBytes > 400_000)
        try await connection.run("DELETE FROM t")
        #expect(try await connection.statistics().freePageCount >= 90)
        try await connection.close()
        let folded = try SQLiteConnection(path: path, options: .readOnly)
        let after = try await folded.statistics()
        #expect(after.fileBytes == after.pageCount * after.pageBytes)
        #expect(after.walBytes == 0)
        try await folded.close()
    }

    @Test
    func damagedIndexIsFoundByTheFullCheck() async throws {
        let scratch = try Scratch()
        let path = scratch.path("store.db")
        let connection = try SQLiteConnection(path: path)
        try await connection.run(
            "CREATE TABLE t (n INTEGER PRIMARY KEY, word TEXT) STRICT",
            "CREATE INDEX t_word ON t (word)", "INSERT INTO t VALUES (1, 'amphibian')")
        try await connection.close()
        var content = try Data(contentsOf: URL(fileURLWithPath: path))
        let word = Data("amphibian".utf8)
        let last = try #require(content.range(of: word, options: .backwards))
        content.replaceSubrange(last, with: Data("amphibiaz".utf8))
        try content.write(to: URL(fileURLWithPath: path))
        let damaged = try SQLiteConnection(path: path)
        #expect(try await !damaged.integrityCheck().isEmpty)
        try await damaged.close()
    }
}
