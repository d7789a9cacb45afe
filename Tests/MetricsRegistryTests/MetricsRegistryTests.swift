// Weir
// SPDX-License-Identifier: Apache-2.0

import MetricsRegistry
import Testing

@Suite struct MetricsRegistryTests {
    static func make(
        _ type: MetricType, _ name: String, labels: [String] = [], buckets: [Double] = [],
        maxSeries: Int = 100, limited: [String] = [], in registry: MetricsRegistry,
    ) throws -> MetricFamily {
        try registry.register(
            MetricDescriptor(
                name: name, help: "Help.", type: type, labelNames: labels, buckets: buckets,
                maxSeries: maxSeries, limitedLabels: limited))
    }

    /// The sample lines of a metric, without its name.
    static func lines(_ registry: MetricsRegistry, _ name: String) -> [String] {
        String(decoding: registry.render(.text004, names: [name]), as: UTF8.self)
            .split(separator: "\n").filter { !$0.hasPrefix("#") }
            .map { String($0.dropFirst(name.count)) }
    }

    // MARK: Registration

    @Test func clashesThrow() throws {
        let registry = try MetricsRegistry()
        _ = try Self.make(.histogram, "weir_cost_ether", buckets: [1], in: registry)
        #expect(
            throws: MetricsError.nameTaken(metric: "weir_cost_ether", by: "weir_cost_ether")
        ) { try Self.make(.gauge, "weir_cost_ether", in: registry) }
        try registry.addAlias("old_count", of: "weir_cost_ether")
        #expect(
            throws: MetricsError.nameTaken(metric: "weir_cost_ether_sum", by: "weir_cost_ether")
        ) { try registry.addAlias("weir_cost_ether_sum", of: "weir_cost_ether") }
        #expect(throws: MetricsError.nameTaken(metric: "old_count", by: "old_count")) {
            try registry.addAlias("old_count", of: "weir_cost_ether")
        }
    }

    @Test func badDescriptorsThrow() throws {
        let registry = try MetricsRegistry(constantLabels: [LabelPair(name: "site", value: "a")])
        #expect(
            throws: MetricsError.lint(metric: "weir_x", findings: [.counterWithoutTotal])
        ) { try Self.make(.counter, "weir_x", in: registry) }
        #expect(throws: MetricsError.constantLabelClash(metric: "weir_x", label: "site")) {
            try Self.make(.gauge, "weir_x", labels: ["site"], in: registry)
        }
        #expect(throws: MetricsError.invalidBudget(metric: "weir_x")) {
            try Self.make(.gauge, "weir_x", maxSeries: 0, in: registry)
        }
        #expect(throws: MetricsError.invalidBudget(metric: "weir_x")) {
            try Self.make(.gauge, "weir_x", labels: ["a"], limited: ["b"], in: registry)
        }
        #expect(throws: MetricsError.invalidConstantLabel(name: "a")) {
            try MetricsRegistry(constantLabels: [
                LabelPair(name: "a", value: "1"), LabelPair(name: "a", value: "2"),
            ])
        }
        #expect(throws: MetricsError.self) { try MetricsRegistry(namespace: "a-b") }
        #expect(registry.descriptors.map(\.name) == ["weir_metric_series_dropped_total"])
        #expect(try MetricsRegistry(namespace: "my").qualified("x") == "my_x")
        #expect(try MetricsRegistry(namespace: "").qualified("x") == "x")
    }

    // MARK: Values

    @Test func countersNeverDecrease() throws {
        let registry = try MetricsRegistry()
        let counter = try Self.make(.counter, "weir_x_total", in: registry).counter()
        #expect(counter.value == 0)
        #expect(counter.set(total: 10) == .updated)
        #expect(counter.set(total: 9) == .refusedDecrease)
        #expect(counter.set(total: 9.5) == .refusedDecrease)
        #expect(counter.set(total: 10) == .updated)
        #expect(counter.set(total: .double(.nan)) == .unfit)
        #expect(counter.set(total: .double(.infinity)) == .unfit)
        #expect(counter.set(total: .double(-1)) == .unfit)
        #expect(!counter.add(-1) && !counter.add(.nan) && !counter.add(.infinity))
        #expect(counter.value == 10)
        #expect(counter.add(0.5))
        #expect(counter.value == 10.5)
    }

    @Test func countersAreExactTo64BitsAndGoOnBeyond() throws {
        let registry = try MetricsRegistry()
        let counter = try Self.make(.counter, "weir_x_total", in: registry).counter()
        counter.increment(by: 9_007_199_254_740_993)
        counter.add(2)
        #expect(counter.value == .integer(9_007_199_254_740_995))
        counter.set(total: .integer(.max - 1))
        counter.increment()
        #expect(Self.lines(registry, "weir_x_total") == [" 18446744073709551615"])
        counter.increment()
        #expect(counter.value == .double(18_446_744_073_709_551_616))
    }

    @Test func gaugesAppearWhenSetAndVanishWhenRemoved() throws {
        let registry = try MetricsRegistry()
        let family = try Self.make(.gauge, "weir_x", labels: ["a"], in: registry)
        let gauge = family.gauge("1")
        #expect(registry.render(.text004).isEmpty)
        gauge.add(-2.5)
        gauge.add(1)
        #expect(Self.lines(registry, "weir_x") == ["{a=\"1\"} -1.5"])
        gauge.remove()
        #expect(registry.render(.text004).isEmpty)
        #expect(gauge.value == nil)
        // The slot's next tenant is out of the old handle's reach.
        for index in 0..<200 {
            let other = family.gauge("n\(index)")
            other.set(1)
            other.remove()
        }
        let last = family.gauge("last")
        last.set(integer: 7)
        gauge.set(99)
        gauge.remove()
        #expect(Self.lines(registry, "weir_x") == ["{a=\"last\"} 7"])
    }

    @Test func histogramsCountPerBoundAndRefuseNonsense() throws {
        let registry = try MetricsRegistry()
        let family = try Self.make(.histogram, "weir_x", buckets: [1, 2], in: registry)
        let histogram = family.histogram()
        for value in [-1, 1, 1.5, 2, 3, .infinity] { #expect(histogram.observe(value)) }
        #expect(!histogram.observe(.nan))
        #expect(histogram.value?.cumulativeCounts == [2, 4])
        #expect(histogram.value?.count == 6)

        func value(_ counts: [UInt64], _ count: UInt64, sum: Double = 0) -> HistogramValue {
            HistogramValue(cumulativeCounts: counts, sum: sum, count: count)
        }
        #expect(histogram.set(value([2, 5], 7, sum: 9)) == .updated)
        #expect(histogram.set(value([2, 4], 7)) == .refusedDecrease)
        #expect(histogram.set(value([2, 5], 6)) == .refusedDecrease)
        #expect(histogram.set(value([6, 5], 9)) == .unfit)
        #expect(histogram.set(value([6, 9], 8)) == .unfit)
        #expect(histogram.set(value([9], 9)) == .unfit)
        #expect(histogram.set(value([9, 9], 9, sum: .nan)) == .unfit)
        #expect(histogram.value == value([2, 5], 7, sum: 9))
        histogram.remove()
        #expect(histogram.set(value([9, 9], 9)) == .removed)
        #expect(registry.render(.text004).isEmpty)
    }

    @Test func seriesStandInTheOrderOfTheirLabels() throws {
        let registry = try MetricsRegistry()
        let family = try Self.make(.counter, "weir_x_total", labels: ["a"], in: registry)
        for name in ["m", "c", "x"] { _ = family.counter(name) }
        let expected = ["c", "m", "x"].map { "{a=\"\($0)\"} 0" }
        #expect(Self.lines(registry, "weir_x_total") == expected)
        for name in ["a", "n", "z"] { _ = family.counter(name) }
        family.counter("m").remove()
        let later = ["a", "c", "n", "x", "z"].map { "{a=\"\($0)\"} 0" }
        #expect(Self.lines(registry, "weir_x_total") == later)
    }

    // MARK: Concurrency

    @Test func concurrentIncrementsAreExact() async throws {
        let registry = try MetricsRegistry()
        let family = try Self.make(.counter, "weir_x_total", labels: ["a"], in: registry)
        await withTaskGroup(of: Void.self) { group in
            for task in 0..<8 {
                group.addTask {
                    let shared = family.counter("shared")
                    let own = family.counter("own\(task)")
                    for _ in 0..<5_000 {
                        shared.increment()
                        own.increment(by: 2)
                    }
                }
            }
            group.addTask { for _ in 0..<50 { _ = registry.render(.openMetrics100) } }
        }
        #expect(family.counter("shared").value == 40_000)
        for task in 0..<8 { #expect(family.counter("own\(task)").value == 10_000) }
    }

    @Test func scrapeSeesATransactionWholeOrNotAtAll() async throws {
        let registry = try MetricsRegistry()
        let left = try Self.make(.gauge, "weir_left", labels: ["i"], in: registry)
        let right = try Self.make(.counter, "weir_right_total", labels: ["i"], in: registry)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                for round in 0..<300 {
                    let samples = (0...UInt64(round % 7)).map {
                        Sample(["\($0)"], integer: UInt64(round))
                    }
                    try registry.update([FamilyUpdate(left, samples), FamilyUpdate(right, samples)])
                }
            }
            group.addTask {
                for _ in 0..<300 {
                    let snapshot = registry.snapshot()
                    let values = snapshot.family(named: "weir_left")?.exposedSamples()
                    let others = snapshot.family(named: "weir_right_total")?.exposedSamples()
                    #expect(values?.map(\.value) == others?.map(\.value))
                    #expect(Set(values?.map(\.value) ?? []).count <= 1)
                }
            }
            try await group.waitForAll()
        }
    }

    // MARK: Aliases

    @Test func aliasShowsTheSameSamplesUnderItsName() throws {
        let registry = try MetricsRegistry()
        let counter = try Self.make(.counter, "weir_payments_total", labels: ["a"], in: registry)
        let gas = try Self.make(.histogram, "weir_gas_used", buckets: [1], in: registry)
        let staked = try registry.register(
            MetricDescriptor(name: "weir_staked_tokens", help: "S.", type: .gauge, unit: "tokens"))
        try registry.addAlias("zerostate_payments", of: "weir_payments_total")
        try registry.addAlias("fabstir_gas_used", of: "weir_gas_used")
        try registry.addAlias("teg_staking_total", of: "weir_staked_tokens")
        counter.counter("x").increment(by: 3)
        gas.histogram().observe(0.5)
        staked.gauge().set(1.5)
        let text = String(decoding: registry.render(.text004), as: UTF8.self)
        #expect(text.contains("# TYPE zerostate_payments counter\nzerostate_payments{a=\"x\"} 3\n"))
        #expect(text.contains("weir_payments_total{a=\"x\"} 3\n"))
        #expect(text.contains("fabstir_gas_used_bucket{le=\"1.0\"} 1\n"))
        let open = String(decoding: registry.render(.openMetrics100), as: UTF8.self)
        #expect(open.contains("# TYPE zerostate_payments unknown\n"))
        #expect(open.contains("\nzerostate_payments{a=\"x\"} 3\n"))
        #expect(
            open.contains("# TYPE teg_staking_total gauge\n# HELP teg_staking_total S.\n"))
        #expect(registry.snapshot().family(named: "teg_staking_total")?.isAlias == true)
        #expect(
            String(decoding: registry.render(.text004, names: ["fabstir_gas_used"]), as: UTF8.self)
                .hasPrefix("# HELP fabstir_gas_used Help.\n"))
        #expect(throws: MetricsError.unknownMetric(name: "weir_no", alias: "b")) {
            try registry.addAlias("b", of: "weir_no")
        }
        #expect(throws: MetricsError.invalidAlias(name: "a b")) {
            try registry.addAlias("a b", of: "weir_gas_used")
        }
    }
}
