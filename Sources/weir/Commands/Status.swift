// Weir
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Tabular
import WeirApp

/// `weir status`.
struct Status: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "The state of a running instance.",
        discussion: """
            Of each chain where it stands; of each endpoint whether it may be asked,
            which range of eth_getLogs it takes, what it cost today and what the day
            will come to. Ends with 5 if no instance answers.

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
        // A second table would break what reads CSV; JSON has it all.
        guard self.output.format == .table || self.output.format == .markdown else { return }
        try ByteOutput.write([0x0a])
        try self.output.print(status.endpoints)
    }
}
