// Weir
// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Economy

@Suite("FeesTracker's configuration")
struct FeesTrackerConfigTests {
    @Test(arguments: [
        ("transfer: { event: Token.Transfer, amount: wad }", "has no argument \"wad\""),
        ("transfer: { event: Token.Transfer }", "missing key \"amount\""),
        ("fee: { event: Market.Paid, amount: payer }", "amount needs an integer"),
        ("fee: { event: Market.Paid, source: payer }", "is a name of your own"),
        ("fee: { event: Market.Paid, source: { constant: \"\" } }", "1 to 64 characters"),
        ("fee: { event: Market.Paid, amount: { argument: amount, scale: much } }", "0.025"),
        ("fee: { event: Market.Paid }\n      token: XYZ", "no token \"XYZ\""),
        ("fee: { event: Market.Paid }", "contract Market is none of the tokens"),
        ("token: FAB\n      supply: yes", "one of deployment, chain"),
        ("supply: chain", "supply is of one token"),
        ("ledger: maybe\n      token: FAB", "true or false"),
        ("ledger: true\n      token: FAB\n      supply: chain", "a ledger begins with the token"),
        ("ledger: true\n      token: FAB\n      ledger_max: 0", "ledger_max"),
        ("token: ETH\n      supply: chain", "has no contract to ask"),
        ("token: FAB\n      locked: [\"0x1\"]\n      supply: chain", "an address"),
        ("token: FAB\n      locked: [\"\(FeesTrackerTests.text(9))\"]", "locked needs the supply"),
        (
            "token: FAB\n      reconcile: { call: \"Token.totalSupply() returns (uint256)\" }",
            "reconcile needs the supply"
        ),
        ("token: FAB\n      large_transfer: lots", "a number of whole tokens"),
        ("token: FAB\n      record_transfers: 3", "true or false"),
        ("token: FAB\n      zero_address: none", "one of mints, account, ignored"),
        (
            "transfer: { event: Usdc.Transfer, amount: value }\n      "
                + "mint: { event: Usdc.Mint, to: to }", "missing key \"zero_address\""
        ),
        (
            "transfer: { event: Token.Transfer, amount: value }\n    two:\n      "
                + "transfer: { event: Token.Transfer, amount: value }",
            "transfers of FAB are counted by tracker one already"
        ),
    ])
    func faultsAreNamed(lines: String, message: String) throws {
        let faults = TrackerLab.faults(
            try FeesTrackerTests.contracts(),
            FeesTrackerTests.tokens + "trackers:\n  fees:\n    one:\n      " + lines)
        #expect(faults.contains(message), "\(faults)")
    }
}
