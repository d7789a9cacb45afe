// Weir
// SPDX-License-Identifier: Apache-2.0

import Testing
import WeirTestSupport

@testable import PromQL

@Suite struct MemorySourceTests {
    @Test func pointsAreKeptInOrderWhateverTheOrderOfAdding() {
        var random = SeededRandom(seed: 11)
        let labels = Labels([("__name__", "x")])
        for _ in 0..<100 {
            let times = (0..<20).map { _ in Int64.random(in: 0..<15, using: &random) }
            var source = MemorySource()
            for (index, time) in times.enumerated() {
                source.add(Point(time: time, value: Double(index)), to: labels)
            }
            let points = source.series(matching: [], from: 0, through: 20)[0].points
            let expected = Set(times).sorted().map { time in
                // The last one added at a time counts.
                Point(time: time, value: Double(times.lastIndex(of: time) ?? -1))
            }
            #expect(points == expected, "seed \(random.seed)")
        }
    }

    @Test func seriesAreCutToTheWindow() {
        let labels = Labels([("__name__", "x"), ("a", "1")])
        let source = MemorySource([
            Series(labels: labels, points: (0..<10).map { Point(time: $0 * 10, value: 0) })
        ])
        let name = [LabelMatcher("__name__", equals: "x")]
        func times(_ from: Int64, _ through: Int64) -> [Int64] {
            source.series(matching: name, from: from, through: through).first?.points
                .map(\.time) ?? []
        }
        #expect(times(20, 40) == [20, 30, 40])
        #expect(times(21, 39) == [30])
        #expect(times(21, 29).isEmpty)
        #expect(times(95, 200).isEmpty)
        #expect(times(.min, .max).count == 10)
        #expect(times(40, 20).isEmpty)
    }

    @Test func matchersChooseByNameAndLabels() throws {
        var lab = EvaluatorLab()
        try lab.load("x{a=\"1\"}", [1])
        try lab.load("x{a=\"2\"}", [2])
        try lab.load("y{a=\"1\"}", [3])
        func count(_ matchers: LabelMatcher...) -> Int {
            lab.source.series(matching: matchers, from: 0, through: 0).count
        }
        #expect(count(LabelMatcher("__name__", equals: "x")) == 2)
        #expect(count(LabelMatcher("a", equals: "1")) == 2)
        #expect(count(LabelMatcher("__name__", equals: "z")) == 0)
        #expect(count(try LabelMatcher("__name__", .matches, "x|y")) == 3)
        #expect(
            count(LabelMatcher("__name__", equals: "x"), try LabelMatcher("a", .notEqual, "1")) == 1
        )
        #expect(count(LabelMatcher("b", equals: "")) == 3)
    }

    /// The quick way to the last points is the same as the slow one.
    @Test func latestIsTheLastOfSeries() {
        var random = SeededRandom(seed: 5)
        var source = MemorySource()
        for index in 0..<20 {
            for _ in 0..<Int.random(in: 0..<10, using: &random) {
                source.add(
                    Point(time: Int64.random(in: 0..<100, using: &random), value: 1),
                    to: Labels([("__name__", "x"), ("i", String(index))]))
            }
        }
        let list = ListSource(series: [])
        _ = list.latest(matching: [], from: 0, through: 0)
        for _ in 0..<500 {
            let from = Int64.random(in: -10..<110, using: &random)
            let through = Int64.random(in: -10..<110, using: &random)
            let expected = source.series(matching: [], from: from, through: through).map {
                VectorSample(
                    labels: $0.labels, time: $0.points[$0.points.count - 1].time, value: 1)
            }
            #expect(
                source.latest(matching: [], from: from, through: through) == expected,
                "seed \(random.seed): \(from) \(through)")
        }
    }
}
