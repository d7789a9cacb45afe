// Weir
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Tabular
import WeirApp

/// `weir store stats`.
struct StoreStats: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stats",
        abstract: "What the store holds, chain by chain; also while an instance runs on it.",
        discussion: """
            Example:
              weir store stats -c weir.yaml --output json
            """)

    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let stats = try await StoreTools.statistics(try self.store.file())
        try self.output.print(stats.table)
        if self.output.format == .table { Process.note(stats.sizes) }
    }
}
