// Weir
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import WeirApp

/// `weir metrics`.
struct Metrics: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "metrics",
        abstract: "The metric catalogue: what an instance exports.",
        discussion: """
            Examples:
              weir metrics
              weir metrics -c weir.yaml --output markdown
            """)

    @Option(name: .shortAndLong, help: "With the metrics of this configuration.")
    var config: String?

    @OptionGroup var output: OutputOptions

    func run() throws {
        try self.output.print(try MetricsTool.catalogue(config: self.config))
    }
}
