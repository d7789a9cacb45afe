// Weir
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// `weir voucher`: the vouchers of payment channels.
struct Voucher: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "voucher",
        abstract: "Check signed vouchers of payment channels.",
        subcommands: [VoucherVerify.self])
}
