// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMPrimitives
import SQLDatabase

/// Hands all that is stored of a chain to a builder, in the order of the chain, inside one
/// transaction: each page with what was fetched of its blocks besides, and what was fetched of blocks
/// between pages, which had no logs.
struct Rebuilding<Builder: StateBuilder> {
    private var builder: Builder
    private let id: ChainID
    private let key: SQLValue
    private let settled: BlockNumber
    private let session: any SQLSession
    /// The states at the settled block, once that is behind.
    private var settledStates: [StateEntry]?
    /// The last block that was handed on; nil before the first.
    private var done: BlockNumber?

    init(
        _ builder: Builder, _ id: ChainID, _ key: SQLValue, settled: BlockNumber,
        _ session: any SQLSession
    ) {
        self.builder = builder
        self.id = id
        self.key = key
        self.settled = settled
        self.session = session
    }

    /// All states as of the settled block.
    var states: [StateEntry] { self.settledStates ?? self.builder.states() }

    mutating func run() throws(SQLError) {
        while let page = try self.nextPage() {
            if let below = page.first.previous { try self.handOnExtras(upTo: below) }
            try self.pass(page.last.number)
            var extras: [BlockExtras] = []
            var rows: [StoredExtras]
            repeat {
                rows = try self.rows(upTo: page.last.number)
                extras += try self.unpacked(rows)
                self.done = rows.last?.block.number ?? self.done
            } while rows.count == WeirStore.extrasPerRead
            do {
                try self.reduce(try page.logs(self.id), extras)
            } catch let error as SQLError {
                throw error
            } catch {
                throw .abandoned("\(error)")
            }
            self.done = page.last.number
        }
        try self.handOnExtras(upTo: self.settled)
        try self.handOnExtras(upTo: BlockNumber(UInt64(Int64.max)))
    }

    /// Hands on what was fetched of blocks without logs, a part at a time.
    private mutating func handOnExtras(upTo last: BlockNumber) throws(SQLError) {
        // What is settled is never in one part with what is not: the states between are wanted.
        if last > self.settled, self.done.map({ $0 < self.settled }) != false {
            try self.handOnExtras(upTo: self.settled)
        }
        while true {
            let rows = try self.rows(upTo: last)
            guard let highest = rows.last?.block.number else { return }
            try self.pass(highest)
            try self.reduce(LogBatch(), try self.unpacked(rows))
            self.done = highest
        }
    }

    /// Notes the states of the settled block before anything above it is reduced.
    private mutating func pass(_ number: BlockNumber) throws(SQLError) {
        if self.settledStates == nil, number > self.settled {
            self.settledStates = self.builder.states()
        }
    }

    private mutating func reduce(_ logs: LogBatch, _ extras: [BlockExtras]) throws(SQLError) {
        let facts: [Fact]
        do {
            facts = try self.builder.reduce(logs, extras)
        } catch let error as SQLError {
            throw error
        } catch {
            throw .abandoned("\(error)")
        }
        try FactRow.insert(facts, self.session, chain: self.key)
    }

    // MARK: Rows

    private func nextPage() throws(SQLError) -> StoredPage? {
        try self.session.queryOne(
            """
            SELECT \(StoredPage.columns) FROM page
            WHERE chain = $1 AND last > $2 ORDER BY last LIMIT 1
            """,
            [self.key, try self.above]
        ).map { row throws(SQLError) in try StoredPage(row) }
    }

    private func rows(upTo last: BlockNumber) throws(SQLError) -> [StoredExtras] {
        try StoredExtras.read(
            self.session, self.key, above: try self.above, upTo: try Self.sql(last),
            limit: WeirStore.extrasPerRead)
    }

    private func unpacked(_ rows: [StoredExtras]) throws(SQLError) -> [BlockExtras] {
        do throws(StoreError) {
            var extras: [BlockExtras] = []
            for row in rows { extras.append(try row.extras(self.id)) }
            return extras
        } catch {
            throw .abandoned(error.description)
        }
    }

    private var above: SQLValue {
        get throws(SQLError) { try self.done.map(Self.sql) ?? .integer(-1) }
    }

    private static func sql(_ number: BlockNumber) throws(SQLError) -> SQLValue {
        guard let integer = Int64(exactly: number.rawValue) else {
            throw .constraint("block number \(number) out of range")
        }
        return .integer(integer)
    }
}
