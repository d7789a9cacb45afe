// Weir
// SPDX-License-Identifier: Apache-2.0

import PromQL
import Testing

@testable import Alerting

@Suite struct SampleNeedsTests {
    private static let place = SourceRange(0, 0)

    private static func selector(
        _ name: String, offset: Int64 = 0, at: AtModifier? = nil
    ) -> VectorSelector {
        VectorSelector(
            name: name, matchers: [LabelMatcher(Labels.metricName, equals: name)], offset: offset,
            at: at, place: self.place)
    }

    private static func range(
        _ name: String, _ milliseconds: Int64, offset: Int64 = 0, at: AtModifier? = nil
    ) -> Expression {
        .range(self.selector(name, offset: offset, at: at), milliseconds: milliseconds, self.place)
    }

    private static func call(_ name: String, _ arguments: [Expression]) -> Expression {
        .call(FunctionCall(name: name, arguments: arguments, place: self.place))
    }

    static let cases: [(Expression, [String: Int64])] = [
        (.selector(selector("a")), ["a": 300_000]),
        (.selector(selector("a", offset: 60_000)), ["a": 360_000]),
        (.selector(selector("a", offset: -400_000)), ["a": 0]),
        (.selector(selector("a", at: .time(5))), ["a": .max]),
        (.selector(selector("a", at: .end)), ["a": 300_000]),
        (call("rate", [range("a", 600_000)]), ["a": 600_000]),
        (call("rate", [range("a", 600_000, offset: 1000)]), ["a": 601_000]),
        (call("rate", [range("a", 1000)]), ["a": 1000]),
        (
            .binary(
                BinaryExpression(
                    operation: .add, left: .selector(selector("a")),
                    right: call("rate", [range("a", 900_000)]), returnsBool: false, matching: nil,
                    place: place)),
            ["a": 900_000]
        ),
        (
            .aggregation(
                Aggregation(
                    operation: .topk, parameter: call("scalar", [.selector(selector("k"))]),
                    expression: .selector(selector("a")), grouping: [], without: false,
                    place: place)),
            ["k": 300_000, "a": 300_000]
        ),
        (
            .subquery(
                Subquery(
                    expression: call("rate", [range("a", 60_000, offset: 10)]), range: 3_600_000,
                    step: nil, offset: 5, place: place)),
            ["a": 3_660_015]
        ),
        (
            .subquery(
                Subquery(
                    expression: .selector(selector("a")), range: 1, step: nil, at: .time(0),
                    place: place)),
            ["a": .max]
        ),
        (
            call(
                "absent",
                [.parenthesis(.unary(negates: true, .selector(selector("a")), place), place)]),
            ["a": 300_000]
        ),
        (range("a", .max, offset: .max), ["a": .max]),
        (range("a", .min, offset: .min), ["a": 0]),
        (.number(1, place), [:]),
    ]

    @Test(arguments: cases.indices)
    func spanIsAsFarAsAnEvaluationLooksBack(index: Int) {
        let (expression, expected) = Self.cases[index]
        let needs = SampleNeeds([expression])
        var spans: [String: Int64] = [:]
        for selector in needs.selectors { spans[selector.matchers[0].value] = selector.span }
        #expect(spans == expected)
    }

    @Test func equalSelectorsAreOneWithTheLongestSpan() {
        let needs = SampleNeeds(Self.cases.map(\.0), lookback: 1000)
        #expect(needs.selectors.count == 2)
        #expect(needs.selectors.first { $0.matchers[0].value == "a" }?.span == .max)
        #expect(needs.selectors.first { $0.matchers[0].value == "k" }?.span == 1000)
    }
}
