// Weir
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A unit brings its companions: test, page, catalogue line. A folder that is not there yet asks
/// for nothing; the first file in it does.
enum UnitRules {
    static let trackers = "Sources/Economy/Trackers"
    static let commands = "Sources/weir/Commands"

    /// Each tracker has its test, its page and its line in the catalogue.
    static func trackers(_ tree: SourceTree) throws -> [Finding] {
        let files = try tree.swiftFiles(under: self.trackers)
        let tests = Set(
            tree.paths(under: "Tests/EconomyTests", suffix: ".swift")
                .compactMap { $0.split(separator: "/").last.map(String.init) })
        let catalogue = try tree.swiftFiles(under: "Sources/Economy")
            .first { $0.name == "TrackerCatalog" }
        var findings: [Finding] = []
        for file in files where !file.name.contains("+") {
            let name = file.name
            guard name.hasSuffix("Tracker") else {
                findings.append(
                    Finding(file.path, "is named XTracker or XTracker+Facet, or stands elsewhere"))
                continue
            }
            if !tests.contains("\(name)Tests.swift") {
                findings.append(Finding(file.path, "needs Tests/EconomyTests/…/\(name)Tests.swift"))
            }
            let page = "Sources/Economy/Economy.docc/Trackers/\(name).md"
            if !tree.exists(page) {
                findings.append(Finding(file.path, "needs its page \(page)"))
            }
            if let catalogue, !self.mentions(name, in: catalogue.code) {
                findings.append(Finding(file.path, "needs its line in \(catalogue.path)"))
            }
        }
        return findings
    }

    /// Each command is wired, has a help snapshot or a test of its own, and stands in the README.
    static func commands(_ tree: SourceTree) throws -> [Finding] {
        let units = try tree.swiftFiles(under: self.commands).filter(self.isCommand)
        guard !units.isEmpty else { return [] }
        let sources = try tree.swiftFiles(under: "Sources/weir")
        let tests = try tree.swiftFiles(under: "Tests/CommandTests")
        let snapshots = tree.paths(under: "Tests/CommandTests", suffix: "")
            .compactMap { $0.split(separator: "/").last.map(String.init) }
        let readme = tree.exists("README.md") ? try tree.text("README.md") : ""
        var findings: [Finding] = []
        for file in units {
            for type in self.commandTypes(file) where !self.isMain(type, file) {
                let others = sources.filter { $0.path != file.path }
                if !others.contains(where: { self.mentions(type, in: $0.code) }) {
                    findings.append(Finding(file.path, "\(type) is no subcommand of anything"))
                }
                if !tests.contains(where: { self.mentions(type, in: $0.lines) })
                    && !self.names(file).allSatisfy({ name in
                        snapshots.contains { self.isSnapshot($0, of: name) }
                    })
                {
                    findings.append(
                        Finding(file.path, "\(type) needs a help snapshot in Tests/CommandTests"))
                }
            }
            for name in self.names(file) where !self.readme(readme, shows: name) {
                findings.append(Finding(file.path, "README.md does not show weir … \(name)"))
            }
        }
        return findings
    }

    /// `help-store-backup.txt` and `help-backup.txt` are snapshots of `backup`.
    private static func isSnapshot(_ file: String, of name: String) -> Bool {
        file.hasPrefix("help-") && (file == "help-\(name).txt" || file.hasSuffix("-\(name).txt"))
    }

    /// A line of the README that shows `weir` and, as a word after it, the name.
    private static func readme(_ readme: String, shows name: String) -> Bool {
        readme.split(separator: "\n").contains { line in
            guard let start = line.range(of: "weir ") else { return false }
            let words = line[start.upperBound...].split {
                !($0.isLetter || $0.isNumber || $0 == "-")
            }
            return words.contains { $0 == name }
        }
    }

    private static func isCommand(_ file: SourceFile) -> Bool {
        file.code.contains { $0.contains("ParsableCommand") }
    }

    private static func isMain(_ type: String, _ file: SourceFile) -> Bool {
        file.code.contains { $0.hasPrefix("@main") }
    }

    /// Types at the left margin that are commands.
    private static func commandTypes(_ file: SourceFile) -> [String] {
        file.code.compactMap { line in
            guard let first = line.first, !first.isWhitespace, line.contains("ParsableCommand")
            else { return nil }
            let words = SwiftWord.words(of: line).map(\.text)
            guard let place = words.firstIndex(of: "struct"), place + 1 < words.count else {
                return nil
            }
            return words[place + 1]
        }
    }

    /// What the commands of a file are called: their `commandName:`, else the file's name.
    static func names(_ file: SourceFile) -> [String] {
        let explicit = file.lines.compactMap { line -> String? in
            guard let start = line.range(of: "commandName: \"") else { return nil }
            return line[start.upperBound...].split(separator: "\"").first.map(String.init)
        }
        guard explicit.isEmpty else { return explicit }
        let base = file.name.hasSuffix("Command") ? String(file.name.dropLast(7)) : file.name
        return [base.lowercased()]
    }

    /// Commands that pages show exist.
    static func shownCommands(_ tree: SourceTree) throws -> [Finding] {
        let sources = try tree.swiftFiles(under: "Sources/weir")
        guard !sources.isEmpty else { return [] }
        let known = Set(sources.filter(self.isCommand).flatMap(self.names)).union(["help"])
        let pages =
            ["README.md", "CONTRIBUTING.md", "SECURITY.md", "abis/README.md"].filter(tree.exists)
            + tree.paths(under: "Sources", suffix: ".md")
            + tree.paths(under: "config", suffix: ".md")
        var findings: [Finding] = []
        for page in pages {
            for (name, line) in self.commandsShown(in: try tree.text(page))
            where !known.contains(name) {
                findings.append(Finding(page, line: line, "there is no command weir \(name)"))
            }
        }
        return findings
    }

    /// The first word after `weir` in code spans, and in lines of code blocks that begin with it.
    static func commandsShown(in markdown: String) -> [(name: String, line: Int)] {
        var shown: [(name: String, line: Int)] = []
        var isCode = false
        for (index, line) in markdown.split(separator: "\n", omittingEmptySubsequences: false)
            .enumerated()
        {
            if line.drop(while: \.isWhitespace).hasPrefix("```") {
                isCode.toggle()
                continue
            }
            let parts =
                isCode
                ? [line[...]]
                : line.split(separator: "`", omittingEmptySubsequences: false)
                    .enumerated().filter { $0.offset % 2 == 1 }.map(\.element)
            for part in parts {
                var words = part.split(whereSeparator: \.isWhitespace)[...]
                if words.first == "$" { words = words.dropFirst() }
                guard let program = words.first?.split(separator: "/").last, program == "weir",
                    let name = words.dropFirst().first?.split(separator: "|").first,
                    name.first?.isLetter == true,
                    name.allSatisfy({ $0.isLowercase || $0 == "-" })
                else { continue }
                shown.append((String(name), index + 1))
            }
        }
        return shown
    }

    /// The picture of the floors in `CONTRIBUTING.md`: a digit, then the names, then ` · ` and text.
    static func picture(in markdown: String) -> [String: Int] {
        var floors: [String: Int] = [:]
        for line in markdown.split(separator: "\n") {
            guard let floor = line.first?.wholeNumberValue, line.dropFirst().hasPrefix("  ") else {
                continue
            }
            let names = line.dropFirst().prefix { $0 != "·" }
            for name in names.split(whereSeparator: \.isWhitespace) {
                floors[String(name)] = floor
            }
        }
        return floors
    }

    private static func mentions(_ name: String, in lines: [String]) -> Bool {
        lines.contains { line in SwiftWord.words(of: line).contains { $0.text == name } }
    }
}
