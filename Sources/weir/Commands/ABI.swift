// Weir
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// `weir abi`: the decoder as a tool.
struct ABI: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "abi",
        abstract: "Decode and encode data of contracts.",
        subcommands: [
            ABIDecode.self, ABIEncode.self, ABIEvent.self, ABISelector.self, ABILogs.self,
        ])
}
