// Weir
// SPDX-License-Identifier: Apache-2.0

import BigInt
import ChainModel
import EVMABI
import EVMPrimitives
import HashTreeCollections
import MetricsRegistry
import Testing
import WeirTestSupport

@testable import Economy

@Suite("Economy over random chains")
struct EconomyWalkTests {
    @Test(arguments: 0..<16)
    func canonicalCountsEqualARecount(seed: UInt64) throws {
        let market = try Market()
        var walk = ChainWalk(market, seed: seed &* 7919)
        var economy = Economy(market.definition)
        var gone = Ledger()
        for _ in 0..<90 {
            let before = Recount(walk.canonical)
            let totals = Totals(economy)
            let step = try walk.step()
            _ = economy.apply(step)
            let now = Recount(walk.canonical)
            if case .reverted = step { gone.add(before, now) }
            Self.check(economy, now, gone)
            Totals(economy).checkNothingFell(since: totals)
        }
        #expect(walk.reorgs > 0)
    }

    private static func check(_ economy: Economy, _ recount: Recount, _ gone: Ledger) {
        // Exact states at the head.
        for metric in economy.current.metrics where !metric.definition.kind.isGauge {
            var found: [Recount.Labels: Recount.Series] = [:]
            for (key, state) in metric.series {
                let labels = SeriesKey.values(of: key, count: metric.definition.labels.count)
                found[Recount.Labels(labels ?? ["damaged"])] = Recount.Series(state)
            }
            #expect(found == recount.metrics[metric.definition.name] ?? [:])
            if case .latency = metric.definition.kind {
                #expect(metric.pending.count == recount.pending.count)
                #expect(metric.dropped == UInt64(recount.dropped))
                for (key, time) in recount.pending {
                    #expect(metric.pending[key]?.rawValue == time)
                }
            }
        }
        #expect(
            economy.current.events.values.map { Recount.Series(.histogram($0)) }
                == recount.transferValues)
        // Exact amounts that went.
        for (name, series) in gone.metrics {
            for (labels, amount) in series {
                let key = SeriesKey.text(
                    of: labels.values.map { String(decoding: $0, as: UTF8.self) })
                let state = economy.reverted[
                    Economy.RevertedKey(tracker: "metric/" + name, key: "series/" + key)]
                #expect(state.map { Recount.Series($0) } == amount)
            }
        }
        // What is exposed.
        let samples = Totals(economy)
        for (family, twin, expected) in [
            ("weir_events_total", "weir_events_reverted_total", recount.events),
            (
                "weir_undecoded_logs_total", "weir_undecoded_logs_reverted_total",
                Dictionary(
                    uniqueKeysWithValues: recount.undecoded.map {
                        ("Token \($0.key.rawValue)", $0.value)
                    })
            ),
        ] {
            for (labels, total) in samples.numbers[family] ?? [:] {
                let text = labels.values.dropFirst().map { String(decoding: $0, as: UTF8.self) }
                    .joined(separator: " ")
                let net = total - (samples.numbers[twin]?[labels] ?? -1)
                #expect(BigInt(net) == BigInt(expected[text] ?? 0), "\(family) \(text)")
            }
        }
        let gauges = samples.gauges
        #expect(gauges["price_tokens"] == recount.price?.scaledDouble(decimals: 6))
        #expect(gauges["drift_tokens"] == recount.drift?.scaledDouble(decimals: 6))
        for metric in economy.definition.metrics {
            guard let twin = Economy.twinName(of: metric) else { continue }
            #expect(
                Set((samples.numbers[twin] ?? [:]).keys) == samples.labels[metric.name],
                "\(twin) stands beside every series")
        }
    }
}

/// What the oracle says was dropped, for each series of a metric.
struct Ledger {
    var metrics: [String: [Recount.Labels: Recount.Series]] = [:]

    mutating func add(_ before: Recount, _ now: Recount) {
        for (name, series) in before.metrics {
            for (labels, old) in series {
                let zero = Recount.Series(counts: old.counts.map { _ in 0 })
                let difference = old - (now.metrics[name]?[labels] ?? zero)
                guard !difference.isZero || now.metrics[name]?[labels] == nil else { continue }
                let sum = self.metrics[name]?[labels] ?? zero
                self.metrics[name, default: [:]][labels] = sum + difference
            }
        }
    }
}

/// The samples of an economy by family and labels, those of equal labels added up as the registry
/// adds them.
struct Totals {
    var numbers: [String: [Recount.Labels: Double]] = [:]
    var histograms: [String: [Recount.Labels: [Double]]] = [:]
    var gauges: [String: Double] = [:]
    var labels: [String: Set<Recount.Labels>] = [:]

    init(_ economy: Economy) {
        for family in economy.samples(namespace: "weir") {
            self.labels[family.family] = []
            for sample in family.samples {
                let labels = Recount.Labels(sample.labelValues)
                self.labels[family.family, default: []].insert(labels)
                switch sample.value {
                case .number(let value):
                    let isGauge = ["price_tokens", "drift_tokens"].contains(family.family)
                    if isGauge { self.gauges[family.family] = value.doubleValue }
                    if !isGauge {
                        self.numbers[family.family, default: [:]][labels, default: 0] +=
                            value.doubleValue
                    }
                case .histogram(let value):
                    var parts = value.cumulativeCounts.map(Double.init)
                    parts += [Double(value.count), value.sum]
                    let old = self.histograms[family.family]?[labels]
                    if let old { parts = zip(parts, old).map { $0 + $1 } }
                    self.histograms[family.family, default: [:]][labels] = parts
                }
            }
        }
    }

    func checkNothingFell(since older: Totals) {
        for (family, series) in older.numbers {
            for (labels, old) in series {
                #expect(self.numbers[family]?[labels] ?? -1 >= old, "\(family) \(labels)")
            }
        }
        for (family, series) in older.histograms {
            for (labels, old) in series {
                let new = self.histograms[family]?[labels] ?? []
                #expect(new.count == old.count && zip(new, old).allSatisfy { $0 >= $1 })
            }
        }
    }
}
