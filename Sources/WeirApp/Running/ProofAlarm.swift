// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainSync

/// Whether what all endpoints of a chain say is disproved, and when the operator is told again.
struct ProofAlarm: Sendable {
    /// How long the operator is left in peace while nothing changes, in milliseconds.
    static let repetition: SyncInstant = 300_000
    /// The shortest time between two messages where alarms come and go, as they do while some of
    /// the ranges under way are answered well and others are not.
    static let pause: SyncInstant = 10_000

    /// From the first disproved answer until the same kind of question is answered well.
    private(set) var isRaised = false
    private var isOfLogs = false
    private var toldAt: SyncInstant?

    init() {}

    /// No endpoint could prove its answer; true where the operator is to be told.
    mutating func disproved(isOfLogs: Bool, at now: SyncInstant) -> Bool {
        let quiet = self.isRaised ? Self.repetition : Self.pause
        let mustTell = self.toldAt.map { now >= $0 &+ quiet } ?? true
        self.isOfLogs = self.isRaised && self.isOfLogs || isOfLogs
        self.isRaised = true
        if mustTell { self.toldAt = now }
        return mustTell
    }

    /// A question was answered; true where that ends the alarm. Heads alone say nothing of logs.
    mutating func answered(isOfLogs: Bool) -> Bool {
        guard self.isRaised, isOfLogs || !self.isOfLogs else { return false }
        self.isRaised = false
        self.isOfLogs = false
        return true
    }
}
