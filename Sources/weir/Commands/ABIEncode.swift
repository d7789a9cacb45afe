// Weir
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import WeirApp

/// `weir abi encode`.
struct ABIEncode: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "encode",
        abstract: "Encode values into ABI data.",
        discussion: """
            Examples:
              weir abi encode uint256,string 5 'a text'
              weir abi encode 'transfer(address,uint256)' 0x… 1000
              weir abi encode 'uint256[],(bool,int8)' '[1,2]' '[true,-5]'
              weir abi encode int256 -- -5
              weir abi encode --batch < requests.ndjson

            A line of a batch: {"types":[…],"values":[…]} gives {"data":"0x…"}, or {"error":"…"}.
            """)

    @Flag(help: "One JSON request a line on standard input, one answer a line.")
    var batch = false

    @Flag(help: "The packed form, without padding.")
    var packed = false

    @OptionGroup var output: OutputOptions

    @Argument(help: "Types with commas between them, or a function to call.")
    var types: String?

    @Argument(help: "One value for each type; arrays and tuples as JSON arrays.")
    var values: [String] = []

    func run() throws {
        guard !self.batch else {
            try ABIArguments.none(self.types)
            return try ABIBatch.encode.run()
        }
        let answer = try ABIAnswer.encode(
            types: try ABIArguments.required(self.types, "the list of types"),
            values: self.values, isPacked: self.packed)
        try self.output.print(answer.table, json: answer.json)
    }
}
