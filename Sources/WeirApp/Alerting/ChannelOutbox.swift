// Weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import CurlTransport
import EVMRPC
import Logging
import WeirPorts
import WeirStore

/// Carries the notifications of one channel from the outbox to it: in their order, one at a time, each
/// until it is taken, refused or too old.
///
/// Channels know nothing of each other: one that hangs delays no other. What a channel took is taken
/// out of the outbox after that; a crash in between sends it again, under the same identifier.
struct ChannelOutbox: Sendable {
    /// How long a notification is tried.
    static let patience: Duration = .seconds(24 * 3600)
    /// How delays between tries grow.
    static let policy = Backoff.Policy(
        first: .seconds(1), ceiling: .seconds(300), retries: .max,
        retryAfterCeiling: .seconds(3600))
    /// How many rows are read at once.
    private static let pageRows = 32

    let notifier: any Notifier
    /// Which of the receiver's channels.
    let channel: Int
    let store: WeirStore
    let metrics: NotificationMetrics
    let clock: RPCClock
    let logger: Logger
    /// Rung when something was put into the outbox.
    let bell: Bell

    /// Runs until it is cancelled.
    func run() async throws {
        var generator = SystemRandomNumberGenerator()
        var backoff = Backoff(Self.policy)
        while !Task.isCancelled {
            let seen = self.bell.count
            let rows: [OutboxRow]
            do {
                rows = try await self.store.outbox(
                    receiver: self.notifier.receiver, channel: self.channel, limit: Self.pageRows)
            } catch {
                self.logger.error("the outbox cannot be read", metadata: self.metadata(error))
                try await self.clock.sleep(.seconds(5))
                continue
            }
            if rows.isEmpty {
                self.metrics.queued(self.notifier.receiver, self.notifier.channel, 0)
                try await self.bell.wait(after: seen)
                continue
            }
            // What a group's message is called may have changed since the rows were read.
            var handles: [String: String?] = [:]
            for var row in rows {
                let group = row.notification.groupKey
                if let newer = handles[group] { row.handle = newer }
                guard let handle = try await self.carry(row, &backoff, &generator) else { return }
                handles[group] = .some(handle.message)
            }
        }
    }

    /// The message in which the channel holds a group from now on, if it named one.
    private struct Held {
        var message: String?
    }

    /// Tries one notification until it is out of the outbox.
    ///
    /// - Returns: nil where the channel takes nothing any more.
    private func carry(
        _ row: OutboxRow, _ backoff: inout Backoff, _ generator: inout SystemRandomNumberGenerator
    ) async throws -> Held? {
        let (receiver, channel) = (self.notifier.receiver, self.notifier.channel)
        guard let notification = AlertMemory.notification(row.notification.document) else {
            self.metrics.dropped(receiver, channel, .damaged)
            self.logger.error("a stored notification cannot be read", metadata: self.metadata(nil))
            await self.settle(row, handle: row.handle)
            return Held(message: row.handle)
        }
        var due = row.due
        while true {
            try await self.wait(until: due)
            let outcome = await self.notifier.deliver(notification, handle: row.handle)
            try Task.checkCancellation()
            switch outcome {
            case .delivered(let handle):
                backoff.reset()
                let seconds = Double(self.now - row.notification.created) / 1000
                self.metrics.delivered(receiver, channel, seconds: seconds)
                let held = Held(message: notification.status == "firing" ? handle : nil)
                await self.settle(row, handle: held.message)
                return held
            case .refused(let fault):
                self.metrics.failed(receiver, channel, fault)
                self.metrics.dropped(receiver, channel, .refused)
                self.logger.error("a notification was refused", metadata: self.metadata(fault))
                await self.settle(row, handle: row.handle)
                return Held(message: row.handle)
            case .disabled(let fault):
                self.metrics.failed(receiver, channel, fault)
                self.metrics.disabled(receiver, channel)
                self.logger.critical(
                    "a channel takes nothing any more; what waits for it stays in the outbox",
                    metadata: self.metadata(fault))
                return nil
            case .retry(let after, let fault):
                self.metrics.failed(receiver, channel, fault)
                if self.now - row.notification.created
                    > Int64(Self.patience.milliseconds)
                {
                    self.metrics.dropped(receiver, channel, .expired)
                    self.logger.error(
                        "a notification was given up", metadata: self.metadata(fault))
                    await self.settle(row, handle: row.handle)
                    return Held(message: row.handle)
                }
                let delay =
                    backoff.next(random: generator.next(), retryAfter: after) ?? .seconds(300)
                if backoff.attempt == 1 {
                    self.logger.warning(
                        "a notification was not delivered; trying again",
                        metadata: self.metadata(fault))
                }
                due = self.now + Int64(delay.milliseconds)
                do throws(StoreError) { try await self.store.postpone(row, to: due) } catch {
                    self.logger.error(
                        "the outbox cannot be written", metadata: self.metadata(error))
                }
            }
        }
    }

    /// Takes a row out, again and again: else it would be sent again.
    private func settle(_ row: OutboxRow, handle: String?) async {
        while !Task.isCancelled {
            do throws(StoreError) {
                return try await self.store.settle(row, handle: handle)
            } catch {
                self.logger.error("the outbox cannot be written", metadata: self.metadata(error))
            }
            try? await self.clock.sleep(.seconds(5))
        }
    }

    private func wait(until due: Int64) async throws {
        let left = due - self.now
        guard left > 0 else { return }
        // A clock that was put back must not hold a notification for longer than it would wait.
        try await self.clock.sleep(
            .milliseconds(min(left, Int64(Self.policy.retryAfterCeiling.milliseconds))))
    }

    private var now: Int64 { self.clock.unixMilliseconds() }

    private func metadata(_ error: (any Error)?) -> Logger.Metadata {
        var metadata: Logger.Metadata = [
            "receiver": .string(self.notifier.receiver),
            "channel": .string(self.notifier.channel),
        ]
        if let error { metadata["cause"] = .string("\(error)") }
        return metadata
    }
}
