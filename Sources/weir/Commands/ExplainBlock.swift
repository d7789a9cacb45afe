// Weir
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import WeirApp

/// `weir explain block`.
struct ExplainBlock: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "block",
        abstract: "The events of a block, and what the trackers made of them.",
        discussion: """
            Asks a running instance.

            Examples:
              weir explain block 19000000
              weir explain block 19000000 --chain base --output json
            """)

    @Argument(help: "The block's number.")
    var number: UInt64

    @Option(help: "The chain's name, where there are several.")
    var chain: String?

    @Option(help: "Where the instance listens: its `server.listen`.")
    var url = "http://127.0.0.1:9560"

    @OptionGroup var output: OutputOptions

    func run() async throws {
        let answer = try await ExplainTool.block(
            self.number, chain: self.chain, address: self.url)
        try self.output.print(answer.table, json: answer.json)
    }
}
