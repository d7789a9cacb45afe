// Weir
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import WeirApp

/// `weir voucher verify`.
struct VoucherVerify: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Tell who signed vouchers, and for which chain and contract.",
        discussion: """
            A voucher is typed data as a wallet is given it (EIP-712) with its
            signature: {"types":{…},"primaryType":"…","domain":{…},"message":{…},
            "signature":"0x…","signer":"0x…"}. With --scheme it is {"message":{…},
            "signature":"0x…"}, and the scheme says how it is signed:

              form: eip712   # or personal, personal_hash, validator, hash
              type: "Voucher(bytes32 channelId,uint256 amount,uint256 nonce)"
              domain: { name: Channels, version: "1", chain_id: 8453,
                        contract: "0x…" }
              fields: { channel: channelId, amount: amount, nonce: nonce }

            All forms but eip712 sign the fields of type in order: encoding: packed
            (the default) or words. fields may also name the chain and the contract
            in the message, constants: { name: value } what never changes, and
            amount_is: relative says that amounts are no sums.

            Ends with 4 if one does not verify or cannot be read; a batch always
            ends with 0. The verdict is ok, recovered (there was no signer to
            compare with), wrong_signer, bad_signature, wrong_chain, wrong_contract
            or wrong_domain.

            A line of a batch gives {"verdict":"ok","signer":"0x…","channel":"0x…",
            "amount":"…","nonce":"…","digest":"0x…"}, with "reason" if it is not
            good, or {"error":"…"}.

            Examples:
              weir voucher verify voucher.json --signer 0x… --chain-id 8453
              weir voucher verify *.json --scheme channels.yaml
              weir voucher verify --batch --scheme channels.yaml < vouchers.ndjson
            """)

    @Flag(help: "One voucher a line on standard input, one answer a line.")
    var batch = false

    @Option(help: "A YAML file that says how the vouchers are signed.")
    var scheme: String?

    @Option(help: "Who has to have signed; else the voucher's own \"signer\".")
    var signer: String?

    @Option(help: "The chain that they have to be for.")
    var chainID: String?

    @Option(help: "The contract that they have to be for.")
    var contract: String?

    @OptionGroup var output: OutputOptions

    @Argument(help: "Files with one voucher or many; - is standard input.")
    var files: [String] = []

    func run() throws {
        let request = try VoucherRequest(
            scheme: self.scheme, signer: self.signer, chainID: self.chainID,
            contract: self.contract)
        guard !self.batch else {
            try ABIArguments.none(self.files.first)
            return try VoucherTool.batch(request)
        }
        guard !self.files.isEmpty else {
            throw ToolError.usage("give files, - for standard input, or --batch; see --help")
        }
        let report = try VoucherTool.files(self.files, request)
        try self.output.print(report.table, json: report.json)
        if let note = report.note { Process.say(note) }
        try report.check()
    }
}
