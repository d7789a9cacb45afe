// Weir
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import WeirApp

/// `weir promql test`.
struct PromQLTest: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test",
        abstract: "Run test scripts of Prometheus (.test): load, clear, eval.",
        discussion: """
            Prints what differs, and how many passed. Ends with 4 if something failed.

            Example:
              weir promql test promql/promqltest/testdata/*.test
            """)

    @Argument(help: "The scripts.")
    var files: [String]

    func run() async throws {
        let scripts = try PromQLTool.test(self.files)
        try ByteOutput.write(
            Array((scripts.lines + [scripts.summary]).joined(separator: "\n").utf8) + [0x0a])
        if scripts.failed > 0 { throw ToolError.findings(count: scripts.failed) }
    }
}
