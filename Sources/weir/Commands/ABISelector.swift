// Weir
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import WeirApp

/// `weir abi selector`.
struct ABISelector: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "selector",
        abstract: "The selector and topic 0 of a signature.",
        discussion: """
            Examples:
              weir abi selector 'transfer(address,uint256)'
              weir abi selector --batch < requests.ndjson

            A line of a batch: {"signature":"transfer(address,uint256)"}
            gives {"canonical":…,"selector":…,"topic0":…}, or {"error":"…"}.
            """)

    @Flag(help: "One JSON request a line on standard input, one answer a line.")
    var batch = false

    @OptionGroup var output: OutputOptions

    @Argument(help: "A function, event or error; without a keyword it is a function.")
    var signature: String?

    func run() throws {
        guard !self.batch else {
            try ABIArguments.none(self.signature)
            return try ABIBatch.selector.run()
        }
        let answer = try ABIAnswer.selector(
            try ABIArguments.required(self.signature, "the signature"))
        try self.output.print(answer.table, json: answer.json)
    }
}
