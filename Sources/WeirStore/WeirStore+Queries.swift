// Weir
// SPDX-License-Identifier: Apache-2.0

package import ChainModel
package import EVMPrimitives
import SQLDatabase

/// A page of logs as it is stored.
package struct StoredPage: Sendable, Equatable {
    package var first: BlockNumber
    package var last: BlockAnchor
    package var logCount: Int
    /// Four bytes of CRC-32; 32 of Keccak-256 in pages of version 1.
    package var checksum: [UInt8]
    package var bytes: [UInt8]

    /// The logs, after the checksum was compared.
    package func logs(_ chain: ChainID) throws(StoreError) -> LogBatch {
        let sum =
            self.checksum.count == 32
            ? Keccak256.hash(self.bytes).bytes : LogPageCoding.checksum(self.bytes)
        guard sum == self.checksum else {
            throw .damaged(
                chain: chain, block: self.last.number, detail: "the checksum does not fit the bytes"
            )
        }
        let batch: LogBatch
        do {
            batch = try LogPageCoding.decode(self.bytes)
        } catch {
            throw .damaged(chain: chain, block: self.last.number, detail: error.description)
        }
        guard batch.count == self.logCount else {
            throw .damaged(
                chain: chain, block: self.last.number,
                detail: "\(batch.count) logs instead of \(self.logCount)")
        }
        return batch
    }

    static let columns = "first, last, last_hash, last_parent, last_time, logs, checksum, bytes"

    init(_ row: SQLRow) throws(SQLError) {
        self.first = BlockNumber(try row.integer(0))
        self.last = try row.anchor(at: 1)
        self.logCount = try row.integer(5)
        self.checksum = try row.blob(6)
        self.bytes = try row.blob(7)
    }
}

/// What the store holds of a chain, in numbers.
package struct ChainStatistics: Sendable, Equatable {
    package var id: ChainID
    package var name: String
    package var first: BlockNumber?
    package var settled: BlockRef?
    package var processed: BlockNumber?
    package var windowBlocks: Int
    package var pages: Int
    package var logs: Int
    package var logBytes: Int
    package var facts: Int
    package var stateEntries: Int
}

extension WeirStore {
    /// The first page whose last block is above a height, in the order of the chain.
    package func page(
        _ id: ChainID, above number: BlockNumber?
    ) async throws(StoreError) -> StoredPage? {
        let values: [SQLValue] = [
            try id.sql,
            try number.map { number throws(StoreError) in try .store(number.rawValue) }
                ?? .integer(-1),
        ]
        return try await self.read { reader throws(SQLError) in
            try reader.queryOne(
                """
                SELECT \(StoredPage.columns) FROM page
                WHERE chain = $1 AND last > $2 ORDER BY last LIMIT 1
                """,
                values
            ).map { row throws(SQLError) in try StoredPage(row) }
        }
    }

    /// The last page whose first block is at or below a height: for reading backwards.
    package func page(
        _ id: ChainID, atOrBelow number: BlockNumber
    ) async throws(StoreError) -> StoredPage? {
        let values: [SQLValue] = [
            try id.sql, try .store(min(number.rawValue, UInt64(Int64.max))),
        ]
        return try await self.read { reader throws(SQLError) in
            try reader.queryOne(
                """
                SELECT \(StoredPage.columns) FROM page
                WHERE chain = $1 AND first <= $2 ORDER BY last DESC LIMIT 1
                """,
                values
            ).map { row throws(SQLError) in try StoredPage(row) }
        }
    }

    /// The chains that were ever opened, by identifier.
    package func chains() async throws(StoreError) -> [(id: ChainID, name: String)] {
        try await self.read { reader throws(SQLError) in
            var chains: [(id: ChainID, name: String)] = []
            try reader.forEachRow("SELECT id, name FROM chain ORDER BY id") {
                row throws(SQLError) in
                chains.append((ChainID(try row.integer(0)), try row.text(1)))
            }
            return chains
        }
    }

    /// What the store holds, chain by chain.
    package func statistics() async throws(StoreError) -> [ChainStatistics] {
        var all: [ChainStatistics] = []
        for (id, name) in try await self.chains() {
            let key = try id.sql
            all.append(
                try await self.read { reader throws(SQLError) in
                    var statistics = ChainStatistics(
                        id: id, name: name, first: nil, settled: nil, processed: nil,
                        windowBlocks: 0, pages: 0, logs: 0, logBytes: 0, facts: 0, stateEntries: 0)
                    if let row = try reader.queryOne(Self.checkpointSQL, [key]) {
                        statistics.settled = try row.anchor(at: 0).ref
                        statistics.processed = statistics.settled?.number
                        statistics.first = BlockNumber(try row.integer(4))
                    }
                    if let row = try reader.queryOne(
                        "SELECT count(*), max(number) FROM window WHERE chain = $1", [key])
                    {
                        statistics.windowBlocks = try row.integer(0)
                        if let number = try row.optionalInt64(1) {
                            statistics.processed = BlockNumber(UInt64(number))
                        }
                    }
                    if let row = try reader.queryOne(
                        """
                        SELECT count(*), coalesce(sum(logs), 0), coalesce(sum(length(bytes)), 0)
                        FROM page WHERE chain = $1
                        """, [key])
                    {
                        statistics.pages = try row.integer(0)
                        statistics.logs = try row.integer(1)
                        statistics.logBytes = try row.integer(2)
                    }
                    statistics.facts = try Self.count("fact", reader, key)
                    statistics.stateEntries = try Self.count("tracker_state", reader, key)
                    return statistics
                })
        }
        return all
    }

    private static func count(
        _ table: String, _ reader: any SQLReader, _ chain: SQLValue
    ) throws(SQLError) -> Int {
        try reader.queryOne("SELECT count(*) FROM \(table) WHERE chain = $1", [chain])?.integer(0)
            ?? 0
    }

    /// Reads everything of a chain back and says what does not fit; empty when all is well.
    package func verify(_ id: ChainID) async throws(StoreError) -> [String] {
        var findings: [String] = []
        let stored = try await self.chain(id)
        if let settled = stored.settled {
            var previous = settled
            for anchor in stored.window {
                if anchor.number != previous.number.next || anchor.parentHash != previous.hash {
                    findings.append("block \(anchor.ref) does not link to \(previous.ref)")
                }
                previous = anchor
            }
        }
        var above: BlockNumber?
        while let page = try await self.page(id, above: above) {
            if let above, page.first <= above {
                findings.append("the page of block \(page.last.number) overlaps the one before")
            }
            above = page.last.number
            do {
                let logs = try page.logs(id)
                findings += Self.check(logs, page)
            } catch {
                findings.append(error.description)
            }
        }
        findings += try await self.verifyExtras(id, stored)
        return findings
    }

    private static func check(_ logs: LogBatch, _ page: StoredPage) -> [String] {
        var previous: LogEntry?
        for entry in logs.entries {
            if entry.blockNumber < page.first || entry.blockNumber > page.last.number {
                return ["the page of block \(page.last.number) holds a log of \(entry.blockNumber)"]
            }
            if let previous,
                (previous.blockNumber, previous.logIndex) >= (entry.blockNumber, entry.logIndex)
            {
                return ["the page of block \(page.last.number) holds logs out of order"]
            }
            previous = entry
        }
        return []
    }
}
