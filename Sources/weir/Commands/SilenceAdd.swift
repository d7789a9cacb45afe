// Weir
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import Tabular
import WeirApp

/// `weir silence add`.
struct SilenceAdd: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add",
        abstract: "Silence the alerts whose labels fit, and print the silence's id.",
        discussion: """
            Examples:
              weir silence add alertname=NodeSlashed chain=base --duration 2h --comment "known"
              weir silence add 'severity=~"warning|info"' --duration 1d --comment "moving house"
            """)

    @Argument(help: "Matchers: name=value, !=, =~, !~; all have to fit.")
    var matchers: [String]

    @Option(help: "For how long: 30m, 2h, 1d.")
    var duration: String

    @Option(help: "Why.")
    var comment: String

    @Option(help: "Who sets it; the user of this session if missing.")
    var author: String?

    @OptionGroup var instance: InstanceOptions

    func run() async throws {
        let tool = SilenceTool(address: self.instance.url, token: self.instance.token)
        let id = try await tool.add(
            matchers: self.matchers, duration: self.duration,
            author: self.author ?? NSUserName(), comment: self.comment)
        try ByteOutput.write(Array((id + "\n").utf8))
    }
}
