// Weir
// SPDX-License-Identifier: Apache-2.0

package import MetricsRegistry

/// What is known of the metrics that rules read. It may be partial: of a metric that is not in it nothing
/// is claimed but what its name says.
package struct LintCatalogue: Sendable {
    package struct Metric: Sendable, Hashable {
        package var type: MetricType
        /// The names of its labels, each of which has a value in every series; without those of the target.
        package var labels: Set<String>
        /// `seconds`, `milliseconds`, `ratio`, `percent`, …; nil where it is not said.
        package var unit: String?

        package init(type: MetricType, labels: Set<String>, unit: String? = nil) {
            self.type = type
            self.labels = labels
            self.unit = unit
        }
    }

    /// By the family's name in text 0.0.4: with `_total`, without `_bucket`, `_sum` and `_count`.
    package var metrics: [String: Metric]
    /// Labels that every series has besides: `job` and `instance` where Prometheus scrapes, none where the
    /// registry itself is read.
    package var targetLabels: Set<String>
    /// Prefixes of names of which the catalogue knows all metrics: one that is not in it does not exist.
    package var completePrefixes: [String]

    package init(
        metrics: [String: Metric], targetLabels: Set<String> = [], completePrefixes: [String] = []
    ) {
        self.metrics = metrics
        self.targetLabels = targetLabels
        self.completePrefixes = completePrefixes
    }

    /// The metrics that descriptors declare.
    package init(
        _ descriptors: some Sequence<MetricDescriptor>, targetLabels: Set<String> = [],
        completePrefixes: [String] = []
    ) {
        var metrics: [String: Metric] = [:]
        for descriptor in descriptors {
            metrics[descriptor.name] = Metric(
                type: descriptor.type, labels: Set(descriptor.labelNames), unit: descriptor.unit)
        }
        self.init(
            metrics: metrics, targetLabels: targetLabels, completePrefixes: completePrefixes)
    }

    /// What a series' name belongs to.
    enum Sample: Equatable {
        /// A counter, gauge, info or unknown metric.
        case plain(Metric)
        /// The family's own name, under which a histogram has no series.
        case histogramItself(Metric)
        case bucket(Metric)
        /// `_sum` or `_count` of a histogram.
        case histogramTotal(Metric)
        case absent
    }

    func sample(_ name: String) -> Sample {
        if let metric = self.metrics[name] {
            return metric.type == .histogram ? .histogramItself(metric) : .plain(metric)
        }
        for suffix in ["_bucket", "_sum", "_count"] where name.hasSuffix(suffix) {
            guard let metric = self.metrics[String(name.dropLast(suffix.count))],
                metric.type == .histogram
            else { continue }
            return suffix == "_bucket" ? .bucket(metric) : .histogramTotal(metric)
        }
        return .absent
    }

    /// The labels of a series with this name, those of the target among them; nil where nothing is known.
    func labels(_ name: String) -> Set<String>? {
        switch self.sample(name) {
        case .plain(let metric), .histogramItself(let metric), .histogramTotal(let metric):
            metric.labels.union(self.targetLabels)
        case .bucket(let metric): metric.labels.union(self.targetLabels).union(["le"])
        case .absent: nil
        }
    }

    /// Whether the samples with this name only grow: as declared, or else as the name says.
    func isCounter(_ name: String) -> Bool {
        switch self.sample(name) {
        case .plain(let metric): metric.type == .counter
        case .bucket, .histogramTotal: true
        case .histogramItself: false
        case .absent: name.hasSuffix("_total") || name.hasSuffix("_bucket")
        }
    }

    /// The unit of the samples: as declared, or else the one that ends the name.
    func unit(_ name: String) -> String? {
        switch self.sample(name) {
        case .plain(let metric) where metric.unit != nil: return metric.unit
        case .bucket: return nil
        case .histogramTotal where name.hasSuffix("_count"): return nil
        default: break
        }
        var words = name.split(separator: "_")
        if let last = words.last, ["total", "sum"].contains(last) { words.removeLast() }
        guard words.count > 1, let last = words.last else { return nil }
        switch last {
        case "ms", "millis", "milliseconds": return "milliseconds"
        case "percent", "percentage", "pct": return "percent"
        case "seconds", "ratio", "bytes": return String(last)
        default: return nil
        }
    }
}
