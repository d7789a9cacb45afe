// Weir
// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import PromQL

/// Where Prometheus 2 and 3 differ, each line of the table in ``Dialect`` once.
@Suite struct DialectTests {
    private func lab(_ dialect: Dialect) throws -> EvaluatorLab {
        var lab = EvaluatorLab(dialect: dialect)
        try lab.load("x_total", [2, 12, 22, 32, 42])
        try lab.load("bad", [.nan])
        try lab.load("many{l=\"a\",j=\"t\"}", [0])
        try lab.load("many{l=\"b\",j=\"t\"}", [1])
        try lab.load("one{j=\"t\"}", [1])
        return lab
    }

    @Test func windowsAreLeftOpenInThree() throws {
        let text = "count_over_time(x_total[2m])"
        #expect(try self.lab(.prometheus2).value(text, at: 240_000) == 3)
        #expect(try self.lab(.prometheus3).value(text, at: 240_000) == 2)
    }

    @Test func lookbackIsLeftOpenInThree() throws {
        #expect(try self.lab(.prometheus2).value("x_total", at: 540_000) == 42)
        #expect(try self.lab(.prometheus3).value("x_total", at: 540_000) == nil)
        #expect(try self.lab(.prometheus2).value("x_total", at: 540_001) == nil)
        #expect(try self.lab(.prometheus3).value("x_total", at: 539_999) == 42)
    }

    @Test func youngCounterIsExtendedDifferently() throws {
        // Points at 0…4 min, 10 apart, the first is 2: zero was 12 s before it.
        let text = "increase(x_total[20m])"
        #expect(try self.lab(.prometheus2).value(text, at: 240_000) == 42)
        #expect(try self.lab(.prometheus3).value(text, at: 240_000) == 42)
        // From 6.5 on zero was 39 s before: 2 goes there, 3 half an interval.
        var two = EvaluatorLab(dialect: .prometheus2)
        try two.load("y_total", [6.5, 16.5, 26.5])
        var three = two
        three.dialect = .prometheus3
        #expect(try two.value("increase(y_total[20m])", at: 120_000) == 26.5)
        #expect(try three.value("increase(y_total[20m])", at: 120_000) == 25)
    }

    @Test func deviationOfOneNaN() throws {
        #expect(try self.lab(.prometheus2).value("stddev(bad)") == 0)
        #expect(try self.lab(.prometheus3).value("stddev(bad)")?.isNaN == true)
    }

    @Test func doubledMatchThatFailsToCompare() throws {
        let text = "many > on (j) one"
        #expect(try self.lab(.prometheus2).failure(text) == nil)
        #expect(try self.lab(.prometheus3).failure(text)?.reason == .manyToOne)
    }

    @Test func labelNames() throws {
        let text = #"label_replace(one, "a.b", "x", "", "")"#
        #expect(try self.lab(.prometheus2).failure(text) != nil)
        #expect(
            try self.lab(.prometheus3).elements(text) == [#"{__name__="one", a.b="x", j="t"} 1.0"#])
    }

    @Test func namesGoAwayAtOnceOrAtTheEnd() throws {
        let text = "sum by (__name__) (rate(x_total[5m]))"
        #expect(
            try self.lab(.prometheus3).elements(text, at: 240_000).first?.hasPrefix("{} ") == true)
        #expect(try self.lab(.scripts).elements(text, at: 240_000).first?.hasPrefix("{} ") == true)
        let kept = #"label_replace(rate(x_total[5m]), "__name__", "$1", "__name__", "(.+)")"#
        #expect(
            try self.lab(.prometheus2).elements(kept, at: 240_000).first?.hasPrefix("{} ") == true)
        #expect(
            try self.lab(.scripts).elements(kept, at: 240_000).first?
                .hasPrefix(#"{__name__="x_total"} "#) == true)
    }
}
