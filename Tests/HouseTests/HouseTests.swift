// Weir
// SPDX-License-Identifier: Apache-2.0

import EVMABI
import Foundation
import Testing
import WeirTestSupport

/// The house checks itself. What a person would have to look for in review stands here as a test;
/// `CheckerTests` shows that each of these can fail.
@Suite struct HouseTests {
    static let tree = SourceTree(root: Vectors.projectRoot)

    /// Read and scanned once for all tests.
    static let sources = Result { try tree.swiftFiles(under: "Sources") }

    private func expectNone(
        _ findings: [Finding], sourceLocation: SourceLocation = #_sourceLocation
    ) {
        guard !findings.isEmpty else { return }
        Issue.record(
            "\(findings.sorted().map(\.description).joined(separator: "\n"))",
            sourceLocation: sourceLocation)
    }

    @Test func planImportsLowerFloorsOnly() {
        for room in FloorPlan.rooms {
            for name in room.imports {
                let target = FloorPlan.byName[name]
                #expect(target != nil, "\(room.name) lists \(name), which has no floor")
                #expect((target?.floor ?? 0) < room.floor, "\(room.name) lists \(name)")
            }
        }
    }

    @Test func contributingDrawsThePlan() throws {
        let drawn = UnitRules.picture(in: try Self.tree.text("CONTRIBUTING.md"))
        #expect(drawn == FloorPlan.byName.mapValues(\.floor))
    }

    @Test func sourcesImportOnlyWhatThePlanAllows() throws {
        let files = try Self.sources.get()
        #expect(!files.isEmpty)
        self.expectNone(files.flatMap { SourceRules.imports($0, plan: FloorPlan.byName) })
    }

    @Test func manifestAgreesWithPlanAndImports() throws {
        var imports: [String: Set<String>] = [:]
        for file in try Self.sources.get() {
            imports[file.module, default: []].formUnion(file.imports.map(\.module))
        }
        let manifest = try Manifest.read(root: Self.tree.root)
        #expect(!manifest.targets.isEmpty)
        self.expectNone(manifest.findings(imports: imports, plan: FloorPlan.byName))
    }

    @Test func lowerFloorsArePure() throws {
        let findings = try Self.sources.get().flatMap { file in
            FloorPlan.byName[file.module].map { SourceRules.purity(file, room: $0) } ?? []
        }
        self.expectNone(findings)
    }

    @Test func sourcesHoldNoTrapNoUncheckedTypeAndNoPromise() throws {
        self.expectNone(try Self.sources.get().flatMap(SourceRules.words))
    }

    @Test func listedExceptionsExist() throws {
        for path in FloorPlan.unchecked.keys {
            let file = SourceFile(path: path, text: try Self.tree.text(path))
            #expect(file.code.contains { $0.contains("@unchecked") }, "\(path): take it off")
        }
        for path in FloorPlan.foundationFiles.values {
            #expect(Self.tree.exists(path), "\(path) is gone: take it off")
        }
    }

    @Test func filesHaveTheHeaderAndFitTheWall() throws {
        let tests = try Self.tree.swiftFiles(under: "Tests", scanned: false)
        self.expectNone((try Self.sources.get() + tests).flatMap(SourceRules.form))
    }

    @Test func trackersBringTestPageAndCatalogueLine() throws {
        self.expectNone(try UnitRules.trackers(Self.tree))
    }

    @Test func commandsBringSnapshotAndReadmeLine() throws {
        self.expectNone(try UnitRules.commands(Self.tree))
    }

    @Test func pagesShowOnlyCommandsThatExist() throws {
        self.expectNone(try UnitRules.shownCommands(Self.tree))
    }

    @Test func everyABIParses() throws {
        let paths = Self.tree.paths(under: "abis", suffix: ".json")
        #expect(!paths.isEmpty)
        for path in paths {
            let bytes = [UInt8](try Data(contentsOf: Self.tree.root.appending(path: path)))
            #expect(throws: Never.self, "\(path)") { _ = try JSONABI.parse(bytes) }
        }
    }

    @Test(.enabled(if: Program.isInstalled("python3"), "python3 is not installed"))
    func abisPassTheirOwnCheck() throws {
        let (code, output) = try Program.run(["python3", "scripts/abis-check"], in: Self.tree.root)
        #expect(code == 0, "\(String(decoding: output, as: UTF8.self))")
    }
}
