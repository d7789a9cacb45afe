// Weir
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import WeirApp

/// `weir abi event`.
struct ABIEvent: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "event",
        abstract: "Decode one log of an event.",
        discussion: """
            Examples:
              weir abi event 'event Transfer(address indexed from, address indexed to, uint256 v)' \\
                --topics 0xddf2…,0x…,0x… --data 0x…
              weir abi event --batch < requests.ndjson

            A line of a batch: {"abi":{event} | "signature":"event …","topics":[…],"data":"0x…"}
            gives {"event":…,"signature":…,"args":[…]}, or {"error":"…"}.
            """)

    @Flag(help: "One JSON request a line on standard input, one answer a line.")
    var batch = false

    @Option(help: "The topics, with commas between them.")
    var topics: String?

    @Option(help: "The data, 0x and hex digits.")
    var data: String?

    @OptionGroup var output: OutputOptions

    @Argument(help: "The event, as in Solidity.")
    var signature: String?

    func run() throws {
        guard !self.batch else {
            try ABIArguments.none(self.signature, self.topics, self.data)
            return try ABIBatch.event.run()
        }
        let topics = try ABIArguments.required(self.topics, "--topics")
        let answer = try ABIAnswer.event(
            signature: try ABIArguments.required(self.signature, "the event"),
            topics: topics.split(whereSeparator: { $0 == "," || $0 == " " }).map(String.init),
            data: self.data ?? "0x")
        try self.output.print(answer.table, json: answer.json)
    }
}
