// Weir
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import WeirApp

/// `weir demo`.
struct Demo: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "Start a simulated chain and the whole monitor on it.",
        discussion: """
            The chain is served as JSON-RPC on loopback: stakes, jobs, channels, votes,
            reorganisations. Needs no key, no network, no configuration. Stop with Ctrl-C.

            Example:
              weir demo --listen 127.0.0.1:9560 --seed 7
            """)

    @Option(help: "The address of /metrics; port 0 takes a free one.")
    var listen = "127.0.0.1:9560"

    @Option(help: "The same seed gives the same chain.")
    var seed: UInt64 = 1

    @Option(help: "Seconds from block to block, 1 to 60.")
    var blockTime: UInt64 = 2

    @Option(help: "A file to keep the store in; without it the store goes when the demo ends.")
    var store: String?

    func validate() throws {
        guard (1...60).contains(self.blockTime) else {
            throw ValidationError("--block-time takes 1 to 60 seconds")
        }
    }

    func run() async throws {
        let code = try await Running.demo(
            listen: self.listen, seed: self.seed, blockTime: self.blockTime, store: self.store
        ) { try? ByteOutput.write(Array("\($0)\n".utf8)) }
        throw ExitCode(code)
    }
}
