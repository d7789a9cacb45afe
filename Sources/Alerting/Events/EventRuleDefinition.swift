// Weir
// SPDX-License-Identifier: Apache-2.0

import EVMABI
import EVMPrimitives
import PromQL

/// A rule on events as the configuration has it, checked.
///
/// An event has no end of its own, so its alert ends by itself ``resolveAfter`` after it was told, as an
/// alert ends in Alertmanager that nobody sends again (`resolve_timeout`).
package struct EventRuleDefinition: Sendable {
    /// `alertname`; nil: the event's name.
    package var name: String?
    /// What it is on, as it was written.
    package var references: [String]
    package var severity: String
    package var moment: EventMoment
    /// How long an alert fires, in milliseconds.
    package var resolveAfter: Int64
    /// How old an event may be to be told of still, in milliseconds.
    package var ageMax: Int64
    /// How many events of one block are told one by one; the rest is counted in one alert.
    package var limit: Int
    /// The condition as it was written; nil: every event.
    package var condition: String?

    var targets: [EventTarget]
    var syntax: ConditionSyntax?
    /// The units of arguments by their paths, as they were configured.
    var units: [String: String]
    var labels: [EventTexts.Source]
    var annotations: [EventTexts.Source]

    /// Tells the rule from others, over restarts and other orders of the file: what it is on, its
    /// condition, name, severity and moment.
    package var identity: String {
        let parts = [
            self.name ?? "", self.references.joined(separator: ","), self.condition ?? "",
            self.severity, self.moment.text,
        ]
        // A length before each part, so that no two lists of parts are one text.
        let text = parts.map { "\($0.utf8.count):\($0)" }.joined()
        return Hex.encode(Keccak256.hash(text: text).bytes.prefix(8), prefix: false)
    }

    /// The labels of every alert of the rule for one event.
    func base(_ event: String, contract: String, chain: String) -> Labels {
        Labels([
            ("alertname", self.name ?? event), ("severity", self.severity), ("chain", chain),
            ("contract", contract), ("event", event),
        ])
    }

    /// The rule for one event: its condition and its texts.
    ///
    /// - Parameter needsDecimals: whether the decimals of all tokens that it names must be known.
    func handler(
        _ target: EventTarget, _ sources: EventSources, needsDecimals: Bool
    ) throws(EventRuleError) -> EventRule.Handler {
        let chain = sources.chains[target.chain]
        let layout = chain.catalog.layouts[target.slot]
        var units = self.units
        var program: ConditionProgram?
        if let syntax = self.syntax {
            do throws(ConditionFault) {
                let scope = ConditionScope(
                    event: layout, chain: chain, lists: sources.lists,
                    needsDecimals: needsDecimals)
                let checked = try ConditionChecker.check(syntax, in: scope)
                program = checked.program
                units.merge(checked.units) { configured, _ in configured }
            } catch {
                throw .condition(error, event: layout.signature)
            }
        }
        for symbol in self.units.values.sorted()
        where needsDecimals && chain.unit(symbol) == nil {
            throw .unknownDecimals(symbol)
        }
        do throws(EventTexts.Fault) {
            let texts = try EventTexts(
                target.slot, on: chain, names: sources.names(on: chain), units: units,
                labels: self.labels, annotations: self.annotations)
            let base = self.base(layout.name, contract: texts.contract, chain: chain.name)
            if let fault = texts.trial(base: base) { throw fault }
            return EventRule.Handler(condition: program, texts: texts, base: base)
        } catch {
            throw .text(error.name, error.reason, advice: error.advice)
        }
    }
}

/// Why a rule on events cannot be carried out.
package enum EventRuleError: Error, Equatable, Sendable {
    case condition(ConditionFault, event: String)
    /// A label or an annotation, by its name.
    case text(String, String, advice: String?)
    case unknownDecimals(String)
    /// A stored state that is damaged.
    case unfitState(key: String)
}

extension EventRuleError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .condition(let fault, let event): "the condition does not fit \(event): \(fault)"
        case .text(let name, let reason, let advice):
            "\(name): \(reason)" + (advice.map { "; \($0)" } ?? "")
        case .unknownDecimals(let symbol):
            "the decimals of token \(symbol) are not known; write `decimals` under tokens"
        case .unfitState(let key):
            "the stored state of event rules is damaged at block \(key); delete it, and what was "
                + "told of that block cannot be retracted"
        }
    }
}

/// A rule on events, ready for one chain.
package struct EventRule: Sendable {
    /// What it does with one event.
    struct Handler: Sendable {
        var condition: ConditionProgram?
        var texts: EventTexts
        var base: Labels
    }

    package let definition: EventRuleDefinition
    package let identity: String
    /// By the event's place in the catalog.
    let handlers: [Int: Handler]

    /// Prepares a rule for the chain at a place; nil where it is on no event of it.
    ///
    /// - Throws: what does not fit, such as a token whose decimals are not known.
    package init?(
        _ definition: EventRuleDefinition, chain: Int, sources: EventSources
    ) throws(EventRuleError) {
        var handlers: [Int: Handler] = [:]
        for target in definition.targets where target.chain == chain {
            handlers[target.slot] = try definition.handler(
                target, sources, needsDecimals: true)
        }
        guard !handlers.isEmpty else { return nil }
        self.definition = definition
        self.identity = definition.identity
        self.handlers = handlers
    }
}
