// Weir
// SPDX-License-Identifier: Apache-2.0

import PromQL

/// Texts that say another unit than the expression has, and units that are mixed.
extension RuleLint {
    func checkUnits(_ subject: Subject, _ report: inout Report) {
        self.checkMixedUnits(subject.expression, &report)
        let texts = subject.texts.map { LintText($0) }
        for (compared, threshold, place) in Self.thresholds(subject.expression) {
            self.checkRange(compared, threshold, at: place, &report)
            self.checkPeriod(compared, threshold, at: place, texts, &report)
            self.checkTexts(compared, threshold, at: place, texts, &report)
        }
    }

    /// What is compared with which number.
    private static func thresholds(
        _ expression: Expression
    ) -> [(compared: Expression, threshold: Double, place: SourceRange)] {
        expression.withDescendants.compactMap { part in
            guard case .binary(let binary) = part, binary.operation.isComparison else { return nil }
            if let number = binary.right.constant { return (binary.left, number, binary.place) }
            if let number = binary.left.constant { return (binary.right, number, binary.place) }
            return nil
        }
    }

    // MARK: Per second, per minute

    private func checkPeriod(
        _ compared: Expression, _ threshold: Double, at place: SourceRange, _ texts: [LintText],
        _ report: inout Report
    ) {
        guard let period = Self.period(of: compared) else { return }
        for text in texts {
            guard let said = text.period, text.names(threshold) || text.showsValue,
                (said / period - 1).magnitude > 0.01
            else { continue }
            let factor = NumberLiteral.text(max(said / period, period / said))
            report.add(
                .unitSlip, at: place,
                "the text counts per \(Self.name(said)) and the expression per "
                    + "\(Self.name(period)): they are \(factor) times apart",
                advice: period < said
                    ? "multiply the expression by \(NumberLiteral.text(said / period)), "
                        + "or change the text"
                    : "divide the expression by \(NumberLiteral.text(period / said)), "
                        + "or change the text")
            return
        }
    }

    private static func name(_ seconds: Double) -> String {
        switch seconds {
        case 1: "second"
        case 60: "minute"
        case 3_600: "hour"
        case 86_400: "day"
        case 604_800: "week"
        default: "\(NumberLiteral.text(seconds)) seconds"
        }
    }

    /// The seconds that a count is over: 1 for a rate, 300 for `increase(…[5m])`; nil for what is no count.
    private static func period(of expression: Expression) -> Double? {
        switch expression {
        case .parenthesis(let inner, _), .unary(_, let inner, _): return self.period(of: inner)
        case .call(let call):
            switch call.name {
            case "rate", "irate", "deriv": return 1
            case "increase", "delta":
                if case .range(_, let range, _) = call.arguments.first?.unwrapped {
                    return Double(range) / 1_000
                }
                return nil
            case "abs", "ceil", "floor", "round", "clamp_min", "clamp_max", "clamp", "sort",
                "sort_desc", "label_replace", "label_join":
                return call.arguments.first.flatMap { self.period(of: $0) }
            default: return nil
            }
        case .aggregation(let aggregation):
            switch aggregation.operation {
            case .sum, .max, .min, .avg, .topk, .bottomk, .quantile:
                return self.period(of: aggregation.expression)
            default: return nil
            }
        case .binary(let binary):
            switch binary.operation {
            case .multiply:
                if let factor = binary.right.constant {
                    return self.period(of: binary.left).map { $0 * factor }
                }
                if let factor = binary.left.constant {
                    return self.period(of: binary.right).map { $0 * factor }
                }
                return nil
            case .divide:
                guard let factor = binary.right.constant, factor != 0 else { return nil }
                return self.period(of: binary.left).map { $0 / factor }
            case .add, .subtract, .or:
                guard let left = self.period(of: binary.left),
                    left == self.period(of: binary.right)
                else { return nil }
                return left
            default: return nil
            }
        default: return nil
        }
    }

    // MARK: Seconds and milliseconds, ratio and percent

    /// The unit of an expression's values; nil where it is not known or a calculation changes it.
    private func unit(of expression: Expression) -> String? {
        switch expression {
        case .parenthesis(let inner, _), .unary(_, let inner, _): return self.unit(of: inner)
        case .selector(let selector), .range(let selector, _, _):
            return selector.metricName.flatMap { self.catalogue.unit($0) }
        case .subquery(let subquery): return self.unit(of: subquery.expression)
        case .aggregation(let aggregation):
            switch aggregation.operation {
            case .count, .group, .countValues, .stdvar: return nil
            default: return self.unit(of: aggregation.expression)
            }
        case .call(let call):
            switch call.name {
            case "abs", "ceil", "floor", "round", "clamp", "clamp_min", "clamp_max", "sort",
                "sort_desc", "label_replace", "label_join", "avg_over_time", "min_over_time",
                "max_over_time", "last_over_time", "quantile_over_time", "histogram_quantile":
                let argument = call.arguments.first { !$0.selectors.isEmpty }
                guard call.name == "histogram_quantile" else {
                    return argument.flatMap { self.unit(of: $0) }
                }
                // The bounds have the unit of the histogram.
                let name = argument?.selectors.first?.metricName ?? ""
                return name.hasSuffix("_bucket")
                    ? self.catalogue.unit(String(name.dropLast(7))) : nil
            default: return nil
            }
        case .binary(let binary) where binary.operation.isComparison && !binary.returnsBool:
            return self.unit(of: binary.left)
        case .binary(let binary) where binary.operation == .add || binary.operation == .subtract:
            let left = self.unit(of: binary.left)
            return left == self.unit(of: binary.right) ? left : nil
        default: return nil
        }
    }

    private static let sameThing: [String: String] = [
        "seconds": "milliseconds", "milliseconds": "seconds", "ratio": "percent",
        "percent": "ratio",
    ]

    private func checkMixedUnits(_ expression: Expression, _ report: inout Report) {
        for case .binary(let binary) in expression.withDescendants
        where binary.operation.isComparison || binary.operation == .add
            || binary.operation == .subtract
        {
            guard let left = self.unit(of: binary.left), let right = self.unit(of: binary.right),
                Self.sameThing[left] == right
            else { continue }
            report.add(
                .unitSlip, at: binary.place,
                "the left side is in \(left) and the right side in \(right)",
                advice: "bring both to \(["seconds", "ratio"].contains(left) ? left : right) first")
        }
    }

    /// A threshold that values of the unit cannot reach, or always do.
    private func checkRange(
        _ compared: Expression, _ threshold: Double, at place: SourceRange, _ report: inout Report
    ) {
        switch self.unit(of: compared) {
        case "ratio" where threshold > 1 && threshold <= 100:
            report.add(
                .unitSlip, at: place,
                "a ratio is between 0 and 1, and \(NumberLiteral.text(threshold)) is a percentage",
                advice: "compare with \(NumberLiteral.text(threshold / 100))")
        case "percent" where threshold > 0 && threshold < 1:
            report.add(
                .unitSlip, .warning, at: place,
                "the value is in percent, and \(NumberLiteral.text(threshold)) looks like a ratio",
                advice: "compare with \(NumberLiteral.text(threshold * 100))")
        default: break
        }
    }

    /// A text that gives the threshold another unit, or shows the value as if it had one.
    private func checkTexts(
        _ compared: Expression, _ threshold: Double, at place: SourceRange, _ texts: [LintText],
        _ report: inout Report
    ) {
        let seconds: Set = ["s", "sec", "second", "seconds"]
        let milliseconds: Set = ["ms", "millisecond", "milliseconds"]
        let unit = self.unit(of: compared)
        for text in texts {
            let said: String? =
                switch unit {
                case "seconds" where threshold != 0 && text.names(threshold, in: milliseconds):
                    "milliseconds"
                case "milliseconds" where threshold != 0 && text.names(threshold, in: seconds):
                    "seconds"
                case "milliseconds" where text.pipesValue(to: "humanizeDuration"): "seconds"
                case "percent" where text.pipesValue(to: "humanizePercentage"): "a ratio"
                default: nil
                }
            guard let unit, let said else { continue }
            report.add(
                .unitSlip, at: place,
                "the value is in \(unit), and the text takes it for \(said)",
                advice: "divide the expression by "
                    + (unit == "percent" ? "100" : unit == "milliseconds" ? "1000" : "0.001")
                    + ", or change the text")
            return
        }
    }
}
