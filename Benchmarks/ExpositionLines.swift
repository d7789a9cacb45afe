// Weir
// SPDX-License-Identifier: Apache-2.0

import MetricsRegistry

/// What a scrape costs inside of the process.
enum ExpositionLines {
    /// Renders pages of `count` series until `total` series are written.
    static func row(
        _ name: String, _ count: Int, _ total: Int, _ measurement: Measurement
    ) throws -> Row {
        let registry = try MetricsRegistry()
        let family = try registry.register(
            MetricDescriptor(
                name: registry.qualified("bench_series"), help: "Series to render.", type: .gauge,
                labelNames: ["chain", "contract", "event"], maxSeries: count))
        let samples = (0..<count).map {
            Sample(["base", "contract\($0 / 10)", "event\($0 % 10)"], double: Double($0) * 1.25)
        }
        _ = try registry.update(family, samples)
        let repeats = max(1, total / count)
        var output: [UInt8] = []
        let times = measurement.times {
            for _ in 0..<repeats { output = registry.render(.text004) }
        }
        let lines = output.count { $0 == 0x0a }
        return Row(
            name: name, what: "render \(count) series", count: count * repeats, unit: "series",
            bytes: output.count * repeats, times: times, isExact: lines >= count + 2)
    }
}
