// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
package import EVMPrimitives
import SQLDatabase

/// A signed promise of payment as it is kept.
package struct StoredVoucher: Sendable, Equatable {
    /// The tracker that it is for.
    package var network: String
    /// The word that names the channel.
    package var channel: U256
    package var signer: Address
    package var nonce: U256?
    /// The sum of all payments so far.
    package var amount: U256?
    /// When it came, in Unix seconds.
    package var received: BlockTime
    /// As it came: JSON.
    package var document: String

    package init(
        network: String, channel: U256, signer: Address, nonce: U256?, amount: U256?,
        received: BlockTime, document: String
    ) {
        self.network = network
        self.channel = channel
        self.signer = signer
        self.nonce = nonce
        self.amount = amount
        self.received = received
        self.document = document
    }
}

extension WeirStore {
    /// The best vouchers of a chain, by tracker, channel and signer.
    package func vouchers(_ id: ChainID) async throws(StoreError) -> [StoredVoucher] {
        let key = try id.sql
        return try await self.read { reader throws(SQLError) in
            var vouchers: [StoredVoucher] = []
            try reader.forEachRow(
                """
                SELECT network, channel, signer, nonce, amount, received, document FROM voucher
                WHERE chain = $1 ORDER BY network, channel, signer
                """, [key]
            ) { row throws(SQLError) in vouchers.append(try StoredVoucher(row)) }
            return vouchers
        }
    }
}

extension StoredVoucher {
    fileprivate init(_ row: borrowing SQLRow) throws(SQLError) {
        guard let signer = Address(bytes: try row.blob(2, count: 20)) else {
            throw .typeMismatch(column: "signer", expected: "20 bytes", found: "other bytes")
        }
        self.init(
            network: try row.text(0), channel: try row.hash(1).word, signer: signer,
            nonce: try Self.word(row.optionalBlob(3), "nonce"),
            amount: try Self.word(row.optionalBlob(4), "amount"),
            received: BlockTime(try row.integer(5)), document: try row.text(6))
    }

    private static func word(_ bytes: [UInt8]?, _ column: String) throws(SQLError) -> U256? {
        guard let bytes else { return nil }
        guard let hash = Hash256(bytes: bytes) else {
            throw .typeMismatch(column: column, expected: "32 bytes", found: "other bytes")
        }
        return hash.word
    }

    /// Keeps it in the place of an older one of its channel and signer.
    func put(_ session: any SQLSession, chain: SQLValue) throws(SQLError) {
        try session.execute(
            """
            INSERT INTO voucher
                (chain, network, channel, signer, nonce, amount, received, document)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
            ON CONFLICT (chain, network, channel, signer) DO UPDATE SET
                nonce = excluded.nonce, amount = excluded.amount,
                received = excluded.received, document = excluded.document
            """,
            [
                chain, .text(self.network), .hash(Hash256(self.channel)),
                .blob(self.signer.bytes),
                .optional(self.nonce?.bigEndianBytes),
                .optional(self.amount?.bigEndianBytes),
                .integer(Int64(clamping: self.received.rawValue)), .text(self.document),
            ])
    }
}
