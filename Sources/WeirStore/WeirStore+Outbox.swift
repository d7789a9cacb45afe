// Weir
// SPDX-License-Identifier: Apache-2.0

import SQLDatabase

/// A notification for one channel of a receiver, before it is in the outbox.
package struct NewNotification: Sendable, Hashable {
    /// What the receiver knows it by; the same over every try.
    package var notification: String
    package var receiver: String
    /// Which of the receiver's channels, from 0.
    package var channel: Int
    package var groupKey: String
    /// Milliseconds since 1970.
    package var created: Int64
    /// The notification as JSON.
    package var document: String

    package init(
        notification: String, receiver: String, channel: Int, groupKey: String, created: Int64,
        document: String
    ) {
        self.notification = notification
        self.receiver = receiver
        self.channel = channel
        self.groupKey = groupKey
        self.created = created
        self.document = document
    }
}

/// A row of the outbox: a notification that was not delivered yet.
package struct OutboxRow: Sendable, Hashable {
    package var id: Int64
    package var notification: NewNotification
    /// How often it was tried.
    package var attempts: Int
    /// Not tried again before, in milliseconds since 1970.
    package var due: Int64
    /// The message in which the channel holds the group, if it named one.
    package var handle: String?
}

/// How many notifications wait for a channel.
package struct OutboxFill: Sendable, Hashable {
    package var receiver: String
    package var channel: Int
    package var count: Int
}

extension WeirStore {
    /// The oldest notifications of a channel, in the order in which they were made.
    package func outbox(
        receiver: String, channel: Int, limit: Int
    ) async throws(StoreError) -> [OutboxRow] {
        try await self.read { reader throws(SQLError) in
            var rows: [OutboxRow] = []
            try reader.forEachRow(
                """
                SELECT o.id, o.notification, o.group_key, o.created, o.attempts, o.due, o.document,
                    h.handle
                FROM outbox o LEFT JOIN outbox_handle h ON h.receiver = o.receiver
                    AND h.channel = o.channel AND h.group_key = o.group_key
                WHERE o.receiver = $1 AND o.channel = $2 ORDER BY o.id LIMIT $3
                """, [.text(receiver), .integer(Int64(channel)), .integer(Int64(limit))]
            ) { row throws(SQLError) in
                rows.append(
                    OutboxRow(
                        id: try row.int64(0),
                        notification: NewNotification(
                            notification: try row.text(1), receiver: receiver, channel: channel,
                            groupKey: try row.text(2), created: try row.int64(3),
                            document: try row.text(6)),
                        attempts: try row.integer(4), due: try row.int64(5),
                        handle: try row.optionalText(7)))
            }
            return rows
        }
    }

    /// How many notifications wait, by receiver and channel; channels without any are left out.
    package func outboxFill() async throws(StoreError) -> [OutboxFill] {
        try await self.read { reader throws(SQLError) in
            var fills: [OutboxFill] = []
            try reader.forEachRow(
                """
                SELECT receiver, channel, count(*) FROM outbox
                GROUP BY receiver, channel ORDER BY receiver, channel
                """
            ) { row throws(SQLError) in
                fills.append(
                    OutboxFill(
                        receiver: try row.text(0), channel: try row.integer(1),
                        count: try row.integer(2)))
            }
            return fills
        }
    }

    /// Takes a notification out of the outbox: it was delivered, or is given up.
    ///
    /// - Parameter handle: how the channel names the message, kept for the group until it is told
    ///   of again; nil where it names none or the group is over.
    package func settle(_ row: OutboxRow, handle: String?) async throws(StoreError) {
        let told = row.notification
        try await self.write { session throws(SQLError) in
            try session.execute("DELETE FROM outbox WHERE id = $1", [.integer(row.id)])
            let place: [SQLValue] = [
                .text(told.receiver), .integer(Int64(told.channel)), .text(told.groupKey),
            ]
            if let handle {
                try session.execute(
                    """
                    INSERT INTO outbox_handle (receiver, channel, group_key, handle)
                    VALUES ($1, $2, $3, $4)
                    ON CONFLICT (receiver, channel, group_key) DO UPDATE SET
                        handle = excluded.handle
                    """, place + [.text(handle)])
            } else {
                try session.execute(
                    """
                    DELETE FROM outbox_handle
                    WHERE receiver = $1 AND channel = $2 AND group_key = $3
                    """, place)
            }
        }
    }

    /// Notes that a try failed, and when the next one is due.
    package func postpone(_ row: OutboxRow, to due: Int64) async throws(StoreError) {
        try await self.write { session throws(SQLError) in
            try session.execute(
                "UPDATE outbox SET attempts = attempts + 1, due = $2 WHERE id = $1",
                [.integer(row.id), .integer(due)])
        }
    }

    /// Takes out what waits for receivers and channels that are not configured any more.
    ///
    /// - Parameter channels: how many channels each receiver has.
    /// - Returns: how many notifications went.
    package func dropOutbox(notIn channels: [String: Int]) async throws(StoreError) -> Int {
        let fills = try await self.outboxFill()
        let gone = fills.filter { $0.channel >= channels[$0.receiver] ?? 0 }
        if gone.isEmpty { return 0 }
        try await self.write { session throws(SQLError) in
            for fill in gone {
                for table in ["outbox", "outbox_handle"] {
                    try session.execute(
                        "DELETE FROM \(table) WHERE receiver = $1 AND channel = $2",
                        [.text(fill.receiver), .integer(Int64(fill.channel))])
                }
            }
        }
        return gone.reduce(0) { $0 + $1.count }
    }
}

extension NewNotification {
    func insert(_ session: any SQLSession) throws(SQLError) {
        try session.execute(
            """
            INSERT INTO outbox
                (notification, receiver, channel, group_key, created, attempts, due, document)
            VALUES ($1, $2, $3, $4, $5, 0, $5, $6)
            ON CONFLICT (notification, receiver, channel) DO NOTHING
            """,
            [
                .text(self.notification), .text(self.receiver), .integer(Int64(self.channel)),
                .text(self.groupKey), .integer(self.created), .text(self.document),
            ])
    }
}
