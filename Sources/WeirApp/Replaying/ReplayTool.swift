// Weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import ChainModel
import EVMPrimitives
import Economy
import Foundation
import PromQL
package import Tabular
import WeirStore

/// `weir replay`: which rules would have fired over stored history, when, and with which text.
///
/// Trackers fold the stored blocks again, rules are evaluated at their intervals in the time of the
/// blocks, and rules on events see each block. Series of the chain itself, of endpoints and of the
/// process are not stored: rules on them find nothing.
package struct ReplayTool: Sendable {
    /// One row a change, in the order of time.
    package let table: Table
    /// How many alerts fired.
    package let fired: Int
    /// What of the rules could not be replayed, each once.
    package let notes: [String]

    /// - Parameters:
    ///   - from: a time as people write it; nil: from the first stored block on.
    ///   - to: the end; nil: the last stored block.
    package static func run(
        config: String, from: String?, to: String?
    ) async throws -> ReplayTool {
        let configuration = try WeirConfiguration.load(path: config).configuration
        let span = try Self.span(from, to)
        return try await StoreTools.reading(configuration.storePath) { _, store in
            var replay = try Replay(configuration, from: span.from, to: span.to)
            for chain in configuration.chains {
                try await replay.add(chain, store)
            }
            return replay.finish()
        }
    }

    private static func span(
        _ from: String?, _ to: String?
    ) throws(ToolError) -> (from: UInt64, to: UInt64) {
        func seconds(_ text: String?, _ option: String, _ standard: UInt64) throws(ToolError)
            -> UInt64
        {
            guard let text else { return standard }
            guard let moment = Moment(text) else {
                throw .usage(
                    "\(option): write a time such as 2026-11-01, 2026-11-01T12:00:00Z or Unix seconds"
                )
            }
            return moment.unixSeconds
        }
        let first = try seconds(from, "--from", 0)
        let last = try seconds(to, "--to", UInt64(Int64.max / 1_000_000))
        guard first <= last else { throw .usage("--from is later than --to") }
        return (first, last)
    }
}

/// A replay under way.
private struct Replay {
    private let configuration: WeirConfiguration
    private let from: UInt64
    private let to: UInt64
    private var changes: [Change] = []
    private var notes: [String] = []
    /// How many evaluations one replay makes at most: a year of minutes.
    private static let evaluationsMax = 550_000

    private struct Change {
        var time: Timestamp
        var what: String
        var labels: Labels
        var text: String
    }

    init(_ configuration: WeirConfiguration, from: UInt64, to: UInt64) throws(ToolError) {
        self.configuration = configuration
        self.from = from
        self.to = to
        guard !configuration.alerting.groups.isEmpty || !configuration.alerting.eventRules.isEmpty
        else { throw .usage("the configuration has no rules; list files under rules:") }
    }

    /// Replays one chain with rules of its own state: rules over several chains see one at a time.
    mutating func add(_ chain: ChainConfiguration, _ store: WeirStore) async throws {
        let stored = try await store.chain(chain.id)
        guard let settled = stored.settled else {
            return self.note("nothing is stored of chain \(chain.name)")
        }
        let alerting = self.configuration.alerting
        let definition = try TokenResolving.recall(chain.economy, memory: stored.memory)
        let metrics = try AppMetrics(
            namespace: self.configuration.namespace, version: weirVersion,
            definitions: [definition],
            aliases: self.configuration.aliases.map { ($0.name, $0.target) })
        var economy = Economy(definition)
        _ = economy.learn(try await store.learntVouchers(chain.id))
        var events = try EventRuleEngine(
            alerting.eventRules, chain: chain.name,
            sources: alerting.sources.resolved([definition]))
        var engines = alerting.groups.map {
            RuleEngine(group: $0, settings: alerting.settings)
        }
        var window = SampleWindow(
            needs: SampleNeeds(alerting.groups.flatMap { $0.rules.map(\.expression) }))
        var due = engines.map { _ in Timestamp(self.from) * 1000 }
        var evaluations = 0
        var blocks = StoredBlocks(
            store, chain.id, through: stored.window.last?.number ?? settled.number)
        walk: while let page = try await blocks.next() {
            for block in page {
                if block.time.rawValue > self.to { break walk }
                let time = Timestamp(clamping: block.time.rawValue) * 1000
                if evaluations == 0, due.allSatisfy({ $0 == 0 }) {
                    due = due.map { _ in time }
                }
                // What was true before this block is judged before it.
                while let next = due.min(), next < time, next >= Timestamp(self.from) * 1000 {
                    evaluations += 1
                    guard evaluations < Self.evaluationsMax else {
                        self.note("ended after \(evaluations) evaluations; ask for a shorter time")
                        break walk
                    }
                    self.evaluate(
                        &engines, &due, next, &window, economy, metrics, chain.name)
                }
                if block.time.rawValue >= self.from {
                    let outcome = events.apply(.caughtUp(block.page), now: time)
                    for alert in outcome.alerts {
                        self.changes.append(
                            Change(
                                time: time, what: "fired", labels: alert.labels,
                                text: Self.text(alert.annotations)))
                    }
                }
                _ = economy.apply(.caughtUp(block.page))
            }
        }
        if let next = due.min() {
            self.evaluate(&engines, &due, next, &window, economy, metrics, chain.name)
        }
    }

    private mutating func evaluate(
        _ engines: inout [RuleEngine], _ due: inout [Timestamp], _ time: Timestamp,
        _ window: inout SampleWindow, _ economy: Economy, _ metrics: AppMetrics, _ chain: String
    ) {
        metrics.publish(
            economy.samples(namespace: self.configuration.namespace), of: chain)
        window.take(metrics.registry.snapshot(), at: time)
        for index in engines.indices where due[index] <= time {
            due[index] = time + engines[index].interval
            let before = engines[index].state.rules.flatMap(\.instances)
            let outcome = engines[index].evaluate(at: time, source: window)
            window.take(
                outcome.samples.filter { !StaleMarker.marks($0.value) }
                    .map { (labels: $0.labels, value: $0.value) },
                from: engines[index].group.key, at: time)
            for health in outcome.health {
                if let error = health.error { self.note("rule \(health.name): \(error)") }
            }
            self.compare(before, engines[index].state.rules.flatMap(\.instances), at: time)
        }
    }

    /// Notes what began to fire and what ended.
    private mutating func compare(
        _ before: [AlertInstance], _ after: [AlertInstance], at time: Timestamp
    ) {
        let known = Dictionary(before.map { ($0.labels, $0.state) }, uniquingKeysWith: { $1 })
        for instance in after {
            let earlier = known[instance.labels]
            if instance.state == .firing, earlier != .firing {
                self.changes.append(
                    Change(
                        time: time, what: "fired", labels: instance.labels,
                        text: Self.text(instance.annotations)))
            } else if instance.state == .inactive, earlier == .firing {
                self.changes.append(
                    Change(
                        time: time, what: "resolved", labels: instance.labels,
                        text: Self.text(instance.annotations)))
            }
        }
    }

    private mutating func note(_ text: String) {
        if !self.notes.contains(text) { self.notes.append(text) }
    }

    private static func text(_ annotations: Labels) -> String {
        let summary = annotations["summary"]
        return summary.isEmpty ? annotations["description"] : summary
    }

    consuming func finish() -> ReplayTool {
        var table = Table(columns: [
            Column("time", "Time"), Column("change", "Change"), Column("alert", "Alert"),
            Column("severity", "Severity"), Column("labels", "Labels"), Column("text", "Text"),
        ])
        let changes = self.changes.sorted { ($0.time, $0.what) < ($1.time, $1.what) }
        for change in changes {
            let rest = change.labels.removing(["alertname", "severity"])
            table.append([
                .text(AlertPages.time(change.time)), .text(change.what),
                .text(change.labels["alertname"]), .text(change.labels["severity"]),
                .text(rest.description), .text(change.text),
            ])
        }
        return ReplayTool(
            table: table, fired: changes.count { $0.what == "fired" }, notes: self.notes)
    }
}
