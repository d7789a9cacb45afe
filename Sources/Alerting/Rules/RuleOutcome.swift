// Weir
// SPDX-License-Identifier: Apache-2.0

package import PromQL

/// What one evaluation of a group came to.
package struct RuleOutcome: Sendable, Hashable {
    /// The alerts that have to be told: firing ones without an end, ended ones with it. An alert that
    /// goes on is told each resend delay, one that ended for 15 minutes.
    package var alerts: [Alert] = []
    /// Until when the firing ones of ``alerts`` count as firing if nothing more is heard: what Alertmanager
    /// takes as their `endsAt`.
    package var validUntil: Timestamp
    /// The samples to keep: recorded series, `ALERTS`, `ALERTS_FOR_STATE`, and a ``StaleMarker`` for each
    /// series that was written last time and is gone.
    package var samples: [VectorSample] = []
    /// One for each rule, in the order of the group.
    package var health: [RuleHealth] = []

    package init(validUntil: Timestamp) {
        self.validUntil = validUntil
    }
}

/// How a rule's last evaluation went.
package struct RuleHealth: Sendable, Hashable {
    package var name: String
    /// Why it gave nothing; nil: all is well.
    package var error: String?
    /// How many samples it gave, ends not counted.
    package var samples: Int

    package init(name: String, error: String? = nil, samples: Int = 0) {
        self.name = name
        self.error = error
        self.samples = samples
    }
}

/// Why a rule cannot be evaluated, in the words of Prometheus.
enum RuleFault: Error, Equatable, Sendable, CustomStringConvertible {
    case expression(String)
    case notVectorOrScalar
    case sameLabels(kind: String)
    case limit(Int, count: Int, kind: String)

    var description: String {
        switch self {
        case .expression(let reason): reason
        case .notVectorOrScalar: "rule result is not a vector or scalar"
        case .sameLabels(let kind):
            "vector contains metrics with the same labelset after applying \(kind) labels"
        case .limit(let limit, let count, let kind):
            "exceeded limit of \(limit) with \(count) \(kind)"
        }
    }
}
