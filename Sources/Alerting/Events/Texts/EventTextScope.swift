// Weir
// SPDX-License-Identifier: Apache-2.0

import EVMABI
import GoTemplate
import PromQL

/// One event as templates see it.
struct EventTextScope {
    let args: TemplateValue
    let raw: TemplateValue
    let link: String
    let calls: [String]
    let context: EventContext
    let functions: [String: TemplateEnvironment.Function]

    init(_ texts: EventTexts, _ context: EventContext) {
        let inputs = texts.layout.event.inputs
        var args: [TemplateRecord.Field] = []
        var raw: [TemplateRecord.Field] = []
        for (index, value) in context.values.enumerated().prefix(inputs.count) {
            let name = texts.layout.names[index]
            args.append(.init(name, texts.values.value(value, inputs[index].type, path: name)))
            raw.append(.init(name, texts.values.raw(value, inputs[index].type)))
        }
        self.args = .record(TemplateRecord(args))
        self.raw = .record(TemplateRecord(raw))
        self.link =
            texts.chain.explorer?.transaction(context.transactionHash)
            ?? "\(context.transactionHash)"
        self.calls = texts.calls?.lines(context.values) ?? []
        self.context = context
        var values: [String: TemplateValue] = [
            "chain": .string(context.chain), "contract": .string(context.contract),
            "event": .string(context.event), "link": .string(self.link),
            "calls": .string(self.calls.joined(separator: "\n")),
        ]
        for field in args { values[field.name] = field.value }
        var functions: [String: TemplateEnvironment.Function] = [:]
        for (name, value) in values { functions[name] = Self.giving(value) }
        self.functions = functions
    }

    /// A function without arguments: the name of an argument as a template writes it.
    private static func giving(_ value: TemplateValue) -> TemplateEnvironment.Function {
        func function(_ arguments: [TemplateValue]) throws(TemplateFault) -> TemplateValue {
            guard arguments.isEmpty else {
                throw TemplateFault("an event's argument takes no arguments")
            }
            return value
        }
        return function
    }

    func text(_ template: Template, labels: Labels) -> String {
        do throws(TemplateError) {
            return try self.expand(template, labels: labels)
        } catch {
            // As Prometheus: the alert goes out, and says what is wrong with its text.
            return "<error expanding template: \(SafeText.cleaned("\(error)", limit: 300))>"
        }
    }

    func expand(_ template: Template, labels: Labels) throws(TemplateError) -> String {
        let names = TemplateValue.labels(
            Dictionary(uniqueKeysWithValues: labels.pairs.map { ($0.name, $0.value) }))
        let context = self.context
        func record(_ fields: [(String, TemplateValue)]) -> TemplateValue {
            .record(TemplateRecord(fields.map { .init($0.0, $0.1) }))
        }
        let data = record([
            ("Args", self.args), ("Raw", self.raw), ("Labels", names),
            ("Chain", .string(context.chain)), ("Contract", .string(context.contract)),
            ("Event", .string(context.event)), ("Address", .string("\(context.address)")),
            ("Tx", record([("Hash", .string("\(context.transactionHash)"))])),
            (
                "Block",
                record([
                    ("Number", .int(Int64(clamping: context.blockNumber))),
                    ("Time", .int(Int64(clamping: context.blockTime))),
                    ("Hash", .string("\(context.blockHash)")),
                ])
            ),
            ("Log", record([("Index", .int(Int64(context.logIndex)))])),
            ("Link", .string(self.link)),
            ("Calls", .list(self.calls.map { .string($0) })),
        ])
        return try template.execute(
            data: data, variables: ["args": self.args, "raw": self.raw, "labels": names],
            environment: TemplateEnvironment(
                functions: self.functions, matches: TemplatePatterns.matches,
                replaceAll: TemplatePatterns.replaceAll))
    }
}
