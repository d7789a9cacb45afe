// Weir
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import WeirApp

/// `weir store verify`.
struct StoreVerify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Read everything of the store back and say what does not fit.",
        discussion: """
            Checks the database itself, the links between blocks, and the checksum and order of
            all logs. Ends with 4 if something was found, with 6 if the store cannot be read.

            Example:
              weir store verify --store weir.db
            """)

    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let report = try await StoreTools.verify(try self.store.file())
        try self.output.print(report.table)
        for finding in report.findings { Process.say(finding) }
        guard report.findings.isEmpty else {
            throw ToolError.findings(count: report.findings.count)
        }
    }
}
