// Weir
// SPDX-License-Identifier: Apache-2.0

import ConfigTree
import EVMABI
import EVMPrimitives

/// Reads which events play which roles for a tracker, and where its fields come from:
///
///     stake:
///       - { event: NodeRegistry.NodeRegistered, account: node, amount: stake }
///       - { event: NodeRegistry.StakeAdded, account: node, amount: added, where: { node: ["0x…"] } }
///     fee: { event: Market.Paid, amount: { argument: price, scale: 0.01 }, payer: { constant: 7 } }
///
/// A field that must be there and is not written is taken from the argument of its own name.
struct RoleReader {
    let shape: TrackerShape
    let events: EventDirectory

    init(_ shape: TrackerShape, events: EventDirectory) {
        self.shape = shape
        self.events = events
    }

    /// What was read. Nil: at least one fault has been reported.
    func read(_ section: ConfigSection) -> (bindings: [RoleBinding], chains: [String])? {
        var bindings: [RoleBinding] = []
        var chains: [String] = []
        var isWhole = true
        for (index, role) in self.shape.roles.enumerated() {
            guard let value = section.value(role.name) else {
                if role.isRequired {
                    section.fail(
                        "missing key \(role.name.quoted)",
                        advice: "\(role.help) Name the event that says so")
                    isWhole = false
                }
                continue
            }
            for item in value.items() ?? [] {
                let found = item.section().map { self.bindings(index, role, $0) } ?? []
                if found.isEmpty { isWhole = false }
                for (binding, chain) in found {
                    bindings.append(binding)
                    if !chains.contains(chain) { chains.append(chain) }
                }
            }
        }
        return isWhole ? (bindings, chains) : nil
    }

    /// One for each declaration of the event. Empty: at least one fault has been reported.
    private func bindings(
        _ index: Int, _ role: TrackerShape.Role, _ section: ConfigSection
    ) -> [(binding: RoleBinding, chain: String)] {
        let scalar = section.scalar("event", expected: "Contract.Event")
        guard let events = scalar.flatMap({ self.events.events($0) }) else {
            _ = self.binding(index, role, section, nil)
            return []
        }
        let bindings = events.compactMap { self.binding(index, role, section, $0) }
        return bindings.count == events.count ? bindings : []
    }

    private func binding(
        _ index: Int, _ role: TrackerShape.Role, _ section: ConfigSection,
        _ event: EventDirectory.Event?
    ) -> (binding: RoleBinding, chain: String)? {
        var sources: [FieldSource?] = Array(repeating: nil, count: self.shape.fields.count)
        var isWhole = event != nil
        for (place, field) in self.shape.fields.enumerated() {
            guard role.required.contains(place) || role.optional.contains(place) else { continue }
            let value = section.value(field.name)
            guard let event else {
                // Without its event nothing more can be said of a field.
                Self.touch(value)
                continue
            }
            if let value, !value.isNull {
                sources[place] = FieldReader(field, event.layout).source(value)
                isWhole = isWhole && sources[place] != nil
            } else if role.required.contains(place) {
                sources[place] = FieldReader(field, event.layout).implied
                if sources[place] == nil {
                    section.fail(
                        "missing key \(field.name.quoted)",
                        advice: "\(field.help) Name the argument of \(event.layout.name) that says "
                            + "so: \(event.layout.names.joined(separator: ", "))")
                    isWhole = false
                }
            }
        }
        let filters = self.filters(section, event?.layout)
        guard isWhole, let event, let filters else { return nil }
        return (
            RoleBinding(role: index, slots: event.slots, fields: sources, filters: filters),
            event.chain
        )
    }

    /// Marks all that a value holds as asked for.
    private static func touch(_ value: ConfigValue?) {
        guard let value else { return }
        if value.isSection {
            for entry in value.entries() ?? [] { Self.touch(entry.value) }
        } else if value.isList {
            for item in value.items() ?? [] { Self.touch(item) }
        } else if !value.isNull {
            _ = value.scalar()
        }
    }

    // MARK: Filters

    /// `where: { token: "0x…", kind: [1, 2], not: { to: "0x…" } }`.
    private func filters(_ section: ConfigSection, _ layout: EventLayout?) -> [FieldFilter]? {
        guard let conditions = section.optionalSection("where") else { return [] }
        guard let layout else {
            for key in conditions.keys { Self.touch(conditions.value(key)) }
            return nil
        }
        var filters: [FieldFilter] = []
        var isWhole = true
        func read(_ section: ConfigSection, isExcluding: Bool) {
            for key in section.keys {
                if key == "not", !isExcluding, layout.parameterIndex(named: "not") == nil {
                    section.optionalSection("not").map { read($0, isExcluding: true) }
                    continue
                }
                guard let value = section.value(key) else { continue }
                guard let argument = FieldReader.argument(key, of: layout) else {
                    Self.touch(value)
                    section.fail(
                        at: key, "\(layout.name) has no argument \(key.quoted)",
                        advice: Suggestion.advice(
                            for: key, among: layout.names, kind: "its arguments"))
                    isWhole = false
                    continue
                }
                let words = (value.items() ?? []).map {
                    FilterWord(argument.type, argument.isIndexed).read($0)
                }
                if words.contains(nil) || words.isEmpty { isWhole = false }
                filters.append(
                    FieldFilter(
                        argument: argument.source, words: words.compactMap { $0 },
                        isExcluding: isExcluding))
            }
        }
        read(conditions, isExcluding: false)
        return isWhole ? filters : nil
    }

    // MARK: Schema

    static func schema(_ shape: TrackerShape) -> [SchemaNode.Property] {
        shape.roles.map { role in
            let fields = (role.required + role.optional).sorted().map { place in
                SchemaNode.Property(
                    shape.fields[place].name, .either([.string, Self.sourceSchema]),
                    shape.fields[place].help)
            }
            let item: SchemaNode = .object(
                [
                    .init(
                        "event", .text(examples: ["NodeRegistry.NodeRegistered"]),
                        "Contract.Event.", isRequired: true),
                    .init("where", .anything, "Argument to the values that it must have."),
                ] + fields)
            return SchemaNode.Property(
                role.name, .list(of: item), role.help, isRequired: role.isRequired)
        }
    }

    private static var sourceSchema: SchemaNode {
        .object([
            .init("argument", .string, "An argument, or a component of one: `spec.price`."),
            .init("scale", .number(from: 0), "What the amount is multiplied by, rounded down."),
            .init("negate", .boolean, "Whether it counts the other way round."),
            .init("constant", .anything, "The same value for every event."),
            .init("emitter", .boolean, "The address of the contract that emitted the event."),
        ])
    }
}
