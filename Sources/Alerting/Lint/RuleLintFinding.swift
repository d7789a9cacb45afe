// Weir
// SPDX-License-Identifier: Apache-2.0

package import PromQL

/// Something about a rule that parses and still is not what its author wants.
package struct RuleLintFinding: Sendable, Hashable, CustomStringConvertible {
    package enum Severity: Int, Sendable, Hashable, Comparable {
        /// It may be meant so.
        case warning
        /// It can never do what it is for.
        case error

        package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
    }

    package enum Kind: String, Sendable, Hashable, CaseIterable {
        case labelsNeverMatch = "labels-never-match"
        case ratioAlwaysOne = "ratio-always-one"
        case counterWithoutRate = "counter-without-rate"
        case rateOfGauge = "rate-of-gauge"
        case histogramAsSummary = "histogram-as-summary"
        case bucketsWithoutBound = "buckets-without-le"
        case unitSlip = "unit-slip"
        case unknownMetric = "unknown-metric"
        case unknownLabel = "unknown-label"
    }

    /// The name of the alert or of the recorded series.
    package let rule: String
    package let kind: Kind
    package let severity: Severity
    /// The part of the expression that is meant.
    package let place: SourceRange
    package let reason: String
    /// What to write instead.
    package let advice: String

    package var description: String {
        "\(self.rule): \(self.severity == .error ? "error" : "warning") [\(self.kind.rawValue)]: "
            + "\(self.reason); \(self.advice)"
    }
}
