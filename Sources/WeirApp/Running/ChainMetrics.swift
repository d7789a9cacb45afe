// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import ChainSync
import EVMPrimitives
import MetricsRegistry

/// The series of one chain that the follower sets.
struct ChainMetrics: Sendable {
    private let app: AppMetrics
    private let chain: String
    private let up: GaugeHandle
    private let halted: GaugeHandle
    private let reorgs: CounterHandle
    private let depth: HistogramHandle
    private let requests: HistogramHandle
    private let inconsistent: CounterHandle
    private let commits: CounterHandle
    private let errors: CounterHandle
    private let commitSeconds: HistogramHandle
    private let logs: CounterHandle

    init(_ app: AppMetrics, chain: String) {
        self.app = app
        self.chain = chain
        self.up = app.family("chain_up").gauge(chain)
        self.halted = app.family("chain_halted").gauge(chain)
        self.reorgs = app.family("chain_reorgs_total").counter(chain)
        self.depth = app.family("chain_reorg_depth_blocks").histogram(chain)
        self.requests = app.family("chain_block_requests").histogram(chain)
        self.inconsistent = app.family("chain_inconsistent_answers_total").counter(chain)
        self.commits = app.family("store_commits_total").counter([])
        self.errors = app.family("store_errors_total").counter([])
        self.commitSeconds = app.family("store_commit_duration_seconds").histogram([])
        self.logs = app.family("store_logs_total").counter([])
        self.up.set(0)
        self.halted.set(0)
    }

    /// What the machine knows now. A chain whose endpoints are disproved is not up.
    func show(_ machine: SyncMachine, isDisproved: Bool) {
        self.up.set(machine.isUp && !isDisproved ? 1 : 0)
        if case .halted = machine.phase { self.halted.set(1) }
        for (tag, name) in [
            (HeadTag.latest, "chain_head_block"), (.safe, "chain_safe_block"),
            (.finalized, "chain_finalized_block"),
        ] {
            if let anchor = machine.heads[tag] { self.set(name, anchor.number.rawValue) }
        }
    }

    /// The chain as far as it is stored.
    func settled(_ chain: CanonicalChain?) {
        if let chain { self.set("chain_settled_block", chain.settled.number.rawValue) }
    }

    func processed(_ anchor: BlockAnchor) {
        self.set("chain_processed_block", anchor.number.rawValue)
        self.set("chain_processed_timestamp_seconds", anchor.timestamp.rawValue)
    }

    /// A block at the head took that many requests.
    func followed(requests: UInt64) { self.requests.observe(Double(requests)) }

    func reverted(depth: Int) {
        self.reorgs.increment()
        self.depth.observe(Double(depth))
    }

    func sawInconsistentAnswer() { self.inconsistent.increment() }

    func committed(seconds: Double, logs: Int) {
        self.commits.increment()
        self.commitSeconds.observe(seconds)
        self.logs.increment(by: UInt64(logs))
    }

    func commitFailed() { self.errors.increment() }

    private func set(_ name: String, _ value: UInt64) {
        self.app.family(name).gauge(self.chain).set(integer: value)
    }
}
