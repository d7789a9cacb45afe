// Weir
// SPDX-License-Identifier: Apache-2.0

import MetricsRegistry
import Testing

/// The series budget, and families whose series are replaced as a whole.
@Suite struct SeriesUpdateTests {
    typealias Registry = MetricsRegistryTests

    @Test func beyondTheBudgetCountersShareOther() throws {
        let registry = try MetricsRegistry()
        let family = try Registry.make(
            .counter, "weir_x_total", labels: ["chain", "account"], maxSeries: 2,
            limited: ["account"], in: registry)
        for account in ["a", "b", "c", "d", "a"] { family.counter("base", account).increment() }
        #expect(
            Registry.lines(registry, "weir_x_total") == [
                "{chain=\"base\",account=\"a\"} 2", "{chain=\"base\",account=\"b\"} 1",
                "{chain=\"base\",account=\"other\"} 2",
            ])
        #expect(
            Registry.lines(registry, "weir_metric_series_dropped_total")
                == ["{metric=\"weir_x_total\"} 2"])
    }

    @Test func unlimitedLabelsCannotGrowTheFoldedSeriesForEver() throws {
        let registry = try MetricsRegistry()
        let family = try Registry.make(
            .counter, "weir_x_total", labels: ["chain", "account"], maxSeries: 3,
            limited: ["account"], in: registry)
        for index in 0..<100 { family.counter("chain\(index)", "a").increment() }
        let lines = Registry.lines(registry, "weir_x_total")
        #expect(lines.count == 7)
        #expect(lines.contains("{chain=\"other\",account=\"other\"} 94"))
    }

    @Test func gaugesBeyondTheBudgetAreDropped() throws {
        let registry = try MetricsRegistry()
        let family = try Registry.make(.gauge, "weir_x", labels: ["a"], maxSeries: 1, in: registry)
        family.gauge("1").set(1)
        let beyond = family.gauge("2")
        beyond.set(5)
        #expect(beyond.value == nil)
        #expect(Registry.lines(registry, "weir_x") == ["{a=\"1\"} 1"])
    }

    @Test func replaceSetsExactlyTheSamples() throws {
        let registry = try MetricsRegistry()
        let family = try Registry.make(.gauge, "weir_x", labels: ["a"], in: registry)
        try registry.update(family, [Sample(["1"], integer: 1), Sample(["2"], double: 2.5)])
        let outcome = try registry.update(
            family, [Sample(["3"], integer: 3), Sample(["2"], integer: 4)])
        #expect(outcome == UpdateOutcome(series: 2))
        #expect(Registry.lines(registry, "weir_x") == ["{a=\"2\"} 4", "{a=\"3\"} 3"])
        try registry.update(family, [])
        #expect(registry.render(.text004).isEmpty)
    }

    @Test func replaceAddsUpRepeatsAndFoldsTheRest() throws {
        let registry = try MetricsRegistry()
        let family = try Registry.make(
            .counter, "weir_x_total", labels: ["a"], maxSeries: 2, in: registry)
        let samples = ["1", "2", "1", "3", "4"].map { Sample([$0], integer: 10) }
        let outcome = try registry.update(family, samples)
        #expect(outcome == UpdateOutcome(series: 3, folded: 2))
        let expected = ["{a=\"1\"} 20", "{a=\"2\"} 10", "{a=\"other\"} 20"]
        #expect(Registry.lines(registry, "weir_x_total") == expected)
        // A full change of names fits in the budget, and the folded total does not fall.
        let later = try registry.update(
            family, ["5", "6", "7"].map { Sample([$0], integer: 10) })
        #expect(later == UpdateOutcome(series: 3, folded: 1, refusedDecreases: 1))
        #expect(
            Registry.lines(registry, "weir_x_total")
                == ["{a=\"5\"} 10", "{a=\"6\"} 10", "{a=\"other\"} 20"])
    }

    @Test func replaceNeverLowersACounterOrHistogram() throws {
        let registry = try MetricsRegistry()
        let counter = try Registry.make(.counter, "weir_x_total", labels: ["a"], in: registry)
        let histogram = try Registry.make(.histogram, "weir_y", buckets: [1], in: registry)
        func value(_ low: UInt64, _ all: UInt64) -> Sample {
            Sample([], .histogram(HistogramValue(cumulativeCounts: [low], sum: 1, count: all)))
        }
        try registry.update([
            FamilyUpdate(counter, [Sample(["1"], integer: 5)]),
            FamilyUpdate(histogram, [value(1, 3)]),
        ])
        let outcome = try registry.update([
            FamilyUpdate(counter, [Sample(["1"], integer: 4)]),
            FamilyUpdate(histogram, [value(0, 4)]),
        ])
        #expect(outcome == UpdateOutcome(series: 2, refusedDecreases: 2))
        #expect(Registry.lines(registry, "weir_x_total") == ["{a=\"1\"} 5"])
        #expect(histogram.histogram().value?.count == 3)
    }

    @Test func wrongUpdateChangesNothing() throws {
        let registry = try MetricsRegistry()
        let good = try Registry.make(.gauge, "weir_x", labels: ["a"], in: registry)
        let counter = try Registry.make(.counter, "weir_y_total", in: registry)
        let histogram = try Registry.make(.histogram, "weir_z", buckets: [1], in: registry)
        func attempt(_ update: FamilyUpdate) throws {
            try registry.update([FamilyUpdate(good, [Sample(["1"], integer: 1)]), update])
        }
        #expect(throws: MetricsError.labelCount(metric: "weir_x", expected: 1, found: 2)) {
            try attempt(FamilyUpdate(good, [Sample(["1", "2"], integer: 1)]))
        }
        #expect(throws: MetricsError.unfitValue(metric: "weir_y_total", type: .counter)) {
            try attempt(FamilyUpdate(counter, [Sample(double: -1)]))
        }
        #expect(throws: MetricsError.unfitValue(metric: "weir_z", type: .histogram)) {
            try attempt(FamilyUpdate(histogram, [Sample(integer: 1)]))
        }
        let wrong = HistogramValue(cumulativeCounts: [1, 2], sum: 0, count: 3)
        #expect(throws: MetricsError.unfitValue(metric: "weir_z", type: .histogram)) {
            try attempt(FamilyUpdate(histogram, [Sample([], .histogram(wrong))]))
        }
        #expect(registry.render(.text004).isEmpty)
    }

    /// Random replacements against a dictionary.
    @Test func randomReplacementsEqualADictionary() throws {
        let seed: UInt64 = 20_261_121
        var state = seed
        func next(_ bound: UInt64) -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return (state >> 33) % bound
        }
        let registry = try MetricsRegistry()
        let family = try Registry.make(
            .gauge, "weir_x", labels: ["a"], maxSeries: 500, in: registry)
        for round in 0..<200 {
            var model: [String: UInt64] = [:]
            for _ in 0..<next(300) { model["k\(next(400))"] = next(1000) }
            try registry.update(family, model.map { Sample([$0.key], integer: $0.value) })
            let expected = model.map { "{a=\"\($0.key)\"} \($0.value)" }
            let order = model.keys.sorted { "\"\($0)\"" < "\"\($1)\"" }
            let lines = Registry.lines(registry, "weir_x")
            #expect(Set(lines) == Set(expected), "seed \(seed) round \(round)")
            #expect(lines.count == model.count)
            #expect(lines == order.map { "{a=\"\($0)\"} \(model[$0] ?? 0)" })
        }
    }
}
