// Weir
// SPDX-License-Identifier: Apache-2.0

import CoreMetrics
import MetricsBridge
import MetricsRegistry
import Testing

@Suite struct RegistryMetricsFactoryTests {
    let registry: MetricsRegistry
    let factory: RegistryMetricsFactory

    init() throws {
        self.registry = try MetricsRegistry()
        self.factory = RegistryMetricsFactory(registry: self.registry)
    }

    var lines: [String] {
        String(decoding: self.registry.render(.text004), as: UTF8.self)
            .split(separator: "\n").filter { !$0.hasPrefix("#") }.map(String.init)
    }

    @Test func everyKindArrivesUnderALintCleanName() throws {
        let counter = Counter(
            label: "hb.requests", dimensions: [("http.method", "GET")], factory: self.factory)
        counter.increment(by: 3)
        counter.increment(by: -5)
        counter.reset()
        FloatingPointCounter(label: "bytesSent", factory: self.factory).increment(by: 1.5)
        let meter = Meter(label: "pool.size_gauge", factory: self.factory)
        meter.set(4)
        meter.decrement(by: 1.5)
        Gauge(label: "queue.count", factory: self.factory).record(7)
        let timer = Timer(label: "query.ms", factory: self.factory)
        timer.recordMilliseconds(3)
        Recorder(label: "row.sizes", factory: self.factory).record(50)

        #expect(self.factory.refused.isEmpty)
        let lines = self.lines
        for line in [
            "weir_hb_requests_total{http_method=\"GET\"} 3", "weir_bytes_sent_total 1.5",
            "weir_pool_size 2.5", "weir_queue_count_value 7",
            "weir_query_seconds_bucket{le=\"0.0025\"} 0",
            "weir_query_seconds_bucket{le=\"0.005\"} 1", "weir_query_seconds_sum 0.003",
            "weir_row_sizes_bucket{le=\"10.0\"} 0", "weir_row_sizes_bucket{le=\"100.0\"} 1",
        ] {
            #expect(lines.contains(line), "\(line)")
        }
        for descriptor in self.registry.descriptors {
            #expect(MetricLint.findings(descriptor).isEmpty)
        }
    }

    @Test func theFirstUseDecidesTheLabels() throws {
        func count(_ dimensions: [(String, String)]) {
            Counter(label: "c", dimensions: dimensions, factory: self.factory).increment()
        }
        count([("a", "1"), ("B", "2"), ("le", "3"), ("a", "4")])
        count([("B", "2")])
        count([("a", "1"), ("B", "2"), ("le", "3"), ("new", "5")])
        #expect(
            self.lines == [
                "weir_c_total{a=\"\",b=\"2\",label_le=\"\"} 1",
                "weir_c_total{a=\"1\",b=\"2\",label_le=\"3\"} 2",
            ])
    }

    @Test func sameLabelIsTheSameSeries() {
        for _ in 0..<3 {
            let counter = Counter(label: "c", factory: self.factory)
            counter.increment()
            counter.destroy()
        }
        #expect(self.lines == ["weir_c_total 3"])
    }

    @Test func metricsThatCannotBeExposedAreNamed() throws {
        _ = try self.registry.register(
            MetricDescriptor(name: "weir_taken_total", help: "Ours.", type: .counter))
        let taken = Counter(label: "taken", factory: self.factory)
        taken.increment()
        Gauge(label: "lag.milliseconds", factory: self.factory).record(1)
        Meter(label: "lag.milliseconds", factory: self.factory).set(1)
        #expect(self.lines == [])
        #expect(
            self.factory.refused == [
                "taken": .nameTaken(metric: "weir_taken_total", by: "weir_taken_total"),
                "lag.milliseconds": .lint(
                    metric: "weir_lag_milliseconds",
                    findings: [.nonBaseUnit("milliseconds", base: "seconds")]),
            ])
    }

    @Test func hostileLabelsDoNoHarm() {
        for label in ["", "..", "9", "é", "a\"b\n", "total", "counter", "le", "__x__"] {
            Counter(label: label, dimensions: [(label, label)], factory: self.factory).increment()
        }
        #expect(self.lines.contains("weir_a_total{a_b=\"a\\\"b\\n\"} 1"))
        for name in self.registry.descriptors.map(\.name) { #expect(MetricName.isValid(name)) }
    }
}
