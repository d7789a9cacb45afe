// Weir
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import WeirApp

/// `weir rules lint`.
struct RulesLint: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lint",
        abstract: "Find rules that load and are wrong all the same.",
        discussion: """
            Label sets that never match, counters without a rate, units that slip,
            histograms read as summaries, ratios that are always one, unknown metrics.
            With a configuration the metrics are known that it exposes. Ends with 4 if
            something is found.

            Examples:
              weir rules lint -c weir.yaml
              weir rules lint rules/*.yaml -c weir.yaml
            """)

    @Argument(help: "Rule files; those of the configuration if missing.")
    var files: [String] = []

    @Option(name: .shortAndLong, help: "The configuration.")
    var config: String?

    @OptionGroup var output: OutputOptions

    func run() async throws {
        let lint = try RuleTools.lint(self.files, config: self.config)
        try self.output.print(lint.table)
        Process.note(
            "weir: \(lint.rules) rules, \(lint.errors) errors, \(lint.warnings) warnings")
        if lint.errors + lint.warnings > 0 {
            throw ToolError.findings(count: lint.errors + lint.warnings)
        }
    }
}
