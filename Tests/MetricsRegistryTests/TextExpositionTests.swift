// Weir
// SPDX-License-Identifier: Apache-2.0

import MetricsRegistry
import Testing

/// The exact bytes of both formats, over every type, escape and edge of numbers.
@Suite struct TextExpositionTests {
    /// One metric of every type, with awkward texts.
    static func example() throws -> MetricsRegistry {
        let registry = try MetricsRegistry()
        let events = try registry.register(
            MetricDescriptor(
                name: "weir_events_total", help: "Events \"decoded\", back\\slash\nand line.",
                type: .counter, labelNames: ["chain", "event"]))
        events.counter("base", "Transfer").increment(by: 18_446_744_073_709_551_615)
        events.counter("base", "A\"q\\b\nn").increment()
        let lag = try registry.register(
            MetricDescriptor(
                name: "weir_lag_seconds", help: "Seconds behind.", type: .gauge, unit: "seconds"))
        lag.gauge().set(0.25)
        let info = try registry.register(
            MetricDescriptor(
                name: "weir_build_info", help: "The build.", type: .info, labelNames: ["version"]))
        info.gauge("1.0").set(integer: 1)
        let price = try registry.register(
            MetricDescriptor(name: "weir_oddity", help: "Of no type.", type: .unknown))
        price.gauge().set(-.infinity)
        let gas = try registry.register(
            MetricDescriptor(
                name: "weir_gas_used", help: "Gas.", type: .histogram, labelNames: ["method"],
                buckets: [0.5, 21_000, 1_000_000]))
        gas.histogram("go").observe(21_000)
        gas.histogram("go").observe(0.25, times: 2)
        gas.histogram("go").observe(2e6)
        _ = try registry.register(
            MetricDescriptor(name: "weir_unset", help: "Never set.", type: .gauge)
        ).gauge()
        return registry
    }

    @Test func text004IsExact() throws {
        let text = String(decoding: try Self.example().render(.text004), as: UTF8.self)
        #expect(
            text == #"""
                # HELP weir_build_info The build.
                # TYPE weir_build_info gauge
                weir_build_info{version="1.0"} 1
                # HELP weir_events_total Events "decoded", back\\slash\nand line.
                # TYPE weir_events_total counter
                weir_events_total{chain="base",event="A\"q\\b\nn"} 1
                weir_events_total{chain="base",event="Transfer"} 18446744073709551615
                # HELP weir_gas_used Gas.
                # TYPE weir_gas_used histogram
                weir_gas_used_bucket{method="go",le="0.5"} 2
                weir_gas_used_bucket{method="go",le="21000.0"} 3
                weir_gas_used_bucket{method="go",le="1e+06"} 3
                weir_gas_used_bucket{method="go",le="+Inf"} 4
                weir_gas_used_sum{method="go"} 2021000.5
                weir_gas_used_count{method="go"} 4
                # HELP weir_lag_seconds Seconds behind.
                # TYPE weir_lag_seconds gauge
                weir_lag_seconds 0.25
                # HELP weir_oddity Of no type.
                # TYPE weir_oddity untyped
                weir_oddity -Inf

                """#)
    }

    @Test func openMetricsIsExact() throws {
        let text = String(decoding: try Self.example().render(.openMetrics100), as: UTF8.self)
        #expect(
            text == #"""
                # TYPE weir_build info
                # HELP weir_build The build.
                weir_build_info{version="1.0"} 1
                # TYPE weir_events counter
                # HELP weir_events Events \"decoded\", back\\slash\nand line.
                weir_events_total{chain="base",event="A\"q\\b\nn"} 1
                weir_events_total{chain="base",event="Transfer"} 18446744073709551615
                # TYPE weir_gas_used histogram
                # HELP weir_gas_used Gas.
                weir_gas_used_bucket{method="go",le="0.5"} 2
                weir_gas_used_bucket{method="go",le="21000.0"} 3
                weir_gas_used_bucket{method="go",le="1e+06"} 3
                weir_gas_used_bucket{method="go",le="+Inf"} 4
                weir_gas_used_sum{method="go"} 2021000.5
                weir_gas_used_count{method="go"} 4
                # TYPE weir_lag_seconds gauge
                # UNIT weir_lag_seconds seconds
                # HELP weir_lag_seconds Seconds behind.
                weir_lag_seconds 0.25
                # TYPE weir_oddity unknown
                # HELP weir_oddity Of no type.
                weir_oddity -Inf
                # EOF

                """#)
    }

    @Test(arguments: [
        (["weir_lag_seconds"], ["weir_lag_seconds"]),
        (["weir_events"], ["weir_events_total"]),
        (["weir_gas_used_bucket", "weir_build_info"], ["weir_build_info", "weir_gas_used"]),
        (["weir_event"], []),
        (["weir_lag_seconds", "nothing"], ["weir_lag_seconds"]),
    ])
    func nameFilterKeepsWholeFamilies(names: [String], families: [String]) throws {
        let text = String(
            decoding: try Self.example().render(.text004, names: names), as: UTF8.self)
        let found = text.split(separator: "\n").filter { $0.hasPrefix("# TYPE") }.map {
            String($0.split(separator: " ")[2])
        }
        #expect(found == families)
    }

    @Test func emptyRegistryIsEmptyTextAndLoneEOF() throws {
        let registry = try MetricsRegistry()
        #expect(registry.render(.text004).isEmpty)
        #expect(registry.render(.openMetrics001) == Array("# EOF\n".utf8))
    }

    @Test func bucketsBelowZeroHaveNoTotalsInOpenMetrics() throws {
        let registry = try MetricsRegistry()
        let profit = try registry.register(
            MetricDescriptor(
                name: "weir_profit_ether", help: "Profit.", type: .histogram, buckets: [-1, 0, 1]))
        profit.histogram().observe(-2)
        let open = String(decoding: registry.render(.openMetrics100), as: UTF8.self)
        #expect(open.contains("weir_profit_ether_bucket{le=\"-1.0\"} 1\n"))
        #expect(!open.contains("_sum") && !open.contains("_count"))
        #expect(String(decoding: registry.render(.text004), as: UTF8.self).contains("_sum -2\n"))
    }

    @Test func counterBesideGaugeOfItsBaseNameIsUnknownInOpenMetrics() throws {
        let registry = try MetricsRegistry()
        let total = try registry.register(
            MetricDescriptor(name: "weir_jobs_total", help: "Jobs.", type: .counter))
        total.counter().increment()
        let jobs = try registry.register(
            MetricDescriptor(name: "weir_jobs", help: "Jobs now.", type: .gauge))
        jobs.gauge().set(3)
        #expect(
            String(decoding: registry.render(.openMetrics100), as: UTF8.self) == """
                # TYPE weir_jobs gauge
                # HELP weir_jobs Jobs now.
                weir_jobs 3
                # TYPE weir_jobs_total unknown
                # HELP weir_jobs_total Jobs.
                weir_jobs_total 1
                # EOF

                """)
        let plain = String(decoding: registry.render(.text004), as: UTF8.self)
        #expect(plain.contains("# TYPE weir_jobs_total counter\n"))
    }

    @Test func constantLabelsComeFirst() throws {
        let registry = try MetricsRegistry(constantLabels: [
            LabelPair(name: "instance_name", value: "a\"b")
        ])
        let gauge = try registry.register(
            MetricDescriptor(name: "weir_x", help: "X.", type: .gauge, labelNames: ["chain"]))
        gauge.gauge("base").set(1)
        #expect(
            String(decoding: registry.render(.text004), as: UTF8.self).hasSuffix(
                "weir_x{instance_name=\"a\\\"b\",chain=\"base\"} 1\n"))
    }

    @Test func overlongLabelValueIsCutAtAScalar() throws {
        let registry = try MetricsRegistry()
        let gauge = try registry.register(
            MetricDescriptor(name: "weir_x", help: "X.", type: .gauge, labelNames: ["token"]))
        gauge.gauge(String(repeating: "é", count: 1000)).set(1)
        let value = try #require(
            registry.snapshot().family(named: "weir_x")?.exposedSamples().first
        )
        .labels[0].value
        #expect(value == String(repeating: "é", count: 254) + "…")
    }

    @Test func exposedSamplesAreTheLinesAgain() throws {
        let snapshot = try Self.example().snapshot()
        let events = try #require(snapshot.family(named: "weir_events_total")).exposedSamples()
        #expect(
            events.first
                == ExposedSample(
                    name: "weir_events_total",
                    labels: [
                        LabelPair(name: "chain", value: "base"),
                        LabelPair(name: "event", value: "A\"q\\b\nn"),
                    ], value: 1))
        let gas = try #require(snapshot.family(named: "weir_gas_used")).exposedSamples()
        #expect(gas.map(\.value.doubleValue) == [2, 3, 3, 4, 2_021_000.5, 4])
        #expect(gas[2].labels.last == LabelPair(name: "le", value: "1e+06"))
        #expect(snapshot.family(named: "weir_unset")?.exposedSamples() == [])
        #expect(snapshot.family(named: "weir_nothing") == nil)
    }
}
