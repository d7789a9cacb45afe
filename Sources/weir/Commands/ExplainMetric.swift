// Weir
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import WeirApp

/// `weir explain metric`.
struct ExplainMetric: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "metric",
        abstract: "The formula of a metric, its inputs, and what changed it last.",
        discussion: """
            Asks a running instance. Labels choose among the series; an address among
            them chooses the last change of that account.

            Examples:
              weir explain metric weir_staked_tokens
              weir explain metric 'weir_fees_collected_tokens_total{token="USDC"}'
            """)

    @Argument(help: "The metric, with or without labels in braces.")
    var selector: String

    @Option(help: "Where the instance listens: its `server.listen`.")
    var url = "http://127.0.0.1:9560"

    @OptionGroup var output: OutputOptions

    func run() async throws {
        let answer = try await ExplainTool.metric(self.selector, address: self.url)
        try self.output.print(answer.table, json: answer.json)
    }
}
