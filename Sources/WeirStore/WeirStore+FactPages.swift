// Weir
// SPDX-License-Identifier: Apache-2.0

package import ChainModel
package import EVMPrimitives
import SQLDatabase

/// A place among the facts of a chain: facts stand before it if block, index, kind and key are lower.
package struct FactCursor: Sendable, Hashable {
    package var block: BlockNumber
    package var logIndex: UInt32
    package var kind: String
    package var key: String

    package init(block: BlockNumber, logIndex: UInt32, kind: String, key: String) {
        self.block = block
        self.logIndex = logIndex
        self.kind = kind
        self.key = key
    }

    package init(_ fact: Fact) {
        self.init(
            block: fact.block.number, logIndex: fact.logIndex, kind: fact.kind, key: fact.key)
    }
}

extension WeirStore {
    /// Facts of a chain, newest first, at most `limit` of them, from before a place on.
    ///
    /// - Parameter blocks: the blocks that they may be of.
    package func latestFacts(
        _ id: ChainID, in blocks: ClosedRange<BlockNumber>, before cursor: FactCursor?, limit: Int
    ) async throws(StoreError) -> [Fact] {
        let top = min(blocks.upperBound, cursor?.block ?? blocks.upperBound)
        let values: [SQLValue] = [
            try id.sql, try .store(blocks.lowerBound.rawValue),
            try .store(min(top.rawValue, UInt64(Int64.max))),
            try .store(min((cursor?.block.rawValue ?? .max), UInt64(Int64.max))),
            .integer(cursor.map { Int64($0.logIndex) } ?? 0), .text(cursor?.kind ?? ""),
            .text(cursor?.key ?? ""), .integer(Int64(limit)),
        ]
        // A row comparison would be shorter, and would not use the index on the number.
        return try await self.read { reader throws(SQLError) in
            var facts: [Fact] = []
            try reader.forEachRow(
                """
                SELECT kind, key, number, hash, log_index, fields FROM fact
                WHERE chain = $1 AND number BETWEEN $2 AND $3
                    AND (number < $4 OR log_index < $5
                        OR (log_index = $5 AND (kind < $6 OR (kind = $6 AND key < $7))))
                ORDER BY number DESC, log_index DESC, kind DESC, key DESC LIMIT $8
                """, values
            ) { row throws(SQLError) in
                facts.append(
                    Fact(
                        kind: try row.text(0), key: try row.text(1),
                        block: BlockRef(
                            number: BlockNumber(try row.integer(2)), hash: try row.hash(3)),
                        logIndex: try row.integer(4), fields: try FactRow.fields(try row.text(5))))
            }
            return facts
        }
    }

    /// The first block at or after a time, as far as the store knows the times of blocks: blocks with
    /// logs, and those above the settled one. Nil where every known block is older.
    ///
    /// In a range of the catch-up whose logs came without times it is the range's first block.
    package func firstBlock(
        _ id: ChainID, atOrAfter time: BlockTime
    ) async throws(StoreError) -> BlockNumber? {
        let values: [SQLValue] = [
            try id.sql, try .store(min(time.rawValue, UInt64(Int64.max))),
        ]
        let numbers: [BlockNumber] = try await self.read { reader throws(SQLError) in
            var numbers: [BlockNumber] = []
            for sql in [
                """
                SELECT last FROM page WHERE chain = $1 AND last_time >= $2 ORDER BY last LIMIT 1
                """,
                """
                SELECT number FROM window WHERE chain = $1 AND time >= $2 ORDER BY number LIMIT 1
                """,
                "SELECT settled FROM checkpoint WHERE chain = $1 AND settled_time >= $2",
            ] {
                if let row = try reader.queryOne(sql, values) {
                    numbers.append(BlockNumber(try row.integer(0)))
                }
            }
            return numbers
        }
        guard let number = numbers.min() else { return nil }
        guard let page = try await self.page(id, atOrBelow: number), page.last.number >= number,
            page.first < page.last.number
        else { return number }
        let entries = try page.logs(id).entries
        return entries.first { $0.blockTimestamp.rawValue == 0 || $0.blockTimestamp >= time }
            .map { $0.blockTimestamp.rawValue == 0 ? page.first : $0.blockNumber } ?? number
    }

    /// The transaction of a log; nil where the log is not stored.
    package func transaction(
        _ id: ChainID, of block: BlockNumber, logIndex: UInt32
    ) async throws(StoreError) -> Hash256? {
        guard let page = try await self.page(id, above: block.previous) else { return nil }
        return try page.logs(id).entries.first {
            $0.blockNumber == block && $0.logIndex == logIndex
        }?.transactionHash
    }
}
