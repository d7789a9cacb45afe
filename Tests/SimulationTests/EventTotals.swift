// Weir
// SPDX-License-Identifier: Apache-2.0

import MetricsRegistry
import Testing

/// The exposed counters of events, and the sums of the demo's metrics.
struct EventTotals: Equatable {
    /// `NodeRegistry.NodeSlashed` → what was seen, dropped blocks included.
    var seen: [String: UInt64] = [:]
    /// What went with dropped blocks.
    var reverted: [String: UInt64] = [:]
    /// Family → the sum of all its series.
    var sums: [String: Double] = [:]

    init() {}

    init(_ registry: MetricsRegistry) {
        let snapshot = registry.snapshot()
        self.seen = Self.events(snapshot.family(named: "weir_events_total"))
        self.reverted = Self.events(snapshot.family(named: "weir_events_reverted_total"))
        for family in snapshot.families where family.descriptor.name.hasPrefix("demo_") {
            guard family.descriptor.type == .counter else { continue }
            self.sums[family.descriptor.name] = family.exposedSamples()
                .reduce(0) { $0 + $1.value.doubleValue }
        }
    }

    private static func events(_ family: FamilySnapshot?) -> [String: UInt64] {
        var counts: [String: UInt64] = [:]
        for sample in family?.exposedSamples() ?? [] {
            guard case .integer(let count) = sample.value else { continue }
            let labels = Dictionary(uniqueKeysWithValues: sample.labels.map { ($0.name, $0.value) })
            counts["\(labels["contract"] ?? "").\(labels["event"] ?? "")", default: 0] += count
        }
        return counts
    }

    /// What is canonical now; events that are not are left out.
    var canonical: [String: UInt64] {
        var counts: [String: UInt64] = [:]
        for (name, count) in self.seen {
            let gone = self.reverted[name] ?? 0
            #expect(gone <= count, "\(name): more was reverted than seen")
            if count > gone { counts[name] = count - gone }
        }
        return counts
    }

    /// The canonical sum of a metric of the demo: what it shows less its twin.
    func sum(_ stem: String) -> Double {
        (self.sums["demo_\(stem)_total"] ?? .nan)
            - (self.sums["demo_\(stem)_reverted_total"] ?? .nan)
    }

    /// A restart never takes away what was shown: Prometheus would see a reset.
    func expectAtLeast(_ before: EventTotals, seed: UInt64) {
        for (name, count) in before.seen {
            #expect((self.seen[name] ?? 0) >= count, "seed \(seed): \(name) fell over a restart")
        }
        for (name, count) in before.reverted {
            #expect(
                (self.reverted[name] ?? 0) >= count,
                "seed \(seed): reverted \(name) fell over a restart")
        }
    }
}
