// Weir
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import WeirApp

/// `weir config schema`.
struct ConfigSchema: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schema",
        abstract: "The JSON Schema of the configuration, for editors.",
        discussion: """
            Example:
              weir config schema > weir.schema.json
            """)

    func run() throws {
        try ByteOutput.write(Array(ConfigurationTools.schema().utf8))
    }
}
