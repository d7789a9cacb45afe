// Weir
// SPDX-License-Identifier: Apache-2.0

package import MetricsRegistry
import WeirPorts

/// The series of notifications: how many, how late, and what hinders them.
struct NotificationMetrics: Sendable {
    private let delivered: MetricFamily
    private let failed: MetricFamily
    private let dropped: MetricFamily
    private let queued: MetricFamily
    private let latency: MetricFamily
    private let disabled: MetricFamily

    init(_ app: AppMetrics) {
        self.delivered = app.family("notifications_total")
        self.failed = app.family("notifications_failed_total")
        self.dropped = app.family("notifications_dropped_total")
        self.queued = app.family("notifications_queued")
        self.latency = app.family("notification_latency_seconds")
        self.disabled = app.family("notification_channel_disabled")
    }

    /// Shows a channel from the start on, so that a first failure is growth.
    func open(_ receiver: String, _ channel: String) {
        _ = self.delivered.counter(receiver, channel)
        for reason in DeliveryFault.Reason.allCases {
            _ = self.failed.counter(receiver, channel, reason.rawValue)
        }
        for reason in DropReason.allCases {
            _ = self.dropped.counter(receiver, channel, reason.rawValue)
        }
        self.queued.gauge(receiver, channel).set(0)
        self.disabled.gauge(receiver, channel).set(0)
    }

    func delivered(_ receiver: String, _ channel: String, seconds: Double) {
        self.delivered.counter(receiver, channel).increment()
        self.latency.histogram(receiver, channel).observe(max(0, seconds))
    }

    func failed(_ receiver: String, _ channel: String, _ fault: DeliveryFault) {
        self.failed.counter(receiver, channel, fault.reason.rawValue).increment()
    }

    func dropped(_ receiver: String, _ channel: String, _ reason: DropReason, count: Int = 1) {
        self.dropped.counter(receiver, channel, reason.rawValue).increment(by: UInt64(count))
    }

    func queued(_ receiver: String, _ channel: String, _ count: Int) {
        self.queued.gauge(receiver, channel).set(Double(count))
    }

    func disabled(_ receiver: String, _ channel: String) {
        self.disabled.gauge(receiver, channel).set(1)
    }

    /// Why a notification was given up.
    enum DropReason: String, CaseIterable {
        /// The channel will never take it.
        case refused
        /// It could not be delivered for too long.
        case expired
        /// Too many wait for the channel.
        case full
        /// The channel takes nothing any more.
        case disabled
        /// What is stored of it cannot be read.
        case damaged
    }
}

extension MetricCatalogue {
    /// The families of rules and notifications.
    package static func alerts(_ namespace: String) -> [MetricDescriptor] {
        func family(
            _ name: String, _ help: String, _ type: MetricType, _ labels: [String],
            unit: String? = nil, buckets: [Double] = []
        ) -> MetricDescriptor {
            MetricDescriptor(
                name: "\(namespace)_\(name)", help: help, type: type, unit: unit,
                labelNames: labels, buckets: buckets)
        }
        let channel = ["receiver", "channel"]
        return [
            family("notifications_total", "Notifications that a channel took.", .counter, channel),
            family(
                "notifications_failed_total", "Tries that failed, by reason.", .counter,
                channel + ["reason"]),
            family(
                "notifications_dropped_total", "Notifications that were given up, by reason.",
                .counter, channel + ["reason"]),
            family(
                "notifications_queued", "Notifications that wait for a channel.", .gauge, channel),
            family(
                "notification_channel_disabled",
                "1 once a channel takes nothing any more, until the next start.", .gauge, channel),
            family(
                "notification_latency_seconds",
                "From the making of a notification to its acceptance by the channel.", .histogram,
                channel, unit: "seconds",
                buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30, 300, 3600]),
            family(
                "rule_evaluations_total", "Evaluations of rules.", .counter, ["group"]),
            family(
                "rule_evaluation_failures_total", "Evaluations of a rule that failed.", .counter,
                ["group", "rule"]),
            family(
                "rule_group_duration_seconds", "How long the evaluation of a group took.",
                .histogram, ["group"], unit: "seconds",
                buckets: [0.0001, 0.001, 0.005, 0.025, 0.1, 0.25, 1, 5]),
            family(
                "rule_group_last_evaluation_timestamp_seconds",
                "When a group was evaluated last.", .gauge, ["group"], unit: "seconds"),
            family(
                "rule_group_evaluations_missed_total",
                "Evaluations that came too late, because the one before took longer than the "
                    + "interval.", .counter, ["group"]),
            family("rule_window_series", "Series that are kept for rules.", .gauge, []),
            family("rule_window_samples", "Samples that are kept for rules.", .gauge, []),
            family(
                "rule_window_bytes", "Memory of the samples that are kept for rules.", .gauge, [],
                unit: "bytes"),
            family(
                "rule_window_refused_total", "Samples refused because the window is full.",
                .counter, []),
            family(
                "alerts_dropped_total", "Alerts that routing had no room for.", .counter,
                ["reason"]),
            family(
                "event_alerts_total", "Alerts of events, those of dropped blocks included.",
                .counter, ["chain"]),
            family(
                "event_alerts_retracted_total", "Alerts of events that went with dropped blocks.",
                .counter, ["chain"]),
            family(
                "event_alerts_skipped_total",
                "Events of contracts with rules that were not told one by one, by reason.",
                .counter, ["chain", "reason"]),
        ]
    }
}
