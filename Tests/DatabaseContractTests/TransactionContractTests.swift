// Weir
// SPDX-License-Identifier: Apache-2.0

import Dispatch
import SQLDatabase
import Synchronization
import Testing

/// A transaction is whole or nothing; a read is one snapshot; the first fault ends the work.
@Suite(.serialized)
struct TransactionContractTests {
    @Test(arguments: ContractDatabase.allCases)
    func throwingRollsBackWhole(_ database: ContractDatabase) async throws {
        try await database.with { connection in
            try await connection.define("CREATE TABLE t (n {integer} NOT NULL) {table}")
            let error = await connection.failure { session throws(SQLError) in
                for n in Int64(0)..<100 {
                    try session.execute("INSERT INTO t VALUES ($1)", [.integer(n)])
                }
                throw .abandoned("parent moved")
            }
            #expect(error == .abandoned("parent moved"))
            #expect(try await connection.count("t") == 0)
            try await connection.transaction { session throws(SQLError) in
                try session.execute("INSERT INTO t VALUES (1)")
            }
            #expect(try await connection.count("t") == 1)
        }
    }

    @Test(arguments: ContractDatabase.allCases)
    func swallowedFaultStillDoomsTheTransaction(_ database: ContractDatabase) async throws {
        try await database.with { connection in
            try await connection.define("CREATE TABLE t (n {integer} PRIMARY KEY) {table}")
            let seen = Seen()
            let error = await connection.failure { session throws(SQLError) in
                try session.execute("INSERT INTO t VALUES (1)")
                for sql in ["INSERT INTO t VALUES (1)", "INSERT INTO t VALUES (2)", "SELECT 1"] {
                    do throws(SQLError) {
                        try session.execute(sql)
                    } catch {
                        seen.errors.withLock { $0.append(error) }
                    }
                }
            }
            let caught = seen.errors.withLock { $0 }
            #expect(caught.count == 3)
            #expect(caught.allSatisfy { $0 == error })
            guard case .constraint = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(try await connection.count("t") == 0)
        }
    }

    @Test(arguments: ContractDatabase.allCases)
    func transactionControlIsRefusedInsideABody(_ database: ContractDatabase) async throws {
        let statements = [
            "BEGIN", "begin immediate", "COMMIT", " \n\tCommit;", "END", "ROLLBACK",
            "-- x\nROLLBACK",
            "/* a */ SAVEPOINT s", "; RELEASE s", "START TRANSACTION",
            "ATTACH DATABASE ':memory:' AS o", "VACUUM",
        ]
        try await database.with { connection in
            try await connection.define("CREATE TABLE t (n {integer}) {table}")
            for sql in statements {
                let error = await connection.failure { session throws(SQLError) in
                    try session.execute("INSERT INTO t VALUES (1)")
                    try session.execute(sql)
                }
                guard case .misuse = error else {
                    Issue.record("\(sql): \(String(describing: error))")
                    continue
                }
                let reading = await connection.failureOfRead { reader throws(SQLError) in
                    _ = try reader.query(sql)
                }
                #expect(reading == error)
            }
            #expect(try await connection.count("t") == 0)
        }
    }

    @Test
    func wordsThatOnlyBeginLikeTransactionControlAreNotMistakenForIt() {
        for sql in ["", "SELECT 1", "ENDS", "BEGINNING", "INSERT", "-- COMMIT", "/* COMMIT", "1"] {
            #expect(!SQLDialect.isTransactionControl(sql), "\(sql)")
        }
    }

    @Test(arguments: ContractDatabase.allCases)
    func statementInsideTheRowsOfAnotherIsRefused(_ database: ContractDatabase) async throws {
        try await database.with { connection in
            try await connection.define("CREATE TABLE t (n {integer}) {table}")
            let error = await connection.failure { session throws(SQLError) in
                try session.execute("INSERT INTO t VALUES (1)")
                try session.forEachRow("SELECT n FROM t") { row throws(SQLError) in
                    try session.execute("INSERT INTO t VALUES ($1)", [.integer(try row.int64(0))])
                }
            }
            guard case .misuse = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            // An error of the row's own body stops the scan, and the session can go on.
            let seen = try await connection.transaction { session throws(SQLError) -> [Int64] in
                try session.executeMany("INSERT INTO t VALUES ($1)", [[1], [2], [3]])
                var seen: [Int64] = []
                do throws(SQLError) {
                    try session.forEachRow("SELECT n FROM t ORDER BY n") { row throws(SQLError) in
                        seen.append(try row.int64(0))
                        if seen.count == 2 { throw .abandoned("enough") }
                    }
                } catch {
                    guard error == .abandoned("enough") else { throw error }
                }
                seen.append(try session.queryOne("SELECT count(*) FROM t")?.int64(0) ?? 0)
                return seen
            }
            #expect(seen == [1, 2, 3])
        }
    }

    @Test(arguments: ContractDatabase.allCases)
    func readCannotWrite(_ database: ContractDatabase) async throws {
        try await database.with { connection in
            try await connection.define("CREATE TABLE t (n {integer}) {table}")
            for sql in [
                "INSERT INTO t VALUES (1)", "INSERT INTO t VALUES (1) RETURNING n", "DELETE FROM t",
                "DROP TABLE t", "CREATE TABLE u (n INTEGER)",
            ] {
                let error = await connection.failureOfRead { reader throws(SQLError) in
                    _ = try reader.query(sql)
                }
                guard case .readOnly = error else {
                    Issue.record("\(sql): \(String(describing: error))")
                    continue
                }
            }
            #expect(try await connection.count("t") == 0)
        }
    }

    @Test(arguments: ContractDatabase.allCases)
    func brokenRulesAreConstraintErrors(_ database: ContractDatabase) async throws {
        try await database.with { connection in
            try await connection.define(
                "CREATE TABLE parent (id {integer} NOT NULL PRIMARY KEY) {table}",
                """
                CREATE TABLE child (id {integer} NOT NULL PRIMARY KEY, label {text} NOT NULL,
                    parent {integer} REFERENCES parent (id), CHECK (id < 100)) {table}
                """,
                "INSERT INTO parent VALUES (1)", "INSERT INTO child VALUES (1, 'a', 1)")
            let broken: [[SQLValue]] = [
                [1, "again", 1], [2, nil, 1], [3, "orphan", 9], [100, "too high", 1],
            ]
            for row in broken {
                let error = await connection.failure { session throws(SQLError) in
                    try session.execute("INSERT INTO child VALUES ($1, $2, $3)", row)
                }
                guard case .constraint(let detail) = error else {
                    Issue.record("\(row): \(String(describing: error))")
                    continue
                }
                #expect(!detail.contains("too high"), "no value in an error")
                #expect(error?.disposition == .reject)
            }
            #expect(try await connection.count("child") == 1)
        }
    }

    @Test(arguments: ContractDatabase.allCases)
    func changedRowsAreCountedAndReturned(_ database: ContractDatabase) async throws {
        try await database.with { connection in
            try await connection.define(
                "CREATE TABLE t (k {integer} NOT NULL PRIMARY KEY, n {integer} NOT NULL) {keyed}")
            try await connection.transaction { session throws(SQLError) in
                let upsert = """
                    INSERT INTO t (k, n) VALUES ($1, $2)
                    ON CONFLICT (k) DO UPDATE SET n = t.n + excluded.n
                    """
                #expect(try session.execute(upsert, [1, 5]) == 1)
                #expect(try session.execute(upsert, [1, 6]) == 1)
                #expect(try session.executeMany(upsert, [[1, 1], [2, 2], [3, 3]]) == 3)
                #expect(try session.executeMany(upsert, []) == 0)
                #expect(try session.execute("SELECT * FROM t") == 0)
                #expect(try session.execute("UPDATE t SET n = 0 WHERE k > $1", [99]) == 0)
                let row = try session.queryOne(
                    "UPDATE t SET n = n * 10 WHERE k = $1 RETURNING k, n", [1])
                #expect(row == SQLRow(names: ["k", "n"], values: [1, 120]))
                let ignored = """
                    INSERT INTO t (k, n) VALUES ($1, $2) ON CONFLICT DO NOTHING
                    """
                #expect(try session.execute(ignored, [1, 0]) == 0)
                #expect(try session.execute("DELETE FROM t") == 3)
            }
        }
    }

    @Test(arguments: ContractDatabase.allCases)
    func manyRowsAreInsertedAndAFaultAmongThemTakesAllBack(
        _ database: ContractDatabase
    ) async throws {
        try await database.with { connection in
            try await connection.define(
                """
                CREATE TABLE log (n {integer} NOT NULL PRIMARY KEY, data {blob} NOT NULL,
                    note {text}) {table}
                """)
            let insert = "INSERT INTO log VALUES ($1, $2, $3)"
            let inserted = try await connection.transaction { session throws(SQLError) in
                try session.executeMany(insert, count: 5000) { index, row throws(SQLError) in
                    row.append(Int64(index))
                    row.append(blob: [UInt8](repeating: UInt8(index & 0xFF), count: index % 300))
                    if index % 2 == 0 { row.append(text: "n\(index)") } else { row.appendNull() }
                }
            }
            #expect(inserted == 5000)
            let row = try await connection.read { reader throws(SQLError) in
                try reader.queryOne("SELECT * FROM log WHERE n = $1", [4598])
            }
            #expect(
                row?.values == [
                    4598, .blob([UInt8](repeating: UInt8(4598 & 0xFF), count: 4598 % 300)), "n4598",
                ])
            let clash = await connection.failure { session throws(SQLError) in
                try session.executeMany(insert, count: 100) { index, row throws(SQLError) in
                    row.append(Int64(5099 - index * 2))
                    row.append(blob: [])
                    row.appendNull()
                }
            }
            guard case .constraint = clash else {
                Issue.record("\(String(describing: clash))")
                return
            }
            let given = await connection.failure { session throws(SQLError) in
                try session.executeMany(insert, count: 100) { index, row throws(SQLError) in
                    if index == 50 { throw .abandoned("row 50") }
                    for value in [.integer(Int64(6000 + index)), .blob([]), nil] as [SQLValue] {
                        row.append(value)
                    }
                }
            }
            #expect(given == .abandoned("row 50"))
            #expect(try await connection.count("log") == 5000)
        }
    }

    @Test(arguments: ContractDatabase.allCases)
    func sessionIsOfNoUseAfterItsBody(_ database: ContractDatabase) async throws {
        try await database.with { connection in
            let kept = Kept()
            try await connection.transaction { session throws(SQLError) in kept.session = session }
            #expect(throws: SQLError.closed) { try kept.session?.execute("SELECT 1") }
        }
    }

    @Test(arguments: ContractDatabase.allCases)
    func concurrentTransactionsLoseNothing(_ database: ContractDatabase) async throws {
        try await database.with { connection in
            try await connection.define(
                "CREATE TABLE t (n {integer} NOT NULL) {table}", "INSERT INTO t VALUES (0)")
            await withTaskGroup(of: SQLError?.self) { group in
                for _ in 0..<100 {
                    group.addTask {
                        await connection.failure { session throws(SQLError) in
                            let n = try session.queryOne("SELECT n FROM t")?.int64(0) ?? 0
                            try session.execute("UPDATE t SET n = $1", [.integer(n + 1)])
                        }
                    }
                    group.addTask {
                        await connection.failureOfRead { reader throws(SQLError) in
                            let first = try reader.query("SELECT n FROM t")
                            let second = try reader.query("SELECT n FROM t")
                            if first != second { throw .abandoned("two snapshots in one read") }
                        }
                    }
                }
                for await error in group { #expect(error == nil) }
            }
            let total = try await connection.read { reader throws(SQLError) in
                try reader.queryOne("SELECT n FROM t")?.int64(0)
            }
            #expect(total == 100)
        }
    }

    @Test(arguments: ContractDatabase.concurrent)
    func readSeesItsSnapshotWhileAWriterCommits(_ database: ContractDatabase) async throws {
        try await database.with { connection in
            try await connection.define("CREATE TABLE t (n {integer}) {table}")
            let reading = DispatchSemaphore(value: 0)
            let committed = DispatchSemaphore(value: 0)
            async let counts = connection.read { reader throws(SQLError) -> [Int64] in
                let before = try reader.queryOne("SELECT count(*) FROM t")?.int64(0) ?? -1
                reading.signal()
                guard committed.wait(timeout: .now() + 20) == .success else {
                    throw .abandoned("the commit waited for the read")
                }
                return [before, try reader.queryOne("SELECT count(*) FROM t")?.int64(0) ?? -1]
            }
            await withCheckedContinuation { continuation in
                DispatchQueue.global().async {
                    reading.wait()
                    continuation.resume()
                }
            }
            try await connection.transaction { session throws(SQLError) in
                try session.execute("INSERT INTO t VALUES (1)")
            }
            committed.signal()
            #expect(try await counts == [0, 0])
            #expect(try await connection.count("t") == 1)
        }
    }

    @Test(arguments: ContractDatabase.allCases)
    func cancelledTaskStillCommitsWhole(_ database: ContractDatabase) async throws {
        try await database.with { connection in
            try await connection.define("CREATE TABLE t (n {integer}) {table}")
            let task = Task {
                unsafe withUnsafeCurrentTask { unsafe $0?.cancel() }
                try await connection.transaction { session throws(SQLError) in
                    try session.executeMany("INSERT INTO t VALUES ($1)", [[1], [2]])
                }
            }
            try await task.value
            #expect(try await connection.count("t") == 2)
        }
    }

    @Test(arguments: ContractDatabase.allCases)
    func closedConnectionSaysSo(_ database: ContractDatabase) async throws {
        try await database.with { connection in
            try await connection.define("CREATE TABLE t (n {integer}) {table}")
            try await connection.close()
            try await connection.close()
            let writing = await connection.failure { session throws(SQLError) in
                try session.execute("INSERT INTO t VALUES (1)")
            }
            let reading = await connection.failureOfRead { reader throws(SQLError) in
                _ = try reader.query("SELECT 1")
            }
            #expect(writing == .closed)
            #expect(reading == .closed)
        }
    }

    @Test(arguments: ContractDatabase.allCases)
    func brokenStatementIsATypedError(_ database: ContractDatabase) async throws {
        try await database.with { connection in
            for sql in ["SELEC 1", "SELECT * FROM absent", "SELECT 1; SELECT 2", "", "\u{0}", "("] {
                let error = await connection.failure { session throws(SQLError) in
                    try session.execute(sql)
                }
                #expect(error != nil, "\(sql)")
            }
            let one = try await connection.read { reader throws(SQLError) in
                try reader.queryOne("SELECT 1")?.int64(0)
            }
            #expect(one == 1)
        }
    }
}

/// Lets a body write down what it saw.
private final class Seen: Sendable {
    let errors = Mutex<[SQLError]>([])
}

/// Smuggles a session out of its body, as nobody should. Used by one task after another.
private final class Kept: @unchecked Sendable {
    var session: (any SQLSession)?
}
