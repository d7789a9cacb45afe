// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMABI
import EVMPrimitives
import Testing

@testable import Economy

/// The view that a gauge is compared with: what it is asked with, and what is refused.
@Suite struct ReconciliationTests {
    private static func yaml(_ reconcile: String) -> String {
        FeesTrackerTests.tokens + """
            trackers:
              fees:
                fab:
                  token: FAB
                  transfer: { event: Token.Transfer, amount: value }
                  ledger: true
                  reconcile: { \(reconcile) }
            """
    }

    private static func calls(_ reconcile: String) throws -> [ReadingRequest.Subject] {
        let lab = try TrackerLab(FeesTrackerTests.contracts(), Self.yaml(reconcile))
        return lab.economy.plan(after: BlockNumber(1_000)).readings.map(\.subject)
    }

    @Test func aContractsNameStandsForItsAddress() throws {
        let market = try #require(
            Address(FeesTrackerTests.text(4)))
        for argument in ["Market", "\"\(market.lowercaseText)\""] {
            let calls = try Self.calls(
                "call: \"Token.balanceOf(address) returns (uint256)\", arguments: \(argument)")
            let data = try HumanABI.parseFunction("balanceOf(address) returns (uint256)")
                .encodeCall([.address(market)])
            #expect(
                calls.contains { call in
                    if case .call(_, let sent) = call { sent == data } else { false }
                })
        }
    }

    @Test(arguments: [
        ("call: \"Token.balanceOf(address) returns (uint256)\"", "takes 1 arguments, and 0"),
        (
            "call: \"Token.totalSupply() returns (uint256)\", arguments: [1]",
            "takes 0 arguments, and 1"
        ),
        (
            "call: \"Token.balanceOf(address) returns (uint256)\", arguments: [Markt]",
            "has no contract"
        ),
        (
            "call: \"Token.at(uint8) returns (uint256)\", arguments: [256]",
            "do not fit at(uint8)"
        ),
        (
            "call: \"Token.at(uint256) returns (uint256)\", arguments: [-1]",
            "is no value of type uint256"
        ),
    ])
    func faultsAreNamed(reconcile: String, message: String) throws {
        let faults = TrackerLab.faults(
            try FeesTrackerTests.contracts(), Self.yaml(reconcile))
        #expect(faults.contains(message), "\(faults)")
    }
}
