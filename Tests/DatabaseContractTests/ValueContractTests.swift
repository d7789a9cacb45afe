// Weir
// SPDX-License-Identifier: Apache-2.0

import SQLDatabase
import Testing

/// What goes in comes out, sorts as numbers, and is told apart by type.
@Suite(.serialized)
struct ValueContractTests {
    @Test(arguments: ContractDatabase.allCases)
    func valuesOfEveryTypeComeBackAsTheyWere(_ database: ContractDatabase) async throws {
        let integers: [Int64] = [0, 1, -1, .max, .min, 1 << 53, 4_294_967_296]
        let reals = [0.0, -0.5, 1e308, .leastNonzeroMagnitude, 0.1]
        let texts = [
            "", "a", "naïve 🦊 \u{0}after", "'; DROP TABLE t; --",
            String(repeating: "x", count: 100_000),
        ]
        let blobs: [[UInt8]] = [
            [], [0], [0xFF, 0x00, 0x80], [UInt8](repeating: 7, count: 3_000_000),
        ]
        var values: [SQLValue] = [.null]
        values += integers.map { .integer($0) }
        values += reals.map { .real($0) }
        values += texts.map { .text($0) }
        values += blobs.map { .blob($0) }
        let rows: [[SQLValue]] = values.enumerated().map { index, value in
            var row: [SQLValue] = [.integer(Int64(index)), nil, nil, nil, nil]
            switch value {
            case .null: break
            case .integer: row[1] = value
            case .real: row[2] = value
            case .text: row[3] = value
            case .blob: row[4] = value
            }
            return row
        }
        try await database.with { connection in
            try await connection.define(
                """
                CREATE TABLE v (id {integer} NOT NULL PRIMARY KEY, i {integer}, r {real}, t {text},
                    b {blob}) {table}
                """)
            // Once through each way in: one by one, and many at once.
            for many in [false, true] {
                let found = try await connection.transaction {
                    session throws(SQLError) -> [[SQLValue]] in
                    try session.execute("DELETE FROM v")
                    let sql = "INSERT INTO v VALUES ($1, $2, $3, $4, $5)"
                    if many {
                        #expect(try session.executeMany(sql, rows) == rows.count)
                    } else {
                        for row in rows { #expect(try session.execute(sql, row) == 1) }
                    }
                    return try session.query("SELECT * FROM v ORDER BY id").map(\.values)
                }
                #expect(found == rows)
            }
        }
    }

    @Test(arguments: ContractDatabase.allCases)
    func severalLargeBlobsInOneStatementStayApart(_ database: ContractDatabase) async throws {
        let first = [UInt8](repeating: 1, count: 2_400_000)
        let second = [UInt8](repeating: 2, count: 70_000)
        try await database.with { connection in
            try await connection.define(
                "CREATE TABLE b (x {blob}, n {integer}, y {blob}, t {text}) {table}")
            let row = try await connection.transaction { session throws(SQLError) in
                try session.execute(
                    "INSERT INTO b VALUES ($1, $2, $3, $4)",
                    [.blob(first), 9, .blob(second), "end"])
                return try session.queryOne("SELECT x, n, y, t FROM b")
            }
            #expect(row?.values == [.blob(first), 9, .blob(second), "end"])
        }
    }

    @Test(arguments: ContractDatabase.allCases)
    func bigEndianWordsSortAsNumbers(_ database: ContractDatabase) async throws {
        let seed: UInt64 = 20_26
        var random = SplitMix(seed: seed)
        // Lengths of significant bytes vary, so that the high bytes are often zero.
        var words: [[UInt8]] = (0..<500).map { _ in
            let significant = Int.random(in: 0...32, using: &random)
            return [UInt8](repeating: 0, count: 32 - significant)
                + (0..<significant).map { _ in UInt8.random(in: 0...255, using: &random) }
        }
        words.append([UInt8](repeating: 0xFF, count: 32))
        words.append([UInt8](repeating: 0, count: 32))
        let rows = words.map { [SQLValue.blob($0)] }
        try await database.with { connection in
            try await connection.define("CREATE TABLE w (amount {blob} NOT NULL) {table}")
            let sorted = try await connection.transaction { session throws(SQLError) in
                try session.executeMany("INSERT INTO w VALUES ($1)", rows)
                var found: [[UInt8]] = []
                try session.forEachRow("SELECT amount FROM w ORDER BY amount") {
                    row throws(SQLError) in
                    found.append(try row.blob(0, count: 32))
                }
                return found
            }
            let expected = words.sorted { $0.lexicographicallyPrecedes($1) }
            #expect(sorted == expected, "seed \(seed)")
            let middle = expected[250]
            let below = try await connection.read { reader throws(SQLError) in
                try reader.queryOne(
                    "SELECT count(*) FROM w WHERE amount < $1", [.blob(middle)])?.int64(0)
            }
            #expect(below == Int64(expected.firstIndex(of: middle) ?? -1), "seed \(seed)")
        }
    }

    @Test(arguments: ContractDatabase.allCases)
    func placeholdersBindByNumberAndMayRepeat(_ database: ContractDatabase) async throws {
        try await database.with { connection in
            try await connection.define(
                "CREATE TABLE p (a {integer}, b {integer}, c {integer}) {table}")
            let rows = try await connection.transaction { session throws(SQLError) in
                try session.execute("INSERT INTO p VALUES ($3, $1, $2 + $3)", [10, 20, 30])
                try session.executeMany("INSERT INTO p VALUES ($2, $1, $2)", [[1, 2], [3, 4]])
                return try session.query("SELECT a, b, c FROM p").map(\.values)
            }
            #expect(rows == [[30, 10, 50], [2, 1, 2], [4, 3, 4]])
        }
    }

    @Test(arguments: ContractDatabase.allCases)
    func wrongNumberOfValuesIsRefused(_ database: ContractDatabase) async throws {
        try await database.with { connection in
            try await connection.define("CREATE TABLE p (a {integer}, b {integer}) {table}")
            for values in [[], [1], [1, 2, 3]] as [[SQLValue]] {
                let error = await connection.failure { session throws(SQLError) in
                    try session.execute("INSERT INTO p VALUES ($1, $2)", values)
                }
                let many = await connection.failure { session throws(SQLError) in
                    try session.executeMany("INSERT INTO p VALUES ($1, $2)", [values])
                }
                for error in [error, many] {
                    guard case .misuse = error else {
                        Issue.record("\(values.count) values: \(String(describing: error))")
                        continue
                    }
                }
            }
            #expect(try await connection.count("p") == 0)
        }
    }

    @Test(arguments: ContractDatabase.allCases)
    func readOfAnotherTypeIsATypedError(_ database: ContractDatabase) async throws {
        try await database.with { connection in
            let row = try await connection.read { reader throws(SQLError) in
                try reader.queryOne("SELECT 7 AS seven, 'x' AS x, NULL AS gap")
            }
            let found = try #require(row)
            #expect(try found.int64("seven") == 7)
            #expect(try found.integer("seven", as: UInt8.self) == 7)
            #expect(try found.real(0) == 7)
            #expect(try found.text("x") == "x")
            #expect(try found.optionalText(2) == nil)
            #expect(try found.optionalInt64(0) == 7)
            #expect(throws: SQLError.typeMismatch(column: "x", expected: "integer", found: "text"))
            {
                try found.int64("x")
            }
            #expect(throws: SQLError.typeMismatch(column: "2", expected: "blob", found: "null")) {
                try found.blob(2)
            }
            #expect(throws: SQLError.self) { try found.optionalBlob(1) }
            #expect(throws: SQLError.self) { try found.value(3) }
            #expect(throws: SQLError.self) { try found.value(-1) }
            #expect(throws: SQLError.self) { try found.value("absent") }
            let negative = SQLRow(names: ["n"], values: [-1])
            #expect(throws: SQLError.self) { try negative.integer(0, as: UInt64.self) }
            let short = SQLRow(names: ["h"], values: [.blob([1])])
            #expect(throws: SQLError.self) { try short.blob(0, count: 32) }
        }
    }
}
