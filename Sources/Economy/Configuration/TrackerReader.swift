// Weir
// SPDX-License-Identifier: Apache-2.0

package import ConfigTree
import EVMABI
import EVMPrimitives

/// Reads `trackers`: for each kind the trackers of that kind, by the names that the operator chose.
package struct TrackerReader {
    let events: EventDirectory
    let tokens: TokenDirectory
    /// The names of all chains.
    let chains: [String]

    package init(_ events: EventDirectory, tokens: TokenDirectory, chains: [String]) {
        self.events = events
        self.tokens = tokens
        self.chains = chains
    }

    /// The trackers with their chains, in the order of the file; faulty ones are reported and left
    /// out.
    package func read(
        _ root: ConfigSection
    ) -> [(chain: String, definition: TrackerDefinition)] {
        guard let section = root.optionalSection("trackers") else { return [] }
        var result: [(String, TrackerDefinition)] = []
        for kind in TrackerKind.allCases {
            guard let type = TrackerCatalog.type(kind) else { continue }
            for (name, section) in section.sections(kind.rawValue) {
                guard name.isTrackerName else {
                    section.fail(
                        "a tracker's name begins with a letter and goes on with letters, digits, _ "
                            + "and -, 40 at most", advice: "it is a label of metrics")
                    continue
                }
                if let tracker = self.read(type, name, section) { result.append(tracker) }
            }
        }
        return result
    }

    private func read<T: ConfiguredTracker>(
        _ type: T.Type, _ name: String, _ section: ConfigSection
    ) -> (String, TrackerDefinition)? {
        let roles = RoleReader(T.shape, events: self.events).read(section)
        guard let chain = self.chain(section, roles?.chains ?? []) else { return nil }
        let settings = T.settings(
            TrackerSection(
                name: name, section: section, chain: chain, events: self.events,
                tokens: self.tokens, bindings: roles?.bindings ?? []))
        guard let settings, let roles else { return nil }
        return (
            chain,
            TrackerDefinition(
                T.self, name: name, bindings: roles.bindings, settings: settings,
                vouchers: T.vouchers(settings))
        )
    }

    /// The chain of the key `chain`, or else of its events, or else the only one.
    private func chain(_ section: ConfigSection, _ found: [String]) -> String? {
        let written = section.optionalScalar("chain", expected: "the name of a chain")
        if let written, !self.chains.contains(written.text) {
            written.fail(
                "there is no chain \(written.shown)",
                advice: written.suggestion(written.text, among: self.chains, kind: "known chains"))
            return nil
        }
        let all = Set(found + (written.map { [$0.text] } ?? []))
        if all.count > 1 {
            section.fail(
                "its events are on chains \(all.sorted().joined(separator: " and "))",
                advice: "make a tracker for each chain")
            return nil
        }
        if let chain = all.first { return chain }
        if self.chains.count == 1 { return self.chains[0] }
        section.fail(
            "missing key \"chain\"",
            advice: "one of \(self.chains.sorted().joined(separator: ", "))")
        return nil
    }

    /// The schema of `trackers`.
    package static var schema: SchemaNode {
        .object(
            TrackerCatalog.all.map { type in
                .init(
                    type.kind.rawValue, .map(of: self.schema(type)),
                    "\(type.kind.rawValue.prefix(1).uppercased())\(type.kind.rawValue.dropFirst())"
                        + " trackers by name.")
            })
    }

    private static func schema<T: ConfiguredTracker>(_ type: T.Type) -> SchemaNode {
        .object(
            [.init("chain", .string, "The chain, where its events do not say it.")]
                + T.settingsSchema + RoleReader.schema(T.shape))
    }
}

extension String {
    fileprivate var isTrackerName: Bool {
        guard let first = self.utf8.first, (0x61...0x7a).contains(first | 0x20) else {
            return false
        }
        return self.utf8.count <= 40
            && self.utf8.allSatisfy {
                (0x61...0x7a).contains($0 | 0x20) || (0x30...0x39).contains($0) || $0 == 0x5f
                    || $0 == 0x2d
            }
    }
}
