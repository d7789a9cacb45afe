// Weir
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import WeirApp

/// `weir run`.
struct Run: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Follow the chains of a configuration and serve their metrics.",
        discussion: """
            Runs until SIGTERM or Ctrl-C. Logs go to standard error. Ends with 3 if the
            configuration is wrong, 6 if the store cannot be used, 1 if the port is taken.

            Example:
              weir run -c weir.yaml
            """)

    @Option(name: .shortAndLong, help: "The configuration.")
    var config: String

    func run() async throws {
        let code = try await Running.run(config: self.config) { Process.note($0) }
        throw ExitCode(code)
    }
}
