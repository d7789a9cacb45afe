// Weir
// SPDX-License-Identifier: Apache-2.0

import EVMPrimitives
import HashTreeCollections
import MetricsRegistry

extension SeriesBook {
    /// The samples of a family and, where it has one, of its twin. `reverted` gives what dropped
    /// blocks had counted, by key: counters show what was seen, dropped blocks included.
    func samples(
        _ family: Int, chain: String, reverted: [String: SeriesState]
    ) -> (own: [Sample], twin: [Sample]) {
        let definition = self.families[family]
        var totals: [String: SeriesState] = [:]
        for (key, state) in self.series[family] { totals[key] = state }
        for (key, state) in reverted { totals[key, default: state.zeroed].add(state) }
        var own: [Sample] = []
        var twin: [Sample] = []
        for (key, total) in totals.sorted(by: { $0.key < $1.key }) {
            guard let values = SeriesKey.values(of: key, count: definition.labels.count) else {
                continue
            }
            let labels = [chain] + values
            let decimals = self.decimals(definition, values)
            own.append(Sample(labels, self.value(total, definition, decimals)))
            guard !definition.isGauge else { continue }
            let gone = reverted[key] ?? total.zeroed
            if case .histogram(let histogram) = gone {
                twin.append(Sample(labels, integer: histogram.count))
            } else {
                twin.append(Sample(labels, self.value(gone, definition, decimals)))
            }
        }
        return (own, twin)
    }

    private func decimals(_ family: SeriesFamily, _ labels: [String]) -> UInt8 {
        switch family.scale {
        case .none: 0
        case .decimals(let decimals): decimals
        case .token(let label): self.tokens.decimals(symbol: labels[label])
        }
    }

    private func value(
        _ state: SeriesState, _ family: SeriesFamily, _ decimals: UInt8
    ) -> SampleValue {
        switch state {
        case .count(let count): return .number(.integer(count))
        case .sum(let sum):
            if decimals == 0, sum.carry == 0, let whole = sum.low.uint64 {
                return .number(.integer(whole))
            }
            return .number(.double(sum.double(decimals: decimals)))
        case .gauge(let bits):
            if family.kind == .signedGauge {
                return .number(.double(I256(bits: bits).scaledDouble(decimals: decimals)))
            }
            if decimals == 0, let whole = bits.uint64 { return .number(.integer(whole)) }
            return .number(.double(bits.scaledDouble(decimals: decimals)))
        case .histogram(let histogram):
            return .histogram(histogram.value(decimals: decimals))
        }
    }
}
