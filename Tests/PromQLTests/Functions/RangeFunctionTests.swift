// Weir
// SPDX-License-Identifier: Apache-2.0

import Testing
import WeirTestSupport

@testable import PromQL

@Suite struct RangeFunctionTests {
    private static func close(_ one: Double?, _ other: Double) -> Bool {
        guard let one else { return false }
        if one.isNaN || other.isNaN { return one.isNaN && other.isNaN }
        return one == other || abs(one - other) <= 1e-9 * max(abs(one), abs(other))
    }

    private static let results: [(String, [Double?], Double)] = [
        ("rate(x[5m])", [0, 60, 120, 180, 240], 0.8),
        ("increase(x[5m])", [0, 60, 120, 180, 240], 240),
        // After 100 it began anew: 20 in two minutes, and as much again in the third.
        ("increase(x[3m])", [nil, nil, 90, 100, 10, 20], 30),
        ("delta(x[5m])", [0, 60, 30, 180, 100], 100.0 * 300 / 240),
        ("irate(x[5m])", [0, 10, 40], 0.5), ("irate(x[5m])", [0, 40, 30], 0.5),
        ("idelta(x[5m])", [0, 40, 30], -10),
        ("deriv(x[10m])", [1, 2, 3, 4, 5], 1.0 / 60), ("deriv(x[10m])", [7, 7, 7], 0),
        ("predict_linear(x[10m], 60)", [1, 2, 3, 4, 5], 6),
        ("changes(x[10m])", [1, 1, 2, 2, 1], 2), ("resets(x[10m])", [1, 3, 2, 4, 0], 2),
        ("avg_over_time(x[10m])", [1, 2, 6], 3), ("sum_over_time(x[10m])", [1, 2, 6], 9),
        ("min_over_time(x[10m])", [.nan, 2, 6], 2), ("max_over_time(x[10m])", [.nan, 2, 6], 6),
        ("count_over_time(x[10m])", [1, nil, 3], 2), ("last_over_time(x[10m])", [1, 2, 6], 6),
        ("present_over_time(x[10m])", [0], 1),
        ("quantile_over_time(0.25, x[10m])", [4, 1, 3, 2, 5], 2),
        ("stdvar_over_time(x[10m])", [1, 3], 1), ("stddev_over_time(x[10m])", [1, 5], 2),
        ("sum_over_time(x[10m])", [1, 1e100, 1, -1e100], 2),
        ("avg_over_time(x[10m])", [1e308, 1e308, 1e308], 1e308),
        ("sum_over_time(x[10m])", [.infinity, 1], .infinity),
        ("holt_winters(x[10m], 0.5, 0.5)", [1, 2, 3, 4], 4),
        ("double_exponential_smoothing(x[10m], 0.5, 0.1)", [1, 3, 2, 4], 4.675),
    ]

    @Test(arguments: Self.results)
    func gives(_ text: String, _ values: [Double?], _ expected: Double) throws {
        var lab = EvaluatorLab()
        try lab.load("x", values)
        let time = Int64(values.count - 1) * 60_000
        let value = try lab.value(text, at: time)
        #expect(Self.close(value, expected), "\(text) gives \(String(describing: value))")
    }

    @Test(arguments: [
        "rate(x[5m])", "increase(x[5m])", "delta(x[5m])", "irate(x[5m])", "idelta(x[5m])",
        "deriv(x[5m])", "predict_linear(x[5m], 1)", "holt_winters(x[5m], 0.5, 0.5)",
    ])
    func onePointIsTooFew(_ text: String) throws {
        var lab = EvaluatorLab()
        try lab.load("x", [1])
        #expect(try lab.elements(text).isEmpty)
    }

    @Test func lastKeepsTheNameAndOthersDoNot() throws {
        var lab = EvaluatorLab()
        try lab.load("x{a=\"1\"}", [1, 2])
        #expect(
            try lab.elements("last_over_time(x[5m])", at: 60_000) == [#"{__name__="x", a="1"} 2.0"#]
        )
        #expect(try lab.elements("sum_over_time(x[5m])", at: 60_000) == [#"{a="1"} 3.0"#])
    }

    @Test func smoothingFactorsHaveBounds() throws {
        var lab = EvaluatorLab()
        try lab.load("x", [1, 2])
        #expect(try lab.failure("holt_winters(x[5m], 0, 0.5)")?.reason == .smoothingFactor(0))
        #expect(try lab.failure("holt_winters(x[5m], 0.5, 1)")?.reason == .trendFactor(1))
        #expect(
            try lab.failure("double_exponential_smoothing(x[5m], 2, 1)")?.description
                .hasPrefix("invalid smoothing factor. Expected: 0 < sf < 1") == true)
    }

    /// A counter of constant slope has that rate, wherever the window begins and whichever the
    /// distances of its points, resets or not.
    @Test func rateOfAConstantSlopeIsTheSlope() throws {
        var random = SeededRandom(seed: 42)
        for round in 0..<300 {
            let slope = Double(Int.random(in: 1...1000, using: &random))
            let step = Int64.random(in: 1...60, using: &random) * 1000
            var counter = 1e7
            var points: [Point] = []
            for index in 0..<Int64(100) {
                if index > 0 { counter += slope * Double(step) / 1000 }
                points.append(Point(time: index * step, value: counter))
            }
            let labels = Labels([("__name__", "c_total")])
            let source = MemorySource([Series(labels: labels, points: points)])
            let range = step * Int64.random(in: 5...50, using: &random)
            let time = Int64.random(in: (range + 2 * step)...(99 * step), using: &random)
            for dialect in [Dialect.prometheus2, .prometheus3] {
                let evaluator = Evaluator(source: source, dialect: dialect)
                let text = "rate(c_total[\(range)ms])"
                guard
                    case .vector(let samples) = try evaluator.instant(
                        try PromQLParser.parse(text), at: time)
                else { continue }
                #expect(
                    Self.close(samples.first?.value, slope),
                    "seed \(random.seed), round \(round): \(text) at \(time)")
            }
        }
    }

    /// Windows over a range query are those of single evaluations.
    @Test func rangeAgreesWithInstants() throws {
        var random = SeededRandom(seed: 99)
        for round in 0..<40 {
            var lab = EvaluatorLab(
                dialect: [.prometheus2, .prometheus3, .scripts].randomElement(using: &random)
                    ?? .scripts)
            for index in 0..<5 {
                let values = (0..<60).map { _ -> Double? in
                    switch Int.random(in: 0..<10, using: &random) {
                    case 0: nil
                    case 1: StaleMarker.value
                    default: Double(Int.random(in: 0..<100, using: &random))
                    }
                }
                try lab.load("x{i=\"\(index)\",g=\"\(index % 2)\"}", step: 15_000, values)
            }
            for text in [
                "x", "rate(x[1m])", "sum by (g) (x)", "max_over_time(x[90s]) - x",
                "avg_over_time((x + 1)[2m:20s])", "last_over_time(rate(x[1m])[3m:30s])",
                "x > on (g, i) x offset 30s", "quantile_over_time(0.5, x[2m])",
                "absent_over_time(x{i=\"3\"}[15s])", "x @ 300 or x", "absent(x > 98)",
            ] {
                let expression = try PromQLParser.parse(text)
                let series = try lab.evaluator.range(
                    expression, from: 0, through: 900_000, step: 37_000)
                for time in stride(from: Int64(0), through: 900_000, by: 37_000) {
                    guard
                        case .vector(let samples) = try lab.evaluator.instant(
                            expression, at: time
                        ).sorted()
                    else { continue }
                    let slice = series.compactMap { one in
                        one.points.first { $0.time == time }.map {
                            VectorSample(labels: one.labels, time: time, value: $0.value)
                        }
                    }
                    #expect(
                        slice == samples, "seed \(random.seed), round \(round): \(text) at \(time)")
                }
            }
        }
    }
}
