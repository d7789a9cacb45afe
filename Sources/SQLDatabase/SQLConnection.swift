// Weir
// SPDX-License-Identifier: Apache-2.0

/// A database: snapshots to read from, transactions to write in.
///
/// The seam between the store and SQLite or PostgreSQL. A body is *synchronous*: a transaction
/// never suspends, so nothing can come between its statements. It runs on a thread of the
/// database, not on the caller's.
///
/// ```swift
/// try await database.transaction { session throws(SQLError) in
///     try session.execute("INSERT INTO block VALUES ($1, $2)", [.integer(7), .blob(hash)])
/// }
/// let head = try await database.read { reader throws(SQLError) in
///     try reader.queryOne("SELECT max(number) FROM block")?.optionalInt64(0)
/// }
/// ```
package protocol SQLConnection: Sendable {
    /// How this database spells what the two spell differently.
    var dialect: SQLDialect { get }

    /// Reads in one snapshot, taken at the first statement of `body`: commits made meanwhile are
    /// not seen, and are not held up. Writing throws ``SQLError/readOnly(_:)``.
    func read<T: Sendable>(
        _ body: @escaping @Sendable (any SQLReader) throws(SQLError) -> T,
    ) async throws(SQLError) -> T

    /// Runs `body` in one transaction, after those asked for earlier.
    ///
    /// When this returns, everything is committed and durable. When it throws, nothing of it
    /// happened. To give up on purpose, throw ``SQLError/abandoned(_:)``. Cancelling the calling
    /// task does not interrupt a transaction.
    @discardableResult
    func transaction<T: Sendable>(
        _ body: @escaping @Sendable (any SQLSession) throws(SQLError) -> T,
    ) async throws(SQLError) -> T

    /// Waits for running work and closes. Later calls throw ``SQLError/closed``; closing again
    /// does nothing.
    func close() async throws(SQLError)
}
