// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMPrimitives
import Foundation
import SQLDatabase
import SQLiteDriver
package import Tabular
import WeirStore

/// `weir store`: what is in a store, whether it is whole, a copy of it. Only reads, takes no lock,
/// so it works beside a running instance.
package enum StoreTools {
    /// What ``statistics(_:)`` found.
    package struct Statistics: Sendable {
        /// One row a chain.
        package var table: Table
        /// The file's size in one line.
        package var sizes: String
    }

    /// What ``verify(_:)`` found.
    package struct Verification: Sendable {
        /// One row for the database and one a chain.
        package var table: Table
        package var findings: [String]
    }

    package static func statistics(_ path: String) async throws -> Statistics {
        try await self.reading(path) { database, store in
            var table = Table(columns: [
                Column("chain", "Chain"), Column("id", "Id", alignment: .right),
                Column("first", "First", alignment: .right),
                Column("settled", "Settled", alignment: .right),
                Column("processed", "Processed", alignment: .right),
                Column("window_blocks", "Window", alignment: .right),
                Column("pages", "Pages", alignment: .right),
                Column("logs", "Logs", alignment: .right),
                Column("log_bytes", "Log bytes", alignment: .right),
                Column("facts", "Facts", alignment: .right),
                Column("state_entries", "State", alignment: .right),
            ])
            for chain in try await store.statistics() {
                table.append([
                    .text(chain.name), .number("\(chain.id)"), Self.cell(chain.first),
                    Self.cell(chain.settled?.number), Self.cell(chain.processed),
                    .integer(chain.windowBlocks), .integer(chain.pages), .integer(chain.logs),
                    .integer(chain.logBytes), .integer(chain.facts),
                    .integer(chain.stateEntries),
                ])
            }
            let sizes = try await database.statistics()
            return Statistics(
                table: table,
                sizes: "\(path): \(sizes.fileBytes) bytes, log \(sizes.walBytes) bytes, "
                    + "\(sizes.freePageCount) of \(sizes.pageCount) pages free")
        }
    }

    /// Reads everything back. Findings are an answer and no error.
    package static func verify(_ path: String) async throws -> Verification {
        try await self.reading(path) { database, store in
            var table = Table(columns: [
                Column("part", "Part"), Column("result", "Result"),
                Column("findings", "Findings", alignment: .right),
            ])
            var findings: [String] = []
            func add(_ part: String, _ found: [String]) {
                table.append([
                    .text(part), .text(found.isEmpty ? "ok" : "damaged"), .integer(found.count),
                ])
                findings += found.map { "\(part): \($0)" }
            }
            add("database", try await database.integrityCheck())
            for (id, name) in try await store.chains() {
                do throws(StoreError) {
                    add("chain \(name)", try await store.verify(id))
                } catch {
                    add("chain \(name)", [error.description])
                }
            }
            return Verification(table: table, findings: findings)
        }
    }

    /// Copies the store.
    ///
    /// - Returns: the size of the copy in bytes.
    package static func backup(_ path: String, to destination: String) async throws -> Int64 {
        try await self.reading(path) { database, _ in
            try await database.backup(to: destination)
            let size = try? FileManager.default.attributesOfItem(atPath: destination)[.size]
            return (size as? NSNumber)?.int64Value ?? 0
        }
    }

    /// Opens a store for reading, and closes it whatever happens.
    static func reading<T: Sendable>(
        _ path: String, _ body: (SQLiteConnection, WeirStore) async throws -> T
    ) async throws -> T {
        try Self.requireFile(path)
        let database = try SQLiteConnection(path: path, options: .readOnly)
        do {
            let result = try await body(database, try await WeirStore.readOnly(database))
            try await database.close()
            return result
        } catch {
            try? await database.close()
            throw error
        }
    }

    /// Opens a store for writing, which fails where an instance runs on it, and closes it.
    static func writing<T: Sendable>(
        _ path: String, _ body: (WeirStore) async throws -> T
    ) async throws -> T {
        try Self.requireFile(path)
        let database = try SQLiteConnection(path: path)
        do {
            let result = try await body(try await WeirStore.prepare(database))
            try await database.close()
            return result
        } catch {
            try? await database.close()
            throw error
        }
    }

    private static func requireFile(_ path: String) throws(ToolError) {
        guard FileManager.default.fileExists(atPath: path) else { throw .noStore(path: path) }
    }

    private static func cell(_ number: BlockNumber?) -> Cell {
        number.map { .integer($0.rawValue) } ?? .empty
    }
}
