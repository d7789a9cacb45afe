// Weir
// SPDX-License-Identifier: Apache-2.0

package import ChainModel
package import EVMPrimitives
import SQLDatabase

/// What was fetched of a block beside its logs, as its row.
struct ExtrasRow: Sendable {
    let values: [SQLValue]

    init(_ extras: BlockExtras) throws(StoreError) {
        let bytes = ExtrasCoding.encode(extras)
        self.values = [
            try .store(extras.block.number.rawValue), .hash(extras.block.hash),
            .blob(LogPageCoding.checksum(bytes)), .blob(bytes),
        ]
    }

    static func insert(
        _ rows: [ExtrasRow], _ session: any SQLSession, chain: SQLValue
    ) throws(SQLError) {
        if rows.isEmpty { return }
        try session.executeMany(
            """
            INSERT INTO extras (chain, number, hash, checksum, bytes) VALUES ($1, $2, $3, $4, $5)
            """, rows.map { [chain] + $0.values })
    }

    /// Forgets those above a block.
    static func cut(
        _ session: any SQLSession, chain: SQLValue, above number: SQLValue
    ) throws(SQLError) {
        try session.execute("DELETE FROM extras WHERE chain = $1 AND number > $2", [chain, number])
    }
}

/// What was fetched of a block beside its logs, as it is stored.
struct StoredExtras: Sendable {
    static let columns = "number, hash, checksum, bytes"

    let block: BlockRef
    private let checksum: [UInt8]
    private let bytes: [UInt8]

    init(_ row: SQLRow) throws(SQLError) {
        self.block = BlockRef(number: BlockNumber(try row.integer(0)), hash: try row.hash(1))
        self.checksum = try row.blob(2)
        self.bytes = try row.blob(3)
    }

    /// What it holds, after the checksum was compared.
    func extras(_ chain: ChainID) throws(StoreError) -> BlockExtras {
        func damaged(_ detail: String) -> StoreError {
            .damaged(
                chain: chain, block: self.block.number,
                detail: "what was fetched beside its logs: \(detail)")
        }
        guard LogPageCoding.checksum(self.bytes) == self.checksum else {
            throw damaged("the checksum does not fit the bytes")
        }
        let extras: BlockExtras
        do throws(ExtrasError) {
            extras = try ExtrasCoding.decode(self.bytes)
        } catch {
            throw damaged(error.description)
        }
        guard extras.block == self.block else { throw damaged("it is of block \(extras.block)") }
        return extras
    }

    /// Some rows of a range of numbers, ascending.
    static func read(
        _ reader: any SQLReader, _ chain: SQLValue, above: SQLValue, upTo last: SQLValue,
        limit: Int
    ) throws(SQLError) -> [StoredExtras] {
        var rows: [StoredExtras] = []
        try reader.forEachRow(
            """
            SELECT \(Self.columns) FROM extras
            WHERE chain = $1 AND number > $2 AND number <= $3 ORDER BY number LIMIT $4
            """, [chain, above, last, .integer(Int64(limit))]
        ) { row throws(SQLError) in rows.append(try StoredExtras(row)) }
        return rows
    }
}

extension WeirStore {
    /// So many rows are read at once.
    static let extrasPerRead = 512

    /// What was fetched of the blocks of a range beside their logs, ascending; blocks of which
    /// nothing was are left out. For ranges that fit into memory.
    package func extras(
        _ id: ChainID, in range: ClosedRange<BlockNumber>
    ) async throws(StoreError) -> [BlockExtras] {
        var all: [BlockExtras] = []
        var above = range.lowerBound.previous
        while true {
            let rows = try await self.storedExtras(id, above: above, upTo: range.upperBound)
            for row in rows { all.append(try row.extras(id)) }
            guard rows.count == Self.extrasPerRead, let last = rows.last else { return all }
            above = last.block.number
        }
    }

    func storedExtras(
        _ id: ChainID, above: BlockNumber?, upTo last: BlockNumber
    ) async throws(StoreError) -> [StoredExtras] {
        let key = try id.sql
        let from: SQLValue =
            if let above { try .store(above.rawValue) } else { .integer(-1) }
        let to = try SQLValue.store(min(last.rawValue, UInt64(Int64.max)))
        return try await self.read { reader throws(SQLError) in
            try StoredExtras.read(reader, key, above: from, upTo: to, limit: Self.extrasPerRead)
        }
    }

    /// What does not fit of a chain's extras; empty when all is well.
    func verifyExtras(_ id: ChainID, _ stored: StoredChain) async throws(StoreError) -> [String] {
        var findings: [String] = []
        let window = Dictionary(
            stored.window.map { ($0.number, $0.hash) }, uniquingKeysWith: { first, _ in first })
        let tip = stored.window.last?.number ?? stored.settled?.number
        var above: BlockNumber?
        while true {
            let rows = try await self.storedExtras(id, above: above, upTo: BlockNumber(.max))
            for row in rows {
                do throws(StoreError) {
                    _ = try row.extras(id)
                } catch {
                    findings.append(error.description)
                }
                if let hash = window[row.block.number], hash != row.block.hash {
                    findings.append("what was fetched of block \(row.block) is of another block")
                }
                if let tip, row.block.number > tip {
                    findings.append("what was fetched of block \(row.block) is above the last one")
                }
            }
            guard let last = rows.last else { return findings }
            above = last.block.number
        }
    }
}
