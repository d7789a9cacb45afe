// Weir
// SPDX-License-Identifier: Apache-2.0

import MetricsRegistry
import PromQL

/// Counters compared as they are, and gauges read as counters.
extension RuleLint {
    func checkCounters(_ expression: Expression, _ report: inout Report) {
        for part in expression.withDescendants {
            switch part {
            case .binary(let binary) where binary.operation.isComparison:
                if binary.right.constant != nil {
                    self.checkThreshold(binary.left, of: binary, &report)
                } else if binary.left.constant != nil {
                    self.checkThreshold(binary.right, of: binary, &report)
                }
            case .call(let call) where ["rate", "irate", "increase"].contains(call.name):
                self.checkRate(call, &report)
            default: break
            }
        }
    }

    /// A comparison with a number of something that only grows.
    private func checkThreshold(
        _ compared: Expression, of binary: BinaryExpression, _ report: inout Report
    ) {
        switch self.growth(of: compared) {
        case .steady: return
        case .total(let name):
            report.add(
                .counterWithoutRate, .warning, at: compared.place,
                "\(name) counts from the beginning and only grows, so that a comparison that is true "
                    + "once stays true",
                advice:
                    "compare what was added in a while: increase(\(name)[5m]) or rate(\(name)[5m])")
        case .lifetimeRatio(let name):
            report.add(
                .counterWithoutRate, at: compared.place,
                "a ratio of counters such as \(name) is the mean since the beginning: the older the "
                    + "counters are, the less what happens now changes it",
                advice: "take the ratio of what was added in a while: "
                    + "rate(\(name)[5m]) / (…), each counter with rate")
        }
    }

    private enum Growth {
        case steady
        case total(String)
        case lifetimeRatio(String)
    }

    /// Functions that turn a counter into something else.
    private static let measuring: Set<String> = [
        "rate", "irate", "increase", "delta", "idelta", "deriv", "changes", "resets", "timestamp",
        "absent", "absent_over_time", "present_over_time", "count_over_time", "stddev_over_time",
        "stdvar_over_time", "histogram_quantile", "predict_linear", "holt_winters",
        "double_exponential_smoothing",
    ]

    /// Whether the value is that of a counter since its beginning.
    private func growth(of expression: Expression) -> Growth {
        switch expression {
        case .number, .string: return .steady
        case .parenthesis(let inner, _), .unary(_, let inner, _): return self.growth(of: inner)
        case .selector(let selector), .range(let selector, _, _):
            guard let name = selector.metricName, !self.recorded.contains(name),
                self.catalogue.isCounter(name)
            else { return .steady }
            return .total(name)
        case .subquery(let subquery): return self.growth(of: subquery.expression)
        case .call(let call):
            guard !Self.measuring.contains(call.name),
                let argument = call.arguments.first(where: { !$0.selectors.isEmpty })
            else { return .steady }
            return self.growth(of: argument)
        case .aggregation(let aggregation):
            switch aggregation.operation {
            case .count, .group, .countValues, .stddev, .stdvar: return .steady
            default: return self.growth(of: aggregation.expression)
            }
        case .binary(let binary): return self.growth(of: binary)
        }
    }

    private func growth(of binary: BinaryExpression) -> Growth {
        let left = self.growth(of: binary.left)
        let right = self.growth(of: binary.right)
        switch (binary.operation, left, right) {
        case (_, .lifetimeRatio, _) where !binary.operation.isSetOperator: return left
        case (_, _, .lifetimeRatio) where !binary.operation.isSetOperator: return right
        case (.divide, .total(let name), .total): return .lifetimeRatio(name)
        // What is open: begun and not ended. It goes up and down.
        case (.subtract, .total, .total): return .steady
        case (.add, .total, _), (.multiply, .total, _), (.divide, .total, _),
            (.subtract, .total, _):
            return binary.right.constant != nil || binary.operation == .add ? left : .steady
        case (.add, _, .total), (.multiply, _, .total): return right
        // A filter gives what it filtered; a comparison within is looked at on its own.
        default: return .steady
        }
    }

    private func checkRate(_ call: FunctionCall, _ report: inout Report) {
        guard let selector = call.arguments.first?.selectors.first,
            let name = selector.metricName,
            case .plain(let metric) = self.catalogue.sample(name), metric.type == .gauge
        else { return }
        report.add(
            .rateOfGauge, at: call.place,
            "\(call.name) takes each fall of a value for a restart, and \(name) is a gauge, which may fall",
            advice: call.name == "increase"
                ? "write delta(\(name)[…])" : "write deriv(\(name)[…])")
    }
}
