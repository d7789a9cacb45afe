// Weir
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import WeirApp

/// `weir verify files`, for which `weir verify` is enough.
struct VerifyFiles: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "files",
        abstract: "Check blocks in files or on standard input.",
        discussion: """
            A block with its receipts is {"block":{…},"receipts":[…]}, as
            eth_getBlockByNumber with full transactions and eth_getBlockReceipts
            give them. Ends with 4 if a check fails or a document cannot be read;
            a batch always ends with 0.

            A line of a batch gives {"number":"0x…","hash":true,
            "transactionsRoot":true,"receiptsRoot":true,"logsBloom":true,
            "senders":true}, or {"error":"…"}. False is wrong, null cannot be
            checked; "notes" say why. "withdrawalsRoot" is there for a block with
            withdrawals; "transactionHashes", "receiptBlooms" and "gasUsed" are
            there only where they are false.

            Examples:
              weir verify block-17000000.json
              gunzip -c blocks.ndjson.gz | weir verify - --output json
              weir verify --batch < blocks.ndjson
            """)

    @Flag(help: "One block a line on standard input, one answer a line.")
    var batch = false

    @OptionGroup var output: OutputOptions

    @Argument(help: "Files with one block or many; - is standard input.")
    var files: [String] = []

    func run() async throws {
        guard !self.batch else {
            try ABIArguments.none(self.files.first)
            return try await VerifyTool.batch()
        }
        guard !self.files.isEmpty else {
            throw ToolError.usage("give files, - for standard input, or --batch; see --help")
        }
        let report = try await VerifyTool.files(self.files)
        try self.output.print(report.table, json: report.json)
        try report.check()
    }
}
