// Weir
// SPDX-License-Identifier: Apache-2.0

package import EVMPrimitives
import SQLDatabase

/// One thing that rules, routing or silences know, as it is kept: a part of them, a key, and bytes.
package struct AlertStateEntry: Sendable, Hashable {
    package var part: String
    package var key: String
    /// Nil deletes it.
    package var value: [UInt8]?

    package init(part: String, key: String, value: [UInt8]?) {
        self.part = part
        self.key = key
        self.value = value
    }
}

/// An alert of an event that was stored with its block and waits to be taken up.
package struct InboxAlert: Sendable, Hashable {
    package var id: Int64
    package var chain: ChainID
    /// The alert as JSON.
    package var document: String
}

/// Something that fired, ended or was taken back, for reports.
package struct AlertChange: Sendable, Hashable {
    /// Milliseconds since 1970.
    package var time: Int64
    /// The `alertname`.
    package var name: String
    package var fingerprint: String
    /// `firing`, `resolved` or `retracted`.
    package var change: String
    /// The labels as a JSON object.
    package var labels: String

    package init(
        time: Int64, name: String, fingerprint: String, change: String, labels: String
    ) {
        self.time = time
        self.name = name
        self.fingerprint = fingerprint
        self.change = change
        self.labels = labels
    }
}

/// What one step of rules and routing changes; all of it is stored in one transaction.
package struct AlertCommit: Sendable {
    package var entries: [AlertStateEntry] = []
    /// The inbox up to here was taken up.
    package var takenThrough: Int64?
    package var notifications: [NewNotification] = []
    package var changes: [AlertChange] = []

    package init() {}

    package var isEmpty: Bool {
        self.entries.isEmpty && self.takenThrough == nil && self.notifications.isEmpty
            && self.changes.isEmpty
    }
}

extension WeirStore {
    /// Everything that rules, routing and silences kept.
    package func alertEntries() async throws(StoreError) -> [AlertStateEntry] {
        try await self.read { reader throws(SQLError) in
            var entries: [AlertStateEntry] = []
            try reader.forEachRow("SELECT part, key, value FROM alert_state ORDER BY part, key") {
                row throws(SQLError) in
                entries.append(
                    AlertStateEntry(
                        part: try row.text(0), key: try row.text(1), value: try row.blob(2)))
            }
            return entries
        }
    }

    /// The alerts of events that wait, oldest first, at most `limit` of them.
    package func alertInbox(limit: Int) async throws(StoreError) -> [InboxAlert] {
        try await self.read { reader throws(SQLError) in
            var alerts: [InboxAlert] = []
            try reader.forEachRow(
                "SELECT id, chain, document FROM alert_inbox ORDER BY id LIMIT $1",
                [.integer(Int64(limit))]
            ) { row throws(SQLError) in
                alerts.append(
                    InboxAlert(
                        id: try row.int64(0), chain: ChainID(try row.integer(1)),
                        document: try row.text(2)))
            }
            return alerts
        }
    }

    /// Stores what a step of rules and routing changed. A notification that is in the outbox already,
    /// by its identifier and channel, is not put there twice.
    package func commit(_ step: AlertCommit) async throws(StoreError) {
        if step.isEmpty { return }
        try await self.write { session throws(SQLError) in
            for entry in step.entries { try entry.put(session) }
            if let last = step.takenThrough {
                try session.execute("DELETE FROM alert_inbox WHERE id <= $1", [.integer(last)])
            }
            for notification in step.notifications { try notification.insert(session) }
            for change in step.changes { try change.insert(session) }
        }
    }

    /// What fired and ended in a time, oldest first.
    package func alertHistory(
        from: Int64, through: Int64
    ) async throws(StoreError) -> [AlertChange] {
        try await self.read { reader throws(SQLError) in
            var changes: [AlertChange] = []
            try reader.forEachRow(
                """
                SELECT time, name, fingerprint, change, labels FROM alert_history
                WHERE time BETWEEN $1 AND $2 ORDER BY time, id
                """, [.integer(from), .integer(through)]
            ) { row throws(SQLError) in
                changes.append(
                    AlertChange(
                        time: try row.int64(0), name: try row.text(1),
                        fingerprint: try row.text(2), change: try row.text(3),
                        labels: try row.text(4)))
            }
            return changes
        }
    }
}

extension AlertStateEntry {
    func put(_ session: any SQLSession) throws(SQLError) {
        guard let value = self.value else {
            try session.execute(
                "DELETE FROM alert_state WHERE part = $1 AND key = $2",
                [.text(self.part), .text(self.key)])
            return
        }
        try session.execute(
            """
            INSERT INTO alert_state (part, key, value) VALUES ($1, $2, $3)
            ON CONFLICT (part, key) DO UPDATE SET value = excluded.value
            """, [.text(self.part), .text(self.key), .blob(value)])
    }
}

extension AlertChange {
    fileprivate func insert(_ session: any SQLSession) throws(SQLError) {
        try session.execute(
            """
            INSERT INTO alert_history (time, name, fingerprint, change, labels)
            VALUES ($1, $2, $3, $4, $5)
            """,
            [
                .integer(self.time), .text(self.name), .text(self.fingerprint),
                .text(self.change), .text(self.labels),
            ])
    }
}

extension InboxAlert {
    /// Puts alerts of a block into the inbox, in the block's own transaction.
    static func insert(
        _ documents: [String], _ session: any SQLSession, chain: SQLValue
    ) throws(SQLError) {
        for document in documents {
            try session.execute(
                "INSERT INTO alert_inbox (chain, document) VALUES ($1, $2)",
                [chain, .text(document)])
        }
    }
}
