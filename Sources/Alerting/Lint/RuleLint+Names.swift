// Weir
// SPDX-License-Identifier: Apache-2.0

import ConfigTree
import PromQL

/// Metrics and labels that do not exist.
extension RuleLint {
    func checkNames(_ expression: Expression, _ report: inout Report) {
        for selector in expression.selectors {
            guard let name = selector.metricName, !self.recorded.contains(name) else { continue }
            if self.catalogue.sample(name) == .absent {
                self.checkAbsent(name, at: selector.place, &report)
            } else {
                self.checkLabels(of: selector, name, &report)
            }
        }
    }

    private func checkAbsent(_ name: String, at place: SourceRange, _ report: inout Report) {
        guard self.catalogue.completePrefixes.contains(where: name.hasPrefix) else { return }
        let known = self.catalogue.metrics.keys.sorted() + self.recorded.sorted()
        report.add(
            .unknownMetric, at: place, "there is no metric \(name)",
            advice: Suggestion.advice(for: name, among: known, kind: "known metrics")
                ?? "see the metrics that are exposed")
    }

    /// A matcher that asks for a label which no series of the metric has, never matches.
    private func checkLabels(
        of selector: VectorSelector, _ name: String, _ report: inout Report
    ) {
        guard let labels = self.catalogue.labels(name) else { return }
        for matcher in selector.matchers
        where matcher.name != Labels.metricName && !labels.contains(matcher.name)
            && !matcher.matches("")
        {
            // A summary's label at a histogram is said where histograms are looked at.
            if matcher.name == "quantile" || matcher.name == "le" { continue }
            // Labels of the target may come with any scrape.
            if ["job", "instance"].contains(matcher.name) { continue }
            report.add(
                .unknownLabel, at: selector.place,
                "\(name) has no label \(matcher.name), so that \(matcher) never matches",
                advice: Suggestion.advice(
                    for: matcher.name, among: labels.sorted(), kind: "its labels")
                    ?? "leave the matcher out")
        }
    }
}
