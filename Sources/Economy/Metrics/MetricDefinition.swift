// Weir
// SPDX-License-Identifier: Apache-2.0

package import EVMABI
import EVMPrimitives

/// A metric of the operator's own, made from any event: the `metrics:` section, resolved against
/// the events of one chain.
package struct MetricDefinition: Sendable, Equatable {
    /// What the metric does with an event.
    package enum Kind: Sendable, Equatable {
        /// Counts events.
        case count
        /// Adds up an unsigned argument, exactly; exposed as a counter.
        case sum(EventValue)
        /// Shows the last value of an argument at the head; goes back with a reorg.
        case gauge(EventValue)
        /// Counts values of an argument in buckets.
        case histogram(EventValue, buckets: [Double])
        /// Measures the time from a first event to the event itself, joined by a key.
        case latency(Latency)
    }

    /// The seconds between two events with the same key, by the time of their blocks.
    package struct Latency: Sendable, Equatable {
        /// The slots of the first event.
        package var startSlots: [Int]
        /// The argument of the first event that is the key.
        package var startKey: Int
        /// The argument of the second event that is the key.
        package var endKey: Int
        package var buckets: [Double]
        /// How many first events may wait; beyond it the new one is not remembered, and counted.
        package var pendingMax: Int

        package init(
            startSlots: [Int], startKey: Int, endKey: Int, buckets: [Double],
            pendingMax: Int = 100_000
        ) {
            self.startSlots = startSlots
            self.startKey = startKey
            self.endKey = endKey
            self.buckets = buckets
            self.pendingMax = pendingMax
        }
    }

    /// A label whose value is an argument.
    package struct Label: Sendable, Equatable {
        package var name: String
        package var parameter: Int

        package init(name: String, parameter: Int) {
            self.name = name
            self.parameter = parameter
        }
    }

    /// The name in full, as it is exposed: `_total` on counters and sums.
    package var name: String
    package var help: String
    package var kind: Kind
    /// The events that the metric is made from; for a latency, the second ones. All have the same
    /// arguments.
    package var slots: [Int]
    package var labels: [Label]
    /// How many label sets there may be; further ones are added up under `other`.
    package var seriesMax: Int

    package init(
        name: String, help: String, kind: Kind, slots: [Int], labels: [Label] = [],
        seriesMax: Int = 200
    ) {
        self.name = name
        self.help = help
        self.kind = kind
        self.slots = slots
        self.labels = labels
        self.seriesMax = seriesMax
    }
}

/// An integer argument of an event, and the decimals that people read it with.
package struct EventValue: Sendable, Equatable {
    /// The position of the argument.
    package var parameter: Int
    package var decimals: UInt8
    /// Whether the argument is an `intN`.
    package var isSigned: Bool

    package init(parameter: Int, decimals: UInt8, isSigned: Bool = false) {
        self.parameter = parameter
        self.decimals = decimals
        self.isSigned = isSigned
    }
}

/// The declared value of an event: what `weir_event_value_tokens` counts in buckets.
package struct EventValueDefinition: Sendable, Equatable {
    package var slot: Int
    package var value: EventValue
    package var buckets: [Double]

    package init(slot: Int, value: EventValue, buckets: [Double]) {
        self.slot = slot
        self.value = value
        self.buckets = buckets
    }
}

/// Everything that gives one chain's events their meaning. Does not change while the process runs.
package struct EconomyDefinition: Sendable {
    /// The name of the chain: the label `chain` of every series.
    package let chain: String
    package let catalog: EventCatalog
    package let eventValues: [EventValueDefinition]
    package let metrics: [MetricDefinition]
    package let trackers: [TrackerDefinition]
    /// What the trackers' amounts are told in; complete before the first block.
    package var tokens: TokenTable

    package init(
        chain: String, catalog: EventCatalog, eventValues: [EventValueDefinition] = [],
        metrics: [MetricDefinition] = [], trackers: [TrackerDefinition] = [],
        tokens: TokenTable = TokenTable()
    ) {
        self.chain = chain
        self.catalog = catalog
        self.eventValues = eventValues
        self.metrics = metrics
        self.trackers = trackers
        self.tokens = tokens
    }

    /// Whether a time is needed for every log: latencies are measured by block times, and trackers
    /// remember when things began.
    package var needsTimes: Bool {
        !self.trackers.isEmpty
            || self.metrics.contains { if case .latency = $0.kind { true } else { false } }
    }

    /// A name for this definition: the same text gives the same name, so that stored state that
    /// was made under another definition is not mistaken for this one's.
    package var fingerprint: String {
        // State of before there was a checksum has none: it is built again.
        var text = "checksum 2\n"
        for layout in self.catalog.layouts {
            let contract = self.catalog.contracts[layout.contract]
            let inputs = layout.event.inputs.map { $0.isIndexed ? "i" : "d" }.joined()
            text += "\(contract.alias) \(contract.address?.lowercaseText ?? "*") "
            text += "\(layout.signature) \(inputs) \(layout.event.isAnonymous)\n"
        }
        for contract in self.catalog.contracts where !contract.implementations.isEmpty {
            text += "\(contract.alias) \(contract.beacon?.lowercaseText ?? "-")"
            for implementation in contract.implementations {
                text += " \(implementation.address.lowercaseText)"
                for event in implementation.events {
                    let inputs = event.inputs.enumerated().map {
                        ($1.isIndexed ? "i " : "d ") + $1.label($0)
                    }
                    text += " \(event.signature) \(event.isAnonymous) \(inputs)"
                }
            }
            text += "\n"
        }
        for value in self.eventValues { text += "\(value)\n" }
        for metric in self.metrics { text += "\(metric)\n" }
        for tracker in self.trackers { text += "\(tracker.fingerprint)\n" }
        if !self.trackers.isEmpty { text += "\(self.tokens.tokens)\n" }
        return Keccak256.hash(text: text).description
    }
}
