// Weir
// SPDX-License-Identifier: Apache-2.0

package import ChainModel
package import EVMPrimitives
import SQLDatabase

// Moving back, and building state again: the operator's tools.

/// What trackers make of what is stored, given range by range. Its states and facts replace the
/// stored ones.
package protocol StateBuilder: Sendable {
    /// Reduces the logs of a range, and what was fetched of its blocks besides, and gives its facts.
    /// Ranges come in the order of the chain; either part may be empty.
    mutating func reduce(_ logs: LogBatch, _ extras: [BlockExtras]) throws -> [Fact]
    /// All state entries after the last range.
    func states() -> [StateEntry]
}

extension WeirStore {
    /// The block that `weir rewind` would go back to: the highest stored one at or below a height.
    ///
    /// Inside a caught-up range only its last block is known, so this may be lower than asked.
    package func rewindTarget(
        _ id: ChainID, to number: BlockNumber
    ) async throws(StoreError) -> BlockAnchor {
        let stored = try await self.chain(id)
        guard let settled = stored.settled else { throw .unknownChain(id) }
        if let anchor = stored.window.last(where: { $0.number <= number }) { return anchor }
        if settled.number <= number { return settled }
        let key = try id.sql
        let limit = try SQLValue.store(number.rawValue)
        let anchor = try await self.read { reader throws(SQLError) in
            try reader.queryOne(
                """
                SELECT last, last_hash, last_parent, last_time FROM page
                WHERE chain = $1 AND last <= $2 ORDER BY last DESC LIMIT 1
                """,
                [key, limit]
            ).map { row throws(SQLError) in try row.anchor(at: 0) }
        }
        guard let anchor else { throw .nothingBelow(chain: id, block: number) }
        return anchor
    }

    /// Forgets everything above a stored block and makes it the settled one. State is what
    /// `builder` makes of the logs that stay. One transaction.
    package func rewind(
        _ id: ChainID, to anchor: BlockAnchor, rebuiltBy builder: some StateBuilder
    ) async throws(StoreError) {
        try await self.rebuild(id, rewindingTo: anchor, by: builder)
    }

    /// Forgets everything of a chain, its configuration included: it will be read from its start.
    package func forget(_ id: ChainID) async throws(StoreError) {
        let key = try id.sql
        try await self.write { session throws(SQLError) in
            for table in [
                "checkpoint", "window", "page", "extras", "tracker_state", "reverted", "fact",
            ] {
                try session.execute("DELETE FROM \(table) WHERE chain = $1", [key])
            }
            try session.execute("DELETE FROM chain WHERE id = $1", [key])
        }
    }

    /// Builds states and facts again from the stored logs, without the provider. States are those
    /// of the settled block, facts those of all blocks. One transaction.
    package func rebuild(
        _ id: ChainID, by builder: some StateBuilder
    ) async throws(StoreError) {
        try await self.rebuild(id, rewindingTo: nil, by: builder)
    }

    private func rebuild(
        _ id: ChainID, rewindingTo anchor: BlockAnchor?, by builder: some StateBuilder
    ) async throws(StoreError) {
        let memory = try await self.chain(id).memory
        if memory[Self.keepsPagesKey] == "no" { throw .noPages(id) }
        let key = try id.sql
        let target = try anchor?.sql
        try await self.write { session throws(SQLError) in
            if let target { try Self.cut(session, key, target) }
            guard let row = try session.queryOne(Self.checkpointSQL, [key]) else {
                throw .abandoned("nothing was read of this chain")
            }
            let settled = try row.anchor(at: 0).number
            for table in ["tracker_state", "fact"] {
                try session.execute("DELETE FROM \(table) WHERE chain = $1", [key])
            }
            var rebuilding = Rebuilding(builder, id, key, settled: settled, session)
            try rebuilding.run()
            try StateEntry.put(
                rebuilding.states, into: "tracker_state", session, chain: key)
        }
    }

    private static func cut(
        _ session: any SQLSession, _ chain: SQLValue, _ anchor: [SQLValue]
    ) throws(SQLError) {
        try session.execute(
            "DELETE FROM page WHERE chain = $1 AND last > $2", [chain, anchor[0]])
        try ExtrasRow.cut(session, chain: chain, above: anchor[0])
        try session.execute("DELETE FROM window WHERE chain = $1", [chain])
        try session.execute(
            """
            UPDATE checkpoint SET settled = $2, settled_hash = $3, settled_parent = $4,
                settled_time = $5 WHERE chain = $1
            """,
            [chain] + anchor)
    }
}
