// Weir
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import WeirApp

/// `weir rewind`.
struct Rewind: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rewind",
        abstract: "Go back to a block; the next run reads again from there.",
        discussion: """
            Goes to the highest stored block at or below the one given. Needs the store for
            itself: stop the instance first.

            Example:
              weir rewind -c weir.yaml --chain base --to 12000000
            """)

    @Option(name: .shortAndLong, help: "The configuration.")
    var config: String

    @Option(help: "The chain's name in the configuration.")
    var chain: String

    @Option(help: "The block to go back to.")
    var to: UInt64

    @Flag(help: "Do not ask.")
    var yes = false

    func run() async throws {
        let plan = try await RewindPlan.make(config: self.config, chain: self.chain, to: self.to)
        Process.note("weir: \(plan)")
        if !self.yes {
            guard Process.isInteractive else {
                throw ToolError.usage("nobody can be asked here; give --yes to go back")
            }
            guard Process.asks("Go back? [y/N] ") else { throw ToolError.declined }
        }
        try await plan.carryOut()
        Process.note("weir: \(plan.outcome)")
    }
}
