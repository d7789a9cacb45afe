// Weir
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// What a rule found: where and what.
struct Finding: Equatable, Comparable, CustomStringConvertible {
    var path: String
    var line: Int?
    var message: String

    init(_ path: String, line: Int? = nil, _ message: String) {
        self.path = path
        self.line = line
        self.message = message
    }

    var description: String {
        "\(self.path)\(self.line.map { ":\($0)" } ?? ""): \(self.message)"
    }

    static func < (one: Finding, other: Finding) -> Bool {
        (one.path, one.line ?? 0, one.message) < (other.path, other.line ?? 0, other.message)
    }
}

/// A Swift file: its text as it stands, and its code without comments and strings.
struct SourceFile {
    /// From the project's root, with `/`.
    var path: String
    var lines: [String]
    var code: [String]

    /// - Parameter scanned: whether the code is wanted; without it there are no code lines.
    init(path: String, text: String, scanned: Bool = true) {
        self.path = path
        self.lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        if self.lines.last == "" { self.lines.removeLast() }
        self.code = scanned ? SwiftText.codeLines(of: text) : []
    }

    /// `Economy` of `Sources/Economy/Tracker.swift`.
    var module: String {
        let parts = self.path.split(separator: "/")
        return parts.count > 2 ? String(parts[1]) : ""
    }

    /// The file's name without its suffix.
    var name: String {
        String((self.path.split(separator: "/").last ?? "").dropLast(".swift".count))
    }

    /// The modules that the file imports, with their lines.
    var imports: [(module: String, line: Int)] {
        let access: Set = ["public", "package", "internal", "fileprivate", "private"]
        let kinds: Set = [
            "struct", "class", "enum", "protocol", "func", "var", "let", "typealias", "actor",
        ]
        var found: [(module: String, line: Int)] = []
        for (index, line) in self.code.enumerated() {
            for statement in line.split(separator: ";") {
                let words = statement.split(whereSeparator: \.isWhitespace)
                    .drop { $0.hasPrefix("@") || access.contains(String($0)) }
                guard words.first == "import" else { continue }
                guard let target = words.dropFirst().first(where: { !kinds.contains(String($0)) })
                else { continue }
                let module = target.split(separator: ".").first.map(String.init) ?? ""
                found.append((module, index + 1))
            }
        }
        return found
    }
}

/// The files of a checkout, or of a bad one that a test made.
struct SourceTree {
    var root: URL

    /// Files under a folder whose names end in `suffix`, hidden ones left out, in order. A folder
    /// that does not exist has none.
    func paths(under folder: String, suffix: String) -> [String] {
        let start = self.root.appending(path: folder).standardizedFileURL
        guard
            let enumerator = FileManager.default.enumerator(
                at: start, includingPropertiesForKeys: nil, options: [.skipsHiddenFiles])
        else { return [] }
        var paths: [String] = []
        for case let url as URL in enumerator where url.path.hasSuffix(suffix) {
            let tail = url.standardizedFileURL.path.dropFirst(start.path.count)
            paths.append(folder + (tail.hasPrefix("/") ? "" : "/") + tail)
        }
        return paths.sorted()
    }

    func text(_ path: String) throws -> String {
        try String(contentsOf: self.root.appending(path: path), encoding: .utf8)
    }

    func exists(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: self.root.appending(path: path).path)
    }

    func swiftFiles(under folder: String, scanned: Bool = true) throws -> [SourceFile] {
        try self.paths(under: folder, suffix: ".swift").map {
            SourceFile(path: $0, text: try self.text($0), scanned: scanned)
        }
    }
}
