// Weir
// SPDX-License-Identifier: Apache-2.0

import MetricsRegistry
import PromQL
import Testing
import WeirTestSupport

@testable import Alerting

/// A window over a registry sees what a scrape sees.
@Suite struct RegistryWindowTests {
    /// What the registry exposes, as samples of a window.
    private func exposed(_ snapshot: RegistrySnapshot) -> [(labels: Labels, value: Double)] {
        snapshot.families.flatMap { $0.exposedSamples() }.map { sample in
            let labels = Labels(
                sample.labels.map { ($0.name, $0.value) } + [(Labels.metricName, sample.name)])
            return (labels, sample.value.doubleValue)
        }
    }

    @Test(arguments: 0..<6)
    func snapshotsAreTakenAsTheirSamplesWouldBe(seed: Int) throws {
        var random = SeededRandom(seed: UInt64(seed))
        let registry = try MetricsRegistry(
            constantLabels: [LabelPair(name: "instance", value: "a\"b\\c\nd")])
        let events = try registry.register(
            MetricDescriptor(
                name: "weir_events_total", help: "Events.", type: .counter,
                labelNames: ["contract"]))
        let lag = try registry.register(
            MetricDescriptor(
                name: "weir_lag_seconds", help: "Lag.", type: .histogram, unit: "seconds",
                labelNames: ["chain"], buckets: [0.1, 1, 10]))
        let height = try registry.register(
            MetricDescriptor(
                name: "weir_height_blocks", help: "Height.", type: .gauge, unit: "blocks",
                labelNames: ["chain"]))
        try registry.addAlias("height", of: "weir_height_blocks")
        let names = [
            "weir_events_total", "weir_lag_seconds_bucket", "weir_lag_seconds_count", "height",
            "weir_late_total",
        ]
        let needs = SampleWindowTests.needs(names.map { ($0, 600_000) })
        var window = SampleWindow(needs: needs)
        var naive = NaiveWindow(needs: needs)
        var gauges: [String: GaugeHandle] = [:]
        var time: Int64 = 0
        for step in 0..<80 {
            time += 10_000
            let name = "c\(Int.random(in: 0..<6, using: &random))"
            switch Int.random(in: 0..<6, using: &random) {
            case 0: events.counter(name).increment(by: 3)
            case 1: lag.histogram(name).observe(Double.random(in: 0..<20, using: &random))
            case 2:
                let gauge = height.gauge(name)
                gauges[name] = gauge
                gauge.set(Double.random(in: 0..<1e6, using: &random))
            case 3: gauges.removeValue(forKey: name)?.remove()
            case 4: events.counter(name).remove()
            default: break
            }
            if step == 40 {
                _ = try registry.register(
                    MetricDescriptor(
                        name: "weir_late_total", help: "Late.", type: .counter)
                ).counter()
            }
            let snapshot = registry.snapshot()
            window.take(snapshot, at: time)
            naive.take(self.exposed(snapshot), at: time)
            for name in names where step % 4 == 3 || step == 40 {
                let matchers = SampleWindowTests.matcher(name)
                #expect(
                    exact(window.series(matching: matchers, from: time - 600_000, through: time))
                        == exact(
                            naive.series(matching: matchers, from: time - 600_000, through: time)),
                    "seed \(seed), step \(step), \(name)")
            }
        }
        #expect(window.statistics.outOfOrderPoints == 0)
        #expect(window.statistics.duplicatePoints == 0)
    }

    @Test func refusedSeriesAreCountedEachTimeAndFindRoomLater() throws {
        let registry = try MetricsRegistry()
        let family = try registry.register(
            MetricDescriptor(
                name: "weir_height_blocks", help: "Height.", type: .gauge, unit: "blocks",
                labelNames: ["n"]))
        let handles = (0..<20).map { family.gauge("\($0)") }
        for handle in handles { handle.set(1) }
        var window = SampleWindow(
            needs: SampleWindowTests.needs([("weir_height_blocks", 10_000)]),
            limits: .init(series: 5, bytes: 1 << 20))
        window.take(registry.snapshot(), at: 0)
        window.take(registry.snapshot(), at: 1000)
        #expect(window.statistics.series == 5)
        #expect(window.statistics.refusedSeries == 15)
        for handle in handles.prefix(18) { handle.remove() }
        for step in 0..<40 { window.take(registry.snapshot(), at: 10_000 + Int64(step) * 10_000) }
        #expect(window.statistics.refusedSeries == 0)
        #expect(window.statistics.series == 2)
    }
}
