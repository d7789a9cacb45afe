// Weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import MetricsRegistry
import PromQL

/// What it costs to keep the samples that rules look at.
enum SampleLines {
    /// Takes snapshots of a registry of `count` series, in even steps, as the rules' clock does: half
    /// of the series stand still, the others count.
    static func row(_ count: Int, _ measurement: Measurement) throws -> Row {
        let registry = try MetricsRegistry()
        let family = try registry.register(
            MetricDescriptor(
                name: registry.qualified("bench_events_total"), help: "Events.", type: .counter,
                labelNames: ["chain", "contract", "event"], maxSeries: count))
        let name = family.descriptor.name
        let handles = (0..<count).map {
            family.counter("base", "contract\($0 / 10)", "event\($0 % 10)")
        }
        let place = SourceRange(0, 0)
        let selector = VectorSelector(
            name: name, matchers: [LabelMatcher(Labels.metricName, equals: name)], place: place)
        var window = SampleWindow(
            needs: SampleNeeds([.range(selector, milliseconds: 300_000, place)]),
            limits: .init(series: count, bytes: .max))
        let rounds = 120
        var time: Int64 = 1_700_000_000_000
        var snapshots: [RegistrySnapshot] = []
        for round in 0..<20 {
            for (index, handle) in handles.enumerated() where index % 2 == 0 {
                handle.increment(by: UInt64((index / 2 + round) % 20))
            }
            snapshots.append(registry.snapshot())
        }
        let times = measurement.times {
            for round in 0..<rounds {
                window.take(snapshots[round % snapshots.count], at: time)
                time += 15_000
            }
        }
        let found = window.latest(matching: selector.matchers, from: .min, through: .max)
        let statistics = window.statistics
        let perPoint = Double(statistics.pointBytes) / Double(max(1, statistics.points))
        let hundredths = Int((perPoint * 100).rounded())
        return Row(
            name: "samples", what: "keep samples of \(count) series", count: count * rounds,
            unit: "samples", bytes: statistics.pointBytes, times: times,
            isExact: found.count == count && perPoint <= 4,
            note: "\(hundredths / 100).\(hundredths % 100 < 10 ? "0" : "")\(hundredths % 100)"
                + " bytes a sample")
    }
}
