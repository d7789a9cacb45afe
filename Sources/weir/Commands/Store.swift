// Weir
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import WeirApp

/// `weir store`: what is in the store.
struct Store: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "store",
        abstract: "Look at the store, check it, copy it.",
        subcommands: [StoreStats.self, StoreVerify.self, StoreBackup.self])
}

/// Which store: its file, or the configuration that names it.
struct StoreOptions: ParsableArguments {
    @Option(name: .shortAndLong, help: "The configuration whose store it is.")
    var config: String?

    @Option(name: .customLong("store"), help: "The store's file.")
    var path: String?

    /// The file.
    func file() throws -> String {
        switch (self.path, self.config) {
        case (let path?, nil): path
        case (nil, let config?): try ConfigurationTools.storePath(config)
        default: throw ToolError.usage("give either -c FILE or --store PATH")
        }
    }
}
