// Weir
// SPDX-License-Identifier: Apache-2.0

import Testing
import WeirTestSupport

@testable import PromQL

@Suite struct AggregationTests {
    private func lab(_ dialect: Dialect = .scripts) throws -> EvaluatorLab {
        var lab = EvaluatorLab(dialect: dialect)
        for (group, instance, value) in [
            ("a", "0", 1.0), ("a", "1", 4), ("b", "0", 9), ("b", "1", 16), ("b", "2", .nan),
        ] {
            try lab.load("x{g=\"\(group)\",i=\"\(instance)\"}", [value])
        }
        return lab
    }

    private static let results: [(String, [String])] = [
        ("sum by (g) (x{g=\"a\"})", [#"{g="a"} 5.0"#]),
        ("sum without (i) (x{g=\"a\"})", [#"{g="a"} 5.0"#]),
        ("avg by (g) (x{g=\"a\"})", [#"{g="a"} 2.5"#]),
        ("min by (g) (x)", [#"{g="a"} 1.0"#, #"{g="b"} 9.0"#]),
        ("max by (g) (x)", [#"{g="a"} 4.0"#, #"{g="b"} 16.0"#]),
        ("count by (g) (x)", [#"{g="a"} 2.0"#, #"{g="b"} 3.0"#]),
        ("group by (g) (x)", [#"{g="a"} 1.0"#, #"{g="b"} 1.0"#]),
        ("stdvar(x{g=\"a\"})", ["{} 2.25"]), ("stddev(x{g=\"a\"})", ["{} 1.5"]),
        ("count(x)", ["{} 5.0"]), ("count by () (x)", ["{} 5.0"]), ("sum(nothing)", []),
        ("quantile(0.5, x{g=\"a\"})", ["{} 2.5"]), ("quantile(2, x{g=\"a\"})", ["{} inf"]),
        ("quantile(-1, x{g=\"a\"})", ["{} -inf"]),
        ("sum by (nowhere) (x{g=\"a\"})", ["{} 5.0"]),
        (
            "topk(1, x) by (g)",
            [#"{__name__="x", g="a", i="1"} 4.0"#, #"{__name__="x", g="b", i="1"} 16.0"#]
        ),
        (
            "bottomk(2, x)",
            [#"{__name__="x", g="a", i="0"} 1.0"#, #"{__name__="x", g="a", i="1"} 4.0"#]
        ),
        ("topk(0, x)", []), ("topk(-5, x)", []), ("topk(1e18, nothing)", []),
        ("count(topk(100, x))", ["{} 5.0"]),
        (
            "count_values(\"v\", x{g=\"a\"} * 0 + 0.5)", [#"{v="0.5"} 2.0"#]
        ),
        (
            "count_values without (i) (\"v\", x{i!=\"2\"})",
            [
                #"{g="a", v="1"} 1.0"#, #"{g="a", v="4"} 1.0"#, #"{g="b", v="9"} 1.0"#,
                #"{g="b", v="16"} 1.0"#,
            ]
        ),
    ]

    @Test(arguments: Self.results)
    func gives(_ text: String, _ expected: [String]) throws {
        for dialect in [Dialect.prometheus2, .prometheus3, .scripts] {
            #expect(try self.lab(dialect).elements(text).sorted() == expected.sorted())
        }
    }

    @Test func extremesComeInOrderWithNaNLast() throws {
        let lab = try self.lab()
        let top = try lab.elements("topk(5, x)").map {
            $0.split(separator: " ").last.map(String.init)
        }
        #expect(top == ["16.0", "9.0", "4.0", "1.0", "nan"])
        let bottom = try lab.elements("bottomk(5, x)").map {
            $0.split(separator: " ").last.map(String.init)
        }
        #expect(bottom == ["1.0", "4.0", "9.0", "16.0", "nan"])
    }

    @Test func parametersThatAreNoCountFail() throws {
        let lab = try self.lab()
        #expect(try lab.failure("topk(NaN, x)")?.description == "Parameter value is NaN")
        #expect(try lab.failure("topk(1e30, x)")?.reason == .parameterOverflows(1e30))
        #expect(try lab.failure("topk(Inf, x)")?.reason == .parameterOverflows(.infinity))
    }

    @Test func sumsSurviveCancellation() throws {
        var lab = EvaluatorLab()
        for (index, value) in [2, 8, 1e100, -1e100].enumerated() {
            try lab.load("y{i=\"\(index)\"}", [value])
        }
        for (index, value) in [1e308, 1e308, 1e308, 1e308].enumerated() {
            try lab.load("big{i=\"\(index)\"}", [value])
        }
        #expect(try lab.value("sum(y)") == 10)
        #expect(try lab.value("avg(y)") == 2.5)
        #expect(try lab.value("avg(big)") == 1e308)
        #expect(try lab.value("sum(big)") == .infinity)
    }

    /// Whatever the order of series, aggregations say the same, and parts sum up to the whole.
    @Test func aggregationsDoNotDependOnOrder() throws {
        var random = SeededRandom(seed: 20_261_126)
        for round in 0..<50 {
            var series: [Series] = []
            for index in 0..<Int.random(in: 1...40, using: &random) {
                let labels = Labels([
                    ("__name__", "z"), ("g", String(Int.random(in: 0..<4, using: &random))),
                    ("i", String(index)),
                ])
                let value = Double(Int.random(in: -1_000_000...1_000_000, using: &random)) / 64
                series.append(Series(labels: labels, points: [Point(time: 0, value: value)]))
            }
            let one = Evaluator(source: ListSource(series: series))
            let other = Evaluator(source: ListSource(series: series.shuffled(using: &random)))
            for text in [
                "sum by (g) (z)", "avg by (g) (z)", "min(z)", "max by (g) (z)", "quantile(0.9, z)",
                "count by (g) (z)", "count_values(\"v\", z)", "topk(3, z)",
            ] {
                let expression = try PromQLParser.parse(text)
                let left = try one.instant(expression, at: 0).sorted()
                let right = try other.instant(expression, at: 0).sorted()
                #expect(left == right, "seed \(random.seed), round \(round): \(text)")
            }
            let parts = try one.instant(try PromQLParser.parse("sum(sum by (g) (z))"), at: 0)
            let whole = try one.instant(try PromQLParser.parse("sum(z)"), at: 0)
            #expect(parts == whole, "seed \(random.seed), round \(round)")
        }
    }

    /// The chosen `k` are those of a full sort.
    @Test func extremesAreThoseOfASort() {
        var random = SeededRandom(seed: 7)
        for round in 0..<300 {
            let values = (0..<Int.random(in: 0...30, using: &random)).map { _ in
                Int.random(in: 0..<8, using: &random) == 0
                    ? Double.nan : Double(Int.random(in: 0..<10, using: &random))
            }
            let count = Int.random(in: 1...12, using: &random)
            let greatest = Bool.random(using: &random)
            var extremes = ExtremeValues(count: count, takesGreatest: greatest)
            for (position, value) in values.enumerated() { extremes.add(value, position: position) }
            let sorted = values.indices.sorted { one, other in
                let left = values[one].isNaN ? (greatest ? -1 : 99) : values[one]
                let right = values[other].isNaN ? (greatest ? -1 : 99) : values[other]
                if left == right { return one < other }
                return greatest ? left > right : left < right
            }
            #expect(
                extremes.positions == Array(sorted.prefix(count)),
                "seed \(random.seed), round \(round)")
        }
    }
}

/// A source that answers in the order it was given, whatever is asked.
struct ListSource: SampleSource {
    let series: [Series]

    func series(matching matchers: [LabelMatcher], from: Int64, through: Int64) -> [Series] {
        self.series.filter { one in matchers.allSatisfy { $0.matches(one.labels) } }
    }
}
