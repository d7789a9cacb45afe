// Weir
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// `weir config`: the configuration as Weir sees it.
struct Config: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config",
        abstract: "Show the effective configuration, or the schema of the file.",
        subcommands: [ConfigShow.self, ConfigSchema.self])
}
