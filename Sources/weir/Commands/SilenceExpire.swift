// Weir
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import WeirApp

/// `weir silence expire`.
struct SilenceExpire: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "expire", abstract: "End a silence now.")

    @Argument(help: "The silence's id, as `weir silence list` shows it.")
    var id: String

    @OptionGroup var instance: InstanceOptions

    func run() async throws {
        try await SilenceTool(address: self.instance.url, token: self.instance.token)
            .expire(self.id)
    }
}
