// Weir
// SPDX-License-Identifier: Apache-2.0

package import PromQL

/// Which samples expressions look at, and how far back.
package struct SampleNeeds: Sendable, Hashable {
    /// One condition on series, and the milliseconds that their samples are needed for.
    package struct Selector: Sendable, Hashable {
        package let matchers: [LabelMatcher]
        /// `Int64.max` for as far back as there is anything, where a time is named (`@ 1700000000`).
        package let span: Int64
    }

    /// Each list of matchers once, in the order of the expressions.
    package let selectors: [Selector]

    /// - Parameter lookback: how far an instant selector looks back, in milliseconds.
    package init(_ expressions: [Expression], lookback: Int64 = 300_000) {
        var spans: [[LabelMatcher]: Int64] = [:]
        var order: [[LabelMatcher]] = []
        func need(_ selector: VectorSelector, _ range: Int64, _ outer: Int64) {
            var span = Self.sum(outer, range, selector.offset)
            if case .time = selector.at { span = .max }
            if let known = spans[selector.matchers] {
                spans[selector.matchers] = max(known, span)
            } else {
                spans[selector.matchers] = span
                order.append(selector.matchers)
            }
        }
        func visit(_ expression: Expression, _ outer: Int64) {
            switch expression {
            case .number, .string: break
            case .parenthesis(let inner, _), .unary(_, let inner, _): visit(inner, outer)
            case .binary(let binary):
                visit(binary.left, outer)
                visit(binary.right, outer)
            case .selector(let selector): need(selector, lookback, outer)
            case .range(let selector, let range, _): need(selector, range, outer)
            case .subquery(let subquery):
                var span = Self.sum(outer, subquery.range, subquery.offset)
                if case .time = subquery.at { span = .max }
                visit(subquery.expression, span)
            case .call(let call): for argument in call.arguments { visit(argument, outer) }
            case .aggregation(let aggregation):
                if let parameter = aggregation.parameter { visit(parameter, outer) }
                visit(aggregation.expression, outer)
            }
        }
        for expression in expressions { visit(expression, 0) }
        self.selectors = order.map { Selector(matchers: $0, span: spans[$0] ?? 0) }
    }

    /// The sum, cut to what an `Int64` holds and not below zero (a negative offset looks forward).
    private static func sum(_ outer: Int64, _ range: Int64, _ offset: Int64) -> Int64 {
        guard outer < .max else { return .max }
        let (first, overflow) = outer.addingReportingOverflow(range)
        guard !overflow else { return .max }
        let (second, carry) = first.addingReportingOverflow(offset)
        return carry ? (offset > 0 ? .max : 0) : max(0, second)
    }
}
