// Weir
// SPDX-License-Identifier: Apache-2.0

import Foundation
import SQLDatabase
import SQLiteDriver

/// A directory of its own for each test, removed at the end.
struct Scratch: ~Copyable {
    let directory: URL

    init() throws {
        self.directory =
            testDirectory
            .appendingPathComponent("weir-sqlite-\(UUID().uuidString)")
        try FileManager.default.createDirectory(
            at: self.directory, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: self.directory) }

    func path(_ name: String) -> String { self.directory.appendingPathComponent(name).path }
}

/// The error of opening a path, nil when it opens (and is closed again).
func failureOfOpening(
    _ path: String, _ options: SQLiteOptions = SQLiteOptions(),
) async -> SQLError? {
    do throws(SQLError) {
        let connection = try SQLiteConnection(path: path, options: options)
        try await connection.close()
        return nil
    } catch {
        return error
    }
}

extension SQLiteConnection {
    /// Runs statements in one transaction.
    func run(_ statements: String...) async throws(SQLError) {
        try await self.transaction { session throws(SQLError) in
            for sql in statements { try session.execute(sql) }
        }
    }

    /// The integer that a query of one row and column gives.
    func integer(_ sql: String) async throws(SQLError) -> Int64 {
        try await self.read { reader throws(SQLError) in
            try reader.queryOne(sql)?.int64(0) ?? -1
        }
    }

    /// Inserts rows of random bytes into table `t`.
    func fill(rows: Int, bytes: Int) async throws(SQLError) {
        try await self.transaction { session throws(SQLError) in
            try session.execute(
                "CREATE TABLE IF NOT EXISTS t (n INTEGER PRIMARY KEY, data BLOB NOT NULL) STRICT")
            for _ in 0..<rows {
                try session.execute("INSERT INTO t (data) VALUES (randomblob(\(bytes)))")
            }
        }
    }
}

/// A child process that speaks lines; killed when dropped.
final class Child {
    private let process = Process()
    private let output = Pipe()
    private let input = Pipe()

    /// Runs `python3 -c`, nil when there is no Python here.
    init?(python script: String, _ arguments: String...) throws {
        guard
            let python = ["/usr/bin/python3", "/usr/local/bin/python3"].first(
                where: FileManager.default.isExecutableFile(atPath:))
        else { return nil }
        self.process.executableURL = URL(fileURLWithPath: python)
        self.process.arguments = ["-c", script] + arguments
        self.process.standardOutput = self.output
        self.process.standardInput = self.input
        try self.process.run()
    }

    deinit { if self.process.isRunning { self.kill() } }

    var pid: Int32 { self.process.processIdentifier }

    /// The next line it prints, or what it printed before its end.
    func line() -> String {
        var bytes = Data()
        while bytes.last != 0x0A {
            guard let byte = try? self.output.fileHandleForReading.read(upToCount: 1),
                !byte.isEmpty
            else { break }
            bytes += byte
        }
        return String(decoding: bytes, as: UTF8.self).trimmingCharacters(
            in: .whitespacesAndNewlines)
    }

    /// Kills it as a crash would and waits until it is gone.
    func kill() {
        Foundation.kill(self.process.processIdentifier, SIGKILL)
        self.process.waitUntilExit()
    }

    func wait() { self.process.waitUntilExit() }
}

/// Memory where there is a memory file system, since tests need not wait for a device.
private let testDirectory: URL =
    FileManager.default.isWritableFile(atPath: "/dev/shm")
    ? URL(fileURLWithPath: "/dev/shm") : FileManager.default.temporaryDirectory
