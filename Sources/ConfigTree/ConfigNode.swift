// Weir
// SPDX-License-Identifier: Apache-2.0

/// Where in the tree a node hangs, in the two ways of writing it.
struct ConfigPath {
    /// `chains.base.endpoints[0].url`.
    var text = ""
    /// `CHAINS__BASE__ENDPOINTS__0__URL`: the name of an overriding variable without its prefix.
    var variable = ""

    func appending(key: String) -> ConfigPath {
        let isPlain = !key.isEmpty && key.utf8.allSatisfy(Self.isPlain)
        let joined = isPlain ? (self.text.isEmpty ? key : ".\(key)") : "[\(Redaction.quoted(key))]"
        let name = String(key.uppercased().map { $0 == "-" || $0 == "." ? "_" : $0 })
        return ConfigPath(text: self.text + joined, variable: self.joined(name))
    }

    func appending(index: Int) -> ConfigPath {
        ConfigPath(text: "\(self.text)[\(index)]", variable: self.joined(String(index)))
    }

    private func joined(_ name: String) -> String {
        self.variable.isEmpty ? name : "\(self.variable)__\(name)"
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x61...0x7a).contains(byte | 0x20) || byte == 0x2d
            || byte == 0x5f
    }
}

/// One node of the tree, and what its readers did with it.
///
/// A class, because reading leaves marks: which keys were asked for (all others are unknown), and
/// whether a scalar was read as a secret (which decides how it is shown). A tree belongs to the one
/// task that loads and reads it.
final class ConfigNode {
    enum Content {
        /// A text; `isPlain`: written without quotes, in this file.
        case scalar(String, isPlain: Bool)
        /// Keys in the order of the file.
        case mapping([(key: String, node: ConfigNode)])
        case sequence([ConfigNode])
        /// Its fault has been reported already.
        case broken
    }

    /// How a scalar was read: what may be shown of it follows from that.
    enum Use: Equatable {
        case unread
        case plain
        /// What stands for it where it would be shown.
        case secret(shown: String)
    }

    var content: Content
    var place: ConfigPlace
    /// The place of the key that holds it, if one does.
    let keyPlace: ConfigPlace?
    let path: ConfigPath
    /// The origins of its text; empty: as written.
    var origins: [Origin]

    var use = Use.unread
    /// Keys that were asked for, in order; of a mapping that was opened as a section.
    private(set) var asked: [String] = []
    var isOpenedAsSection = false
    /// What readers took for keys that are absent.
    var standards: [(key: String, text: String)] = []

    init(
        _ content: Content, place: ConfigPlace, keyPlace: ConfigPlace?, path: ConfigPath,
        origins: [Origin] = []
    ) {
        self.content = content
        self.place = place
        self.keyPlace = keyPlace
        self.path = path
        self.origins = origins
    }

    /// Whether it is `key:` with nothing behind it, `~` or `null`.
    var isNull: Bool {
        guard case .scalar(let text, isPlain: true) = self.content, self.origins.isEmpty else {
            return false
        }
        return ["", "~", "null", "Null", "NULL"].contains(text)
    }

    func child(_ key: String) -> ConfigNode? {
        guard case .mapping(let entries) = self.content else { return nil }
        return entries.first { $0.key == key }?.node
    }

    func add(_ key: String, _ node: ConfigNode) {
        guard case .mapping(let entries) = self.content else { return }
        self.content = .mapping(entries + [(key, node)])
    }

    func markAsked(_ key: String) {
        if !self.asked.contains(key) { self.asked.append(key) }
    }

    /// What a message says was found: `"abc"`, `a value from env NAME`, `a list`; never a text that
    /// may be secret.
    var found: String {
        switch self.content {
        case .mapping: return "a section"
        case .sequence: return "a list"
        case .broken: return "a faulty value"
        case .scalar(let text, _):
            if self.isNull { return "nothing" }
            if let origin = self.origins.first(where: \.mayBeSecret) {
                return "a value from \(origin)"
            }
            return Redaction.quoted(text)
        }
    }

    /// As ``found``, with not even a literal text told.
    var foundKind: String {
        if case .scalar = self.content, !self.isNull { return "text" }
        return self.found
    }
}
