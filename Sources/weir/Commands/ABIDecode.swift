// Weir
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import WeirApp

/// `weir abi decode`.
struct ABIDecode: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "decode",
        abstract: "Decode ABI data into values.",
        discussion: """
            Examples:
              weir abi decode uint256,address 0x…
              weir abi decode 'transfer(address to, uint256 amount)' 0xa9059cbb…
              weir abi decode --batch < requests.ndjson

            A line of a batch: {"types":["uint256","(address,bytes)[]"],"data":"0x…"}
            gives {"values":[…]}, or {"error":"…"}.
            """)

    @Flag(help: "One JSON request a line on standard input, one answer a line.")
    var batch = false

    @Flag(help: "Take data that other decoders refuse: dirty words, offsets pointing back.")
    var lenient = false

    @OptionGroup var output: OutputOptions

    @Argument(help: "Types with commas between them, or a function whose call this is.")
    var types: String?

    @Argument(help: "The data, 0x and hex digits.")
    var data: String?

    func run() throws {
        guard !self.batch else {
            try ABIArguments.none(self.types, self.data)
            return try ABIBatch.decode.run()
        }
        let answer = try ABIAnswer.decode(
            types: try ABIArguments.required(self.types, "the types"),
            data: try ABIArguments.required(self.data, "the data"), isStrict: !self.lenient)
        try self.output.print(answer.table, json: answer.json)
    }
}

/// What the commands of `weir abi` share: arguments that a batch replaces.
enum ABIArguments {
    static func none(_ arguments: String?...) throws {
        guard arguments.allSatisfy({ $0 == nil }) else {
            throw ToolError.usage("--batch reads standard input and takes no arguments")
        }
    }

    static func required(_ argument: String?, _ what: String) throws -> String {
        guard let argument else {
            throw ToolError.usage("\(what) is missing; see --help, or use --batch")
        }
        return argument
    }
}
