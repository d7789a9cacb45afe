// Weir
// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import MetricsRegistry

/// A family whose series have whatever labels they have, as those of alerts.
@Suite struct FreeLabelTests {
    private static func registry() throws -> (MetricsRegistry, MetricFamily) {
        let registry = try MetricsRegistry()
        let family = try registry.register(
            MetricDescriptor(name: "ALERTS", help: "Alerts.", type: .gauge, maxSeries: 3))
        return (registry, family)
    }

    private static func labels(_ pairs: KeyValuePairs<String, String>) -> [LabelPair] {
        pairs.map { LabelPair(name: $0.key, value: $0.value) }
    }

    private static func text(_ registry: MetricsRegistry) -> String {
        String(decoding: registry.render(.text), as: UTF8.self)
    }

    @Test func seriesHaveTheirOwnLabels() throws {
        let (registry, family) = try Self.registry()
        registry.update(
            family,
            free: [
                (Self.labels(["alertname": "Slashed", "node": "a\"b\n"]), .integer(1)),
                (Self.labels(["alertname": "Low"]), .double(0.5)),
            ])
        let text = Self.text(registry)
        #expect(text.contains(#"ALERTS{alertname="Slashed",node="a\"b\n"} 1"#))
        #expect(text.contains(#"ALERTS{alertname="Low"} 0.5"#))
        registry.update(family, free: [(Self.labels(["alertname": "Low"]), .integer(1))])
        #expect(!Self.text(registry).contains("Slashed"))
    }

    @Test func whatCannotBeExposedIsLeftOutAndCounted() throws {
        let (registry, family) = try Self.registry()
        let many = (0..<5).map { (Self.labels(["n": "\($0)"]), MetricValue.integer(1)) }
        #expect(registry.update(family, free: many) == 2)
        let odd = [
            (Self.labels(["__name__": "x"]), MetricValue.integer(1)),
            (Self.labels(["a b": "x"]), .integer(1)), (Self.labels(["a": "x"]), .integer(2)),
            (Self.labels(["a": "x"]), .integer(3)),
        ]
        #expect(registry.update(family, free: odd) == 2)
        #expect(Self.text(registry).contains(#"ALERTS{a="x"} 3"#))
    }
}
