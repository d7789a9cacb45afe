// Weir
// SPDX-License-Identifier: Apache-2.0

import Foundation
import SQLDatabase
import SQLiteDriver
import Testing

/// A store that was cut off, damaged or starved: committed work is there, or a typed error says why
/// not. None of it may trap.
@Suite(.serialized)
struct DamageTests {
    /// Files as a crash leaves them: copied while open, so the log was not folded in.
    private func crashed(
        _ scratch: borrowing Scratch, commits: Int,
    ) async throws -> (file: Data, log: Data) {
        let path = scratch.path("live.db")
        let connection = try SQLiteConnection(path: path)
        for _ in 0..<commits { try await connection.fill(rows: 4, bytes: 500) }
        let file = try Data(contentsOf: URL(fileURLWithPath: path))
        let log = try Data(contentsOf: URL(fileURLWithPath: path + "-wal"))
        try await connection.close()
        return (file, log)
    }

    /// A process that dies, or a disk that fills up, while the log is copied back: the first pages of
    /// the file are new and the rest is old or not there yet. The log still holds everything.
    @Test(arguments: [1, 2, 5])
    func fileHalfCopiedBackIsWholeWithItsLog(pages: Int) async throws {
        let scratch = try Scratch()
        let (file, log) = try await self.crashed(scratch, commits: 40)
        let path = scratch.path("folded.db")
        try file.write(to: URL(fileURLWithPath: path))
        try log.write(to: URL(fileURLWithPath: path + "-wal"))
        try await SQLiteConnection(path: path).close()
        let folded = try Data(contentsOf: URL(fileURLWithPath: path))
        let half = pages * 4096
        try #require(folded.count > file.count && file.count >= 4096 && folded.count > half)
        let cut = scratch.path("half.db")
        try (folded.prefix(half) + file.dropFirst(half)).write(to: URL(fileURLWithPath: cut))
        try log.write(to: URL(fileURLWithPath: cut + "-wal"))
        let connection = try SQLiteConnection(path: cut)
        #expect(try await connection.integer("SELECT count(*) FROM t") == 160)
        #expect(try await connection.integrityCheck() == [])
        try await connection.close()
    }

    @Test
    func logCutAnywhereLeavesWholeTransactions() async throws {
        let scratch = try Scratch()
        let (file, log) = try await self.crashed(scratch, commits: 12)
        #expect(log.count > 50_000)
        var cuts = Array(stride(from: 0, to: log.count, by: 997))
        cuts.append(log.count)
        var seen: Set<Int64> = []
        for (index, cut) in cuts.enumerated() {
            let path = scratch.path("cut\(index).db")
            try file.write(to: URL(fileURLWithPath: path))
            try log.prefix(cut).write(to: URL(fileURLWithPath: path + "-wal"))
            let connection = try SQLiteConnection(path: path)
            let tables = try await connection.integer(
                "SELECT count(*) FROM sqlite_master WHERE name = 't'")
            let rows = tables == 0 ? 0 : try await connection.integer("SELECT count(*) FROM t")
            #expect(rows % 4 == 0, "cut at \(cut)")
            #expect(try await connection.integrityCheck() == [], "cut at \(cut)")
            seen.insert(rows / 4)
            try await connection.fill(rows: 1, bytes: 10)
            try await connection.close()
            for suffix in ["", "-wal", "-shm", ".lock"] {
                try? FileManager.default.removeItem(atPath: path + suffix)
            }
        }
        // The uncut log holds everything; the cuts before it reached every state in between.
        #expect(seen == Set(0...12))
    }

    @Test
    func flippedBytesGiveTypedErrorsOrProblemsAndNeverTrap() async throws {
        let scratch = try Scratch()
        let content = try await self.smallDatabase(scratch)
        var positions = Array(0..<100)
        positions += Array(stride(from: 100, to: content.count, by: 131))
        var refused = 0
        var found = 0
        for (index, position) in positions.enumerated() {
            var damaged = content
            damaged[position] ^= UInt8(truncatingIfNeeded: 1 << (index % 8)) | 0x80
            switch try await self.use(damaged, scratch) {
            case .refused: refused += 1
            case .problems: found += 1
            case .unnoticed: break
            }
        }
        print("flips \(positions.count): \(refused) refused or failed, \(found) found by the check")
        #expect(refused > 15)
        #expect(found > 15)
    }

    @Test
    func fileCutAnywhereIsATypedErrorOrAProblem() async throws {
        let scratch = try Scratch()
        let content = try await self.smallDatabase(scratch)
        for length in stride(from: 1, to: content.count, by: 509) {
            let outcome = try await self.use(content.prefix(length), scratch)
            #expect(outcome != .unnoticed, "cut at \(length)")
        }
    }

    private enum Outcome { case refused, problems, unnoticed }

    /// A folded-in database of about 60 KiB with a table, an index and free pages.
    private func smallDatabase(_ scratch: borrowing Scratch) async throws -> Data {
        let path = scratch.path("small.db")
        let connection = try SQLiteConnection(path: path)
        try await connection.fill(rows: 60, bytes: 700)
        try await connection.run(
            "CREATE TABLE big (n INTEGER PRIMARY KEY, data BLOB) STRICT",
            "INSERT INTO big VALUES (1, randomblob(9000)), (2, randomblob(5000))",
            "CREATE INDEX t_data ON t (substr(data, 1, 20))", "DELETE FROM t WHERE n % 7 = 0")
        try await connection.close()
        return try Data(contentsOf: URL(fileURLWithPath: path))
    }

    /// Does with a damaged file all that a store does.
    private func use(_ content: Data, _ scratch: borrowing Scratch) async throws -> Outcome {
        let path = scratch.path("damaged.db")
        defer {
            for suffix in ["", "-wal", "-shm", ".lock"] {
                try? FileManager.default.removeItem(atPath: path + suffix)
            }
        }
        try content.write(to: URL(fileURLWithPath: path))
        var options = SQLiteOptions()
        options.synchronous = .normal
        let connection: SQLiteConnection
        do throws(SQLError) {
            connection = try SQLiteConnection(path: path, options: options)
        } catch {
            #expect(!error.description.isEmpty)
            return .refused
        }
        var outcome = Outcome.unnoticed
        do throws(SQLError) {
            if try await !connection.integrityCheck().isEmpty { outcome = .problems }
            try await connection.read { reader throws(SQLError) in
                for sql in [
                    "SELECT * FROM t ORDER BY n", "SELECT * FROM big",
                    "SELECT * FROM sqlite_master",
                ] {
                    try reader.forEachRow(sql) { row throws(SQLError) in
                        _ = try row.value(0)
                        _ = try? row.blob(1)
                        _ = try? row.int64("n")
                    }
                }
            }
            try await connection.run(
                "INSERT INTO t (data) VALUES (randomblob(3000))", "DELETE FROM big WHERE n = 2")
        } catch {
            outcome = outcome == .problems ? .problems : .refused
        }
        try? await connection.close()
        return outcome
    }

    @Test
    func fullDiskIsATransientErrorAndSpaceHealsIt() async throws {
        let scratch = try Scratch()
        let mount = scratch.path("small")
        try FileManager.default.createDirectory(atPath: mount, withIntermediateDirectories: true)
        guard self.command("/bin/mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", mount) else {
            print("SKIPPED: no right to mount a small file system")
            return
        }
        defer { _ = self.command("/bin/umount", "-l", mount) }
        let path = mount + "/store.db"
        let connection = try SQLiteConnection(path: path)
        try await connection.fill(rows: 10, bytes: 1000)
        let ballast = mount + "/ballast"
        try Data(count: 2_000_000).write(to: URL(fileURLWithPath: ballast))
        var failures: [SQLError] = []
        for _ in 0..<5 {
            do throws(SQLError) {
                try await connection.fill(rows: 400, bytes: 5000)
            } catch {
                failures.append(error)
            }
        }
        #expect(failures.count == 5)
        for failure in failures {
            guard case .diskFull = failure else {
                Issue.record("\(failure)")
                continue
            }
            #expect(failure.isTransient)
        }
        #expect(try await connection.integer("SELECT count(*) FROM t") == 10, "reads go on")
        try FileManager.default.removeItem(atPath: ballast)
        try await connection.fill(rows: 100, bytes: 5000)
        #expect(try await connection.integer("SELECT count(*) FROM t") == 110)
        #expect(try await connection.integrityCheck() == [])
        // No room for a copy: told as such, and nothing is left of it.
        let free = try FileManager.default.attributesOfFileSystem(forPath: mount)[.systemFreeSize]
        let freeBytes = try #require(free as? NSNumber).intValue
        try Data(count: freeBytes - 200_000).write(to: URL(fileURLWithPath: ballast))
        do throws(SQLError) {
            try await connection.backup(to: mount + "/copy.db")
            Issue.record("the copy found room")
        } catch {
            guard case .diskFull = error else {
                Issue.record("\(error)")
                return
            }
        }
        let left = try FileManager.default.contentsOfDirectory(atPath: mount)
        #expect(!left.contains { $0.hasPrefix("copy") })
        try await connection.close()
    }

    private func command(_ tool: String, _ arguments: String...) -> Bool {
        guard FileManager.default.isExecutableFile(atPath: tool) else { return false }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: tool)
        process.arguments = arguments
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }
}
