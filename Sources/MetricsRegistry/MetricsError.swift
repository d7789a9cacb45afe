// Weir
// SPDX-License-Identifier: Apache-2.0

/// What can be wrong with a metric when it is registered or updated.
package enum MetricsError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The descriptor breaks rules of naming and typing.
    case lint(metric: String, findings: [LintFinding])
    /// Another metric or alias already has this name, or a sample of it has.
    case nameTaken(metric: String, by: String)
    /// A constant label of the registry is also a label of the metric.
    case constantLabelClash(metric: String, label: String)
    /// `maxSeries` is not positive, or a limited label is not a label of the metric.
    case invalidBudget(metric: String)
    /// A constant label of the registry has no valid name, or stands twice.
    case invalidConstantLabel(name: String)
    /// The alias is not a name that Prometheus understands.
    case invalidAlias(name: String)
    /// The alias points to no registered metric.
    case unknownMetric(name: String, alias: String)
    /// A sample has another number of label values than the metric has labels.
    case labelCount(metric: String, expected: Int, found: Int)
    /// A sample's value does not fit the metric's type or buckets.
    case unfitValue(metric: String, type: MetricType)

    package var description: String {
        switch self {
        case .lint(let metric, let findings):
            "metric \(metric) breaks naming rules: "
                + findings.map(\.description).joined(separator: "; ")
        case .nameTaken(let metric, let owner):
            "metric name \(metric) is taken by \(owner); choose another name"
        case .constantLabelClash(let metric, let label):
            "metric \(metric) has the label \(label), which is already a constant label"
        case .invalidBudget(let metric):
            "metric \(metric) needs a positive series budget and limited labels of its own"
        case .invalidConstantLabel(let name):
            "constant label \(name) is not a valid label name, or stands twice"
        case .invalidAlias(let name):
            "alias \(name) is not a valid metric name; use letters, digits and underscores"
        case .unknownMetric(let name, let alias):
            "alias \(alias) points to \(name), which is not a metric of this registry"
        case .labelCount(let metric, let expected, let found):
            "a sample of \(metric) has \(found) label values, the metric has \(expected) labels"
        case .unfitValue(let metric, let type):
            "a sample of \(metric) has a value that does not fit a \(type.rawValue)"
        }
    }
}
