// Weir
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// The checker finds what it is for: small bad samples, each with the finding that must come.
@Suite struct CheckerTests {
    private static let header = SourceRules.header.joined(separator: "\n") + "\n\n"

    private func file(_ text: String, in module: String = "ChainSync") -> SourceFile {
        SourceFile(path: "Sources/\(module)/Sample.swift", text: Self.header + text)
    }

    @Test func commentsAndStringsAreNotCode() {
        let text = ##"""
            let a = 1 // fatalError
            /* try! /* nested as! */ still */ let b = 2
            let c = "import Foundation \(print("x") ) and \"quoted\" async"
            let d = #"raw "async" \(Task) \#(await)"#
            let e = """
                Task // here
                \(Date.now)
                """
            let f = ""; let g = async
            """##
        let code = SwiftText.codeLines(of: text)
        #expect(
            code.map { SwiftWord.words(of: $0).map(\.text) } == [
                ["let", "a", "1"], ["let", "b", "2"], ["let", "c", "print"],
                ["let", "d", "await"], ["let", "e"], [], ["Date", "now"], [],
                ["let", "f", "let", "g", "async"],
            ])
    }

    @Test func importsAreSeenInEveryForm() {
        let found = self.file(
            """
            import A
            package import B
            @preconcurrency private import C
            @testable import struct D.Thing; import E
            // import F
            let text = "import G"
            """
        ).imports
        #expect(found.map(\.module) == ["A", "B", "C", "D", "E"])
        #expect(found.map(\.line) == [4, 5, 6, 7, 7])
    }

    @Test(arguments: [
        ("import Economy", "ChainSync", "only lower floors"),
        ("import WeirApp", "ChainSync", "only lower floors"),
        ("import JSONBytes", "ChainSync", "not in ChainSync's plan"),
        ("import Foundation", "ChainSync", "not in ChainSync's plan"),
        ("import Yams", "WeirApp", "not in WeirApp's plan"),
        ("import Foundation", "ConfigTree", "only Sources/ConfigTree/ConfigSurroundings.swift"),
        ("import EVMPrimitives", "Cellar", "not in the floor plan"),
    ])
    func badImportIsFound(text: String, module: String, message: String) {
        let findings = SourceRules.imports(
            self.file(text, in: module), plan: FloorPlan.byName)
        #expect(findings.count == 1)
        #expect(findings.first?.message.contains(message) == true, "\(findings)")
    }

    @Test func goodImportsPass() {
        let file = self.file("package import ChainModel\nimport EVMPrimitives")
        #expect(SourceRules.imports(file, plan: FloorPlan.byName).isEmpty)
    }

    @Test(arguments: [
        "func f() async {}", "let task = Task { 1 }", "let now = Date()", "print(1)",
        "let a = 1; print (2); debugPrint(a)", "let s = \"\\(await f())\"",
        "let clock = ContinuousClock()",
    ])
    func impureLineIsFound(line: String) throws {
        let room = try #require(FloorPlan.byName["ChainSync"])
        #expect(!SourceRules.purity(self.file(line), room: room).isEmpty)
        let app = try #require(FloorPlan.byName["WeirApp"])
        #expect(SourceRules.purity(self.file(line, in: "WeirApp"), room: app).isEmpty)
    }

    @Test(arguments: [
        "/// Not async, no Task, no Date.", "let asyncDepth = 1", "table.print(1)",
        "func print(_ value: Int) {}", "let text = \"await the Date\"",
    ])
    func pureLinePasses(line: String) throws {
        let room = try #require(FloorPlan.byName["ChainSync"])
        #expect(SourceRules.purity(self.file(line), room: room).isEmpty)
    }

    @Test func exceptionsHoldForTheirRoomAlone() throws {
        let line = "func close() async throws"
        let seam = try #require(FloorPlan.byName["SQLDatabase"])
        #expect(SourceRules.purity(self.file(line, in: "SQLDatabase"), room: seam).isEmpty)
        #expect(
            !SourceRules.purity(self.file("Task { 1 }", in: "SQLDatabase"), room: seam).isEmpty)
    }

    @Test(arguments: [
        "fatalError(\"no\")", "let x = try! f()", "let y = z as! Int", "// TODO: later",
        "// FIXME now", "let a = \"XXX\"", "final class Box: @unchecked Sendable {}",
    ])
    func badWordIsFound(line: String) {
        #expect(SourceRules.words(self.file(line)).count == 1)
    }

    @Test(arguments: [
        "/// Never calls fatalError or try!.", "let x = try? f()", "let y = z as? Int",
        "let todo = 1", "@unknown default: break",
    ])
    func harmlessWordPasses(line: String) {
        #expect(SourceRules.words(self.file(line)).isEmpty)
    }

    @Test func driverMayBeUnchecked() {
        let line = "final class Job: @unchecked Sendable {}"
        #expect(SourceRules.words(self.file(line, in: "CurlTransport")).isEmpty)
    }

    @Test func missingHeaderAndLongFileAreFound() {
        let bare = SourceFile(path: "Sources/X/Y.swift", text: "// Weir\n\nlet a = 1\n")
        #expect(SourceRules.form(bare).count == 1)
        #expect(SourceRules.form(self.file("let a = 1\n")).isEmpty)
        let long = String(repeating: "let a = 1\n", count: SourceRules.longest - 3)
        #expect(SourceRules.form(self.file(long)).isEmpty)
        #expect(SourceRules.form(self.file(long + "let b = 1\n")).count == 1)
    }

    @Test func manifestFindingsCome() throws {
        let json = """
            {"targets": [
              {"name": "ChainSync", "type": "regular", "dependencies": [
                {"byName": ["ChainModel", null]}, {"byName": ["Economy", null]},
                {"product": ["Yams", "Yams", null, null]}]},
              {"name": "Cellar", "type": "regular", "dependencies": []},
              {"name": "WeirTestSupport", "type": "regular", "path": "Tests/WeirTestSupport",
               "dependencies": []},
              {"name": "ChainSyncTests", "type": "test", "dependencies": []}]}
            """
        let manifest = try Manifest(json: Data(json.utf8))
        #expect(
            manifest
                == Manifest(targets: [
                    .init(
                        name: "ChainSync", modules: ["ChainModel", "Economy"], products: ["Yams"]),
                    .init(name: "Cellar", modules: [], products: []),
                ]))
        let findings = manifest.findings(
            imports: ["ChainSync": ["EVMPrimitives", "ChainModel"], "Tabular": []],
            plan: FloorPlan.byName)
        #expect(
            findings.map(\.message) == [
                "ChainSync may not depend on Economy", "ChainSync may not depend on Yams",
                "ChainSync depends on Economy and does not import it",
                "ChainSync depends on Yams and does not import it",
                "ChainSync imports EVMPrimitives and does not depend on it",
                "Cellar is not in the floor plan",
                "Sources/Tabular is no target: nothing builds it",
            ])
    }

    @Test func commandsAreReadOffPages() {
        let page = """
            Type `weir run -c weir.yaml`, or `weir abi decode|encode`; `weir.yaml` is a file and
            `weir_events_total` a metric. The weir is old.
            ```sh
            $ weir demo --seed 1
            .build/release/weir check
            weir --version
            see weir status
            ```
            """
        let shown = UnitRules.commandsShown(in: page)
        #expect(shown.map(\.name) == ["run", "abi", "demo", "check"])
        #expect(shown.map(\.line) == [1, 1, 4, 5])
    }
}
