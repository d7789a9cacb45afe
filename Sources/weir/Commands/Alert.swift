// Weir
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import WeirApp

/// `weir alert`.
struct Alert: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "alert", abstract: "Try the channels of alerts.",
        subcommands: [AlertTest.self])
}
