// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMPrimitives
import SQLDatabase

// How the chain's values stand in columns.

extension ChainID {
    var sql: SQLValue {
        get throws(StoreError) { try .store(self.rawValue) }
    }
}

extension SQLValue {
    /// A number of the chain as a database integer, which is signed.
    static func store(_ value: UInt64) throws(StoreError) -> SQLValue {
        guard let integer = Int64(exactly: value) else { throw .outOfRange(value) }
        return .integer(integer)
    }

    static func hash(_ hash: Hash256) -> SQLValue { .blob(hash.bytes) }
}

extension BlockAnchor {
    /// Number, hash, parent hash and time.
    var sql: [SQLValue] {
        get throws(StoreError) {
            [
                try .store(self.number.rawValue), .hash(self.hash), .hash(self.parentHash),
                try .store(self.timestamp.rawValue),
            ]
        }
    }
}

extension SQLRow {
    /// The anchor in four columns from one on.
    func anchor(at column: Int) throws(SQLError) -> BlockAnchor {
        BlockAnchor(
            ref: BlockRef(
                number: BlockNumber(try self.integer(.position(column))),
                hash: try self.hash(.position(column + 1))),
            parentHash: try self.hash(.position(column + 2)),
            timestamp: BlockTime(try self.integer(.position(column + 3))))
    }

    func hash(_ column: SQLColumn) throws(SQLError) -> Hash256 {
        guard let hash = Hash256(bytes: try self.blob(column, count: 32)) else {
            throw .typeMismatch(
                column: column.description, expected: "32 bytes", found: "other bytes")
        }
        return hash
    }
}
