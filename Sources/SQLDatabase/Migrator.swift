// Weir
// SPDX-License-Identifier: Apache-2.0

/// Brings a database to the schema that this program knows, or refuses it.
///
/// What was applied stands in the table `weir_migrations`. Each migration and its entry are one
/// transaction: a crash leaves a migration either whole or absent.
package enum Migrator {
    /// Applies the migrations that are missing and returns their names; none when up to date.
    ///
    /// Throws ``SQLError/schemaTooNew(applied:known:)`` when the database has migrations that are
    /// not in the list, and ``SQLError/migrationEdited(name:)`` when an applied one has another
    /// text or place. In both cases nothing is changed.
    @discardableResult
    package static func migrate(
        _ connection: some SQLConnection, _ migrations: [Migration],
    ) async throws(SQLError) -> [String] {
        let pending = try await Self.pending(connection, migrations)
        let dialect = connection.dialect
        let firstPosition = migrations.count - pending.count
        for (offset, migration) in pending.enumerated() {
            try await connection.transaction { session throws(SQLError) in
                try session.execute(dialect.render(Self.tableSQL))
                for statement in migration.statements {
                    try session.execute(dialect.render(statement))
                }
                try session.execute(
                    "INSERT INTO weir_migrations (position, name, checksum) VALUES ($1, $2, $3)",
                    [
                        .integer(Int64(firstPosition + offset)), .text(migration.name),
                        .text(migration.checksum),
                    ])
            }
        }
        return pending.map(\.name)
    }

    /// The migrations that are not applied yet, in order. Writes nothing.
    ///
    /// Throws as ``migrate(_:_:)`` does when the database and the list do not fit.
    package static func pending(
        _ connection: some SQLConnection, _ migrations: [Migration],
    ) async throws(SQLError) -> [Migration] {
        guard Set(migrations.map(\.name)).count == migrations.count else {
            throw .misuse("two migrations have the same name")
        }
        let tableExists = connection.dialect.tableExists
        let applied = try await connection.read { reader throws(SQLError) -> [Entry] in
            guard try reader.queryOne(tableExists, ["weir_migrations"]) != nil else { return [] }
            var entries: [Entry] = []
            try reader.forEachRow(
                "SELECT name, checksum FROM weir_migrations ORDER BY position"
            ) { row throws(SQLError) in
                entries.append(Entry(name: try row.text(0), checksum: try row.text(1)))
            }
            return entries
        }
        try Self.check(applied, against: migrations)
        return Array(migrations[applied.count...])
    }

    /// Throws ``SQLError/schemaMissing(pending:)`` unless the database is up to date: for tools
    /// that only read.
    package static func requireCurrent(
        _ connection: some SQLConnection, _ migrations: [Migration],
    ) async throws(SQLError) {
        let pending = try await Self.pending(connection, migrations)
        guard pending.isEmpty else { throw .schemaMissing(pending: pending.map(\.name)) }
    }

    private struct Entry: Sendable {
        let name: String
        let checksum: String
    }

    /// What is applied must be the beginning of what is known, text for text.
    private static func check(
        _ applied: [Entry], against known: [Migration],
    ) throws(SQLError) {
        let names = known.map(\.name)
        guard applied.allSatisfy({ names.contains($0.name) }) else {
            throw .schemaTooNew(applied: applied.map(\.name), known: names)
        }
        // No name is stored twice, so a list of known names is no longer than the known list.
        for (entry, migration) in zip(applied, known)
        where entry.name != migration.name || entry.checksum != migration.checksum {
            throw .migrationEdited(name: entry.name)
        }
        guard applied.count <= known.count else {
            throw .corrupt("weir_migrations holds a name twice")
        }
    }

    private static let tableSQL = """
        CREATE TABLE IF NOT EXISTS weir_migrations (
            position {integer} NOT NULL PRIMARY KEY,
            name {text} NOT NULL UNIQUE,
            checksum {text} NOT NULL
        ) {table}
        """
}
