// Weir
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing
import WeirTestSupport

/// The help of every command is a golden file; `RECORD_SNAPSHOTS=1` writes them again.
@Suite("help", .enabled(if: WeirBinary.isBuilt, WeirBinary.absence))
struct HelpTests {
    static let commands: [[String]] = [
        ["demo"], ["run"], ["backfill"], ["check"], ["doctor"], ["status"], ["config"],
        ["config", "show"],
        ["config", "schema"], ["metrics"], ["abi"], ["abi", "decode"], ["abi", "encode"],
        ["abi", "event"], ["abi", "selector"], ["abi", "logs"], ["verify"], ["verify", "files"],
        ["verify", "block"], ["voucher"], ["voucher", "verify"], ["store"], ["store", "stats"],
        ["store", "verify"], ["store", "backup"], ["rewind"], ["rebuild"],
        ["explain"], ["explain", "metric"], ["explain", "block"], ["alert"], ["alert", "test"],
        ["silence"], ["silence", "add"], ["silence", "list"], ["silence", "expire"], ["replay"],
        ["rules"], ["rules", "lint"], ["rules", "test"], ["rules", "export"], ["promql"],
        ["promql", "eval"], ["promql", "test"],
    ]

    @Test(arguments: HelpTests.commands)
    func helpIsAsRecorded(command: [String]) throws {
        let outcome = try WeirBinary.run(["help"] + command)
        #expect(outcome.status == 0)
        #expect(outcome.message.isEmpty)
        let file = Vectors.projectRoot.appendingPathComponent(
            "Tests/CommandTests/Snapshots/help-\(command.joined(separator: "-")).txt")
        if ProcessInfo.processInfo.environment["RECORD_SNAPSHOTS"] == "1" {
            try Data(outcome.output).write(to: file)
        }
        let recorded = try? String(contentsOf: file, encoding: .utf8)
        #expect(outcome.text == recorded, "record with RECORD_SNAPSHOTS=1 if this is meant")
    }

    @Test func everySubcommandOfTheHelpHasASnapshotHere() throws {
        let text = try WeirBinary.run(["--help"]).text
        let list = text.components(separatedBy: "SUBCOMMANDS:\n").last ?? ""
        let names = list.split(separator: "\n").compactMap { line -> String? in
            guard line.hasPrefix("  "), let first = line.dropFirst(2).first, first.isLetter else {
                return nil
            }
            return line.split(separator: " ").first.map(String.init)
        }.filter { $0 != "See" }
        #expect(Set(names) == Set(Self.commands.compactMap(\.first)))
    }

    @Test func versionGoesToStandardOutput() throws {
        let outcome = try WeirBinary.run(["--version"])
        #expect(outcome.status == 0)
        #expect(outcome.text == "weir 0.1.0\n")
    }
}
