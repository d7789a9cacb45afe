// Weir
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import WeirApp

/// `weir explain`.
struct Explain: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Where a number of a running instance comes from.",
        subcommands: [ExplainMetric.self, ExplainBlock.self])
}
