// Weir
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import WeirApp

/// `weir rules export`.
struct RulesExport: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "All rules of a configuration as one file for Prometheus.",
        discussion: """
            Thresholds are written out as the two rules that they are. Rules on events have
            no counterpart there and are left out.

            Example:
              weir rules export -c weir.yaml > weir.rules.yaml
            """)

    @Option(name: .shortAndLong, help: "The configuration.")
    var config: String

    func run() async throws {
        try ByteOutput.write(Array(try RuleTools.export(config: self.config).utf8))
    }
}
