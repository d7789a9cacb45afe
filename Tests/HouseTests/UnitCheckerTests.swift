// Weir
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// Units without their companions are found, in a small checkout made for the test.
@Suite struct UnitCheckerTests {
    /// A folder that goes with the test.
    private final class Checkout {
        let tree = SourceTree(
            root: FileManager.default.temporaryDirectory
                .appending(path: "weir-house-\(UUID().uuidString)"))

        init(_ files: [String: String]) throws {
            for (path, text) in files { try self.write(path, text) }
        }

        func write(_ path: String, _ text: String) throws {
            let url = self.tree.root.appending(path: path)
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: url)
        }

        deinit {
            try? FileManager.default.removeItem(at: self.tree.root)
        }
    }

    @Test func emptyCheckoutAsksForNothing() throws {
        let checkout = try Checkout(["README.md": "`weir run`"])
        #expect(try UnitRules.trackers(checkout.tree).isEmpty)
        #expect(try UnitRules.commands(checkout.tree).isEmpty)
        #expect(try UnitRules.shownCommands(checkout.tree).isEmpty)
    }

    @Test func trackerWithoutCompanionsIsFound() throws {
        let checkout = try Checkout([
            "Sources/Economy/Trackers/EventsTracker.swift": "struct EventsTracker {}",
            "Sources/Economy/Trackers/EventsTracker+Config.swift": "extension EventsTracker {}",
            "Sources/Economy/Trackers/Helper.swift": "struct Helper {}",
            "Sources/Economy/TrackerCatalog.swift": "// EventsTracker\nlet all = [1]",
        ])
        #expect(try UnitRules.trackers(checkout.tree).count == 4)

        try checkout.write("Tests/EconomyTests/Trackers/EventsTrackerTests.swift", "")
        try checkout.write("Sources/Economy/Economy.docc/Trackers/EventsTracker.md", "")
        try checkout.write(
            "Sources/Economy/TrackerCatalog.swift", "let all = [EventsTracker.self]")
        let findings = try UnitRules.trackers(checkout.tree)
        #expect(findings.map(\.path) == ["Sources/Economy/Trackers/Helper.swift"])
    }

    @Test func commandWithoutCompanionsIsFound() throws {
        let checkout = try Checkout([
            "Sources/weir/Commands/Rewind.swift": """
            struct RewindCommand: AsyncParsableCommand {
                static let configuration = CommandConfiguration(commandName: "rewind")
            }
            """,
            "Sources/weir/Commands/Options.swift": "struct Options: ParsableArguments {}",
            "Sources/weir/WeirCommand.swift": "// RewindCommand",
            "README.md": "weir unwinds rewinds",
        ])
        let messages = try UnitRules.commands(checkout.tree).map(\.message)
        #expect(
            messages == [
                "RewindCommand is no subcommand of anything",
                "RewindCommand needs a help snapshot in Tests/CommandTests",
                "README.md does not show weir … rewind",
            ])

        try checkout.write("Sources/weir/WeirCommand.swift", "let all = [RewindCommand.self]")
        try checkout.write("Tests/CommandTests/Snapshots/help-rewind.txt", "OVERVIEW")
        try checkout.write("README.md", "| `weir rewind --to N` | unwinds |")
        #expect(try UnitRules.commands(checkout.tree).isEmpty)
    }

    @Test func shownCommandThatDoesNotExistIsFound() throws {
        let checkout = try Checkout([
            "Sources/weir/Commands/Run.swift": "struct RunCommand: ParsableCommand {}",
            "README.md": "`weir run`\n\n`weir fly`",
        ])
        #expect(
            try UnitRules.shownCommands(checkout.tree)
                == [Finding("README.md", line: 3, "there is no command weir fly")])
    }

    @Test func pictureIsReadLineByLine() {
        let page = """
            ```
            2  Roof            · on top
            1  Left  Right     · 3  Walls
            ```
            1. A list is no floor.
            """
        #expect(UnitRules.picture(in: page) == ["Roof": 2, "Left": 1, "Right": 1])
    }
}
