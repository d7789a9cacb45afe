// Weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import ChainModel
import EVMPrimitives
import WeirStore

/// The rules on events of one chain as its follower carries them along: what they tell is stored with the
/// step that caused it.
///
/// While a chain's past is read for the first time nothing is told: those events are history. What
/// happened while the program was away is told afterwards, as far as rules look back (`age_max`).
package struct EventWatch: Sendable {
    private var engine: EventRuleEngine
    /// Rung when alerts were stored.
    let bell: Bell
    private let metrics: EventRuleMetrics

    /// What a step gave.
    struct Told: Sendable {
        /// Alerts and retractions for the inbox.
        var documents: [String] = []
        var entries: [AlertStateEntry] = []
    }

    init(_ engine: EventRuleEngine, bell: Bell, metrics: EventRuleMetrics) {
        self.engine = engine
        self.bell = bell
        self.metrics = metrics
    }

    /// Whether rules have something to say of this chain.
    var isEmpty: Bool { self.engine.isEmpty }

    /// Takes up what the store holds.
    mutating func restore(_ entries: [AlertStateEntry]) throws(EventRuleError) {
        try self.engine.restore(
            entries.filter { $0.part == self.part }.map {
                StateEntry(
                    tracker: EventRuleEngine.trackerName, key: $0.key, value: $0.value)
            })
    }

    /// The part of what is stored of alerts.
    private var part: String { "event/\(self.engine.chain)" }

    /// Takes in a step.
    ///
    /// - Parameter isHistory: whether the chain's past is read for the first time.
    mutating func take(_ step: ChainNotification, isHistory: Bool, now: Timestamp) -> Told {
        if case .caughtUp = step, isHistory { return Told() }
        let outcome = self.engine.apply(step, now: now)
        self.metrics.note(outcome)
        return Told(
            documents: outcome.alerts.map { AlertMemory.document($0) },
            entries: outcome.states.map {
                AlertStateEntry(part: self.part, key: $0.key, value: $0.value)
            })
    }
}
