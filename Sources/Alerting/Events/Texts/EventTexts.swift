// Weir
// SPDX-License-Identifier: Apache-2.0

import ConfigTree
import EVMABI
import EVMPrimitives
import GoTemplate
import PromQL

/// The texts of a rule's alerts for one event: labels and annotations, read once.
///
/// Templates are Go's, as in Prometheus' rules, with the event in them: `{{ node }}` for an argument, or
/// `{{ .Args.node }}` and `{{ $args.node }}`; `.Raw.amount` for its digits; `.Labels`, `.Chain`,
/// `.Contract`, `.Event`, `.Tx.Hash`, `.Block.Number`, `.Block.Time`, `.Block.Hash`, `.Log.Index`;
/// `link`, and `calls` where the event announces calls. An argument comes before a function of its
/// name; arguments whose names are words of the template's language are reached through `.Args`.
struct EventTexts: Sendable {
    private static let labelLimit = 500

    /// A text by its name, as it was configured.
    struct Source: Sendable, Hashable {
        var name: String
        var text: String
    }

    /// What is wrong with a text, and which one it is.
    struct Fault: Error, Equatable {
        var name: String
        var reason: String
        var advice: String?
    }

    let layout: EventLayout
    let contract: String
    let chain: EventSources.Chain
    let values: EventValueText
    let calls: EventCalls?
    private let labels: [(name: String, template: Template)]
    private let annotations: [(name: String, template: Template)]

    /// - Parameter units: the units of arguments by their paths.
    init(
        _ slot: Int, on chain: EventSources.Chain, names: [Address: String],
        units: [String: String], labels: [Source], annotations: [Source]
    ) throws(Fault) {
        let layout = chain.catalog.layouts[slot]
        let contract = chain.catalog.contracts[layout.contract]
        self.layout = layout
        self.contract = contract.alias
        self.chain = chain
        var known: [String: TokenUnit] = [:]
        if let address = contract.address, let unit = chain.units[address] {
            for path in Self.amounts(of: layout) { known[path] = unit }
        }
        for (path, symbol) in units { known[path] = chain.unit(symbol) ?? known[path] }
        self.values = EventValueText(names: names, units: known)
        self.calls = EventCalls(
            layout, CallText(chain.functions, tokens: chain.units, native: chain.native))
        let functions = Self.functions(layout, hasCalls: self.calls != nil)
        var parsed: [[(name: String, template: Template)]] = []
        for sources in [labels, annotations] {
            var templates: [(name: String, template: Template)] = []
            for source in sources {
                templates.append((source.name, try Self.parse(source, layout, functions)))
            }
            parsed.append(templates)
        }
        self.labels = parsed[0]
        self.annotations = parsed[1]
    }

    /// Arguments of a token's own events that count its smallest units (EIP-20, WETH9).
    private static func amounts(of layout: EventLayout) -> [String] {
        guard
            ["Transfer", "Approval", "Deposit", "Withdrawal", "Mint", "Burn"].contains(layout.name)
        else { return [] }
        return layout.names.indices
            .filter { layout.event.inputs[$0].type == .uint256 }
            .map { layout.names[$0] }
            .filter { ["value", "wad", "amount"].contains($0) }
    }

    private static func functions(_ layout: EventLayout, hasCalls: Bool) -> Set<String> {
        var names: Set<String> = ["chain", "contract", "event", "link"]
        if hasCalls { names.insert("calls") }
        return names.union(layout.names.filter(\.isIdentifier))
    }

    private static func parse(
        _ source: Source, _ layout: EventLayout, _ functions: Set<String>
    ) throws(Fault) -> Template {
        do throws(TemplateError) {
            return try Template.parse(
                source.text, variables: ["args", "labels", "raw"], functions: functions)
        } catch {
            let unknown = error.reason.split(separator: "\"").dropFirst().first.map(String.init)
            let advice =
                error.reason.hasSuffix("not defined")
                ? Suggestion.advice(
                    for: unknown ?? "", among: layout.names + ["link", "calls", "contract"],
                    kind: "arguments of \(layout.name)")
                : nil
            throw Fault(
                name: source.name, reason: "\(error) (for \(layout.signature))", advice: advice)
        }
    }

    // MARK: One event

    /// The alert of an event; `base` are the labels that every alert of the rule has.
    func texts(_ context: EventContext, base: Labels) -> (labels: Labels, annotations: Labels) {
        let scope = EventTextScope(self, context)
        var labels = base
        for (name, template) in self.labels {
            let text = scope.text(template, labels: labels)
            labels = labels.setting(
                name, to: SafeText.shortened(text, limit: Self.labelLimit))
        }
        var annotations: [(String, String)] = [
            ("block", "\(context.blockNumber) (\(context.blockHash))")
        ]
        if let explorer = self.chain.explorer {
            annotations.append(("transaction_url", explorer.transaction(context.transactionHash)))
        }
        if !self.annotations.contains(where: { $0.name == "summary" }) {
            annotations.append(("summary", self.summary(context)))
        }
        for (name, template) in self.annotations {
            annotations.append((name, scope.text(template, labels: labels)))
        }
        return (labels, Labels(annotations))
    }

    /// `NodeRegistry.NodeSlashed: node mine, amount 150 FAB, reason offline`.
    private func summary(_ context: EventContext) -> String {
        let parts = zip(self.layout.names, zip(self.layout.event.inputs, context.values)).prefix(8)
            .map { name, pair in
                let text = self.values.text(pair.1, pair.0.type, path: name)
                return "\(name) " + SafeText.shortened(text, limit: 100)
            }
        let head = "\(context.contract).\(context.event)"
        return parts.isEmpty ? head : head + ": " + parts.joined(separator: ", ")
    }

    /// What a text that reads a field which no event has says, tried with made-up values; nil: none.
    func trial(base: Labels) -> Fault? {
        let context = EventContext(
            values: self.layout.event.inputs.map { parameter in
                parameter.isIndexed && !parameter.type.isWord
                    ? .hash(.zero) : ABIValue(sampleOf: parameter.type)
            }, contract: self.contract, event: self.layout.name, chain: self.chain.name,
            address: .zero, transactionHash: .zero, blockNumber: 0, blockHash: .zero, blockTime: 0,
            logIndex: 0)
        let scope = EventTextScope(self, context)
        for (name, template) in self.labels + self.annotations {
            do throws(TemplateError) {
                _ = try scope.expand(template, labels: base)
            } catch  where error.reason.contains("evaluate field") {
                return Fault(name: name, reason: "\(error) (for \(self.layout.signature))")
            } catch {
                // Any other refusal may be due to the values.
                continue
            }
        }
        return nil
    }
}

extension ABIValue {
    /// A value of a type, to try texts with: zeros, and one element in each list.
    fileprivate init(sampleOf type: ABIType) {
        switch type {
        case .uint: self = .uint(.zero)
        case .int: self = .int(.zero)
        case .address: self = .address(.zero)
        case .bool: self = .bool(false)
        case .fixedBytes(let count): self = .bytes(Array(repeating: 0, count: count))
        case .function: self = .bytes(Array(repeating: 0, count: 24))
        case .bytes: self = .bytes([])
        case .string: self = .string(utf8: [])
        case .array(let element): self = .array([ABIValue(sampleOf: element)])
        case .fixedArray(let element, let count):
            self = .array(Array(repeating: ABIValue(sampleOf: element), count: min(count, 2)))
        case .tuple(let components): self = .tuple(components.map { ABIValue(sampleOf: $0.type) })
        }
    }
}
