// Weir
// SPDX-License-Identifier: Apache-2.0

import EVMABI
package import Economy
package import MetricsRegistry

/// Every metric that Weir itself exposes, in one list: what is registered at start, what
/// `weir metrics` prints, what the house checks.
package enum MetricCatalogue {
    /// The families that exist under any configuration.
    package static func builtIn(namespace: String = "weir") -> [MetricDescriptor] {
        Self.chain(namespace) + Self.rpc(namespace) + Self.verification(namespace)
            + Self.store(namespace) + Self.alerts(namespace)
            + Economy.descriptors(namespace: namespace)
    }

    /// The alerts of rules, under the name that Prometheus gives them; with the labels of each.
    package static let ownAlerts = MetricDescriptor(
        name: "ALERTS", help: "1 for each alert of a rule that is pending or firing.",
        type: .gauge, maxSeries: 10_000)
    /// Since when they are active, under the name that Prometheus gives it.
    package static let ownAlertsForState = MetricDescriptor(
        name: "ALERTS_FOR_STATE", help: "Unix seconds since which an alert is active.",
        type: .gauge, maxSeries: 10_000)

    /// The families of the definitions of all chains besides: declared values and own metrics.
    package static func configured(
        _ definitions: [EconomyDefinition], namespace: String = "weir"
    ) -> [MetricDescriptor] {
        var all: [MetricDescriptor] = []
        if let first = definitions.flatMap(\.eventValues).first {
            all += Economy.valueDescriptors(namespace: namespace, buckets: first.buckets)
        }
        if definitions.contains(where: \.catalog.hasProxies) {
            all += Economy.proxyDescriptors(namespace: namespace)
        }
        for metric in definitions.flatMap(\.metrics) { all += Economy.descriptors(of: metric) }
        all += TrackerCatalog.descriptors(
            definitions.flatMap(\.trackers).map(\.kind), namespace: namespace)
        return all
    }

    private static func chain(_ namespace: String) -> [MetricDescriptor] {
        func gauge(_ name: String, _ help: String, unit: String? = nil) -> MetricDescriptor {
            MetricDescriptor(
                name: "\(namespace)_chain_\(name)", help: help, type: .gauge, unit: unit,
                labelNames: ["chain"])
        }
        return [
            MetricDescriptor(
                name: "\(namespace)_build_info", help: "The running version.", type: .info,
                labelNames: ["version"]),
            gauge("head_block", "The latest block that the node names."),
            gauge("safe_block", "The safe block that the node names."),
            gauge("finalized_block", "The finalized block that the node names."),
            gauge("settled_block", "The block below which nothing is undone any more."),
            gauge("processed_block", "The last block that was read, counted and stored."),
            gauge(
                "processed_timestamp_seconds", "The time of the last processed block.",
                unit: "seconds"),
            gauge("up", "1 while the last request to the chain was answered, else 0."),
            gauge("halted", "1 while the chain stands still until the operator acts."),
            MetricDescriptor(
                name: "\(namespace)_chain_reorgs_total", help: "Reorganisations that were undone.",
                type: .counter, labelNames: ["chain"]),
            MetricDescriptor(
                name: "\(namespace)_chain_reorg_depth_blocks",
                help: "How many blocks a reorganisation dropped.", type: .histogram,
                unit: "blocks", labelNames: ["chain"], buckets: [1, 2, 3, 5, 8, 16, 32, 64]),
            MetricDescriptor(
                name: "\(namespace)_chain_inconsistent_answers_total",
                help: "Answers thrown away because their parts did not belong together.",
                type: .counter, labelNames: ["chain"]),
            MetricDescriptor(
                name: "\(namespace)_chain_block_requests",
                help: "HTTP requests that a block at the head took, polls in vain included.",
                type: .histogram, labelNames: ["chain"], buckets: [0, 1, 2, 3, 4, 6, 8, 16]),
            Economy.checksumDescriptor(namespace: namespace),
        ]
    }

    private static func rpc(_ namespace: String) -> [MetricDescriptor] {
        [
            MetricDescriptor(
                name: "\(namespace)_rpc_requests_total", help: "JSON-RPC calls by method.",
                type: .counter, labelNames: ["chain", "endpoint", "method"]),
            MetricDescriptor(
                name: "\(namespace)_rpc_errors_total", help: "JSON-RPC failures by reason.",
                type: .counter, labelNames: ["chain", "endpoint", "reason"]),
            MetricDescriptor(
                name: "\(namespace)_rpc_request_duration_seconds",
                help: "How long one HTTP request with its batch of calls took.",
                type: .histogram, unit: "seconds", labelNames: ["chain", "endpoint"],
                buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]),
            MetricDescriptor(
                name: "\(namespace)_rpc_received_bytes_total", help: "Bytes of answers.",
                type: .counter, labelNames: ["chain", "endpoint"]),
            MetricDescriptor(
                name: "\(namespace)_rpc_credits_total",
                help: "What calls cost at the provider, in its credits.", type: .counter,
                labelNames: ["chain", "endpoint", "method"]),
            MetricDescriptor(
                name: "\(namespace)_rpc_endpoint_up",
                help: "1 while the endpoint answers, 0 while it rests or has yet to answer again.",
                type: .gauge,
                labelNames: ["chain", "endpoint"]),
            MetricDescriptor(
                name: "\(namespace)_rpc_hedged_requests_total",
                help: "Requests sent to an endpoint because another one took long.",
                type: .counter, labelNames: ["chain", "endpoint"]),
            MetricDescriptor(
                name: "\(namespace)_rpc_quorum_disagreements_total",
                help: "Times that endpoints named different hashes for one block number.",
                type: .counter, labelNames: ["chain"]),
        ]
    }

    private static func verification(_ namespace: String) -> [MetricDescriptor] {
        func counter(_ name: String, _ help: String, _ labels: [String]) -> MetricDescriptor {
            MetricDescriptor(
                name: "\(namespace)_\(name)", help: help, type: .counter,
                labelNames: ["chain"] + labels)
        }
        return [
            counter(
                "verified_blocks_total", "Blocks whose answers were proven, by level.", ["level"]),
            counter(
                "verification_failures_total", "Answers that the chain disproved, by reason.",
                ["reason"]),
            counter("logs_missing_total", "Logs that an endpoint left out.", ["endpoint"]),
            counter(
                "verification_unconfirmed_total",
                "Blooms that hit without a log, for which no receipts were asked or to be had.", []),
            MetricDescriptor(
                name: "\(namespace)_verification_level_info",
                help: "The level of verification that is configured, and the one in force.",
                type: .info, labelNames: ["chain", "configured", "effective"]),
        ]
    }

    private static func store(_ namespace: String) -> [MetricDescriptor] {
        [
            MetricDescriptor(
                name: "\(namespace)_store_commits_total", help: "Transactions committed.",
                type: .counter),
            MetricDescriptor(
                name: "\(namespace)_store_errors_total",
                help: "Transactions that failed and were tried again.", type: .counter),
            MetricDescriptor(
                name: "\(namespace)_store_commit_duration_seconds",
                help: "How long a transaction took, until it was durable.", type: .histogram,
                unit: "seconds", buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1, 5]
            ),
            MetricDescriptor(
                name: "\(namespace)_store_logs_total", help: "Raw logs written.", type: .counter),
            MetricDescriptor(
                name: "\(namespace)_store_size_bytes", help: "The size of the store's files.",
                type: .gauge, unit: "bytes"),
        ]
    }
}
