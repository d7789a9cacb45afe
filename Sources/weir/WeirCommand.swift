// Weir
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import WeirApp

/// The executable: parses, runs one command, and turns its error into an exit code.
@main
struct WeirCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "weir",
        abstract: "Gauges the economy of contracts on EVM chains: blocks in, metrics out.",
        discussion: """
            Begin with:
              weir demo                  a simulated chain and the whole monitor on it
              weir doctor --rpc URL      what an endpoint can do
              weir check -c weir.yaml    what is wrong with a configuration
              weir run -c weir.yaml      follow the chains and serve /metrics

            Exit codes: 0 ok, 1 failure, 2 usage, 3 configuration invalid, 4 findings,
            5 endpoint unreachable, 6 store unusable.
            """,
        version: "weir 0.1.0",
        subcommands: Self.commands)

    /// In the order of the help: a new command is one line here.
    private static var commands: [any ParsableCommand.Type] {
        [
            Demo.self,
            Run.self,
            Backfill.self,
            Check.self,
            Doctor.self,
            Status.self,
            Explain.self,
            Alert.self,
            Silence.self,
            Replay.self,
            Rules.self,
            PromQL.self,
            Config.self,
            Metrics.self,
            ABI.self,
            Verify.self,
            Voucher.self,
            Store.self,
            Rewind.self,
            Rebuild.self,
        ]
    }

    /// The parser's own `main` would end a wrong command line with 64; ours is 2.
    static func main() async {
        Process.prepare()
        do {
            var command = try Self.parseAsRoot()
            if command is Backfill { BackfillTool.prepareProcess() }
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch {
            Process.end(error)
        }
    }
}
