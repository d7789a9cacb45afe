// Weir
// SPDX-License-Identifier: Apache-2.0

import PromQL

/// Histograms read as what they are not.
extension RuleLint {
    func checkHistograms(_ expression: Expression, _ report: inout Report) {
        for selector in expression.selectors {
            guard let name = selector.metricName else { continue }
            let quantile = selector.matchers.first {
                $0.name == "quantile" && !$0.matches("")
            }
            switch self.catalogue.sample(name) {
            case .histogramItself:
                report.add(
                    .histogramAsSummary, at: selector.place,
                    "\(name) is a histogram and has no series of its own name"
                        + (quantile.map { " (\($0) is how a summary is read)" } ?? ""),
                    advice: Self.quantileAdvice(name, quantile))
            case .bucket, .histogramTotal:
                if let quantile { self.report(quantile, of: selector, name, &report) }
            case .absent where name.hasSuffix("_bucket"):
                if let quantile { self.report(quantile, of: selector, name, &report) }
            default: break
            }
        }
        for case .call(let call) in expression.withDescendants
        where call.name == "histogram_quantile" && call.arguments.count == 2 {
            self.checkQuantile(of: call.arguments[1], &report)
        }
    }

    private func report(
        _ quantile: LabelMatcher, of selector: VectorSelector, _ name: String,
        _ report: inout Report
    ) {
        report.add(
            .histogramAsSummary, at: selector.place,
            "\(name) belongs to a histogram, whose series have no label quantile",
            advice: Self.quantileAdvice(
                name.hasSuffix("_bucket") ? String(name.dropLast(7)) : name, quantile))
    }

    private static func quantileAdvice(_ name: String, _ quantile: LabelMatcher?) -> String {
        let rank = quantile.flatMap { Double($0.value) } ?? 0.99
        return "write histogram_quantile(\(NumberLiteral.text(rank)), "
            + "sum by (le) (rate(\(name)_bucket[5m])))"
    }

    /// A quantile needs the bounds of the buckets.
    private func checkQuantile(of argument: Expression, _ report: inout Report) {
        guard let known = self.labels(of: argument), known.names.contains("le") == false else {
            return
        }
        report.add(
            .bucketsWithoutBound, at: argument.place,
            "histogram_quantile needs the label le, and here it is not",
            advice: "take the series with _bucket, and keep le: sum by (le, …) (rate(…_bucket[5m]))"
        )
    }
}
