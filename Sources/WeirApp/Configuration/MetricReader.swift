// Weir
// SPDX-License-Identifier: Apache-2.0

import ConfigTree
import EVMABI
import Economy
import MetricsRegistry

/// What a metric of the operator's own does: the key `type`.
enum MetricKind: String, CaseIterable {
    case counter, sum, gauge, histogram, latency

    var type: MetricType {
        switch self {
        case .counter, .sum: .counter
        case .gauge: .gauge
        case .histogram, .latency: .histogram
        }
    }

    /// Keys that mean something for this type only, or not for it.
    func takes(_ key: String) -> Bool {
        switch key {
        case "event": self != .latency
        case "from", "to", "key", "pending_max": self == .latency
        case "value", "decimals": [.sum, .gauge, .histogram].contains(self)
        case "buckets": self == .histogram || self == .latency
        default: true
        }
    }
}

/// Reads `metrics`.
struct MetricReader {
    private let events: EventDirectory
    /// Block times of slow chains up to the longest escrows.
    private static let latencyBuckets: [Double] = [
        1, 5, 15, 60, 300, 900, 3_600, 14_400, 86_400, 604_800,
    ]

    init(_ events: EventDirectory) {
        self.events = events
    }

    func read(
        _ root: ConfigSection, names: inout MetricNames
    ) -> [(chain: String, definition: MetricDefinition)] {
        var result: [(chain: String, definition: MetricDefinition)] = []
        for section in root.sectionList("metrics") {
            guard let metric = self.metric(section, names: &names) else { continue }
            names.add(metric.definition, section)
            result.append(metric)
        }
        return result
    }

    private func metric(
        _ section: ConfigSection, names: inout MetricNames
    ) -> (chain: String, definition: MetricDefinition)? {
        let name = section.scalar("name", expected: "the name of a metric")
        if let name { names.mention(name) }
        let kind: MetricKind? = section.enumeration("type")
        let help = section.optionalString("help")
        let maximum = section.int("max_series", in: 1...100_000, default: 200)
        let labels = section.entries("labels").map { ($0, $0.value.scalar()) }
        let event = section.optionalScalar("event", expected: "Contract.Event")
        let value = section.optionalScalar("value", expected: "the name of an argument")
        let decimals = section.optionalInt("decimals", in: 0...255) ?? 0
        let buckets = section.optional("buckets", .buckets)
        let from = section.optionalScalar("from", expected: "Contract.Event")
        let to = section.optionalScalar("to", expected: "Contract.Event")
        let keys = self.keys(section)
        let pending = section.optionalInt("pending_max", in: 1...10_000_000) ?? 100_000
        guard let kind else { return nil }

        var isWhole = true
        for key in ["event", "from", "to", "key", "pending_max", "value", "decimals", "buckets"]
        where section.has(key) && !kind.takes(key) {
            section.fail(
                at: key, "a \(kind.rawValue) has no \(key)",
                advice: key == "event" ? "write from, to and key" : "remove it")
            isWhole = false
        }
        let target = kind == .latency ? to : event
        for (key, found) in [
            ("event", event != nil), ("from", from != nil), ("to", to != nil),
            ("key", keys != nil), ("value", value != nil),
        ] where kind.takes(key) && !found {
            if !section.has(key) {
                section.fail(
                    "missing key \(key.quoted)", advice: "a \(kind.rawValue) needs it")
            }
            isWhole = false
        }
        if let name {
            names.lint(name, kind.type, labels: labels.map(\.0.name), section)
        }
        guard let name, isWhole, let target, let end = self.events.event(target) else {
            return nil
        }

        let resolved: MetricDefinition.Kind?
        switch kind {
        case .counter: resolved = .count
        case .sum:
            resolved = self.value(
                value, decimals, of: end, unsigned: "a sum only grows"
            ).map { .sum($0) }
        case .gauge: resolved = self.value(value, decimals, of: end).map { .gauge($0) }
        case .histogram:
            resolved = self.value(
                value, decimals, of: end, unsigned: "a histogram counts amounts"
            ).map {
                .histogram($0, buckets: buckets ?? EventValueReader.buckets)
            }
        case .latency:
            resolved = from.flatMap { self.events.event($0).map { ($0, from) } }.flatMap {
                start, from in
                if start.chain != end.chain {
                    section.fail(
                        at: "from", "is on chain \(start.chain), and to is on \(end.chain)",
                        advice: "both events must be of one chain")
                    return nil
                }
                return self.latency(
                    start, end, keys, buckets ?? Self.latencyBuckets, pending)
            }
        }
        let parameters = labels.map { entry, scalar in
            scalar.flatMap { self.label($0, of: end.layout) }
                .map { MetricDefinition.Label(name: entry.name, parameter: $0) }
        }
        guard let resolved, !parameters.contains(nil) else { return nil }
        return (
            end.chain,
            MetricDefinition(
                name: name.text, help: help ?? Self.help(kind, target, from, value), kind: resolved,
                slots: end.slots, labels: parameters.compactMap { $0 }, seriesMax: maximum)
        )
    }

    // MARK: Parts

    /// - Parameter unsigned: why an `intN` is refused; nil: it is not.
    private func value(
        _ scalar: ConfigScalar?, _ decimals: Int, of event: EventDirectory.Event,
        unsigned: String? = nil
    ) -> EventValue? {
        guard let scalar,
            let (index, isSigned) = EventDirectory.integer(
                scalar, of: event.layout, unsigned: unsigned, advice: "use type: gauge")
        else { return nil }
        return EventValue(
            parameter: index, decimals: UInt8(clamping: decimals), isSigned: isSigned)
    }

    /// `key: jobId`, or `key: { from: jobId, to: id }`.
    private func keys(_ section: ConfigSection) -> (from: ConfigScalar, to: ConfigScalar)? {
        guard let value = section.value("key") else { return nil }
        guard value.isSection, let pair = value.section() else {
            return value.scalar(expected: "the name of an argument").map { ($0, $0) }
        }
        let from = pair.scalar("from", expected: "the name of an argument")
        let to = pair.scalar("to", expected: "the name of an argument")
        guard let from, let to else { return nil }
        return (from, to)
    }

    private func latency(
        _ start: EventDirectory.Event, _ end: EventDirectory.Event,
        _ keys: (from: ConfigScalar, to: ConfigScalar)?, _ buckets: [Double], _ pending: Int
    ) -> MetricDefinition.Kind? {
        guard let keys else { return nil }
        let first = EventDirectory.argument(keys.from, of: start.layout)
        let second = EventDirectory.argument(keys.to, of: end.layout)
        guard let first, let second else { return nil }
        let (type, other) = (start.layout.types[first], end.layout.types[second])
        guard type == other else {
            keys.to.fail(
                "the keys differ: \(start.layout.name) has \(type), \(end.layout.name) has \(other)",
                advice: "join by arguments of the same type")
            return nil
        }
        switch end.layout.event.inputs[second].type {
        case .uint, .int, .address, .bool, .fixedBytes: break
        default:
            keys.to.fail(
                "\(other) cannot be a key", advice: "join by an integer, address or bytes32")
            return nil
        }
        return .latency(
            MetricDefinition.Latency(
                startSlots: start.slots, startKey: first, endKey: second, buckets: buckets,
                pendingMax: pending))
    }

    private func label(_ scalar: ConfigScalar, of layout: EventLayout) -> Int? {
        guard let index = EventDirectory.argument(scalar, of: layout) else { return nil }
        switch layout.event.inputs[index].type {
        case .uint, .int, .address, .bool, .fixedBytes, .string: return index
        default:
            scalar.fail(
                "\(layout.types[index]) cannot be a label",
                advice: "use an address, an integer, bool, bytes32 or string")
            return nil
        }
    }

    private static func help(
        _ kind: MetricKind, _ event: ConfigScalar, _ from: ConfigScalar?, _ value: ConfigScalar?
    ) -> String {
        let text = { (scalar: ConfigScalar?) -> String in
            guard let scalar, !scalar.origin.mayBeSecret else { return "an event" }
            return scalar.text
        }
        return switch kind {
        case .counter: "Events \(text(event))."
        case .sum: "Sum of \(text(value)) of \(text(event))."
        case .gauge: "Last \(text(value)) of \(text(event))."
        case .histogram: "Values of \(text(value)) of \(text(event))."
        case .latency: "Seconds from \(text(from)) to \(text(event)), by block time."
        }
    }
}
