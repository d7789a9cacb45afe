// Weir
// SPDX-License-Identifier: Apache-2.0

/// Rules about one file of Swift.
enum SourceRules {
    /// The first two lines of every file.
    static let header = ["// Weir", "// SPDX-License-Identifier: Apache-2.0"]
    static let longest = 500

    /// Words that need a clock, a task or a terminal.
    static let impure: Set<String> = [
        "async", "await", "Task", "TaskGroup", "Thread", "Date", "ContinuousClock",
        "SuspendingClock", "FileManager", "ProcessInfo",
    ]
    static let impureCalls: Set<String> = ["print", "debugPrint", "dump", "readLine"]

    /// What holds for every file, of tests too.
    static func form(_ file: SourceFile) -> [Finding] {
        var findings: [Finding] = []
        if Array(file.lines.prefix(2)) != self.header || file.lines.dropFirst(2).first != "" {
            findings.append(
                Finding(file.path, line: 1, "the two lines of the header, then an empty one"))
        }
        if file.lines.count > self.longest {
            findings.append(
                Finding(file.path, "\(file.lines.count) lines; \(self.longest) is the wall"))
        }
        return findings
    }

    /// What the product's own code must not say.
    static func words(_ file: SourceFile) -> [Finding] {
        var findings: [Finding] = []
        for (index, line) in file.code.enumerated() {
            for word in SwiftWord.words(of: line) {
                switch word.text {
                case "fatalError":
                    findings.append(
                        Finding(file.path, line: index + 1, "fatalError: throw an error"))
                case "try" where word.after == "!", "as" where word.after == "!":
                    findings.append(
                        Finding(file.path, line: index + 1, "\(word.text)!: throw an error"))
                case "unchecked" where word.before == "@" && !self.mayBeUnchecked(file):
                    findings.append(
                        Finding(
                            file.path, line: index + 1,
                            "@unchecked Sendable belongs to drivers; else list it with its reason"))
                default: break
                }
            }
        }
        for (index, line) in file.lines.enumerated() {
            for word in SwiftWord.words(of: line)
            where ["TODO", "FIXME", "XXX"].contains(word.text) {
                findings.append(
                    Finding(file.path, line: index + 1, "\(word.text): do it, or open an issue"))
            }
        }
        return findings
    }

    private static func mayBeUnchecked(_ file: SourceFile) -> Bool {
        FloorPlan.drivers.contains(file.module) || FloorPlan.unchecked[file.path] != nil
    }

    /// Floors that decide do not wait, look at a clock or print.
    static func purity(_ file: SourceFile, room: Room) -> [Finding] {
        guard FloorPlan.pureFloors.contains(room.floor) else { return [] }
        var findings: [Finding] = []
        for (index, line) in file.code.enumerated() {
            var previous = ""
            for word in SwiftWord.words(of: line) {
                defer { previous = word.text }
                // The one file that Foundation is allowed in may use it.
                if FloorPlan.foundationFiles[room.name] == file.path { continue }
                let isCall =
                    self.impureCalls.contains(word.text) && word.after == "("
                    && word.before != "." && previous != "func"
                guard self.impure.contains(word.text) || isCall else { continue }
                guard room.impure[word.text] == nil else { continue }
                findings.append(
                    Finding(
                        file.path, line: index + 1,
                        "\(word.text) on floor \(room.floor): take it as a value from above"))
            }
        }
        return findings
    }

    /// Imports go to lower floors, and to what the plan lists.
    static func imports(_ file: SourceFile, plan: [String: Room]) -> [Finding] {
        guard let room = plan[file.module] else {
            return [Finding(file.path, "\(file.module) is not in the floor plan")]
        }
        var findings: [Finding] = []
        for (module, line) in file.imports {
            if let target = plan[module] {
                if target.floor >= room.floor {
                    findings.append(
                        Finding(
                            file.path, line: line,
                            "\(room.name) (floor \(room.floor)) imports \(module) "
                                + "(floor \(target.floor)): only lower floors"))
                } else if !room.imports.contains(module) {
                    findings.append(
                        Finding(file.path, line: line, "\(module) is not in \(room.name)'s plan"))
                }
            } else if !room.outside.contains(module) && !room.toolchain.contains(module) {
                findings.append(
                    Finding(file.path, line: line, "\(module) is not in \(room.name)'s plan"))
            } else if module == "Foundation", let only = FloorPlan.foundationFiles[room.name],
                only != file.path
            {
                findings.append(
                    Finding(file.path, line: line, "only \(only) imports Foundation"))
            }
        }
        return findings
    }
}
