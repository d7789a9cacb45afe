// Weir
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Tabular
import WeirApp

/// `weir backfill`.
struct Backfill: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backfill",
        abstract: "Read a range of past blocks into a store, and end.",
        discussion: """
            What was counted goes to standard output, a line about the run to standard
            error. Interrupted, it goes on where it was when it is started again, and
            `weir run` on the same store follows on from there. Without --to it reads up
            to the block that is final now.

            Examples:
              weir backfill -c weir.yaml --chain base --from 12000000
              weir backfill --rpc "$RPC_URL" --abi abis/NodeRegistry.json \\
                --address 0x… --from 12000000 --to 12100000 --store weir.db
            """)

    @Option(name: .shortAndLong, help: "A configuration, instead of --rpc, --abi and --store.")
    var config: String?

    @Option(help: "One chain of the configuration; otherwise all.")
    var chain: String?

    @Option(help: "The URL of one endpoint. It may hold a key and is never printed.")
    var rpc: String?

    @Option(help: "A JSON ABI, a folder of them, or a text of event fragments.")
    var abi: String?

    @Option(help: "The contract; otherwise the ABI's events of every contract.")
    var address: String?

    @Option(help: "The first block.")
    var from: UInt64?

    @Option(help: "The last block.")
    var to: UInt64?

    @Option(help: "The file of the store; made where there is none.")
    var store: String?

    @Option(
        help: "How much is proven: off, bloom, receipts. Otherwise the configuration's, or bloom.")
    var verify: String?

    @Flag(
        name: .customLong("totals-only"),
        help: "Store what the logs add up to, not the logs: smaller, but never to be rebuilt.")
    var isTotalsOnly = false

    @OptionGroup var output: OutputOptions

    func run() async throws {
        let range = try BackfillTool.Range(from: self.from, to: self.to)
        let level = try BackfillTool.level(self.verify)
        var progress: (@Sendable (String) -> Void)?
        if Process.isWatched { progress = { @Sendable line in Process.showProgress(line) } }
        let tool = BackfillTool(keepsPages: !self.isTotalsOnly, progress: progress)
        let summaries: [BackfillTool.Summary]
        switch (self.config, self.rpc, self.abi, self.store) {
        case (let config?, nil, nil, nil) where self.address == nil:
            summaries = try await tool.run(
                config: config, chain: self.chain, verify: level, range: range)
        case (nil, let rpc?, let abi?, let store?) where self.chain == nil:
            summaries = try await tool.run(
                rpc: rpc, abi: abi, address: self.address, verify: level,
                range: range, store: store)
        default:
            throw ToolError.usage(
                "give either -c FILE, with --chain if it has several, or --rpc URL --abi FILE "
                    + "--store FILE, with --address for one contract")
        }
        try self.output.print(Table(summaries))
        for summary in summaries { Process.note("weir: \(summary.text)") }
    }
}
