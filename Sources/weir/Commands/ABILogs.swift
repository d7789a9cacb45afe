// Weir
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import EventTools
import WeirApp

/// `weir abi logs`.
struct ABILogs: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "logs",
        abstract: "Decode recorded logs, one event a line.",
        discussion: """
            Reads what eth_getLogs answers: one log a line, arrays of logs, or whole JSON-RPC
            responses. All ABIs serve all addresses.

            Examples:
              weir abi logs --abi abis/ logs.ndjson
              weir abi logs --abi erc20.json --stats logs.ndjson
            """)

    @Option(help: "A JSON ABI, a text of fragments, or a folder of them with its subfolders.")
    var abi: String

    @Flag(help: "Write no events; print how many logs a second were parsed and decoded.")
    var stats = false

    @Argument(help: "A file; standard input if it is absent or -.")
    var file: String?

    func run() throws {
        let (statistics, seconds) = try LogsTool.run(
            abi: self.abi, path: self.file, isMeasuring: self.stats)
        if self.stats { Process.note(statistics.text(seconds: seconds)) }
        if statistics.badDocuments > 0 {
            Process.say("\(statistics.badDocuments) documents of the input were refused")
        }
    }
}
