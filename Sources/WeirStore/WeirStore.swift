// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
package import EVMPrimitives
package import SQLDatabase

/// The one store: raw logs, blocks, facts, tracker state and checkpoint, each step in one
/// transaction.
///
/// Written once over ``SQLConnection``, so the database behind it is the connection's business.
package struct WeirStore: Sendable {
    package let database: any SQLConnection
    /// Whether the raw logs of settled ranges are stored. Without them a store holds what they added
    /// up to and where they ended: it can be followed on from there, but not be built again.
    package let keepsPages: Bool

    /// The word `no` under this key of a chain's memory says that its pages were not kept.
    package static let keepsPagesKey = "keeps_pages"

    /// Takes a connection whose schema is current; see ``prepare(_:keepsPages:)``.
    package init(_ database: any SQLConnection, keepsPages: Bool = true) {
        self.database = database
        self.keepsPages = keepsPages
    }

    /// Brings the schema up to date and gives the store; throws where the schema is newer.
    package static func prepare(
        _ database: some SQLConnection, keepsPages: Bool = true
    ) async throws(StoreError) -> WeirStore {
        do {
            try await Migrator.migrate(database, Schema.migrations)
        } catch {
            throw .database(error)
        }
        return WeirStore(database, keepsPages: keepsPages)
    }

    /// Gives the store for reading only; throws where the schema is not the one of this binary.
    package static func readOnly(
        _ database: some SQLConnection
    ) async throws(StoreError) -> WeirStore {
        do {
            try await Migrator.requireCurrent(database, Schema.migrations)
        } catch {
            throw .database(error)
        }
        return WeirStore(database)
    }

    /// Runs a transaction, errors wrapped.
    @discardableResult
    func write<T: Sendable>(
        _ body: @escaping @Sendable (any SQLSession) throws(SQLError) -> T
    ) async throws(StoreError) -> T {
        do { return try await self.database.transaction(body) } catch { throw .database(error) }
    }

    /// Reads a snapshot, errors wrapped.
    func read<T: Sendable>(
        _ body: @escaping @Sendable (any SQLReader) throws(SQLError) -> T
    ) async throws(StoreError) -> T {
        do { return try await self.database.read(body) } catch { throw .database(error) }
    }

    // MARK: Opening a chain

    /// What is known of a chain; a chain never opened before is empty.
    package func chain(_ id: ChainID) async throws(StoreError) -> StoredChain {
        let key = try id.sql
        return try await self.read { reader throws(SQLError) in
            var chain = StoredChain(
                settled: nil, first: nil, window: [], filter: "", trackers: "", states: [],
                reverted: [], memory: [:])
            if let row = try reader.queryOne(
                "SELECT filter, trackers FROM chain WHERE id = $1", [key])
            {
                chain.filter = try row.text(0)
                chain.trackers = try row.text(1)
            }
            if let row = try reader.queryOne(Self.checkpointSQL, [key]) {
                chain.settled = try row.anchor(at: 0)
                chain.first = BlockNumber(try row.integer(4))
            }
            try reader.forEachRow(
                "SELECT number, hash, parent, time FROM window WHERE chain = $1 ORDER BY number",
                [key]
            ) { row throws(SQLError) in chain.window.append(try row.anchor(at: 0)) }
            for (table, path) in [
                ("tracker_state", \StoredChain.states), ("reverted", \StoredChain.reverted),
            ] {
                try reader.forEachRow(
                    "SELECT tracker, key, value FROM \(table) WHERE chain = $1", [key]
                ) { row throws(SQLError) in
                    chain[keyPath: path].append(
                        StateEntry(
                            tracker: try row.text(0), key: try row.text(1),
                            value: try row.blob(2)))
                }
            }
            try reader.forEachRow("SELECT key, value FROM memory WHERE chain = $1", [key]) {
                row throws(SQLError) in chain.memory[try row.text(0)] = try row.text(1)
            }
            return chain
        }
    }

    static let checkpointSQL = """
        SELECT settled, settled_hash, settled_parent, settled_time, first
        FROM checkpoint WHERE chain = $1
        """

    /// Notes how a chain is configured now.
    package func configure(
        _ id: ChainID, name: String, filter: String, trackers: String
    ) async throws(StoreError) {
        let key = try id.sql
        try await self.write { session throws(SQLError) in
            try session.execute(
                """
                INSERT INTO chain (id, name, filter, trackers) VALUES ($1, $2, $3, $4)
                ON CONFLICT (id) DO UPDATE SET
                    name = excluded.name, filter = excluded.filter, trackers = excluded.trackers
                """,
                [key, .text(name), .text(filter), .text(trackers)])
        }
    }

    /// The small things that were learnt of a chain, by their names.
    package func memory(_ id: ChainID) async throws(StoreError) -> [String: String] {
        let key = try id.sql
        return try await self.read { reader throws(SQLError) in
            var memory: [String: String] = [:]
            try reader.forEachRow("SELECT key, value FROM memory WHERE chain = $1", [key]) {
                row throws(SQLError) in memory[try row.text(0)] = try row.text(1)
            }
            return memory
        }
    }

    /// Keeps a small thing that was learnt, such as a provider's range limit.
    package func remember(
        _ id: ChainID, _ name: String, _ value: String
    ) async throws(StoreError) {
        let key = try id.sql
        try await self.write { session throws(SQLError) in
            try session.execute(
                """
                INSERT INTO memory (chain, key, value) VALUES ($1, $2, $3)
                ON CONFLICT (chain, key) DO UPDATE SET value = excluded.value
                """,
                [key, .text(name), .text(value)])
        }
    }
}
