// Weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import PromQL

/// Notifications that tests of several channels send.
enum Samples {
    /// 2023-11-14T22:13:20Z.
    static let time: Timestamp = 1_700_000_000_000

    static func alert(
        _ name: String = "NodeSlashed", severity: String = "critical",
        labels: [String: String] = [
            "chain": "base", "node": "0x00000000000000000000000000000000000000a1",
        ],
        annotations: [String: String] = [
            "summary": "A node lost 120 FAB",
            "description": "The registry took the stake.\nSee the runbook.",
            "runbook_url": "https://runbooks.example/NodeSlashed?a=1&b=2",
        ], startsAt: Timestamp = Samples.time - 90_500, endsAt: Timestamp? = nil,
        generatorURL: String = "", retraction: Retraction? = nil
    ) -> Alert {
        Alert(
            labels: Labels(labels.merging(["alertname": name, "severity": severity]) { $1 }),
            annotations: Labels(annotations), startsAt: startsAt, endsAt: endsAt,
            generatorURL: generatorURL, retraction: retraction)
    }

    static func notification(
        _ alerts: [Alert], cause: AlertNotification.Cause = .firing, truncated: Int = 0,
        groupLabels: [String: String] = ["alertname": "NodeSlashed"], id: String = "5f3e-1"
    ) -> AlertNotification {
        AlertNotification(
            id: id, receiver: "ops", groupKey: #"{}:{alertname="NodeSlashed"}"#,
            groupLabels: Labels(groupLabels), alerts: alerts, truncatedAlerts: truncated,
            cause: cause, time: self.time)
    }

    static let firing = Self.notification([Self.alert()])
    static let resolved = Self.notification([Self.alert(endsAt: Self.time - 500)], cause: .resolved)
    static let retraction = Self.notification(
        [
            Self.alert(
                endsAt: Self.time,
                retraction: Retraction(
                    chain: "base", block: 21_000_000,
                    blockHash: "0x" + String(repeating: "ab", count: 32)))
        ], cause: .retraction)
    /// Several rules and severities, one of them over; more than any channel shows at once.
    static let many = Self.notification(
        (0..<14).map { index in
            Self.alert(
                index % 2 == 0 ? "Lag" : "Gas",
                severity: ["low", "critical", "high", "odd"][index % 4],
                labels: ["chain": "base", "index": "\(index)"],
                annotations: ["summary": "Number \(index)"], endsAt: index == 1 ? Self.time : nil)
        }, truncated: 5, groupLabels: ["chain": "base"])
    static let test = Self.notification(
        [Self.alert("Test", severity: "info", labels: [:], annotations: ["summary": "It works"])],
        cause: .test, groupLabels: [:])

    static let all: [(name: String, notification: AlertNotification)] = [
        ("firing", firing), ("resolved", resolved), ("retraction", retraction), ("many", many),
        ("test", test),
    ]
}
