// Weir
// SPDX-License-Identifier: Apache-2.0

package import PromQL

/// What a group of rules must not forget over a restart: its alerts, and which series it wrote last.
package struct RuleGroupState: Sendable, Hashable, Codable {
    /// When the group was evaluated last; nil: never.
    package var evaluatedAt: Timestamp?
    /// One for each rule, in the order of the group.
    package var rules: [RuleState]
    /// Series of rules that are gone, which have to be marked as ended.
    package var orphans: [Labels]

    package init(evaluatedAt: Timestamp? = nil, rules: [RuleState] = [], orphans: [Labels] = []) {
        self.evaluatedAt = evaluatedAt
        self.rules = rules
        self.orphans = orphans
    }
}

/// What one rule must not forget.
package struct RuleState: Sendable, Hashable, Codable {
    /// ``Rule/key`` of the rule that it belongs to.
    package var key: String
    /// The alerts of an alerting rule, sorted by labels.
    package var instances: [AlertInstance]
    /// The series that it wrote last and that ``instances`` do not tell.
    package var series: [Labels]

    package init(key: String, instances: [AlertInstance] = [], series: [Labels] = []) {
        self.key = key
        self.instances = instances
        self.series = series
    }

    /// The series that its alerts stand for while they are pending or firing.
    var alertSeries: [Labels] {
        self.instances.filter(\.isActive).flatMap { [$0.alertsLabels, $0.forStateLabels] }
    }
}
