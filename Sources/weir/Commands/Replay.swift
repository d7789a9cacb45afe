// Weir
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import WeirApp

/// `weir replay`.
struct Replay: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Which rules would have fired over stored history, when, with which text.",
        discussion: """
            Folds the stored blocks again and evaluates the configuration's rules in their
            time. Reads the store only, also beside a running instance. Series of endpoints
            and of the process are not stored: rules on them find nothing.

            Examples:
              weir replay -c weir.yaml --from 2026-11-01
              weir replay -c weir.yaml --from 2026-11-01T12:00:00Z --to 2026-11-02 --output csv
            """)

    @Option(name: .shortAndLong, help: "The configuration.")
    var config: String

    @Option(help: "The first moment; the first stored block if missing.")
    var from: String?

    @Option(help: "The last moment; the last stored block if missing.")
    var to: String?

    @OptionGroup var output: OutputOptions

    func run() async throws {
        let replay = try await ReplayTool.run(
            config: self.config, from: self.from, to: self.to)
        for note in replay.notes { Process.note("weir: \(note)") }
        try self.output.print(replay.table)
        Process.note("weir: \(replay.fired) alerts would have fired")
    }
}
