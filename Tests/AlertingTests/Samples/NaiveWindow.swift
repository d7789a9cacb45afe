// Weir
// SPDX-License-Identifier: Apache-2.0

import PromQL

@testable import Alerting

/// What a window shall be, written without a thought for memory: lists of points.
struct NaiveWindow {
    struct Entry {
        var points: [Point] = []
        var isLive = false
    }

    let needs: SampleNeeds
    var series: [Labels: Entry] = [:]

    /// Takes all that the only origin shows.
    mutating func take(_ samples: [(labels: Labels, value: Double)], at time: Int64) {
        var seen: Set<Labels> = []
        for (labels, value) in samples where self.span(labels) != nil {
            seen.insert(labels)
            self.series[labels, default: Entry()].isLive = true
            self.append(value, at: time, to: labels)
        }
        for (labels, entry) in self.series where entry.isLive && !seen.contains(labels) {
            self.series[labels]?.isLive = false
            self.append(StaleMarker.value, at: time, to: labels)
        }
    }

    private mutating func append(_ value: Double, at time: Int64, to labels: Labels) {
        guard self.series[labels]?.points.last.map({ $0.time < time }) ?? true else { return }
        self.series[labels]?.points.append(Point(time: time, value: value))
    }

    func span(_ labels: Labels) -> Int64? {
        self.needs.selectors.filter { $0.matchers.allSatisfy { $0.matches(labels) } }
            .map(\.span).max()
    }

    func series(matching matchers: [LabelMatcher], from: Int64, through: Int64) -> [Series] {
        self.series.compactMap { labels, entry in
            guard matchers.allSatisfy({ $0.matches(labels) }) else { return nil }
            let points = entry.points.filter { $0.time >= from && $0.time <= through }
            return points.isEmpty ? nil : Series(labels: labels, points: points)
        }
    }
}

/// Points as what can be compared: a NaN is not equal to itself.
func exact(_ series: [Series]) -> [Labels: [[UInt64]]] {
    Dictionary(
        series.map { one in
            (one.labels, one.points.map { [UInt64(bitPattern: $0.time), $0.value.bitPattern] })
        }, uniquingKeysWith: { $0 + $1 })
}
