// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMABI
import EVMPrimitives
import HashTreeCollections

/// One metric of the `metrics:` section: its series by label values, and, for a latency, the first
/// events that wait for their second.
///
/// A value; the trees share what a copy did not touch, so that a snapshot per block stays cheap.
struct MetricTracker: Sendable {
    let definition: MetricDefinition
    let bounds: [U256]
    /// By label values, as ``SeriesKey`` writes them.
    private(set) var series: TreeDictionary<String, SeriesState> = [:]
    /// The time of first events, by the word of their key.
    private(set) var pending: TreeDictionary<U256, BlockTime> = [:]
    /// First events that were not remembered because too many waited.
    private(set) var dropped: UInt64 = 0

    /// The value of every label in the series that takes what is beyond the budget.
    static let other = "other"

    init(_ definition: MetricDefinition) {
        self.definition = definition
        switch definition.kind {
        case .histogram(let value, let buckets):
            self.bounds = ValueHistogram.units(of: buckets, decimals: value.decimals)
        case .latency(let latency):
            self.bounds = ValueHistogram.units(of: latency.buckets, decimals: 0)
        default:
            self.bounds = []
        }
        if definition.labels.isEmpty, !definition.kind.isGauge {
            self.series[""] = self.empty
        }
    }

    /// A series before its first event.
    private var empty: SeriesState {
        switch self.definition.kind {
        case .count: .count(0)
        case .sum: .sum(ExactSum())
        case .gauge: .gauge(.zero)
        case .histogram, .latency: .histogram(ValueHistogram(bounds: self.bounds.count))
        }
    }

    /// Takes in an event of one of the definition's slots.
    mutating func apply(
        _ event: DecodedEvent, _ input: TrackerInput, effects: inout TrackerEffects
    ) {
        switch self.definition.kind {
        case .count:
            self.update(input, event, &effects) { $0.add(.count(1)) }
        case .sum(let value):
            let amount = event.word(value.parameter, on: input.tape)
            self.update(input, event, &effects) { $0.add(.sum(ExactSum(low: amount))) }
        case .gauge(let value):
            let word = event.word(value.parameter, on: input.tape)
            self.update(input, event, &effects) { $0 = .gauge(word) }
        case .histogram(let value, _):
            let amount = event.word(value.parameter, on: input.tape)
            self.observe(amount, event, input, &effects)
        case .latency(let latency):
            self.end(latency, event, input, &effects)
        }
    }

    /// Takes in a first event of a latency.
    mutating func begin(
        _ latency: MetricDefinition.Latency, _ event: DecodedEvent, _ input: TrackerInput,
        effects: inout TrackerEffects
    ) {
        let key = input.keyWord(latency.startKey, of: event)
        guard self.pending[key] == nil else { return }
        guard self.pending.count < latency.pendingMax else {
            self.dropped &+= 1
            effects.touch("dropped")
            return
        }
        self.pending[key] = input.time
        effects.touch(Self.pendingKey(key))
    }

    private mutating func end(
        _ latency: MetricDefinition.Latency, _ event: DecodedEvent, _ input: TrackerInput,
        _ effects: inout TrackerEffects
    ) {
        let key = input.keyWord(latency.endKey, of: event)
        guard let start = self.pending.removeValue(forKey: key) else { return }
        effects.touch(Self.pendingKey(key))
        // A chain's clock may stand still between blocks, but never goes back; a provider's may.
        let seconds = UInt64(clamping: max(0, input.time.seconds(since: start)))
        self.observe(U256(seconds), event, input, &effects)
        effects.facts.append(
            Fact(
                kind: "event_latency",
                key: "\(self.definition.name)/\(input.entry.blockNumber)/\(input.entry.logIndex)",
                block: input.entry.block, logIndex: input.entry.logIndex,
                fields: [
                    Fact.Field("metric", self.definition.name),
                    Fact.Field("key", key.hexQuantity),
                    Fact.Field("started", start.description),
                    Fact.Field("ended", input.time.description),
                    Fact.Field("seconds", String(seconds)),
                ]))
    }

    private mutating func observe(
        _ units: U256, _ event: DecodedEvent, _ input: TrackerInput,
        _ effects: inout TrackerEffects
    ) {
        let bounds = self.bounds
        self.update(input, event, &effects) { state in
            guard case .histogram(var histogram) = state else { return }
            histogram.observe(units, bounds: bounds)
            state = .histogram(histogram)
        }
    }

    private mutating func update(
        _ input: TrackerInput, _ event: DecodedEvent, _ effects: inout TrackerEffects,
        _ change: (inout SeriesState) -> Void
    ) {
        let labels = self.definition.labels
        var key = SeriesKey.text(
            of: labels.lazy.map { input.labelText($0.parameter, of: event) })
        if self.series[key] == nil, self.series.count >= self.definition.seriesMax {
            key = SeriesKey.text(of: repeatElement(Self.other, count: labels.count))
        }
        var state = self.series[key] ?? self.empty
        change(&state)
        self.series[key] = state
        effects.touch("series/" + key)
    }

    // MARK: State by key

    private static func pendingKey(_ key: U256) -> String { "pending/" + key.hexQuantity }

    /// The stored form of an entry; nil where there is none any more.
    func stateBytes(_ key: String) -> [UInt8]? {
        if key == "dropped" { return StateCoding.encode(.count(self.dropped)) }
        if let text = key.dropping("series/") {
            return self.series[text].map(StateCoding.encode)
        }
        guard let text = key.dropping("pending/"), let word = U256(hexQuantity: text) else {
            return nil
        }
        return self.pending[word].map { StateCoding.encode(.count($0.rawValue)) }
    }

    /// All keys that the store should hold.
    var stateKeys: [String] {
        self.series.keys.map { "series/" + $0 } + self.pending.keys.map(Self.pendingKey)
            + (self.dropped > 0 ? ["dropped"] : [])
    }

    /// Puts a stored entry in its place; false where it does not fit.
    mutating func restore(_ key: String, _ bytes: [UInt8]) -> Bool {
        guard let state = StateCoding.decode(bytes, bounds: self.bounds.count) else { return false }
        if let text = key.dropping("series/") {
            guard self.accepts(state, at: text) else { return false }
            self.series[text] = state
            return true
        }
        guard case .latency = self.definition.kind, case .count(let count) = state else {
            return false
        }
        if key == "dropped" {
            self.dropped = count
            return true
        }
        guard let text = key.dropping("pending/"), let word = U256(hexQuantity: text),
            word.hexQuantity == text
        else { return false }
        self.pending[word] = BlockTime(count)
        return true
    }

    /// Whether a state is of this metric's kind, and its key that of label values of this metric.
    func accepts(_ state: SeriesState, at key: String) -> Bool {
        state.hasKind(of: self.empty)
            && SeriesKey.values(of: key, count: self.definition.labels.count) != nil
    }
}

extension MetricDefinition.Kind {
    var isGauge: Bool { if case .gauge = self { true } else { false } }
}

extension SeriesState {
    func hasKind(of other: SeriesState) -> Bool {
        switch (self, other) {
        case (.count, .count), (.sum, .sum), (.gauge, .gauge), (.histogram, .histogram): true
        default: false
        }
    }
}

extension String {
    /// The rest behind a prefix; nil where it does not begin so.
    func dropping(_ prefix: String) -> String? {
        // By bytes: a mark behind the prefix would make one character with its last letter.
        guard self.utf8.starts(with: prefix.utf8) else { return nil }
        return String(self[self.utf8.index(self.startIndex, offsetBy: prefix.utf8.count)...])
    }
}
