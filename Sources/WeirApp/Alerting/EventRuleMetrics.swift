// Weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import MetricsRegistry

/// What rules on events of a chain could not judge or did not tell one by one.
struct EventRuleMetrics: Sendable {
    private let told: CounterHandle
    private let retracted: CounterHandle
    private let undecodable: CounterHandle
    private let omitted: CounterHandle
    private let outdated: CounterHandle

    init(_ app: AppMetrics, chain: String) {
        self.told = app.family("event_alerts_total").counter(chain)
        self.retracted = app.family("event_alerts_retracted_total").counter(chain)
        let skipped = app.family("event_alerts_skipped_total")
        self.undecodable = skipped.counter(chain, "undecodable")
        self.omitted = skipped.counter(chain, "too_many")
        self.outdated = skipped.counter(chain, "outdated")
    }

    func note(_ outcome: EventRuleEngine.Outcome) {
        let retracted = outcome.alerts.count { $0.retraction != nil }
        self.told.increment(by: UInt64(outcome.alerts.count - retracted))
        self.retracted.increment(by: UInt64(retracted))
        self.undecodable.increment(by: UInt64(outcome.undecodable))
        self.omitted.increment(by: UInt64(outcome.omitted))
        self.outdated.increment(by: UInt64(outcome.outdated))
    }
}
