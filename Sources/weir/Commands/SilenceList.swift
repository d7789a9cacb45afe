// Weir
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import WeirApp

/// `weir silence list`.
struct SilenceList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "The silences that hold or will hold.")

    @Flag(help: "Those that have ended, too.")
    var expired = false

    @OptionGroup var instance: InstanceOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let tool = SilenceTool(address: self.instance.url, token: self.instance.token)
        let (table, json) = try await tool.list(includesExpired: self.expired)
        try self.output.print(table, json: json)
    }
}
