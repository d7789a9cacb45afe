// Weir
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// `weir verify`: the verifier as a tool.
struct Verify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Check blocks against their hashes, roots, blooms and signatures.",
        discussion: """
            Examples:
              weir verify block latest --rpc "$RPC_URL"
              weir verify blocks.ndjson
              weir verify --batch < blocks.ndjson
            """,
        subcommands: [VerifyFiles.self, VerifyBlock.self], defaultSubcommand: VerifyFiles.self)
}
