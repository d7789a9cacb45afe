// Weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import MetricsRegistry
import PromQL

/// The series of rules, of the window that they look at, and of their alerts.
struct RuleMetrics: Sendable {
    private let evaluations: MetricFamily
    private let failures: MetricFamily
    private let duration: MetricFamily
    private let last: MetricFamily
    private let missed: MetricFamily
    private let series: GaugeHandle
    private let samples: GaugeHandle
    private let bytes: GaugeHandle
    private let refused: CounterHandle
    private let dropped: MetricFamily
    private let alerts: MetricFamily
    private let forState: MetricFamily

    init(_ app: AppMetrics) {
        self.evaluations = app.family("rule_evaluations_total")
        self.failures = app.family("rule_evaluation_failures_total")
        self.duration = app.family("rule_group_duration_seconds")
        self.last = app.family("rule_group_last_evaluation_timestamp_seconds")
        self.missed = app.family("rule_group_evaluations_missed_total")
        self.series = app.family("rule_window_series").gauge([])
        self.samples = app.family("rule_window_samples").gauge([])
        self.bytes = app.family("rule_window_bytes").gauge([])
        self.refused = app.family("rule_window_refused_total").counter([])
        self.dropped = app.family("alerts_dropped_total")
        self.alerts = app.alerts
        self.forState = app.alertsForState
    }

    /// Shows a group from the start on, so that a first failure is growth.
    func open(_ group: RuleGroup) {
        _ = self.evaluations.counter(group.name)
        _ = self.missed.counter(group.name)
        for rule in group.rules { _ = self.failures.counter(group.name, rule.name) }
    }

    func evaluated(
        _ group: RuleGroup, _ health: [RuleHealth], seconds: Double, missed: Int,
        unixSeconds: Double
    ) {
        self.evaluations.counter(group.name).increment(by: UInt64(health.count))
        for rule in health where rule.error != nil {
            self.failures.counter(group.name, rule.name).increment()
        }
        self.duration.histogram(group.name).observe(seconds)
        self.last.gauge(group.name).set(unixSeconds)
        if missed > 0 { self.missed.counter(group.name).increment(by: UInt64(missed)) }
    }

    func show(_ statistics: SampleWindow.Statistics) {
        self.series.set(Double(statistics.series))
        self.samples.set(Double(statistics.points))
        self.bytes.set(Double(statistics.bytes))
        _ = self.refused.set(total: .integer(statistics.refusedPoints))
    }

    func show(_ counters: DispatcherCounters) {
        for (reason, count) in [
            ("alerts_full", counters.alertsRefused), ("groups_full", counters.groupsRefused),
            ("log_full", counters.logEntriesDropped),
        ] {
            self.dropped.counter(reason).set(total: .integer(count))
        }
    }

    /// Shows `ALERTS` and `ALERTS_FOR_STATE` as the last evaluations gave them.
    func show(alerts samples: [VectorSample], in registry: MetricsRegistry) {
        for (name, family) in [("ALERTS", self.alerts), ("ALERTS_FOR_STATE", self.forState)] {
            let own = samples.filter { $0.labels[Labels.metricName] == name }
            registry.update(
                family,
                free: own.map { sample in
                    let labels = sample.labels.withoutMetricName.pairs.map {
                        LabelPair(name: $0.name, value: $0.value)
                    }
                    return (labels, .double(sample.value))
                })
        }
    }
}
