// Weir
// SPDX-License-Identifier: Apache-2.0

/// A value at a time: milliseconds since 1970, as everywhere in Prometheus.
package struct Point: Sendable, Hashable {
    package let time: Int64
    package let value: Double

    package init(time: Int64, value: Double) {
        self.time = time
        self.value = value
    }
}

/// A series with its points, ascending in time.
package struct Series: Sendable, Hashable {
    package let labels: Labels
    package var points: [Point]

    package init(labels: Labels, points: [Point]) {
        self.labels = labels
        self.points = points
    }
}

/// One element of an instant vector.
package struct VectorSample: Sendable, Hashable {
    package var labels: Labels
    package var time: Int64
    package var value: Double

    package init(labels: Labels, time: Int64, value: Double) {
        self.labels = labels
        self.time = time
        self.value = value
    }
}

/// Where the evaluator gets its samples from.
///
/// Stale markers come along as ``StaleMarker/value``; the evaluator knows what they mean.
package protocol SampleSource {
    /// The series that satisfy all matchers (the metric name is one of them), each with its points in
    /// `from ..< through + 1`, both in milliseconds and inclusive. Series without a point there may be left
    /// out. Each label set comes once.
    func series(matching matchers: [LabelMatcher], from: Int64, through: Int64) -> [Series]

    /// The last point of each of these series, a stale marker too. It is what an evaluation at one time
    /// asks for, so a source that has it at hand should answer without unpacking the points before it.
    func latest(matching matchers: [LabelMatcher], from: Int64, through: Int64) -> [VectorSample]
}

extension SampleSource {
    package func latest(
        matching matchers: [LabelMatcher], from: Int64, through: Int64
    ) -> [VectorSample] {
        self.series(matching: matchers, from: from, through: through).compactMap { series in
            series.points.last.map {
                VectorSample(labels: series.labels, time: $0.time, value: $0.value)
            }
        }
    }
}

/// The mark that says "this series ended here" (`value.StaleNaN` of Prometheus).
package enum StaleMarker {
    package static let value = Double(bitPattern: 0x7ff0_0000_0000_0002)

    /// Whether a value is the mark: only this very bit pattern is, and no other NaN.
    package static func marks(_ value: Double) -> Bool {
        value.bitPattern == 0x7ff0_0000_0000_0002
    }
}

/// What an expression gives.
package enum QueryValue: Sendable, Hashable {
    case scalar(Double)
    case string(String)
    case vector([VectorSample])
    case matrix([Series])
}
