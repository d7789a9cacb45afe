// Weir
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import WeirApp

/// `weir rules test`.
struct RulesTest: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test",
        abstract: "Run tests of rules, in the format of promtool test rules.",
        discussion: """
            Ends with 4 if a test fails.

            Example:
              weir rules test config/rules/tests/*.yaml
            """)

    @Argument(help: "Files of tests.")
    var files: [String]

    func run() async throws {
        let tests = RuleTools.test(self.files)
        try ByteOutput.write(Array((tests.text + "\n").utf8))
        if tests.failures > 0 { throw ToolError.findings(count: tests.failures) }
    }
}
