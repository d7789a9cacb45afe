// Weir
// SPDX-License-Identifier: Apache-2.0

/// Whose PromQL is spoken: the language is one, and some answers of Prometheus 2 and 3 differ.
///
/// | | Prometheus 2 | Prometheus 3 |
/// |---|---|---|
/// | a range `[5m]`, the lookback, the first step of a subquery | takes in the point exactly 5 min old | leaves it out |
/// | `rate`, `increase` of a counter that began shortly before | zero point first, then half an interval | half an interval first |
/// | `stddev`, `stdvar` of one NaN or infinity | 0 | NaN |
/// | a doubled match whose comparison fails | is nothing | is an error |
/// | `histogram_quantile` of buckets that differ in the last bits | taken as they are | smoothed (1e-12) |
/// | label names in `label_replace`, `label_join`, `count_values` | letters, digits, `_` | any text |
///
/// Sums and averages are compensated (Kahan, Neumaier) in both, as Prometheus 3 does it; where that of 2 loses
/// digits by cancellation, ours does not.
package struct Dialect: Sendable, Hashable {
    package enum Version: Sendable, Hashable {
        case two
        case three
    }

    package let version: Version
    /// Whether the metric name goes away at the end of an evaluation and not where a function or an
    /// operator drops it, so that `label_replace` and `by (__name__)` still see it (the feature
    /// `promql-delayed-name-removal`, with which Prometheus' own test scripts run).
    package let delaysNameRemoval: Bool

    package init(version: Version, delaysNameRemoval: Bool) {
        self.version = version
        self.delaysNameRemoval = delaysNameRemoval
    }

    /// Prometheus 2, as Debian ships it (2.42).
    package static let prometheus2 = Dialect(version: .two, delaysNameRemoval: false)
    /// Prometheus 3 without feature flags.
    package static let prometheus3 = Dialect(version: .three, delaysNameRemoval: false)
    /// Prometheus 3 as it runs its own test scripts.
    package static let scripts = Dialect(version: .three, delaysNameRemoval: true)
    /// What rule files are evaluated in: that of the Prometheus they are compared with, alert by alert,
    /// and of the `promtool` that tests them.
    package static let rules = Dialect.prometheus2

    /// Whether a window leaves out the point exactly at its start.
    var isLeftOpen: Bool { self.version == .three }
}
