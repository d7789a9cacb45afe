// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMPrimitives
import EVMRPC
import Economy
import Logging
import SQLDatabase
import WeirStore

/// Steps that were reduced and not stored yet, in order.
struct StepQueue: Sendable {
    private(set) var steps: [ChainNotification] = []
    private(set) var commits: [StepCommit] = []
    private(set) var logs = 0
    /// Of which so many, or facts of them, are in memory until they are stored.
    private(set) var logsHeld = 0
    /// Whether alerts of events are among it.
    private(set) var hasAlerts = false

    /// Who waits until it is stored.
    private(set) var waiting: [CheckedContinuation<Bool, Never>] = []

    var isEmpty: Bool { self.commits.isEmpty }

    /// Vouchers with what followed from them.
    mutating func append(
        _ vouchers: [StoredVoucher], _ outcome: Economy.Outcome,
        _ waiting: CheckedContinuation<Bool, Never>
    ) {
        self.commits.append(
            StepCommit(
                nil, facts: outcome.facts, states: outcome.states, vouchers: vouchers))
        self.waiting.append(waiting)
    }

    /// Tells those who wait whether it was stored.
    func settle(_ isStored: Bool) {
        for continuation in self.waiting { continuation.resume(returning: isStored) }
    }

    /// - Parameter keepsPages: whether the logs of settled ranges are stored; else only what they
    ///   added up to waits here.
    mutating func append(
        _ step: ChainNotification, _ outcome: Economy.Outcome, _ told: EventWatch.Told,
        keepsPages: Bool
    ) {
        var step = step
        switch step {
        case .caughtUp(var page):
            self.logs += page.logs.count
            self.logsHeld += keepsPages ? page.logs.count : outcome.facts.count
            // The packed form is a third of it, and all that the store wants.
            if !keepsPages || page.prepared?.packed != nil {
                let prepared = page.prepared
                page.logs = LogBatch()
                page.prepared = prepared
                step = .caughtUp(page)
            }
        case .committed(let block):
            self.logs += block.logs.count
            self.logsHeld += block.logs.count
        default: break
        }
        self.steps.append(step)
        self.hasAlerts = self.hasAlerts || !told.documents.isEmpty
        self.commits.append(
            StepCommit(
                step, facts: outcome.facts, states: outcome.states, reverted: outcome.reverted,
                alerts: told.documents, alertEntries: told.entries))
    }
}

/// Writes steps of one chain, one transaction for all that wait.
struct StepWriter: Sendable {
    let id: ChainID
    let store: WeirStore
    let metrics: ChainMetrics
    let clock: RPCClock
    let logger: Logger

    /// Commits, again and again while the store may recover: a full disk, a lock held elsewhere.
    func write(_ queue: StepQueue) async throws {
        var delay: Duration = .milliseconds(100)
        while true {
            let start = self.clock.now()
            do {
                try await self.store.commit(self.id, queue.commits)
                self.metrics.committed(
                    seconds: (self.clock.now() - start).seconds, logs: queue.logs)
                return
            } catch {
                self.metrics.commitFailed()
                guard case .database(let cause) = error, cause.isTransient else { throw error }
                self.logger.error(
                    "the store cannot write; trying again",
                    metadata: ["cause": .string(error.description)])
                try await self.clock.sleep(delay)
                delay = min(delay * 2, .seconds(30))
            }
        }
    }
}
