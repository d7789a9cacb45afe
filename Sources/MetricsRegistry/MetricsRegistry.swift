// Weir
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// All metrics of a process: described and registered at the start, where a clash throws;
/// afterwards only values change.
///
/// One lock guards everything, held for a counter's increment or one block's update; a scrape
/// takes a snapshot under it and is written without it. Values changed in one `transaction` are
/// seen by a scrape together or not at all.
///
///     let registry = try MetricsRegistry()
///     let events = try registry.register(MetricDescriptor(
///         name: registry.qualified("events_total"), help: "Events decoded.",
///         type: .counter, labelNames: ["chain"]))
///     events.counter("base").increment()
///     registry.render(.text004)     // … weir_events_total{chain="base"} 1
package final class MetricsRegistry: Sendable {
    /// What `qualified` puts before a name.
    package let namespace: String
    /// Labels that every series has, first in its text.
    package let constantLabels: [LabelPair]

    private let state: Mutex<RegistryState>

    /// Makes a registry. It has one family of its own, `<namespace>_metric_series_dropped_total`,
    /// exposed once a family's budget was full.
    package init(
        namespace: String = "weir", constantLabels: [LabelPair] = [],
    ) throws(MetricsError) {
        self.namespace = namespace
        self.constantLabels = constantLabels
        var text: [UInt8] = []
        var seen: Set<String> = []
        for label in constantLabels {
            guard MetricLint.isUsableLabel(label.name), seen.insert(label.name).inserted else {
                throw .invalidConstantLabel(name: label.name)
            }
            LabelText.append(name: label.name, value: label.value, to: &text)
        }
        self.state = Mutex(RegistryState(constantText: text))
        let dropped = try self.register(
            MetricDescriptor(
                name: self.qualified("metric_series_dropped_total"),
                help: "Label sets folded or left out because the series budget was full, "
                    + "counted at each update.",
                type: .counter,
                labelNames: ["metric"],
            ))
        self.transaction { $0.droppedFamily = dropped.index }
    }

    /// `name` with the namespace before it: `weir_events_total` for `events_total`.
    package func qualified(_ name: String) -> String {
        self.namespace.isEmpty ? name : self.namespace + "_" + name
    }

    /// Registers a metric under the full name of its descriptor.
    ///
    /// Throws if the descriptor does not pass `MetricLint`, or if its name or one of its samples'
    /// names is taken.
    package func register(_ descriptor: MetricDescriptor) throws(MetricsError) -> MetricFamily {
        let findings = MetricLint.findings(descriptor)
        guard findings.isEmpty else {
            throw .lint(metric: descriptor.name, findings: findings)
        }
        for label in self.constantLabels where descriptor.labelNames.contains(label.name) {
            throw .constantLabelClash(metric: descriptor.name, label: label.name)
        }
        guard descriptor.maxSeries > 0,
            descriptor.limitedLabels.allSatisfy(descriptor.labelNames.contains)
        else { throw .invalidBudget(metric: descriptor.name) }
        let index = try self.state.withLock { state throws(MetricsError) in
            try state.add(descriptor)
        }
        return MetricFamily(descriptor: descriptor, registry: self, index: index)
    }

    /// Exposes the metric `target` under a second name, with the same samples.
    ///
    /// The alias need not pass lint (users bring names from elsewhere), but it must be a valid
    /// name that nothing else has.
    package func addAlias(_ alias: String, of target: String) throws(MetricsError) {
        guard MetricName.isValid(alias) else { throw .invalidAlias(name: alias) }
        try self.state.withLock { state throws(MetricsError) in
            try state.addAlias(alias, of: target)
        }
    }

    /// Runs `body` under the lock: a scrape sees all that it changes, or nothing. Keep it short,
    /// and do not use handles' own methods in it: they take the same lock.
    package func transaction<R: Sendable, E: Error>(
        _ body: (inout MetricsTransaction) throws(E) -> R,
    ) throws(E) -> R {
        try self.state.withLock { state throws(E) in try body(&state.transaction) }
    }

    /// Replaces all series of several families at once; see `MetricsTransaction.replace`.
    @discardableResult
    package func update(_ updates: [FamilyUpdate]) throws(MetricsError) -> UpdateOutcome {
        try self.transaction { tx throws(MetricsError) in try tx.replace(updates) }
    }

    /// Replaces all series of one family at once.
    @discardableResult
    package func update(
        _ family: MetricFamily, _ samples: [Sample],
    ) throws(MetricsError) -> UpdateOutcome {
        try self.update([FamilyUpdate(family, samples)])
    }

    /// Replaces all series of a family whose series have any labels; see ``MetricsTransaction``.
    @discardableResult
    package func update(
        _ family: MetricFamily, free samples: [(labels: [LabelPair], value: MetricValue)]
    ) -> Int {
        self.transaction { $0.replace(family, withFree: samples) }
    }

    /// The descriptors of all registered metrics, by name; for the catalogue.
    package var descriptors: [MetricDescriptor] {
        self.transaction { $0.families.map(\.descriptor) }.sorted { $0.name < $1.name }
    }

    /// A consistent copy of all values, cheap to take.
    package func snapshot() -> RegistrySnapshot {
        self.state.withLock { $0.snapshot() }
    }

    /// The exposition as bytes; see `TextExposition`.
    package func render(_ format: ExpositionFormat, names: [String] = []) -> [UInt8] {
        TextExposition.render(self.snapshot(), as: format, names: names)
    }
}
