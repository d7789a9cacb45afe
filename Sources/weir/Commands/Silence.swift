// Weir
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import WeirApp

/// `weir silence`.
struct Silence: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "silence",
        abstract: "Keep some alerts of a running instance quiet for a while.",
        discussion: """
            An instance that others can reach wants server.api_token: put it into the
            environment as WEIR_API_TOKEN.
            """,
        subcommands: [SilenceAdd.self, SilenceList.self, SilenceExpire.self])
}
