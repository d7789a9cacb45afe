// Weir
// SPDX-License-Identifier: Apache-2.0

import SQLDatabase
import Testing

/// Migrations are applied once, whole, in order; what does not fit is refused and left alone.
@Suite(.serialized)
struct MigrationContractTests {
    static let first = Migration(
        "001-blocks",
        [
            "CREATE TABLE block (number {integer} PRIMARY KEY, hash {blob} NOT NULL) {table}",
            "CREATE INDEX block_hash ON block (hash)",
        ])
    static let second = Migration(
        "002-facts", ["CREATE TABLE fact (id {serial}, amount {blob} NOT NULL) {table}"])
    static let third = Migration("003-note", ["ALTER TABLE fact ADD COLUMN note {text}"])

    @Test(arguments: ContractDatabase.allCases)
    func freshDatabaseGetsAllAndTheNextStartNone(_ database: ContractDatabase) async throws {
        try await database.with { connection in
            let all = [Self.first, Self.second]
            await #expect(throws: SQLError.schemaMissing(pending: all.map(\.name))) {
                try await Migrator.requireCurrent(connection, all)
            }
            #expect(try await Migrator.migrate(connection, all) == ["001-blocks", "002-facts"])
            #expect(try await Migrator.migrate(connection, all) == [])
            try await Migrator.requireCurrent(connection, all)
            #expect(try await Migrator.migrate(connection, all + [Self.third]) == ["003-note"])
            let id = try await connection.transaction { session throws(SQLError) in
                try session.queryOne(
                    "INSERT INTO fact (amount, note) VALUES ($1, $2) RETURNING id",
                    [.blob([1]), "x"])?.int64(0)
            }
            #expect(id == 1)
        }
    }

    @Test(arguments: ContractDatabase.allCases)
    func databaseOfANewerProgramIsRefusedAndLeftAlone(_ database: ContractDatabase) async throws {
        try await database.with { connection in
            try await Migrator.migrate(connection, [Self.first, Self.second, Self.third])
            let error = SQLError.schemaTooNew(
                applied: ["001-blocks", "002-facts", "003-note"],
                known: ["001-blocks", "002-facts"])
            await #expect(throws: error) {
                try await Migrator.migrate(connection, [Self.first, Self.second])
            }
            #expect(error.description.contains("'003-note'"))
            #expect(error.description.contains("Install the newer version"))
            #expect(error.disposition == .halt)
            #expect(try await connection.count("weir_migrations") == 3)
        }
    }

    @Test(arguments: ContractDatabase.allCases)
    func editedRenamedOrReorderedMigrationIsRefused(_ database: ContractDatabase) async throws {
        try await database.with { connection in
            try await Migrator.migrate(connection, [Self.first, Self.second])
            let edited = Migration(Self.second.name, Self.second.statements + ["SELECT 1"])
            await #expect(throws: SQLError.migrationEdited(name: "002-facts")) {
                try await Migrator.migrate(connection, [Self.first, edited, Self.third])
            }
            await #expect(throws: SQLError.migrationEdited(name: "001-blocks")) {
                try await Migrator.migrate(connection, [Self.second, Self.first, Self.third])
            }
            let renamed = Migration("002-renamed", Self.second.statements)
            await #expect(throws: SQLError.self) {
                try await Migrator.migrate(connection, [Self.first, renamed])
            }
            await #expect(throws: SQLError.self) {
                try await Migrator.migrate(connection, [Self.first, Self.first])
            }
            #expect(try await connection.count("weir_migrations") == 2)
            try await Migrator.requireCurrent(connection, [Self.first, Self.second])
        }
    }

    @Test(arguments: ContractDatabase.allCases)
    func failingMigrationLeavesNothingOfItself(_ database: ContractDatabase) async throws {
        try await database.with { connection in
            let broken = Migration(
                "002-facts", Self.second.statements + ["CREATE TABLE block (n {integer}) {table}"])
            await #expect(throws: SQLError.self) {
                try await Migrator.migrate(connection, [Self.first, broken, Self.third])
            }
            // The first is whole, the second left no table behind, so the mended one applies.
            let mended = [Self.first, Self.second, Self.third]
            let applied = try await Migrator.migrate(connection, mended)
            #expect(applied == ["002-facts", "003-note"])
        }
    }

    @Test
    func checksumIsStableAndSeesEveryByteAndBorder() {
        #expect(Migration("a", []).checksum == "cbf29ce484222325")
        #expect(Migration("a", ["x"]).checksum == Migration("b", ["x"]).checksum)
        let texts = [["ab", "c"], ["a", "bc"], ["abc"], ["abc", ""], ["ABC"]]
        #expect(Set(texts.map { Migration("m", $0).checksum }).count == texts.count)
        #expect(texts.allSatisfy { Migration("m", $0).checksum.utf8.count == 16 })
    }

    @Test
    func dialectReplacesItsTokensAndNothingElse() {
        let template = "CREATE TABLE t (a {integer}, b {blob} DEFAULT '{}', c {serial}) {keyed}"
        #expect(
            SQLDialect.sqlite.render(template)
                == "CREATE TABLE t (a INTEGER, b BLOB DEFAULT '{}', "
                + "c INTEGER PRIMARY KEY AUTOINCREMENT) STRICT, WITHOUT ROWID")
        #expect(
            SQLDialect.postgres.render(template)
                == "CREATE TABLE t (a BIGINT, b BYTEA DEFAULT '{}', "
                + "c BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY) ")
    }
}
