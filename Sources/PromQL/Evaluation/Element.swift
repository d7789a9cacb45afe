// Weir
// SPDX-License-Identifier: Apache-2.0

/// One element of an instant vector while an expression is evaluated.
///
/// A metric name that an operation drops stays in the labels and is marked as dropped: most results are
/// folded or filtered on, and making a label set without the name for each of them would be the
/// greatest part of the work.
struct Element {
    var labels: Labels
    var value: Double
    var dropsName = false

    /// The labels that are seen in the end.
    var finalLabels: Labels {
        self.dropsName ? self.labels.withoutMetricName : self.labels
    }
}
