// Weir
// SPDX-License-Identifier: Apache-2.0

/// The `process_*` metrics, by the names that every Prometheus client uses.
package struct ProcessMetrics: Sendable {
    private let cpu: CounterHandle
    /// In the order of `descriptors`, the counter left out.
    private let gauges: [GaugeHandle]

    /// Descriptors of all metrics of this group.
    package static let descriptors: [MetricDescriptor] = [
        MetricDescriptor(
            name: "process_cpu_seconds_total",
            help: "User and system processor time spent, in seconds.",
            type: .counter,
            unit: "seconds",
        ),
        ProcessMetrics.gauge("resident_memory_bytes", "Resident memory size.", unit: "bytes"),
        ProcessMetrics.gauge("virtual_memory_bytes", "Virtual memory size.", unit: "bytes"),
        ProcessMetrics.gauge(
            "start_time_seconds", "Unix time of the process's start.", unit: "seconds"),
        ProcessMetrics.gauge("open_fds", "Open file descriptors.", unit: nil),
        ProcessMetrics.gauge("max_fds", "Most file descriptors that may be open.", unit: nil),
    ]

    /// Registers the metrics; the gauges are exposed from the first `update` on.
    package init(registry: MetricsRegistry) throws(MetricsError) {
        var families: [MetricFamily] = []
        for descriptor in Self.descriptors { families.append(try registry.register(descriptor)) }
        self.cpu = families[0].counter()
        self.gauges = families.dropFirst().map { $0.gauge() }
    }

    /// Takes over a reading; what it lacks keeps its last value.
    package func update(_ reading: ProcessReading) {
        let values: [MetricValue?] = [
            reading.residentBytes.map(MetricValue.integer),
            reading.virtualBytes.map(MetricValue.integer),
            reading.startTimeSeconds.map(MetricValue.double),
            reading.openFileDescriptors.map(MetricValue.integer),
            reading.maxFileDescriptors.map(MetricValue.integer),
        ]
        self.cpu.series.registry.transaction { tx in
            if let seconds = reading.cpuSeconds { tx.set(self.cpu, total: .double(seconds)) }
            for (gauge, value) in zip(self.gauges, values) {
                if let value { tx.set(gauge, to: value) }
            }
        }
    }

    private static func gauge(_ name: String, _ help: String, unit: String?) -> MetricDescriptor {
        MetricDescriptor(name: "process_" + name, help: help, type: .gauge, unit: unit)
    }
}
