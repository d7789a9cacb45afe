// Weir
// SPDX-License-Identifier: Apache-2.0

package import ChainModel
import EVMABI
package import EVMPrimitives
import HashTreeCollections
package import MetricsRegistry

/// The samples of one family, by its full name.
package struct FamilySamples: Sendable, Equatable {
    package var family: String
    package var samples: [Sample]

    package init(family: String, samples: [Sample]) {
        self.family = family
        self.samples = samples
    }
}

extension Economy {
    /// What the families of a definition are, for the registry. `namespace` is a prefix such as `weir`.
    package static func descriptors(namespace: String) -> [MetricDescriptor] {
        func counter(_ name: String, _ help: String, _ labels: [String]) -> MetricDescriptor {
            MetricDescriptor(
                name: "\(namespace)_\(name)", help: help, type: .counter, labelNames: labels,
                maxSeries: 20_000)
        }
        return [
            counter(
                "events_total", "Contract events seen, those of dropped blocks included.",
                ["chain", "contract", "event"]),
            counter(
                "events_reverted_total", "Contract events that went with dropped blocks.",
                ["chain", "contract", "event"]),
            counter(
                "undecoded_logs_total", "Logs of known contracts that are no event of their ABI.",
                ["chain", "contract", "reason"]),
            counter(
                "undecoded_logs_reverted_total",
                "Logs counted as undecoded that went with dropped blocks.",
                ["chain", "contract", "reason"]),
        ]
    }

    /// The families of declared event values; their buckets are those of the first declaration.
    package static func valueDescriptors(
        namespace: String, buckets: [Double]
    ) -> [MetricDescriptor] {
        [
            MetricDescriptor(
                name: "\(namespace)_event_value_tokens",
                help: "Declared values of events, in whole tokens.", type: .histogram,
                unit: "tokens", labelNames: ["chain", "contract", "event"], buckets: buckets),
            MetricDescriptor(
                name: "\(namespace)_event_values_reverted_total",
                help: "Declared values of events that went with dropped blocks.", type: .counter,
                labelNames: ["chain", "contract", "event"]),
        ]
    }

    /// The families of the metrics of the operator's own: each with its twin of what was reverted.
    package static func descriptors(of metric: MetricDefinition) -> [MetricDescriptor] {
        let labels = ["chain"] + metric.labels.map(\.name)
        let type: MetricType
        var buckets: [Double] = []
        switch metric.kind {
        case .count, .sum: type = .counter
        case .gauge: type = .gauge
        case .histogram(_, let bounds):
            type = .histogram
            buckets = bounds
        case .latency(let latency):
            type = .histogram
            buckets = latency.buckets
        }
        let own = MetricDescriptor(
            name: metric.name, help: metric.help, type: type, labelNames: labels, buckets: buckets,
            maxSeries: metric.seriesMax + 1)
        guard let twin = Self.twinName(of: metric) else { return [own] }
        return [
            own,
            MetricDescriptor(
                name: twin, help: "What \(metric.name) counted in dropped blocks.", type: .counter,
                labelNames: labels, maxSeries: metric.seriesMax + 1),
        ]
    }

    static func twinName(of metric: MetricDefinition) -> String? {
        if metric.kind.isGauge { return nil }
        let stem = metric.name.hasSuffix("_total") ? String(metric.name.dropLast(6)) : metric.name
        return stem + "_reverted_total"
    }

    /// The samples of all families as of the last block.
    ///
    /// Counters and histograms show what was seen, dropped blocks included, and so never fall; the
    /// twin shows what was dropped; the difference is what is canonical now.
    package func samples(namespace: String) -> [FamilySamples] {
        let set = self.current
        return self.eventSamples(set, namespace) + self.metricSamples(set)
            + self.trackerSamples(set, namespace) + self.proxySamples(set, namespace)
    }

    private func trackerSamples(_ set: TrackerSet, _ namespace: String) -> [FamilySamples] {
        var families: [String: [Sample]] = [:]
        for box in set.trackers {
            let name = box.definition.storeName
            var reverted: [String: SeriesState] = [:]
            for (place, state) in self.reverted where place.tracker == name {
                reverted[place.key] = state
            }
            box.addSamples(
                to: &families, chain: self.definition.chain, at: self.place, reverted: reverted)
        }
        return families.sorted { $0.key < $1.key }.map {
            FamilySamples(family: "\(namespace)_\($0.key)", samples: $0.value)
        }
    }

    private func eventSamples(_ set: TrackerSet, _ namespace: String) -> [FamilySamples] {
        let definition = self.definition
        let chain = definition.chain
        let keys = self.eventKeys
        var seen: [Sample] = []
        var dropped: [Sample] = []
        for (slot, count) in set.events.counts.enumerated() {
            let contract = definition.catalog.contracts[definition.catalog.layouts[slot].contract]
            let labels = [chain, contract.alias, self.eventLabels[slot]]
            let gone = self.revertedCount(Self.eventsName, keys[slot])
            seen.append(Sample(labels, integer: count &+ gone))
            dropped.append(Sample(labels, integer: gone))
        }
        var undecoded: [Sample] = []
        var undecodedDropped: [Sample] = []
        for (index, contract) in definition.catalog.contracts.enumerated() {
            for reason in UndecodedReason.allCases {
                let position = EventsTracker.index(index, reason)
                let labels = [chain, contract.alias, reason.rawValue]
                let gone = self.revertedCount(
                    Self.eventsName, keys[set.events.counts.count + position])
                undecoded.append(
                    Sample(labels, integer: set.events.undecoded[position] &+ gone))
                undecodedDropped.append(Sample(labels, integer: gone))
            }
        }
        var families = [
            FamilySamples(family: "\(namespace)_events_total", samples: seen),
            FamilySamples(family: "\(namespace)_events_reverted_total", samples: dropped),
            FamilySamples(family: "\(namespace)_undecoded_logs_total", samples: undecoded),
            FamilySamples(
                family: "\(namespace)_undecoded_logs_reverted_total", samples: undecodedDropped),
        ]
        if !definition.eventValues.isEmpty {
            families += self.valueSamples(
                set, namespace, keys: Array(keys.suffix(definition.eventValues.count)))
        }
        return families
    }

    private func valueSamples(
        _ set: TrackerSet, _ namespace: String, keys: [String]
    ) -> [FamilySamples] {
        var seen: [Sample] = []
        var dropped: [Sample] = []
        for (index, value) in self.definition.eventValues.enumerated() {
            let layout = self.definition.catalog.layouts[value.slot]
            let labels = [
                self.definition.chain, self.definition.catalog.contracts[layout.contract].alias,
                self.eventLabels[value.slot],
            ]
            var total = set.events.values[index]
            var gone: UInt64 = 0
            if case .histogram(let reverted)? = self.reverted[
                RevertedKey(tracker: Self.eventsName, key: keys[index])]
            {
                total.add(reverted)
                gone = reverted.count
            }
            seen.append(
                Sample(labels, .histogram(total.value(decimals: value.value.decimals))))
            dropped.append(Sample(labels, integer: gone))
        }
        return [
            FamilySamples(family: "\(namespace)_event_value_tokens", samples: seen),
            FamilySamples(family: "\(namespace)_event_values_reverted_total", samples: dropped),
        ]
    }

    private func revertedCount(_ tracker: String, _ key: String) -> UInt64 {
        guard case .count(let count)? = self.reverted[RevertedKey(tracker: tracker, key: key)]
        else {
            return 0
        }
        return count
    }

    private func metricSamples(_ set: TrackerSet) -> [FamilySamples] {
        var families: [FamilySamples] = []
        for (index, metric) in set.metrics.enumerated() {
            let definition = metric.definition
            let name = self.metricName(index)
            var totals: [String: SeriesState] = [:]
            for (key, state) in metric.series { totals[key] = state }
            for (place, state) in self.reverted where place.tracker == name {
                guard let key = place.key.dropping("series/") else { continue }
                totals[key, default: state.zeroed].add(state)
            }
            var seen: [Sample] = []
            var dropped: [Sample] = []
            // In one order every time, which the registry takes in faster.
            for (key, total) in totals.sorted(by: { $0.key < $1.key }) {
                let labels = self.labels(key, definition)
                seen.append(Sample(labels, Self.value(total, definition)))
                // At zero where nothing was dropped, so that the difference is always there.
                let place = RevertedKey(tracker: name, key: "series/" + key)
                let gone = self.reverted[place] ?? total.zeroed
                dropped.append(Sample(labels, Self.value(gone, definition, twin: true)))
            }
            families.append(FamilySamples(family: definition.name, samples: seen))
            if let twin = Self.twinName(of: definition) {
                families.append(FamilySamples(family: twin, samples: dropped))
            }
        }
        return families
    }

    private func labels(_ key: String, _ definition: MetricDefinition) -> [String] {
        [self.definition.chain]
            + (SeriesKey.values(of: key, count: definition.labels.count) ?? [])
    }

    private static func value(
        _ state: SeriesState, _ definition: MetricDefinition, twin: Bool = false
    ) -> SampleValue {
        switch (state, definition.kind) {
        case (.count(let count), _): return .number(.integer(count))
        case (.sum(let sum), .sum(let value)):
            if value.decimals == 0, sum.carry == 0, let whole = sum.low.uint64 {
                return .number(.integer(whole))
            }
            return .number(.double(sum.double(decimals: value.decimals)))
        case (.gauge(let bits), .gauge(let value)):
            return .number(
                .double(
                    value.isSigned
                        ? I256(bits: bits).scaledDouble(decimals: value.decimals)
                        : bits.scaledDouble(decimals: value.decimals)))
        case (.histogram(let histogram), _) where twin:
            return .number(.integer(histogram.count))
        case (.histogram(let histogram), .histogram(let value, _)):
            return .histogram(histogram.value(decimals: value.decimals))
        case (.histogram(let histogram), _):
            return .histogram(histogram.value(decimals: 0))
        default:
            return .number(.integer(0))
        }
    }

    /// All events of dropped blocks and all events, over all contracts: for a status line.
    package var eventTotals: (seen: UInt64, reverted: UInt64) {
        let reverted = zip(self.eventKeys, self.current.events.counts)
            .reduce(0 as UInt64) { $0 &+ self.revertedCount(Self.eventsName, $1.0) }
        return (self.current.events.counts.reduce(0, &+) &+ reverted, reverted)
    }
}

extension Economy {
    /// How often an event was seen, those of dropped blocks not counted.
    package struct EventCount: Sendable, Equatable {
        package var contract: String
        /// The name; the signature where the name is overloaded.
        package var event: String
        package var count: UInt64
    }

    /// One for each event of the definition, and after them, as `(undecoded)`, one for each contract
    /// with logs that are no event of its ABI.
    package var eventCounts: [EventCount] {
        let catalog = self.definition.catalog
        var counts = zip(zip(catalog.layouts, self.eventLabels), self.current.events.counts)
            .map { event, count in
                EventCount(
                    contract: catalog.contracts[event.0.contract].alias, event: event.1,
                    count: count)
            }
        let reasons = UndecodedReason.allCases.count
        for (index, contract) in catalog.contracts.enumerated() {
            let count = self.current.events.undecoded[(index * reasons)..<((index + 1) * reasons)]
                .reduce(0, &+)
            if count > 0 {
                counts.append(
                    EventCount(contract: contract.alias, event: "(undecoded)", count: count))
            }
        }
        return counts
    }

    /// The descriptor and the one series of the checksum of all logs.
    package static func checksumDescriptor(namespace: String) -> MetricDescriptor {
        MetricDescriptor(
            name: "\(namespace)_log_checksum_info",
            help: "Running keccak over all logs of the chain's contracts up to a settled block.",
            type: .info, labelNames: ["chain", "block", "checksum"])
    }

    package static func checksumSamples(
        _ checksum: LogChecksum, at block: BlockNumber, chain: String, namespace: String
    ) -> FamilySamples {
        FamilySamples(
            family: "\(namespace)_log_checksum_info",
            samples: [
                Sample([chain, block.description, checksum.value.description], integer: 1)
            ])
    }
}

extension SeriesState {
    /// An empty state of the same kind.
    var zeroed: SeriesState {
        switch self {
        case .count: .count(0)
        case .sum: .sum(ExactSum())
        case .gauge: .gauge(.zero)
        case .histogram(let histogram):
            .histogram(ValueHistogram(bounds: histogram.counts.count - 1))
        }
    }
}
