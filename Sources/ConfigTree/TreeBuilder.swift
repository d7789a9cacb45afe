// Weir
// SPDX-License-Identifier: Apache-2.0

import Yams

/// Builds the tree from parsed YAML: writes aliases and merges out within limits, refuses duplicate
/// keys and tags, and resolves references. What is merely wrong is reported and the building goes
/// on; what exceeds a limit ends it.
struct TreeBuilder {
    private let source: YAMLSource
    private let reader: ConfigReader
    private var anchors: [String: ConfigNode] = [:]
    private var nodes = 0

    init(source: YAMLSource, reader: ConfigReader) {
        self.source = source
        self.reader = reader
    }

    /// Builds the node and everything below it.
    mutating func build(
        _ node: Node, path: ConfigPath = ConfigPath(), keyPlace: ConfigPlace? = nil, depth: Int = 0
    ) throws(ConfigDiagnostic) -> ConfigNode {
        let place = self.source.place(node.mark)
        try self.count(path: path, place: place, depth: depth)
        let result = ConfigNode(.broken, place: place, keyPlace: keyPlace, path: path)
        switch node {
        case .scalar(let scalar):
            if let name = self.aliasName(scalar) {
                return try self.alias(name, instead: result, depth: depth)
            }
            try self.fill(result, with: scalar, depth: depth)
        case .sequence(let sequence):
            self.refuseTag(sequence.tag, allowed: "seq", at: result)
            var items: [ConfigNode] = []
            for (index, item) in sequence.enumerated() {
                let path = path.appending(index: index)
                items.append(try self.build(item, path: path, depth: depth + 1))
            }
            result.content = .sequence(items)
        case .mapping(let mapping):
            self.refuseTag(mapping.tag, allowed: "map", at: result)
            result.content = .mapping(try self.entries(mapping, of: result, depth: depth))
        case .alias:
            self.report(place, path, "an alias where none can stand", "write the value out")
        }
        if let name = Self.anchor(of: node) { self.anchors[name] = result }
        return result
    }

    // MARK: - Scalars

    private mutating func fill(
        _ result: ConfigNode, with scalar: Node.Scalar, depth: Int
    ) throws(ConfigDiagnostic) {
        let tag = scalar.tag.rawValue
        guard tag.isEmpty || tag == "!" || tag == "tag:yaml.org,2002:str" else {
            self.report(
                result.place, result.path, "a tag, which Weir does not use",
                "remove the word that begins with \"!\"")
            return
        }
        let isPlain = scalar.style == .plain && tag.isEmpty
        let text = self.source.restored(scalar.string)
        if let parameters = self.reader.interpolation.parameters,
            let name = Interpolation.wholeParameter(text), let node = parameters[name]
        {
            return try self.fill(result, from: node, named: name, depth: depth)
        }
        do throws(Interpolation.Fault) {
            let outcome = try self.reader.interpolation.expand(text)
            result.content = .scalar(outcome.text, isPlain: isPlain && outcome.origins.isEmpty)
            result.origins = outcome.origins
        } catch {
            self.report(result.place, result.path, error.message, error.advice)
        }
    }

    /// Takes a parameter's value, which may be a section or a list, with its place: a fault in it is
    /// one of the file that gave it.
    private mutating func fill(
        _ result: ConfigNode, from parameter: ConfigNode, named name: String, depth: Int
    ) throws(ConfigDiagnostic) {
        let copy = try self.copy(
            parameter, path: result.path, keyPlace: result.keyPlace, depth: depth)
        result.content = copy.content
        result.place = copy.place
        result.origins = parameter.isNull ? [] : copy.origins + [.parameter(name)]
    }

    private func refuseTag(_ tag: Tag, allowed: String, at node: ConfigNode) {
        let name = tag.rawValue
        guard name.isEmpty || name == "!" || name == "tag:yaml.org,2002:\(allowed)" else {
            self.report(
                node.place, node.path, "a tag, which Weir does not use",
                "remove the word that begins with \"!\"")
            return
        }
    }

    // MARK: - Mappings

    private mutating func entries(
        _ mapping: Node.Mapping, of parent: ConfigNode, depth: Int
    ) throws(ConfigDiagnostic) -> [(key: String, node: ConfigNode)] {
        var entries: [(key: String, node: ConfigNode)] = []
        var merged: [(key: String, node: ConfigNode)] = []
        var places: [String: ConfigPlace] = [:]
        for (keyNode, valueNode) in mapping {
            let place = self.source.place(keyNode.mark)
            guard case .scalar(let scalar) = keyNode, self.aliasName(scalar) == nil else {
                self.report(place, parent.path, "a key that is not text", "write a plain word")
                // Built all the same, for the faults and anchors in it.
                _ = try self.build(valueNode, path: parent.path, keyPlace: place, depth: depth + 1)
                continue
            }
            if scalar.style == .plain, scalar.string == "<<" {
                merged += try self.merged(valueNode, into: parent, at: place, depth: depth)
                continue
            }
            let key = self.key(scalar, of: parent, at: place)
            let path = parent.path.appending(key: key)
            let value = try self.build(valueNode, path: path, keyPlace: place, depth: depth + 1)
            if let first = places[key] {
                let word = Redaction.quoted(key)
                self.report(
                    place, parent.path,
                    "duplicate key \(word), first at \(first.line):\(first.column)",
                    "keep one of them")
            } else {
                places[key] = place
                entries.append((key, value))
            }
        }
        for entry in merged where places[entry.key] == nil {
            places[entry.key] = entry.node.place
            entries.append(entry)
        }
        return entries
    }

    /// A key as text; in a preset its parameters are written out.
    private mutating func key(
        _ scalar: Node.Scalar, of parent: ConfigNode, at place: ConfigPlace
    ) -> String {
        let text = self.source.restored(scalar.string)
        guard self.reader.interpolation.parameters != nil, text.contains("${with:") else {
            return text
        }
        do throws(Interpolation.Fault) {
            return try self.reader.interpolation.expand(text).text
        } catch {
            self.report(place, parent.path, error.message, error.advice)
            return text
        }
    }

    /// The entries that `<<:` brings in: of one section, or of several, the first winning.
    private mutating func merged(
        _ node: Node, into parent: ConfigNode, at place: ConfigPlace, depth: Int
    ) throws(ConfigDiagnostic) -> [(key: String, node: ConfigNode)] {
        let value = try self.build(node, path: parent.path, keyPlace: place, depth: depth + 1)
        let sources: [ConfigNode]
        if case .sequence(let items) = value.content { sources = items } else { sources = [value] }
        var entries: [(key: String, node: ConfigNode)] = []
        for source in sources {
            switch source.content {
            case .mapping(let own):
                for (key, child) in own {
                    let path = parent.path.appending(key: key)
                    let copy = try self.copy(
                        child, path: path, keyPlace: child.keyPlace, depth: depth + 1)
                    entries.append((key, copy))
                }
            case .broken: break
            default:
                self.report(
                    place, parent.path, "\"<<\" needs a section, found \(source.foundKind)",
                    "write \"<<: *name\" with the anchor of a section")
            }
        }
        return entries
    }

    // MARK: - Aliases

    /// What follows the `*` of an alias; nil for any other scalar.
    private func aliasName(_ scalar: Node.Scalar) -> String? {
        guard scalar.style == .plain, scalar.string.unicodeScalars.first == self.source.aliasMark
        else { return nil }
        return String(scalar.string.unicodeScalars.dropFirst())
    }

    private mutating func alias(
        _ name: String, instead node: ConfigNode, depth: Int
    ) throws(ConfigDiagnostic) -> ConfigNode {
        let isName =
            !name.isEmpty
            && name.unicodeScalars.allSatisfy {
                $0.isASCII && ($0.properties.isAlphabetic || $0 == "-" || $0 == "_")
                    || ("0"..."9").contains($0)
            }
        guard isName else {
            self.report(
                node.place, node.path, "text that begins with \"*\" is an alias in YAML",
                "put the value in quotes")
            return node
        }
        guard let anchored = self.anchors[name] else {
            self.report(
                node.place, node.path, "no anchor \"&\(name)\" above this alias",
                Suggestion.advice(
                    for: name, among: self.anchors.keys.sorted(), kind: "known anchors")
                    ?? "put the value in quotes if no alias is meant")
            return node
        }
        return try self.copy(anchored, path: node.path, keyPlace: node.keyPlace, depth: depth)
    }

    /// An independent copy under another path, so that the readers' marks stay apart.
    private mutating func copy(
        _ node: ConfigNode, path: ConfigPath, keyPlace: ConfigPlace?, depth: Int
    ) throws(ConfigDiagnostic) -> ConfigNode {
        try self.count(path: path, place: node.place, depth: depth)
        let result = ConfigNode(
            node.content, place: node.place, keyPlace: keyPlace, path: path, origins: node.origins)
        switch node.content {
        case .scalar, .broken: break
        case .sequence(let items):
            var copies: [ConfigNode] = []
            for (index, item) in items.enumerated() {
                let path = path.appending(index: index)
                copies.append(try self.copy(item, path: path, keyPlace: nil, depth: depth + 1))
            }
            result.content = .sequence(copies)
        case .mapping(let entries):
            var copies: [(key: String, node: ConfigNode)] = []
            for (key, child) in entries {
                let path = path.appending(key: key)
                let copy = try self.copy(
                    child, path: path, keyPlace: child.keyPlace, depth: depth + 1)
                copies.append((key, copy))
            }
            result.content = .mapping(copies)
        }
        return result
    }

    private static func anchor(of node: Node) -> String? {
        switch node {
        case .scalar(let scalar): scalar.anchor?.rawValue
        case .sequence(let sequence): sequence.anchor?.rawValue
        case .mapping(let mapping): mapping.anchor?.rawValue
        case .alias: nil
        }
    }

    // MARK: - Limits and reports

    private mutating func count(
        path: ConfigPath, place: ConfigPlace, depth: Int
    ) throws(ConfigDiagnostic) {
        self.nodes += 1
        guard self.nodes <= self.reader.limits.nodes else {
            throw ConfigDiagnostic(
                place: place, path: path.text,
                message: "more than \(self.reader.limits.nodes) values with aliases written out",
                advice: "use fewer aliases, or split the file")
        }
        guard depth <= self.reader.limits.depth else {
            throw ConfigDiagnostic(
                place: place,
                message: "sections are nested more than \(self.reader.limits.depth) deep",
                advice: "check the indentation")
        }
    }

    private func report(
        _ place: ConfigPlace, _ path: ConfigPath, _ message: String, _ advice: String
    ) {
        self.reader.report(
            ConfigDiagnostic(place: place, path: path.text, message: message, advice: advice))
    }
}
