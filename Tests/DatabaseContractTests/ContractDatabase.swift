// Weir
// SPDX-License-Identifier: Apache-2.0

import Foundation
import SQLDatabase
import SQLiteDriver

/// The databases that the contract is run on. A new driver adds its case here and nothing else.
enum ContractDatabase: String, CaseIterable, Sendable {
    case sqliteFile
    case sqliteMemory

    /// Those where a read does not wait for a transaction.
    static let concurrent: [Self] = [.sqliteFile]

    /// Opens an empty database, lends it, closes it and removes it.
    func with<T>(
        _ body: (any SQLConnection) async throws -> T
    ) async throws -> T {
        switch self {
        case .sqliteMemory:
            return try await Self.lend(try SQLiteConnection.inMemory(), body)
        case .sqliteFile:
            let directory =
                testDirectory
                .appendingPathComponent("weir-contract-\(UUID().uuidString)")
            try FileManager.default.createDirectory(
                at: directory, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(at: directory) }
            let path = directory.appendingPathComponent("store.db").path
            return try await Self.lend(try SQLiteConnection(path: path), body)
        }
    }

    private static func lend<T>(
        _ connection: any SQLConnection, _ body: (any SQLConnection) async throws -> T,
    ) async throws -> T {
        do {
            let value = try await body(connection)
            try await connection.close()
            return value
        } catch {
            try? await connection.close()
            throw error
        }
    }
}

extension SQLConnection {
    /// Runs DDL written with the tokens of the dialect.
    func define(_ statements: String...) async throws {
        let dialect = self.dialect
        try await self.transaction { session throws(SQLError) in
            for statement in statements { try session.execute(dialect.render(statement)) }
        }
    }

    func count(_ table: String) async throws -> Int64 {
        let sql = "SELECT count(*) FROM \(table)"
        return try await self.read { reader throws(SQLError) in
            try reader.queryOne(sql)?.int64(0) ?? -1
        }
    }

    /// The error that a transaction ends with, nil when it commits.
    func failure(
        of body: @escaping @Sendable (any SQLSession) throws(SQLError) -> Void
    ) async -> SQLError? {
        do {
            try await self.transaction(body)
            return nil
        } catch {
            return error
        }
    }

    /// The error that a read ends with, nil when it succeeds.
    func failureOfRead(
        _ body: @escaping @Sendable (any SQLReader) throws(SQLError) -> Void
    ) async -> SQLError? {
        do {
            try await self.read(body)
            return nil
        } catch {
            return error
        }
    }
}

/// A small repeatable generator; a failing test prints its seed.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    init(seed: UInt64) { self.state = seed }

    mutating func next() -> UInt64 {
        self.state &+= 0x9e37_79b9_7f4a_7c15
        var z = self.state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }
}

/// Memory where there is a memory file system, since tests need not wait for a device.
private let testDirectory: URL =
    FileManager.default.isWritableFile(atPath: "/dev/shm")
    ? URL(fileURLWithPath: "/dev/shm") : FileManager.default.temporaryDirectory
