// Weir
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import WeirApp

/// `weir status`.
struct Status: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "The state of a running instance.",
        discussion: """
            Examples:
              weir status
              weir status --url http://10.0.0.7:9560 --output json
            """)

    @Option(help: "Where the instance listens: its `server.listen`.")
    var url = "http://127.0.0.1:9560"

    @OptionGroup var output: OutputOptions

    func run() async throws {
        let status = try await InstanceStatus.ask(self.url)
        try self.output.print(status.table, json: status.json)
    }
}
