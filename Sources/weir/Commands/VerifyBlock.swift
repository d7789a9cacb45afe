// Weir
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import WeirApp

/// `weir verify block`.
struct VerifyBlock: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "block",
        abstract: "Check one block of an endpoint, with its transactions and receipts.",
        discussion: """
            Ends with 4 if a check fails, with 5 if the endpoint does not answer. A
            block whose checks all hold is proven by its hash: compare that with a
            source you trust.

            Examples:
              weir verify block 17000000 --rpc "$RPC_URL"
              weir verify block finalized --rpc "$RPC_URL" --output json
            """)

    @Argument(help: "A number, a hash, or latest, safe or finalized.")
    var block: String

    @Option(help: "The URL of the endpoint. It may hold a key and is never printed.")
    var rpc: String

    @OptionGroup var output: OutputOptions

    func run() async throws {
        let sheet = try await BlockInspector(block: self.block, rpc: self.rpc).inspect()
        try self.output.print(sheet.table)
        for note in sheet.notes { Process.say(note) }
        if sheet.failures > 0 { throw ToolError.findings(count: sheet.failures) }
    }
}
