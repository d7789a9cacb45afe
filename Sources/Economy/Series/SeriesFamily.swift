// Weir
// SPDX-License-Identifier: Apache-2.0

package import MetricsRegistry

/// One metric of a tracker: what is kept for it and how it is shown.
///
/// The label `chain` comes before the labels named here, and the namespace before the name.
package struct SeriesFamily: Sendable, Equatable {
    package enum Kind: Sendable, Equatable {
        /// Counts events.
        case count
        /// Adds up amounts, exactly.
        case sum
        /// The last amount; goes back with a reorg.
        case gauge
        /// The last number, negative or not; goes back with a reorg.
        case signedGauge
        /// Counts amounts in buckets, whose bounds are in people's units.
        case histogram([Double])
    }

    /// What an amount is divided by when it is shown.
    package enum Scale: Sendable, Equatable {
        case none
        /// A power of ten.
        case decimals(UInt8)
        /// The decimals of the token whose symbol is the label at this place.
        case token(label: Int)
    }

    /// Without the namespace; `_total` on counters.
    package var name: String
    package var help: String
    package var kind: Kind
    package var labels: [String]
    package var scale: Scale
    /// How many series there may be; further ones are added up where the open labels say `other`.
    package var seriesMax: Int
    /// The labels, by place, that become `other`; empty: all of them.
    package var openLabels: [Int]

    package init(
        _ name: String, _ kind: Kind, labels: [String], scale: Scale = .none,
        seriesMax: Int = 2_000, openLabels: [Int] = [], _ help: String
    ) {
        self.name = name
        self.help = help
        self.kind = kind
        self.labels = labels
        self.scale = scale
        self.seriesMax = seriesMax
        self.openLabels = openLabels
    }

    /// Buckets for durations: from a block to the longest escrows.
    package static let durationBuckets: [Double] = [
        1, 5, 15, 60, 300, 900, 3_600, 14_400, 86_400, 604_800, 2_592_000,
    ]
    /// Buckets for amounts of tokens, by decades.
    package static let tokenBuckets: [Double] = [
        0.001, 0.01, 0.1, 1, 10, 100, 1_000, 10_000, 100_000, 1_000_000,
    ]

    var isGauge: Bool {
        switch self.kind {
        case .gauge, .signedGauge: true
        case .count, .sum, .histogram: false
        }
    }

    /// The name of the counter of what dropped blocks had counted; nil for a gauge.
    var twinName: String? {
        if self.isGauge { return nil }
        return (self.name.dropping(suffix: "_total") ?? self.name) + "_reverted_total"
    }

    /// The families that are registered: this one, and its twin.
    package func descriptors(namespace: String) -> [MetricDescriptor] {
        let labels = ["chain"] + self.labels
        let limited = self.openLabels.map { self.labels[$0] }
        var type: MetricType = .gauge
        var buckets: [Double] = []
        switch self.kind {
        case .count, .sum: type = .counter
        case .gauge, .signedGauge: break
        case .histogram(let bounds):
            type = .histogram
            buckets = bounds
        }
        let own = MetricDescriptor(
            name: "\(namespace)_\(self.name)", help: self.help, type: type, unit: self.unit,
            labelNames: labels, buckets: buckets, maxSeries: self.seriesMax + 1,
            limitedLabels: limited)
        guard let twin = self.twinName else { return [own] }
        return [
            own,
            MetricDescriptor(
                name: "\(namespace)_\(twin)",
                help: "What \(namespace)_\(self.name) counted in dropped blocks.", type: .counter,
                labelNames: labels, maxSeries: self.seriesMax + 1, limitedLabels: limited),
        ]
    }

    /// The base unit that ends the name.
    private var unit: String? {
        let stem = self.name.dropping(suffix: "_total") ?? self.name
        return ["seconds", "tokens", "wei", "ether", "ratio", "usd", "bytes", "blocks"].first {
            stem.hasSuffix("_" + $0)
        }
    }
}

extension String {
    /// The rest before a suffix; nil where it does not end so.
    func dropping(suffix: String) -> String? {
        self.hasSuffix(suffix) ? String(self.dropLast(suffix.count)) : nil
    }
}
