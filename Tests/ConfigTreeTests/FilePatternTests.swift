// Weir
// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import ConfigTree

@Suite struct FilePatternTests {
    private static let surroundings = ConfigSurroundings(
        listFolder: { folder in
            folder == "rules/" ? ["b.yaml", "a.yaml", ".c.yaml", "a.yml", "tests"] : nil
        })

    @Test(arguments: [
        ("rules/*.yaml", ["rules/a.yaml", "rules/b.yaml"]),
        ("rules/?.y*", ["rules/a.yaml", "rules/a.yml", "rules/b.yaml"]),
        ("rules/.*", ["rules/.c.yaml"]), ("rules/z*", []), ("other/*", []),
        ("rules/missing.yaml", ["rules/missing.yaml"]),
        ("rules/**a**.yaml", ["rules/a.yaml"]),
    ])
    func standsForFiles(path: String, files: [String]) {
        #expect(FilePattern(path)?.files(in: Self.surroundings) == files)
    }

    @Test(arguments: ["ru*/a.yaml", "a?/b", "rules/", ""])
    func onlyTheNameIsOpen(path: String) {
        #expect(FilePattern(path) == nil)
    }

    @Test func manyStarsTakeNoExponentialTime() {
        let pattern = FilePattern(String(repeating: "*a", count: 60) + "b")
        #expect(pattern?.matches(String(repeating: "a", count: 3_000)) == false)
    }
}
