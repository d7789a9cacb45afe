// Weir
// SPDX-License-Identifier: Apache-2.0

import ConfigTree
import Foundation
import Testing
import WeirTestSupport

@testable import Alerting

/// Rule files of other projects load unchanged.
@Suite struct SeedRulesTests {
    private static let folder = Vectors.folder.appendingPathComponent("../seeds")
    private static let present = FileManager.default.fileExists(atPath: folder.path)

    /// The fenced blocks of a page that begin with `groups:` and hold rules.
    static func ruleFiles() throws -> [String] {
        let names = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path).sorted()
        return try names.flatMap { name in
            let path = Self.folder.appendingPathComponent(name)
            let text = try String(contentsOf: path, encoding: .utf8)
            return text.components(separatedBy: "```").filter {
                $0.hasPrefix("yaml\ngroups:") && $0.contains("alert:")
            }.map { String($0.dropFirst(5)) }
        }
    }

    @Test(.enabled(if: present, "the pages with the seeds' rules are absent"))
    func seedsLoadUnchanged() throws {
        let files = try Self.ruleFiles().map { RuleFile.read(Array($0.utf8), name: "seed.yaml") }
        #expect(files.count == 3)
        for file in files {
            #expect(file.faults.isEmpty && file.warnings.isEmpty, "\(file.faults)")
        }
        #expect(files.flatMap { $0.groups.flatMap(\.rules) }.count == 18)
    }
}
