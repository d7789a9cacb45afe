// Weir
// SPDX-License-Identifier: Apache-2.0

package import GoTemplate
package import PromQL

/// What holds for all rules: the flags of Prometheus, and their standards. Times are milliseconds.
package struct RuleSettings: Sendable {
    /// How often a group is evaluated that does not say so.
    package var interval: Int64 = 60_000
    /// How long an alert that goes on is not told again (`--rules.alert.resend-delay`).
    package var resendDelay: Int64 = 60_000
    /// How long an alert that has ended is kept, and told again.
    package var resolvedRetention: Int64 = 900_000
    /// How long the program may have been away for `for` to go on
    /// (`--rules.alert.for-outage-tolerance`).
    package var outageTolerance: Int64 = 3_600_000
    /// How long an alert at least waits after a restart, where its rule's `for` is not shorter
    /// (`--rules.alert.for-grace-period`).
    package var forGracePeriod: Int64 = 600_000
    /// Where this program is reached; empty: nowhere.
    package var externalURL = ""
    /// The labels that name this program among others, for templates.
    package var externalLabels: [String: String] = [:]
    package var dialect = Dialect.rules
    package var lookback: Int64 = 300_000
    package var subqueryStep: Int64 = 60_000
    /// Samples that one evaluation of one rule may touch.
    package var maxSamples = 50_000_000
    package var templateLimits = TemplateLimits()

    package init() {}
}
