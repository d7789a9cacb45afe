// Weir
// SPDX-License-Identifier: Apache-2.0

package import ChainModel
package import EVMPrimitives
import JSONBytes
import SQLDatabase

/// Facts as rows: the fields as a JSON array of pairs, which keeps their order.
enum FactRow {
    /// Writes facts; one that is there already, by kind and key, is replaced.
    static func insert(
        _ facts: [Fact], _ session: any SQLSession, chain: SQLValue
    ) throws(SQLError) {
        if facts.isEmpty { return }
        try session.executeMany(
            """
            INSERT INTO fact (chain, kind, key, number, hash, log_index, fields)
            VALUES ($1, $2, $3, $4, $5, $6, $7)
            ON CONFLICT (chain, kind, key) DO UPDATE SET number = excluded.number,
                hash = excluded.hash, log_index = excluded.log_index, fields = excluded.fields
            """,
            count: facts.count
        ) { index, row throws(SQLError) in
            let fact = facts[index]
            guard let number = Int64(exactly: fact.block.number.rawValue) else {
                throw .constraint("block number \(fact.block.number) out of range")
            }
            row.append(chain)
            row.append(.text(fact.kind))
            row.append(.text(fact.key))
            row.append(.integer(number))
            row.append(.hash(fact.block.hash))
            row.append(.integer(Int64(fact.logIndex)))
            row.append(.text(Self.text(fact.fields)))
        }
    }

    static func text(_ fields: [Fact.Field]) -> String {
        var writer = JSONWriter()
        writer.beginArray()
        for field in fields {
            writer.beginArray()
            writer.string(field.name)
            writer.string(field.value)
            writer.endArray()
        }
        writer.endArray()
        return writer.text
    }

    static func fields(_ text: String) throws(SQLError) -> [Fact.Field] {
        guard let value = try? JSONValue(parsing: text), let pairs = value.array else {
            throw .corrupt("the fields of a fact are not JSON")
        }
        var fields: [Fact.Field] = []
        for pair in pairs {
            guard let name = pair[0]?.string, let value = pair[1]?.string else {
                throw .corrupt("the fields of a fact are not pairs")
            }
            fields.append(Fact.Field(name, value))
        }
        return fields
    }
}

extension WeirStore {
    /// The facts of a kind in a range of blocks, in the order of the chain.
    package func facts(
        _ id: ChainID, kind: String, in range: ClosedRange<BlockNumber>
    ) async throws(StoreError) -> [Fact] {
        let values: [SQLValue] = [
            try id.sql, .text(kind), try .store(range.lowerBound.rawValue),
            try .store(min(range.upperBound.rawValue, UInt64(Int64.max))),
        ]
        return try await self.read { reader throws(SQLError) in
            var facts: [Fact] = []
            try reader.forEachRow(
                """
                SELECT key, number, hash, log_index, fields FROM fact
                WHERE chain = $1 AND kind = $2 AND number BETWEEN $3 AND $4
                ORDER BY number, log_index, key
                """,
                values
            ) { row throws(SQLError) in
                facts.append(
                    Fact(
                        kind: kind, key: try row.text(0),
                        block: BlockRef(
                            number: BlockNumber(try row.integer(1)), hash: try row.hash(2)),
                        logIndex: try row.integer(3), fields: try FactRow.fields(try row.text(4))))
            }
            return facts
        }
    }
}
