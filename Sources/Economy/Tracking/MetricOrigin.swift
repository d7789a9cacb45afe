// Weir
// SPDX-License-Identifier: Apache-2.0

import EVMABI
import EVMPrimitives

/// Where the numbers of a metric come from: what is added up, of which events, by whom.
package struct MetricOrigin: Sendable, Equatable {
    /// Events that play a part, and what is read off them.
    package struct Input: Sendable, Equatable {
        /// The part: `stake`, `slash`; empty where there is but one.
        package var role: String
        /// `Contract.Event(types)`, each that plays it.
        package var events: [String]
        /// Field and source: `amount` from `stake × 1/100`.
        package var fields: [(name: String, source: String)]
        /// What has to hold for the event to count.
        package var conditions: [String]

        package static func == (left: Self, right: Self) -> Bool {
            left.role == right.role && left.events == right.events
                && left.conditions == right.conditions
                && left.fields.map(\.name) == right.fields.map(\.name)
                && left.fields.map(\.source) == right.fields.map(\.source)
        }
    }

    /// Who keeps it: `staking/nodes`, `demo_slashings_total`, `events`.
    package var owner: String
    /// Whether the facts of ``owner`` say what changed it.
    package var hasFacts: Bool
    package var formula: String
    package var inputs: [Input]
}

extension EconomyDefinition {
    /// Where the numbers of a metric come from, one entry for each tracker that keeps it.
    ///
    /// - Parameters:
    ///   - name: the metric's full name.
    ///   - namespace: the prefix of Weir's own names.
    /// - Returns: nothing where no part of this definition keeps it.
    package func origins(of name: String, namespace: String) -> [MetricOrigin] {
        if let metric = self.metrics.first(where: { $0.name == name }) {
            return [self.origin(of: metric)]
        }
        guard let own = name.dropping(prefix: namespace + "_") else { return [] }
        if own.hasPrefix("event_value") {
            return self.eventValues.isEmpty ? [] : [self.valueOrigin]
        }
        if ["events_total", "events_reverted_total"].contains(own) {
            return [
                MetricOrigin(
                    owner: "events", hasFacts: false,
                    formula: own == "events_total"
                        ? "how many logs of the contract decode as this event"
                        : "how many of them stood in blocks that were dropped",
                    inputs: [])
            ]
        }
        var origins: [MetricOrigin] = []
        for tracker in self.trackers {
            guard let type = TrackerCatalog.type(tracker.kind) else { continue }
            let all = type.families + type.derivedFamilies + [.skipped]
            for family in all {
                let isTwin = family.twinName == own
                guard family.name == own || isTwin else { continue }
                origins.append(
                    MetricOrigin(
                        owner: tracker.storeName, hasFacts: true,
                        formula: isTwin
                            ? "what \(namespace)_\(family.name) had counted in blocks that were "
                                + "dropped: the net is the difference of both"
                            : family.formula,
                        inputs: self.inputs(of: tracker, type.shape)))
                break
            }
        }
        return origins
    }

    private func inputs(of tracker: TrackerDefinition, _ shape: TrackerShape)
        -> [MetricOrigin.Input]
    {
        tracker.bindings.map { binding in
            let fields = zip(shape.fields, binding.fields).compactMap { field, source in
                source.map { (field.name, self.text(of: $0, binding.slots.first)) }
            }
            return MetricOrigin.Input(
                role: shape.roles[binding.role].name, events: binding.slots.map(self.event),
                fields: fields,
                conditions: binding.filters.map { filter in
                    let words = filter.words.map(\.description).joined(separator: ", ")
                    return self.text(of: .argument(filter.argument), binding.slots.first)
                        + (filter.isExcluding ? " is none of " : " is one of ") + words
                })
        }
    }

    private func origin(of metric: MetricDefinition) -> MetricOrigin {
        func name(_ slot: Int?, _ parameter: Int) -> String {
            slot.map { self.catalog.layouts[$0].names[parameter] } ?? "argument \(parameter)"
        }
        let slot = metric.slots.first
        var fields = metric.labels.map { ($0.name, name(slot, $0.parameter)) }
        var inputs: [MetricOrigin.Input] = []
        func value(_ value: EventValue) -> String {
            name(slot, value.parameter)
                + (value.decimals == 0 ? "" : " divided by 10^\(value.decimals)")
        }
        let formula: String
        switch metric.kind {
        case .count: formula = "how many such events were seen"
        case .sum(let of): formula = "the exact sum of " + value(of)
        case .gauge(let of): formula = "the last " + value(of)
        case .histogram(let of, _): formula = "how often " + value(of) + " fell into each bucket"
        case .latency(let latency):
            formula = "seconds of block time from the first event to the second of the same key"
            let start = latency.startSlots.first
            inputs.append(
                MetricOrigin.Input(
                    role: "from", events: latency.startSlots.map(self.event),
                    fields: [("key", name(start, latency.startKey))], conditions: []))
            fields.append(("key", name(slot, latency.endKey)))
        }
        inputs.append(
            MetricOrigin.Input(
                role: inputs.isEmpty ? "" : "to", events: metric.slots.map(self.event),
                fields: fields, conditions: []))
        return MetricOrigin(owner: metric.name, hasFacts: false, formula: formula, inputs: inputs)
    }

    private var valueOrigin: MetricOrigin {
        MetricOrigin(
            owner: "events", hasFacts: false,
            formula: "how often the declared value of an event fell into each bucket",
            inputs: self.eventValues.map { value in
                let layout = self.catalog.layouts[value.slot]
                return MetricOrigin.Input(
                    role: "", events: [self.event(value.slot)],
                    fields: [
                        (
                            "value",
                            layout.names[value.value.parameter]
                                + " divided by 10^\(value.value.decimals)"
                        )
                    ], conditions: [])
            })
    }

    private func event(_ slot: Int) -> String {
        let layout = self.catalog.layouts[slot]
        return "\(self.catalog.contracts[layout.contract].alias).\(layout.signature)"
    }

    private func text(of source: FieldSource, _ slot: Int?) -> String {
        switch source {
        case .constant(let word): return "the constant \(word)"
        case .label(let text): return "the text \(text)"
        case .emitter: return "the contract's address"
        case .argument(let argument):
            var text = "argument \(argument.index)"
            if let slot {
                let layout = self.catalog.layouts[slot]
                text = layout.names[argument.index]
                var type = layout.event.inputs[argument.index].type
                for index in argument.path {
                    guard case .tuple(let parts) = type, parts.indices.contains(index) else {
                        break
                    }
                    text += ".\(parts[index].name.isEmpty ? String(index) : parts[index].name)"
                    type = parts[index].type
                }
            }
            if argument.isNegated { text = "−" + text }
            if argument.numerator != .one { text += " × \(argument.numerator)" }
            if argument.denominator != .one { text += " / \(argument.denominator)" }
            return text
        }
    }
}

extension SeriesFamily {
    /// What is done with the inputs, in words.
    var formula: String {
        let what = self.help.hasSuffix(".") ? String(self.help.dropLast()) : self.help
        let how =
            switch self.kind {
            case .count: "a count of events"
            case .sum: "an exact sum of 256-bit integers"
            case .gauge, .signedGauge: "the state at the head, exact, taken back with a reorg"
            case .histogram: "a count of amounts by bucket"
            }
        let scale =
            switch self.scale {
            case .none: ""
            case .decimals(let decimals): "; shown divided by 10^\(decimals)"
            case .token: "; shown divided by 10^decimals of the token"
            }
        return "\(what): \(how)\(scale)"
    }
}

extension String {
    /// The rest behind a prefix; nil where it does not begin so.
    fileprivate func dropping(prefix: String) -> String? {
        self.hasPrefix(prefix) ? String(self.dropFirst(prefix.count)) : nil
    }
}
