// Weir
// SPDX-License-Identifier: Apache-2.0

package import ConfigTree

extension EventRuleReader {
    func labels(_ section: ConfigSection) -> [EventTexts.Source]? {
        self.texts(section, "labels", own: Self.ownLabels) { name in
            name.isIdentifier && !name.hasPrefix("__")
        }
    }

    /// `summary`, `description`, `runbook_url`, and whatever stands under `annotations`.
    func annotations(_ section: ConfigSection) -> [EventTexts.Source]? {
        let short = ["summary", "description", "runbook_url"].map { name in
            section.optionalScalar(name, expected: "a text").map {
                EventTexts.Source(name: name, text: $0.text)
            }
        }
        let given = short.compactMap { $0 }
        let own = Self.ownAnnotations.union(given.map(\.name))
        return self.texts(section, "annotations", own: own, isName: \.isIdentifier)
            .map { given + $0 }
    }

    private func texts(
        _ section: ConfigSection, _ key: String, own: Set<String>, isName: (String) -> Bool
    ) -> [EventTexts.Source]? {
        var sources: [EventTexts.Source] = []
        var isFaulty = false
        for entry in section.entries(key) {
            guard let scalar = entry.value.scalar(expected: "a text") else {
                isFaulty = true
                continue
            }
            if own.contains(entry.name) {
                scalar.fail(
                    "\(entry.name) is set by the rule itself", advice: "use another name")
                isFaulty = true
            } else if !isName(entry.name) {
                scalar.fail(
                    "\(entry.name.quoted) is no name of a label",
                    advice: "letters, digits and _, no digit first")
                isFaulty = true
            }
            sources.append(.init(name: entry.name, text: scalar.text))
        }
        return isFaulty ? nil : sources
    }

    /// `units: { amount: FAB }`: in which token an argument counts.
    func units(_ section: ConfigSection) -> [String: String]? {
        var units: [String: String] = [:]
        var isFaulty = false
        let known = Set(self.sources.chains.flatMap { $0.tokens.map(\.symbol) })
            .union(["wei", "gwei", "ether"])
        for entry in section.entries("units") {
            guard let scalar = entry.value.scalar(expected: "a token's symbol") else {
                isFaulty = true
                continue
            }
            if !known.contains(scalar.text) {
                scalar.fail(
                    "there is no token \(scalar.shown)",
                    advice: scalar.suggestion(
                        scalar.text, among: known.sorted(), kind: "known units"))
                isFaulty = true
            }
            units[entry.name] = scalar.text
        }
        return isFaulty ? nil : units
    }

    /// The schema of `event_rules`.
    package static let schema = SchemaNode.list(
        of: .object([
            .init(
                "on", .either([.string, .list(of: .string)]),
                "The events: Contract.Event, Contract.Event(types), Contract.*, *.Event.",
                isRequired: true),
            .init("name", .string, "The alert's name; the event's by default."),
            .init(
                "where", .text(examples: ["amount > 100 FAB && node in operators"]),
                "Which of the events; all by default."),
            .init("severity", .string, "The label severity; warning by default."),
            .init(
                "at", .either([.words(["head", "finalized"]), .integer(0...100_000)]),
                "When it is told: at the head (the default), so many blocks later, or when final."),
            .init("resolve_after", .duration, "How long the alert fires; 10m by default."),
            .init(
                "age_max", .duration,
                "How old an event may be to be told of still, after a stop; 1d by default."),
            .init(
                "limit", .integer(1...1000),
                "Events of one block that are told one by one; 20 by default."),
            .init("labels", .map(of: .string), "Further labels: templates."),
            .init("annotations", .map(of: .string), "Further annotations: templates."),
            .init("summary", .string, "One line: a template."),
            .init("description", .string, "More: a template."),
            .init("runbook_url", .string, "What to do, as a link."),
            .init("units", .map(of: .string), "In which token an argument counts."),
        ]))
}
