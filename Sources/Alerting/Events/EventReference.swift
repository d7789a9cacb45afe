// Weir
// SPDX-License-Identifier: Apache-2.0

import ConfigTree
import EVMABI

/// An event of a chain that a rule is on.
struct EventTarget: Sendable, Hashable {
    /// The chain's place among the sources.
    var chain: Int
    /// The event's place in the chain's catalog.
    var slot: Int
}

/// What a rule is on: `Contract.Event`, `Contract.Event(address,uint256)`, `Contract.*` or `*.Event`.
///
/// A name that is overloaded stands for all events of that name; with types in parentheses it stands
/// for one.
struct EventReference {
    /// What is wrong with a reference.
    struct Fault: Error, Equatable {
        var reason: String
        var advice: String?
    }

    /// Nil: any.
    let contract: String?
    /// Nil: any.
    let event: String?
    /// The canonical signature; nil where the reference names no types.
    let signature: String?

    init(_ text: String) throws(Fault) {
        guard let dot = text.firstIndex(of: ".") else {
            throw Fault(
                reason: "expected Contract.Event, found \(text.quoted)",
                advice: text.isEmpty ? nil : "write *.\(text) for the event of any contract")
        }
        let contract = String(text[..<dot])
        let event = String(text[text.index(after: dot)...])
        guard !contract.isEmpty, !event.isEmpty else {
            throw Fault(reason: "expected Contract.Event, found \(text.quoted)")
        }
        guard contract != "*" || event != "*" else {
            throw Fault(
                reason: "a rule on every event of every contract",
                advice: "name a contract or an event")
        }
        self.contract = contract == "*" ? nil : contract
        guard event.contains("(") else {
            self.event = event == "*" ? nil : event
            self.signature = nil
            return
        }
        do throws(ABIError) {
            let fragment = try HumanABI.parseEvent(event)
            self.event = fragment.name
            self.signature = fragment.signature
        } catch {
            throw Fault(reason: "\(event.quoted) is no event: \(error)")
        }
    }

    /// The events that it stands for; empty only where its contract is faulty, which has been
    /// reported.
    func targets(_ sources: EventSources) throws(Fault) -> [EventTarget] {
        if let contract = self.contract {
            if sources.faultyContracts.contains(contract) { return [] }
            let known = sources.chains.flatMap { $0.catalog.contracts.map(\.alias) }
            guard known.contains(contract) else {
                throw Fault(
                    reason: "there is no contract \(contract.quoted)",
                    advice: Suggestion.advice(
                        for: contract, among: known.sorted(), kind: "known contracts"))
            }
        }
        var targets: [EventTarget] = []
        for (index, chain) in sources.chains.enumerated() {
            for slot in chain.catalog.layouts.indices
            where self.isMeant(chain.catalog.layouts[slot], of: chain.catalog) {
                targets.append(EventTarget(chain: index, slot: slot))
            }
        }
        if targets.isEmpty { throw self.unknownEvent(sources) }
        return targets
    }

    private func isMeant(_ layout: EventLayout, of catalog: EventCatalog) -> Bool {
        if let contract = self.contract, catalog.contracts[layout.contract].alias != contract {
            return false
        }
        if let signature = self.signature { return layout.signature == signature }
        return self.event == nil || layout.name == self.event
    }

    private func unknownEvent(_ sources: EventSources) -> Fault {
        let layouts = sources.chains.flatMap { chain in
            chain.catalog.layouts.filter { layout in
                self.contract == nil
                    || chain.catalog.contracts[layout.contract].alias == self.contract
            }
        }
        let owner = self.contract ?? "no contract"
        guard let event = self.event else { return Fault(reason: "\(owner) has no events") }
        let same = layouts.filter { $0.name == event }
        let reason =
            self.contract == nil
            ? "no contract has an event \((self.signature ?? event).quoted)"
            : "\(owner) has no event \((self.signature ?? event).quoted)"
        guard same.isEmpty else {
            let signatures = Set(same.map(\.signature)).sorted().joined(separator: ", ")
            return Fault(reason: reason, advice: "it has \(signatures)")
        }
        return Fault(
            reason: reason,
            advice: Suggestion.advice(
                for: event, among: Set(layouts.map(\.name)).sorted(), kind: "its events"))
    }
}
