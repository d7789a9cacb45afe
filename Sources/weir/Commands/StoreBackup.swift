// Weir
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import WeirApp

/// `weir store backup`.
struct StoreBackup: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Copy the store into a new file; also while an instance runs on it.",
        discussion: """
            The copy appears under its name when it is whole. A file that exists is not replaced.

            Example:
              weir store backup -c weir.yaml weir-$(date +%F).db
            """)

    @OptionGroup var store: StoreOptions

    @Argument(help: "The new file.")
    var destination: String

    func run() async throws {
        let bytes = try await StoreTools.backup(try self.store.file(), to: self.destination)
        Process.note("weir: wrote \(self.destination), \(bytes) bytes")
    }
}
