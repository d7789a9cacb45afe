// Weir
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import WeirApp

/// `weir promql`.
struct PromQL: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "promql", abstract: "The language of rules as a tool.",
        subcommands: [PromQLEval.self, PromQLTest.self])
}
