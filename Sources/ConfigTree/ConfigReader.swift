// Weir
// SPDX-License-Identifier: Apache-2.0

/// What all handles of one tree share while it is read: the faults found so far, the overrides, and
/// the way to files.
final class ConfigReader {
    let limits: ConfigLimits
    var interpolation: Interpolation
    private var overrides: Overrides
    private(set) var diagnostics: [ConfigDiagnostic] = []
    private var dropped = 0

    init(interpolation: Interpolation, overrides: Overrides, limits: ConfigLimits) {
        self.interpolation = interpolation
        self.overrides = overrides
        self.limits = limits
    }

    func report(_ diagnostic: ConfigDiagnostic) {
        if self.diagnostics.count < self.limits.diagnostics {
            self.diagnostics.append(diagnostic)
        } else {
            self.dropped += 1
        }
    }

    func report(_ node: ConfigNode, _ message: String, advice: String? = nil) {
        if case .broken = node.content { return }
        self.report(
            ConfigDiagnostic(
                place: node.place, path: node.path.text, message: message, advice: advice))
    }

    /// The child under `key` with its override applied; made up where only an override names it.
    func child(of node: ConfigNode, key: String) -> ConfigNode? {
        node.markAsked(key)
        if let child = node.child(key) {
            self.applyOverride(to: child)
            return child
        }
        let path = node.path.appending(key: key)
        guard self.overrides.reaches(path) else { return nil }
        let child = ConfigNode(
            .scalar("", isPlain: true), place: node.place, keyPlace: nil, path: path)
        node.add(key, child)
        self.applyOverride(to: child)
        return child
    }

    /// Replaces the node's text if a variable says so; once.
    func applyOverride(to node: ConfigNode) {
        guard !self.overrides.isEmpty, let (variable, earlier) = self.overrides.take(node.path)
        else { return }
        let place = ConfigPlace(file: variable.name)
        if let earlier {
            self.report(
                ConfigDiagnostic(
                    place: place, path: node.path.text,
                    message: "the override also fits \(earlier)",
                    advice: "set the value in the file"))
            return
        }
        switch node.content {
        case .scalar:
            node.content = .scalar(variable.value, isPlain: false)
            node.origins = [.override(variable.name)]
            node.place = place
        case .broken: break
        case .mapping, .sequence:
            self.report(
                ConfigDiagnostic(
                    place: place, path: node.path.text,
                    message: "an override sets a single value, and this is \(node.foundKind)",
                    advice: "name a value in it, as in \(variable.name)__NAME"))
        }
    }

    /// All faults, once reading is over: those reported, unknown keys, overrides that fit nothing.
    func finish(_ root: ConfigNode) -> [ConfigDiagnostic] {
        var faults = self.diagnostics
        var dropped = self.dropped
        var known: [String] = []
        self.collectUnknownKeys(root, &faults, &known, &dropped)
        for (first, second) in self.overrides.clashes {
            faults.append(
                ConfigDiagnostic(
                    place: ConfigPlace(file: Redaction.printable(second)),
                    message: "the same override as \(Redaction.printable(first))",
                    advice: "unset one of them"))
        }
        for (path, name) in self.overrides.unused {
            let nearest = Suggestion.nearest(to: path, among: known)
            faults.append(
                ConfigDiagnostic(
                    place: ConfigPlace(file: Redaction.printable(name)),
                    message: "the override fits no key",
                    advice: nearest.map { "did you mean \(self.overrides.prefix)\($0)?" }
                        ?? "unset it"))
        }
        if dropped > 0 {
            faults.append(
                ConfigDiagnostic(
                    place: ConfigPlace(file: root.place.file),
                    message: "\(dropped) more errors", advice: "mend the first ones"))
        }
        return faults
    }

    /// Unknown keys of all opened sections, and the override names of all known keys.
    private func collectUnknownKeys(
        _ node: ConfigNode, _ faults: inout [ConfigDiagnostic], _ known: inout [String],
        _ dropped: inout Int
    ) {
        switch node.content {
        case .scalar, .broken: return
        case .sequence(let items):
            for item in items { self.collectUnknownKeys(item, &faults, &known, &dropped) }
        case .mapping(let entries):
            if node.isOpenedAsSection {
                known += node.asked.map { node.path.appending(key: $0).variable }
                let asked = Set(node.asked)
                let present = Set(entries.map(\.key))
                let free = node.asked.filter { !present.contains($0) }
                for (key, child) in entries where !asked.contains(key) {
                    if faults.count < self.limits.diagnostics {
                        faults.append(Self.unknownKey(key, child, of: node, free: free))
                    } else {
                        dropped += 1
                    }
                }
            }
            for (_, child) in entries {
                self.collectUnknownKeys(child, &faults, &known, &dropped)
            }
        }
    }

    /// - Parameter free: the known keys that the section does not hold yet: likelier to be meant.
    private static func unknownKey(
        _ key: String, _ child: ConfigNode, of section: ConfigNode, free: [String]
    ) -> ConfigDiagnostic {
        let advice =
            Suggestion.nearest(to: key, among: free).map { "did you mean \"\($0)\"?" }
            ?? Suggestion.advice(for: key, among: section.asked, kind: "known keys")
        return ConfigDiagnostic(
            place: child.keyPlace ?? section.place, path: section.path.text,
            message: "unknown key \(Redaction.quoted(key))", advice: advice ?? "remove it")
    }
}
