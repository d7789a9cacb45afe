// Weir
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import WeirApp

/// `weir rebuild`.
struct Rebuild: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rebuild",
        abstract: "Make totals again from the stored logs, without an endpoint.",
        discussion: """
            For a changed `trackers:` or `metrics:` section. Needs the store for itself: stop the
            instance first.

            Example:
              weir rebuild -c weir.yaml --chain base
            """)

    @Option(name: .shortAndLong, help: "The configuration.")
    var config: String

    @Option(help: "One chain; otherwise all of the configuration.")
    var chain: String?

    func run() async throws {
        for name in try await RebuildTool.run(config: self.config, chain: self.chain) {
            Process.note("weir: rebuilt \(name)")
        }
    }
}
