// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
package import EVMPrimitives
import SQLDatabase

extension WeirStore {
    /// Stores steps, in order, in one transaction: after a crash all of them happened or none did.
    package func commit(_ id: ChainID, _ steps: [StepCommit]) async throws(StoreError) {
        let key = try id.sql
        var prepared: [PreparedStep] = []
        var states = LastEntries()
        var reverted = LastEntries()
        for step in steps {
            prepared.append(try PreparedStep(step, keepsPages: self.keepsPages))
            states.put(step.states)
            reverted.put(step.reverted)
        }
        let (all, lastStates, lastReverted) = (prepared, states.entries, reverted.entries)
        try await self.write { session throws(SQLError) in
            for step in all { try step.run(session, chain: key) }
            try StateEntry.put(lastStates, into: "tracker_state", session, chain: key)
            try StateEntry.put(lastReverted, into: "reverted", session, chain: key)
        }
    }
}

/// The last value of each entry that a transaction writes: what an earlier step of it wrote to the
/// same place nobody will ever see.
private struct LastEntries {
    private(set) var entries: [StateEntry] = []
    private var places: [String: Int] = [:]

    mutating func put(_ changed: [StateEntry]) {
        for entry in changed {
            let place = "\(entry.tracker)\u{0}\(entry.key)"
            if let index = self.places[place] {
                self.entries[index] = entry
            } else {
                self.places[place] = self.entries.count
                self.entries.append(entry)
            }
        }
    }
}

/// A step with everything packed that can be packed before the transaction begins.
private struct PreparedStep: Sendable {
    enum Change: Sendable {
        case placed([SQLValue], first: SQLValue)
        case page(PageRow?, [ExtrasRow], settled: [SQLValue])
        case block(PageRow?, [ExtrasRow], anchor: [SQLValue])
        case reverted(to: SQLValue)
        case finalized([SQLValue])
        case nothing
    }

    let change: Change
    let facts: [Fact]
    let vouchers: [StoredVoucher]
    let alerts: [String]
    let alertEntries: [AlertStateEntry]

    init(_ step: StepCommit, keepsPages: Bool) throws(StoreError) {
        self.facts = step.facts
        self.vouchers = step.vouchers
        self.alerts = step.alerts
        self.alertEntries = step.alertEntries
        switch step.notification {
        case .placed(let anchor):
            self.change = .placed(
                try anchor.sql, first: try .store(anchor.number.next.rawValue))
        case .caughtUp(let page):
            self.change = .page(
                keepsPages
                    ? try PageRow(
                        page.logs, packed: page.prepared?.packed, first: page.first,
                        last: page.last) : nil,
                keepsPages ? try Self.rows(page.extras) : [],
                settled: try page.last.sql)
        case .committed(let block):
            let anchor = block.header.anchor
            self.change = .block(
                try PageRow(block.logs, first: anchor.number, last: anchor),
                try Self.rows(block.extras.map { [$0] } ?? []),
                anchor: try anchor.sql)
        case .reverted(let ref, _):
            self.change = .reverted(to: try .store(ref.number.rawValue))
        case .finalized(let anchor):
            self.change = .finalized(try anchor.sql)
        case nil:
            self.change = .nothing
        }
    }

    private static func rows(_ extras: [BlockExtras]) throws(StoreError) -> [ExtrasRow] {
        var rows: [ExtrasRow] = []
        for extras in extras { rows.append(try ExtrasRow(extras)) }
        return rows
    }

    func run(_ session: any SQLSession, chain: SQLValue) throws(SQLError) {
        switch self.change {
        case .placed(let anchor, let first):
            try session.execute(
                """
                INSERT INTO checkpoint
                    (chain, settled, settled_hash, settled_parent, settled_time, first)
                VALUES ($1, $2, $3, $4, $5, $6)
                """,
                [chain] + anchor + [first])
        case .page(let row, let extras, let settled):
            try row?.insert(session, chain: chain)
            try ExtrasRow.insert(extras, session, chain: chain)
            try Self.settle(session, chain: chain, settled)
        case .block(let row, let extras, let anchor):
            try row?.insert(session, chain: chain)
            try ExtrasRow.insert(extras, session, chain: chain)
            try session.execute(
                "INSERT INTO window (chain, number, hash, parent, time) VALUES ($1, $2, $3, $4, $5)",
                [chain] + anchor)
        case .reverted(let number):
            for table in ["window", "fact", "extras"] {
                try session.execute(
                    "DELETE FROM \(table) WHERE chain = $1 AND number > $2", [chain, number])
            }
            try session.execute(
                "DELETE FROM page WHERE chain = $1 AND last > $2", [chain, number])
        case .finalized(let anchor):
            try Self.settle(session, chain: chain, anchor)
            try session.execute(
                "DELETE FROM window WHERE chain = $1 AND number <= $2", [chain, anchor[0]])
        case .nothing: break
        }
        for voucher in self.vouchers { try voucher.put(session, chain: chain) }
        try FactRow.insert(self.facts, session, chain: chain)
        try InboxAlert.insert(self.alerts, session, chain: chain)
        for entry in self.alertEntries { try entry.put(session) }
    }

    private static func settle(
        _ session: any SQLSession, chain: SQLValue, _ anchor: [SQLValue]
    ) throws(SQLError) {
        try session.execute(
            """
            UPDATE checkpoint SET settled = $2, settled_hash = $3, settled_parent = $4,
                settled_time = $5 WHERE chain = $1
            """,
            [chain] + anchor)
    }
}

/// A page as its row.
struct PageRow: Sendable {
    let values: [SQLValue]

    /// Nil where there is no log to store. What is packed stands for the logs.
    init?(
        _ logs: LogBatch, packed: PackedLogs? = nil, first: BlockNumber, last: BlockAnchor
    ) throws(StoreError) {
        if packed == nil, logs.isEmpty { return nil }
        let packed = packed ?? LogPageCoding.pack(logs)
        let anchor = try last.sql
        self.values =
            [anchor[0], try .store(first.rawValue)] + anchor[1...]
            + [
                .integer(Int64(packed.count)), .blob(packed.checksum), .blob(packed.bytes),
            ]
    }

    func insert(_ session: any SQLSession, chain: SQLValue) throws(SQLError) {
        try session.execute(
            """
            INSERT INTO page
                (chain, last, first, last_hash, last_parent, last_time, logs, checksum, bytes)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
            """,
            [chain] + self.values)
    }
}

extension StateEntry {
    /// Writes and deletes entries of a table of states.
    static func put(
        _ entries: [StateEntry], into table: String, _ session: any SQLSession, chain: SQLValue
    ) throws(SQLError) {
        for entry in entries {
            if let value = entry.value {
                try session.execute(
                    """
                    INSERT INTO \(table) (chain, tracker, key, value) VALUES ($1, $2, $3, $4)
                    ON CONFLICT (chain, tracker, key) DO UPDATE SET value = excluded.value
                    """,
                    [chain, .text(entry.tracker), .text(entry.key), .blob(value)])
            } else {
                try session.execute(
                    "DELETE FROM \(table) WHERE chain = $1 AND tracker = $2 AND key = $3",
                    [chain, .text(entry.tracker), .text(entry.key)])
            }
        }
    }
}
