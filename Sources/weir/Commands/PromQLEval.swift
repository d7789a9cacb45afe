// Weir
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import WeirApp

/// `weir promql eval`.
struct PromQLEval: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "eval",
        abstract: "Evaluate an expression on an exposition.",
        discussion: """
            The exposition comes from a running instance, a file, or standard input (-):
            one moment, so that ranges have one sample each.

            Examples:
              weir promql eval 'sum by (chain) (weir_events_total)'
              curl -s localhost:9100/metrics | weir promql eval 'up' --on -
            """)

    @Argument(help: "The expression.")
    var expression: String

    @Option(help: "An instance's address, a file, or - for standard input.")
    var on = "http://127.0.0.1:9560"

    @Option(help: "When; now if missing.")
    var time: String?

    @OptionGroup var output: OutputOptions

    func run() async throws {
        let value = try await PromQLTool.evaluate(
            self.expression, on: self.on, at: self.time)
        try self.output.print(value.table, json: value.json)
    }
}
