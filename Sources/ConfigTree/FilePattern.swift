// Weir
// SPDX-License-Identifier: Apache-2.0

/// A path whose last part may hold `*` (any characters) and `?` (one): `rules/*.yaml`.
package struct FilePattern: Sendable, Hashable {
    /// The folder with its slash; empty for the working folder.
    package let folder: String
    package let name: String

    /// Nil where a folder's name holds `*` or `?`, or where there is no name of a file.
    package init?(_ path: String) {
        let slash = path.lastIndex(of: "/")
        self.folder = slash.map { String(path[...$0]) } ?? ""
        self.name = slash.map { String(path[path.index(after: $0)...]) } ?? path
        if self.name.isEmpty || Self.isOpen(self.folder) { return nil }
    }

    /// Whether it may stand for several files.
    package var isOpen: Bool { Self.isOpen(self.name) }

    /// The files that it stands for, sorted; a path without `*` and `?` stands for itself, be it there
    /// or not. Hidden files have to be named with their dot.
    package func files(in surroundings: ConfigSurroundings) -> [String] {
        guard self.isOpen else { return [self.folder + self.name] }
        let names = surroundings.listFolder(self.folder.isEmpty ? "." : self.folder) ?? []
        return names.filter(self.matches).sorted().map { self.folder + $0 }
    }

    /// Whether a file's name fits; takes at most the product of both lengths.
    func matches(_ file: String) -> Bool {
        if file.hasPrefix("."), !self.name.hasPrefix(".") { return false }
        let pattern = Array(self.name)
        let text = Array(file)
        var (p, t) = (0, 0)
        var star: (pattern: Int, text: Int)?
        while t < text.count {
            if p < pattern.count, pattern[p] == "*" {
                star = (p, t)
                p += 1
            } else if p < pattern.count, pattern[p] == "?" || pattern[p] == text[t] {
                p += 1
                t += 1
            } else if let last = star {
                star = (last.pattern, last.text + 1)
                p = last.pattern + 1
                t = last.text + 1
            } else {
                return false
            }
        }
        return pattern[p...].allSatisfy { $0 == "*" }
    }

    private static func isOpen(_ text: String) -> Bool { text.contains("*") || text.contains("?") }
}
