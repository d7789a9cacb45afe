// Weir
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import WeirApp

/// `weir alert test`.
struct AlertTest: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test",
        abstract: "Send a test through every channel of a receiver: firing, then resolved.",
        discussion: """
            Really sends. Ends with 4 if a channel did not take it.

            Example:
              weir alert test ops -c weir.yaml
            """)

    @Argument(help: "The receiver's name.")
    var receiver: String

    @Option(name: .shortAndLong, help: "The configuration.")
    var config: String

    @OptionGroup var output: OutputOptions

    func run() async throws {
        let test = try await AlertTestTool.run(config: self.config, receiver: self.receiver)
        try self.output.print(test.table)
        if test.failures > 0 { throw ToolError.findings(count: test.failures) }
    }
}
