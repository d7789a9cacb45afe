// Weir
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Tabular
import WeirApp

/// `weir config show`.
struct ConfigShow: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "The effective configuration: each value and where it comes from.",
        discussion: """
            Secrets are not shown.

            Example:
              weir config show -c weir.yaml
            """)

    @Option(name: .shortAndLong, help: "The configuration.")
    var config: String

    @OptionGroup var output: OutputOptions

    func run() throws {
        let shown = try ConfigurationTools.show(self.config)
        guard self.output.format == .table else { return try self.output.print(shown.table) }
        try ByteOutput.write(Array(shown.text.utf8))
    }
}
