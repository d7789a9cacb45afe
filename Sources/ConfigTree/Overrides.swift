// Weir
// SPDX-License-Identifier: Apache-2.0

/// Environment variables that replace single values: `WEIR__CHAINS__BASE__START=123` sets
/// `chains.base.start`. Segments are joined by two underscores, list items are their index,
/// letters' case counts for nothing, and `-` and `.` in keys are written `_`.
///
/// An override reaches any value of the file, and any key that a reader knows of; it cannot add a
/// new name to a map such as `chains:`. Secrets are never taken from one. One that fits nothing is
/// an error, as an unknown key is.
struct Overrides {
    struct Variable {
        let name: String
        let value: String
        /// The path of the node that took it.
        var user: String?
    }

    let prefix: String
    /// By path in upper case, without the prefix.
    private var variables: [String: Variable] = [:]
    /// All beginnings of those paths.
    private var beginnings: Set<String> = []
    /// Variables that differ in letters' case only.
    private(set) var clashes: [(first: String, second: String)] = []

    init(prefix: String, environment: [String: String]) {
        self.prefix = prefix
        guard !prefix.isEmpty else { return }
        for (name, value) in environment.sorted(by: { $0.key < $1.key }) {
            guard name.count > prefix.count, name.uppercased().hasPrefix(prefix.uppercased())
            else { continue }
            let path = String(name.dropFirst(prefix.count)).uppercased()
            if let first = self.variables[path] {
                self.clashes.append((first.name, name))
                continue
            }
            self.variables[path] = Variable(name: name, value: value)
            let segments = path.components(separatedBy: "__")
            for count in 1..<max(1, min(segments.count, 32)) {
                self.beginnings.insert(segments[..<count].joined(separator: "__"))
            }
        }
    }

    var isEmpty: Bool { self.variables.isEmpty }

    /// Whether a variable sets the node at this path, or one below it.
    func reaches(_ path: ConfigPath) -> Bool {
        self.variables[path.variable] != nil || self.beginnings.contains(path.variable)
    }

    /// The variable for this path, and the path that took it before, if it is another one.
    mutating func take(_ path: ConfigPath) -> (variable: Variable, earlier: String?)? {
        guard let variable = self.variables[path.variable] else { return nil }
        if let user = variable.user {
            return user == path.text ? nil : (variable, user)
        }
        self.variables[path.variable]?.user = path.text
        return (variable, nil)
    }

    /// Variables that no reader took, by name, with the paths they name.
    var unused: [(path: String, name: String)] {
        self.variables.filter { $0.value.user == nil }
            .map { (path: $0.key, name: $0.value.name) }
            .sorted { $0.name < $1.name }
    }
}

extension String {
    /// The parts between occurrences of `separator`, empty ones included.
    fileprivate func components(separatedBy separator: String) -> [Substring] {
        var parts: [Substring] = []
        var rest = self[...]
        while let range = rest.firstRange(of: separator) {
            parts.append(rest[..<range.lowerBound])
            rest = rest[range.upperBound...]
        }
        return parts + [rest]
    }
}
