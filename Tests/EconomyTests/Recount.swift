// Weir
// SPDX-License-Identifier: Apache-2.0

import BigInt
import EVMABI
import EVMPrimitives

@testable import Economy

/// The naive answer: everything counted again from the happenings of the canonical chain.
struct Recount {
    /// A happening with the time it is to be counted at.
    typealias Entry = (time: UInt64, what: Happening)

    /// One series: a count, an exact sum, or buckets with an exact sum.
    struct Series: Equatable {
        var counts: [BigUInt] = [0]
        var sum: BigUInt = 0
    }

    /// Label values by their bytes: the same characters may be other bytes.
    struct Labels: Hashable {
        var values: [[UInt8]]
        init(_ values: [String]) { self.values = values.map { Array($0.utf8) } }
    }

    var events: [String: BigUInt] = [:]
    var undecoded: [UndecodedReason: BigUInt] = [:]
    var transferValues: [Series]
    var metrics: [String: [Labels: Series]] = [:]
    var price: U256?
    var drift: I256?
    var pending: [U256: UInt64] = [:]
    var dropped = 0
    private let modelsMax: Int
    private let pendingMax: Int

    init(_ entries: [Entry], modelsMax: Int = 5, pendingMax: Int = 4) {
        self.modelsMax = modelsMax
        self.pendingMax = pendingMax
        let empty = Series(counts: Array(repeating: 0, count: Market.buckets.count + 1))
        self.transferValues = [empty, empty]
        self.metrics["jobs_paid_tokens_total"] = [Labels([]): Series()]
        self.metrics["job_wait_seconds"] = [
            Labels([]): Series(counts: Array(repeating: 0, count: Market.waits.count + 1))
        ]
        for entry in entries { self.count(entry.what, entry.time) }
    }

    private mutating func count(_ what: Happening, _ time: UInt64) {
        switch what {
        case .transfer(let isNFT, let from, let to, let value):
            self.events["Token Transfer", default: 0] += 1
            Self.observe(value, 18, Market.buckets, &self.transferValues[isNFT ? 1 : 0])
            self.series("transferred_units_total", [from.description, to.description], 3) {
                $0.sum += BigUInt(value)
            }
        case .posted(let id, let client, let payment, let model):
            self.events["Market JobPosted", default: 0] += 1
            self.series("jobs_posted_total", [Self.label(model)], self.modelsMax) {
                $0.counts[0] += 1
            }
            self.series(
                "job_value_tokens", [client.description], 200,
                empty: Series(counts: Array(repeating: 0, count: Market.buckets.count + 1))
            ) { Self.observe(payment, 6, Market.buckets, &$0) }
            if self.pending[id] == nil {
                if self.pending.count < self.pendingMax {
                    self.pending[id] = time
                } else {
                    self.dropped += 1
                }
            }
        case .completed(let id, _, let paid):
            self.events["Market JobCompleted", default: 0] += 1
            self.series("jobs_paid_tokens_total", [], 200) { $0.sum += BigUInt(paid) }
            if let start = self.pending.removeValue(forKey: id) {
                let seconds = time > start ? time - start : 0
                self.series("job_wait_seconds", [], 200) {
                    Self.observe(U256(seconds), 0, Market.waits, &$0)
                }
            }
        case .priced(let price):
            self.events["Market Priced", default: 0] += 1
            self.price = price
        case .drift(let drift):
            self.events["Market Drift", default: 0] += 1
            self.drift = drift
        case .deposit: self.events["Vault Deposit(address,uint256)", default: 0] += 1
        case .notedDeposit: self.events["Vault Deposit(uint256,bytes)", default: 0] += 1
        case .junk(let reason): self.undecoded[reason, default: 0] += 1
        case .stranger: break
        }
    }

    private mutating func series(
        _ metric: String, _ labels: [String], _ max: Int, empty: Series = Series(),
        _ change: (inout Series) -> Void
    ) {
        var known = self.metrics[metric] ?? [:]
        var key = Labels(labels)
        if known[key] == nil, known.count >= max { key = Labels(labels.map { _ in "other" }) }
        change(&known[key, default: empty])
        self.metrics[metric] = known
    }

    /// The text of a model as a label.
    private static func label(_ model: [UInt8]) -> String {
        guard let text = String(validating: model, as: UTF8.self) else {
            return Hex.encode(model.prefix(32))
        }
        let scalars = text.unicodeScalars.prefix(64).map { scalar in
            let isControl = scalar.value < 32 || (127...159).contains(scalar.value)
            return isControl ? Unicode.Scalar(32 as UInt8) : scalar
        }
        return String(String.UnicodeScalarView(scalars))
    }

    /// Bounds compared as fractions: amount ≤ bound · 10^decimals, all in millionths.
    private static func observe(
        _ amount: U256, _ decimals: Int, _ bounds: [Double], _ series: inout Series
    ) {
        let micro = BigUInt(amount) * 1_000_000
        let index =
            bounds.firstIndex { bound in
                micro <= BigUInt(UInt64((bound * 1e6).rounded())) * BigUInt(10).power(decimals)
            } ?? bounds.count
        series.counts[index] += 1
        series.sum += BigUInt(amount)
    }
}

extension Recount.Series {
    init(_ state: SeriesState) {
        switch state {
        case .count(let count): self.init(counts: [BigUInt(count)])
        case .sum(let sum): self.init(sum: BigUInt(sum))
        case .gauge(let bits): self.init(sum: BigUInt(bits))
        case .histogram(let histogram):
            self.init(counts: histogram.counts.map { BigUInt($0) }, sum: BigUInt(histogram.sum))
        }
    }

    var isZero: Bool { self.sum == 0 && self.counts.allSatisfy { $0 == 0 } }

    static func + (a: Self, b: Self) -> Self {
        Self(counts: zip(a.counts, b.counts).map { $0 + $1 }, sum: a.sum + b.sum)
    }

    static func - (a: Self, b: Self) -> Self {
        Self(counts: zip(a.counts, b.counts).map { $0 - $1 }, sum: a.sum - b.sum)
    }
}
