// Weir
// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import PromQL

@Suite struct EvaluatorTests {
    private func lab() throws -> EvaluatorLab {
        var lab = EvaluatorLab()
        try lab.load("up{job=\"a\"}", [1, 0, 1])
        try lab.load("up{job=\"b\"}", [1, StaleMarker.value, 1])
        try lab.load("down{job=\"a\"}", [5])
        return lab
    }

    @Test func selectorTakesTheLastPointOfTheLookback() throws {
        let lab = try self.lab()
        #expect(
            try lab.elements("up", at: 30_000) == [
                #"{__name__="up", job="a"} 1.0"#, #"{__name__="up", job="b"} 1.0"#,
            ])
        #expect(
            try lab.elements("up{job=\"a\"}", at: 119_999) == [#"{__name__="up", job="a"} 0.0"#])
        #expect(try lab.elements("up{job=\"a\"}", at: 420_000).isEmpty)
        #expect(try lab.elements("up", at: -1).isEmpty)
    }

    @Test func staleMarkerEndsASeriesAtOnce() throws {
        let lab = try self.lab()
        #expect(try lab.elements("up", at: 60_000) == [#"{__name__="up", job="a"} 0.0"#])
        #expect(try lab.value("count(up)", at: 120_000) == 2)
        #expect(try lab.value("count_over_time(up{job=\"b\"}[10m])", at: 120_000) == 2)
    }

    @Test func offsetLooksBackAndForward() throws {
        let lab = try self.lab()
        #expect(try lab.value("up{job=\"a\"} offset 1m", at: 120_000) == 0)
        #expect(try lab.value("up{job=\"a\"} offset -1m", at: 0) == 0)
        #expect(try lab.value("up{job=\"a\"} @ 60", at: 9_000_000) == 0)
        #expect(try lab.value("up{job=\"a\"} @ 120 offset 1m", at: 9_000_000) == 0)
    }

    @Test func atStartAndEndMeanTheQuery() throws {
        let lab = try self.lab()
        #expect(
            try lab.range(
                "up{job=\"a\"} @ start() + up{job=\"a\"} @ end() * 10 + up{job=\"a\"} * 100",
                from: 0, through: 120_000, step: 60_000)
                == [#"{job="a"} 0:111.0 60:11.0 120:111.0"#])
    }

    @Test func subqueryIsAlignedToItsStep() throws {
        var lab = EvaluatorLab()
        try lab.load("x", step: 10_000, (0..<100).map { Double($0) })
        // 10 s steps after 65 s: 70, 80, 90.
        #expect(try lab.value("sum_over_time(x[30s:10s])", at: 95_000) == 24)
        #expect(try lab.value("count_over_time(vector(time())[5m:])", at: 600_000) == 5)
        lab.dialect = .prometheus2
        #expect(try lab.value("count_over_time(vector(time())[5m:])", at: 600_000) == 6)
    }

    @Test func nestedSubqueriesAreComputedOnce() throws {
        var lab = EvaluatorLab()
        try lab.load("x", step: 10_000, (0..<1000).map { Double($0) })
        let text = "max_over_time(sum_over_time(rate(x[1m])[10m:10s])[1h:10s])"
        #expect(try lab.value(text, at: 9_000_000) != nil)
        // Naively each of 360 × 60 windows would be read: 21 600 × 6 points.
        lab.maxSamples = 40_000
        #expect(try lab.failure(text, at: 9_000_000) == nil)
    }

    @Test func rangeGivesGapsWhereNothingIs() throws {
        var lab = EvaluatorLab()
        try lab.load("x", [1, 2, StaleMarker.value, 4])
        #expect(
            try lab.range("x", from: 0, through: 180_000, step: 60_000)
                == [#"{__name__="x"} 0:1.0 60:2.0 180:4.0"#])
        #expect(try lab.range("x", from: 60_000, through: 0, step: 60_000).isEmpty)
        #expect(
            try lab.range("1 + 1", from: 0, through: 60_000, step: 60_000) == ["{} 0:2.0 60:2.0"])
    }

    @Test func rangeOfARangeVectorIsAnError() throws {
        let lab = try self.lab()
        let expression = try PromQLParser.parse("up[1m]")
        #expect(throws: EvaluationError(.notForRange(.matrix), at: expression.place)) {
            try lab.evaluator.range(expression, from: 0, through: 1, step: 1)
        }
    }

    @Test func rangeVectorComesAsItIs() throws {
        let lab = try self.lab()
        #expect(
            try lab.elements("up[10m]", at: 120_000) == [
                #"{__name__="up", job="a"} [1.0, 0.0, 1.0]"#,
                #"{__name__="up", job="b"} [1.0, 1.0]"#,
            ])
        #expect(try lab.elements("up[10m:1m]", at: 60_000).count == 2)
    }

    @Test func scalarsAndStrings() throws {
        let lab = EvaluatorLab()
        #expect(try lab.instant("1 + 2 * 3") == .scalar(7))
        #expect(try lab.instant("-2 ^ 2") == .scalar(-4))
        #expect(try lab.instant("\"a\"") == .string("a"))
        #expect(try lab.instant("time()", at: 1500) == .scalar(1.5))
        #expect(try lab.value("scalar(vector(3))") == 3)
        #expect(try lab.value("scalar(nothing)")?.isNaN == true)
        #expect(try lab.instant("pi() > bool 3") == .scalar(1))
    }

    @Test func timesAtTheEndsOfTheTypeAreHarmless() throws {
        let lab = try self.lab()
        for text in [
            "up offset 100y", "rate(up[100y])", "rate(up[1y:1y] offset -100y)", "up @ 9e12",
        ] {
            for time in [Int64.min, -1, Int64.max] {
                _ = try lab.evaluator.instant(try PromQLParser.parse(text), at: time)
            }
        }
        _ = try lab.range("up", from: .max - 1, through: .max, step: .max)
        _ = try lab.range("vector(1)", from: .min, through: .max, step: .max)
    }
}
