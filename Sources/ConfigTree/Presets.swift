// Weir
// SPDX-License-Identifier: Apache-2.0

import Yams

// A preset is a piece of configuration with holes: a file `preset.yaml` in a folder of its name.
//
// ```yaml
// parameters:
//   token: { about: the token's address }
//   operators: { about: addresses with names of their own, default: {} }
// contracts:
//   "${with:as}": { chain: "${with:chain}", address: "${with:token}", abi: "${with:here}/erc20.json" }
// ```
//
// A configuration uses it so:
//
// ```yaml
// use:
//   - { preset: erc20-treasury, as: USDC, chain: base, with: { token: "0x…" } }
// ```
//
// What the preset holds is added to the file before anything is read: sections are joined key by key,
// lists at the top (`metrics`, `event_rules`) one behind the other, and where both hold a value the
// file's own one counts. `as`, `chain`, `here` (the preset's folder)
// and `namespace` (of metrics) are parameters of every preset.

extension ConfigTree {
    /// Uses of presets in one file.
    private static let useLimit = 100

    /// Adds the presets that the file uses under `use`, once, before it is read.
    ///
    /// - Parameters:
    ///   - known: names of presets that are shipped, for suggestions.
    package func addPresets(known: [String] = []) {
        guard case .mapping = self.root.content, let root = self.value.section() else { return }
        let folder =
            root.optional("presets", .path) ?? self.reader.interpolation.absolute("presets")
        let uses = root.sectionList("use")
        guard !uses.isEmpty else { return }
        guard uses.count <= Self.useLimit else {
            return root.fail(at: "use", "more than \(Self.useLimit) presets are used")
        }
        let namespace = root.optionalString("namespace") ?? "weir"
        let chains = root.value("chains")?.entries()?.map(\.name) ?? []
        var seen: Set<String> = []
        for section in uses {
            let use = PresetUse(
                section, folder: folder, chains: chains, namespace: namespace, known: known)
            guard let use else { continue }
            guard seen.insert("\(use.name) \(use.alias)").inserted else {
                section.fail(
                    "preset \(Redaction.quoted(use.name)) is used twice under one name",
                    advice: "give each a name of its own: as: …")
                continue
            }
            if let preset = use.build(self.reader) {
                self.reader.join(preset, into: self.root, file: self.root.place.file)
            }
        }
    }

    /// The schema of `use`.
    package static let useSchema = SchemaNode.list(
        of: .object([
            .init("preset", .string, "The preset's name.", isRequired: true),
            .init("as", .string, "What its parts are called; the preset's name by default."),
            .init("chain", .string, "The chain; the only one by default."),
            .init("with", .map(of: .anything), "What the preset's parameters stand for."),
        ]))
}

/// One entry of `use`.
struct PresetUse {
    let name: String
    let alias: String
    let path: String
    let section: ConfigSection
    private let given: [(name: String, node: ConfigNode, place: ConfigPlace)]
    private let standard: [String: ConfigNode]
    private let scalar: ConfigScalar

    /// Nil: a fault has been reported.
    init?(
        _ section: ConfigSection, folder: String, chains: [String], namespace: String,
        known: [String]
    ) {
        let preset = section.scalar("preset", expected: "the name of a preset")
        let alias = section.optionalScalar("as", expected: "a name")
        let chain = section.optionalScalar("chain", expected: "the name of a chain")
        let entries = section.entries("with")
        guard let preset else { return nil }
        guard !preset.text.isEmpty, preset.text.utf8.allSatisfy(Self.isNameByte) else {
            preset.fail("\(preset.shown) is no name of a preset", advice: "such as fabstir")
            return nil
        }
        if let alias, !Self.isAlias(alias.text) {
            alias.fail(
                "a name begins with a letter and goes on with letters, digits and _",
                advice: "contracts and trackers are called so")
            return nil
        }
        guard let chain = chain?.text ?? (chains.count == 1 ? chains.first : nil) else {
            section.fail("missing key \"chain\"", advice: "there are several chains")
            return nil
        }
        self.name = preset.text
        self.alias =
            alias?.text ?? String(preset.text.map { $0 == "-" ? "_" : $0 })
        let home = folder.hasSuffix("/") ? "\(folder)\(self.name)" : "\(folder)/\(self.name)"
        self.path = "\(home)/preset.yaml"
        self.section = section
        self.scalar = preset
        self.given = entries.map { ($0.name, $0.value.node, $0.place) }
        func text(_ text: String) -> ConfigNode {
            ConfigNode(
                .scalar(text, isPlain: false), place: section.place, keyPlace: nil,
                path: ConfigPath())
        }
        self.standard = [
            "as": text(self.alias), "chain": text(chain), "here": text(home),
            "namespace": text(namespace),
        ]
        self.known = known
    }

    private let known: [String]

    private static func isNameByte(_ byte: UInt8) -> Bool {
        (0x61...0x7a).contains(byte) || (0x30...0x39).contains(byte) || byte == 0x2d
    }

    private static func isAlias(_ text: String) -> Bool {
        guard let first = text.utf8.first, (0x61...0x7a).contains(first | 0x20) else {
            return false
        }
        return text.utf8.count <= 40
            && text.utf8.allSatisfy {
                (0x61...0x7a).contains($0 | 0x20) || (0x30...0x39).contains($0) || $0 == 0x5f
            }
    }

    /// The preset's tree with its parameters written out; nil: a fault has been reported.
    func build(_ reader: ConfigReader) -> ConfigNode? {
        let text: String
        do throws(Interpolation.Fault) {
            text = try reader.interpolation.file(self.path, at: self.path, .literal).text
        } catch {
            self.scalar.fail(
                "there is no preset \(self.scalar.shown): \(error.message)",
                advice: Suggestion.nearest(to: self.name, among: self.known)
                    .map { "did you mean \"\($0)\"?" }
                    ?? "name the folder of presets under presets")
            return nil
        }
        do throws(ConfigDiagnostic) {
            var source = try YAMLSource(bytes: Array(text.utf8), file: self.path)
            guard let (root, parser) = try source.parse() else { return nil }
            defer { withExtendedLifetime(parser) {} }
            guard case .mapping(let mapping) = root else {
                throw ConfigDiagnostic(
                    place: source.place(root.mark), message: "a preset is a section")
            }
            func isParameters(_ key: Node) -> Bool { key.scalar?.string == "parameters" }
            var builder = TreeBuilder(source: source, reader: reader)
            var declared: ConfigNode?
            if let node = mapping.first(where: { isParameters($0.key) })?.value {
                declared = try builder.build(node)
            }
            guard let values = self.values(declared, reader) else { return nil }
            reader.interpolation.parameters = values
            defer { reader.interpolation.parameters = nil }
            var rest = mapping
            for (key, _) in mapping where isParameters(key) { rest[key] = nil }
            return try builder.build(.mapping(rest))
        } catch {
            reader.report(error)
            return nil
        }
    }

    /// What each parameter stands for; nil: one is missing, or one is given that there is not.
    private func values(_ declared: ConfigNode?, _ reader: ConfigReader) -> [String: ConfigNode]? {
        var values = self.standard
        var missing: [String] = []
        var names: [String] = []
        let entries = declared.flatMap { ConfigValue($0, reader).entries() } ?? []
        for entry in entries {
            names.append(entry.name)
            guard let section = entry.value.section() else { return nil }
            let about = section.optionalString("about") ?? ""
            if let given = self.given.first(where: { $0.name == entry.name }) {
                values[entry.name] = given.node
            } else if section.has("default"), let value = section.value("default") {
                values[entry.name] = value.node
            } else {
                missing.append(about.isEmpty ? entry.name : "\(entry.name) (\(about))")
            }
        }
        var isWhole = missing.isEmpty
        if !isWhole {
            self.section.fail(
                "preset \(self.name) needs \(missing.joined(separator: ", "))",
                advice: "give them under with")
        }
        for (name, node, place) in self.given {
            // A literal that a preset takes is no secret; what came from elsewhere stays hidden.
            if node.origins.isEmpty { node.markShown() }
            guard !names.contains(name) else { continue }
            isWhole = false
            reader.report(
                ConfigDiagnostic(
                    place: place, path: self.section.path,
                    message: "preset \(self.name) has no parameter \(Redaction.quoted(name))",
                    advice: Suggestion.advice(for: name, among: names, kind: "its parameters")))
        }
        return isWhole ? values : nil
    }
}

extension ConfigNode {
    /// Says that the texts in it may be shown.
    fileprivate func markShown() {
        switch self.content {
        case .scalar: if self.use == .unread { self.use = .plain }
        case .mapping(let entries): for (_, node) in entries { node.markShown() }
        case .sequence(let items): for item in items { item.markShown() }
        case .broken: break
        }
    }

    /// The same under another path.
    fileprivate func copied(to path: ConfigPath) -> ConfigNode {
        let copy = ConfigNode(
            self.content, place: self.place, keyPlace: self.keyPlace, path: path,
            origins: self.origins)
        switch self.content {
        case .scalar, .broken: break
        case .mapping(let entries):
            copy.content = .mapping(
                entries.map { ($0.key, $0.node.copied(to: path.appending(key: $0.key))) })
        case .sequence(let items):
            copy.content = .sequence(
                items.enumerated().map { $0.element.copied(to: path.appending(index: $0.offset)) })
        }
        return copy
    }
}

extension ConfigReader {
    /// Adds a preset's section to one of the file.
    ///
    /// - Parameter file: the configuration's own file, whose values count before those of presets.
    func join(_ preset: ConfigNode, into node: ConfigNode, file: String) {
        guard case .mapping(let entries) = preset.content else { return }
        for (key, addition) in entries {
            guard let present = node.child(key), !present.isNull else {
                node.put(key, addition)
                continue
            }
            switch (present.content, addition.content) {
            case (.mapping, .mapping): self.join(addition, into: present, file: file)
            case (.sequence(let items), .sequence(let further)) where node.path.text.isEmpty:
                let moved = further.enumerated().map { offset, item in
                    item.copied(to: present.path.appending(index: items.count + offset))
                }
                present.content = .sequence(items + moved)
            case (.scalar(let text, _), .scalar(let other, _)) where text == other: break
            default:
                guard present.place.file != file else { break }
                self.report(
                    addition,
                    "is set by the preset in \(present.place) too, to something else",
                    advice: "use one of them under another name (as), or set it in \(file)")
            }
        }
    }
}

extension ConfigNode {
    /// Sets a key; its place among the keys stays where there is one.
    fileprivate func put(_ key: String, _ node: ConfigNode) {
        guard case .mapping(var entries) = self.content else { return }
        if let index = entries.firstIndex(where: { $0.key == key }) {
            entries[index].node = node
        } else {
            entries.append((key, node))
        }
        self.content = .mapping(entries)
    }
}
