// Weir
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import WeirApp

/// `weir check`.
struct Check: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Validate a configuration: every fault with file, line and column.",
        discussion: """
            Ends with 3 if the configuration is wrong. With --online also asks the endpoints:
            5 if one does not answer, 4 if it serves another chain or a contract has no code.

            Example:
              weir check -c weir.yaml --online
            """)

    @Option(name: .shortAndLong, help: "The configuration.")
    var config: String

    @Flag(help: "Ask the endpoints for chain id and contract code.")
    var online = false

    @OptionGroup var output: OutputOptions

    func run() async throws {
        let check = try ConfigurationReport(self.config)
        for warning in check.warnings { Process.say(warning) }
        guard self.online else { return try self.output.print(check.table) }
        let diagnosis = await check.online()
        try self.output.print(diagnosis.table)
        for finding in diagnosis.unreachable + diagnosis.findings { Process.say(finding) }
        try diagnosis.check()
    }
}
