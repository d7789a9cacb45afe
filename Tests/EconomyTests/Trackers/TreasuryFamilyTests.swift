// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMABI
import EVMPrimitives
import Foundation
import Testing
import WeirTestSupport

@testable import Economy

/// Events of real contracts in the treasury's roles, as the public vectors have them.
@Suite("TreasuryTracker: families", .enabled(if: Vectors.present, Vectors.absence))
struct TreasuryFamilyTests {
    /// A recorded or generated log with the declaration of its event.
    struct Recorded {
        var contract: Address
        var event: ABIEvent
        var topics: [Hash256]
        var data: [UInt8]
        var decoded: [String: Any]

        /// - Parameter name: as in the file; generated events live at an address of the test.
        init(_ file: String, _ name: String) throws {
            let line = try #require(
                Vectors.lines("\(file).ndjson").first { $0["name"] as? String == name })
            let contract = line["contract"] as? String ?? ""
            self.contract = Address(contract) ?? Address(words: 0x5afe, 0, 1)
            let abi = try JSONSerialization.data(withJSONObject: [line["abi"]])
            self.event = try #require(try JSONABI.parse(Array(abi)).events.first)
            self.topics = (line["topics"] as? [String] ?? []).compactMap { Hash256($0) }
            self.data = try #require(Hex.decode(line["data"] as? String ?? ""))
            self.decoded = line["decoded"] as? [String: Any] ?? [:]
        }
    }

    /// A chain of one block with these logs. A contract is called after the first of its logs.
    static func lab(_ recorded: [Recorded], _ yaml: String) throws -> TrackerLab {
        var contracts: [LabContract] = []
        for (index, one) in recorded.enumerated() {
            if let place = contracts.firstIndex(where: { $0.address == one.contract }) {
                contracts[place].events.append(one.event)
                continue
            }
            var contract = try LabContract("C\(index)", 1, [])
            contract.address = one.contract
            contract.events = [one.event]
            contracts.append(contract)
        }
        var lab = try TrackerLab(contracts, yaml)
        var logs = LogBatch()
        let header = BlockHeader(
            number: BlockNumber(2_000), hash: Hash256(words: 1, 2, 3, 4), parentHash: .zero,
            timestamp: BlockTime(1_700_000_000))
        for (index, one) in recorded.enumerated() {
            logs.append(
                LogEntry(
                    address: one.contract, topics: try #require(TopicList(one.topics)),
                    dataOffset: 0, dataCount: 0, blockNumber: header.number,
                    blockHash: header.hash, transactionHash: Hash256(words: 0, 0, 0, UInt64(index)),
                    transactionIndex: UInt32(index), logIndex: UInt32(index),
                    blockTimestamp: header.timestamp),
                data: one.data)
        }
        lab.commit(Block(header: header, logs: logs))
        return lab
    }

    static func yaml(_ tokens: String, _ treasury: String) -> String {
        let body = treasury.split(separator: "\n").map { "      " + $0 }.joined(separator: "\n")
        return "tokens: \(tokens)\ntrackers:\n  treasury:\n    dao:\n\(body)\n"
    }

    @Test func usdcTransferComesIn() throws {
        let recorded = try Recorded("events-real", "Transfer@mainnet-15547621:133")
        let lab = try Self.lab(
            [recorded],
            Self.yaml(
                "{ USDC: { chain: lab, address: \"\(recorded.contract.lowercaseText)\", decimals: 6 } }",
                """
                accounts: ["0xa9d1e08c7793af67e9d92fe308d5697fb81d3e43"]
                tokens: [USDC]
                transfer: { event: C0.Transfer, from: from, to: to, amount: value }
                counterparties: { payers: ["0x8302bd5ea1808e53f5c8f9121fba428b1aaf0cb6"] }
                every: 0
                """))
        #expect(lab.value("treasury_balance_tokens", ["dao", "USDC"]) == 1_490)
        #expect(lab.value("treasury_inflow_tokens_total", ["dao", "USDC", "payers"]) == 1_490)
    }

    @Test func wrappedCoinIsMintedAndBurned() throws {
        let recorded = [
            try Recorded("events-real", "Deposit@mainnet-18951920:12"),
            try Recorded("events-real", "Withdrawal@mainnet-22431083:26"),
        ]
        let weth = recorded[0].contract
        let lab = try Self.lab(
            recorded,
            Self.yaml(
                "{ WETH: { chain: lab, address: \"\(weth.lowercaseText)\", decimals: 18 } }",
                """
                accounts: ["0x3328f7f4a1d1c57c35df56bbf0c9dcafca309c49"]
                tokens: [WETH]
                received: { event: C0.Deposit, account: provider, amount: value }
                sent: { event: C0.Withdrawal, account: src, amount: wad }
                every: 0
                """))
        let tracker = try #require(lab.tracker(TreasuryTracker.self, "dao"))
        guard
            case .sum(let come)? = tracker.book.state(
                TreasuryTracker.Family.inflow, ["dao", "WETH", "other"]),
            case .sum(let gone)? = tracker.book.state(
                TreasuryTracker.Family.outflow, ["dao", "WETH", "other"])
        else { throw LabFault.unusable("WETH") }
        #expect(come.low == U256("1492537313432835820"))
        #expect(gone.low == U256("4317231749840863499"))
        // It held more before.
        #expect(lab.value("treasury_balance_tokens", ["dao", "WETH"]) == nil)
    }

    /// Safe 1.3.0 keeps the hash in the data of `ExecutionSuccess`, 1.4.1 in a topic.
    @Test func safesAreReadInBothLayouts() throws {
        let received = try Recorded("events-real", "SafeReceived@mainnet-15000000:268")
        let old = try Recorded("events-real", "ExecutionSuccess@mainnet-17034869:84")
        var paid = try Recorded("events-generated", "Safe_V1_4_1.ExecutionSuccess#1")
        var huge = try Recorded("events-generated", "Safe_V1_4_1.ExecutionSuccess#0")
        paid.contract = Address(words: 0x5afe, 0, 2)
        huge.contract = Address(words: 0x5afe, 0, 3)
        var oldPaid = old
        oldPaid.contract = Address(words: 0x5afe, 0, 4)
        oldPaid.data[63] = 9
        #expect(!old.event.inputs[0].isIndexed && paid.event.inputs[0].isIndexed)
        let all = [received, old, paid, huge, oldPaid]
        let accounts = all.map { "\"\($0.contract.lowercaseText)\"" }.joined(separator: ", ")
        let lab = try Self.lab(
            all,
            Self.yaml(
                "{ ETH: { chain: lab } }",
                """
                accounts: [\(accounts)]
                tokens: [ETH]
                received: { event: C0.SafeReceived, payer: sender, amount: value }
                sent:
                  - { event: C1.ExecutionSuccess, amount: payment }
                  - { event: C2.ExecutionSuccess, amount: payment }
                  - { event: C3.ExecutionSuccess, amount: payment }
                  - { event: C4.ExecutionSuccess, amount: payment }
                counterparties: { market: ["0x00000000006c3852cbef3e08e8df289169ede581"] }
                every: 0
                """))
        let tracker = try #require(lab.tracker(TreasuryTracker.self, "dao"))
        let balance = tracker.ledgers["ETH"]?.balance(isRead: false)
        #expect(balance == U256(174_999_999_999_999_990 as UInt64))
        #expect(lab.value("treasury_inflow_tokens_total", ["dao", "ETH", "market"]) == 0.175)
        // A payment of more than there can be changes nothing.
        #expect(lab.skipped("treasury", "dao", .overflow) == 1)
    }

    /// Fabstir's TreasuryManager names the token in its events; zero is the coin.
    @Test func fabstirTreasuryNamesItsTokens() throws {
        let manager = try LabContract(
            "Manager", 10,
            [
                "event FundsReceived(address indexed token, uint256 amount, address indexed from)",
                "event FundWithdrawn(address indexed fund, address indexed token, uint256 amount, "
                    + "address indexed recipient)",
                "event FundsDistributed(address indexed token, uint256 totalAmount, "
                    + "uint256 developmentAmount, uint256 ecosystemAmount, "
                    + "uint256 insuranceAmount, uint256 buybackAmount, uint256 reserveAmount)",
            ])
        let fab = TreasuryLab.address(1)
        var lab = try TrackerLab(
            [manager],
            Self.yaml(
                "{ FAB: { chain: lab, address: \"\(fab.lowercaseText)\", decimals: 18 }, "
                    + "ETH: { chain: lab } }",
                """
                accounts: ["\(TreasuryLab.main.lowercaseText)"]
                tokens: [FAB, ETH]
                received: { event: Manager.FundsReceived, payer: from, token: token }
                sent: { event: Manager.FundWithdrawn, to: recipient, token: token }
                counterparties: { team: ["\(TreasuryLab.grantee.lowercaseText)"] }
                every: 0
                """))
        try lab.commit([
            Emit(
                "Manager.FundsReceived",
                [.address(fab), TreasuryLab.units(10), .address(TreasuryLab.stranger)]),
            Emit(
                "Manager.FundsReceived",
                [.address(.zero), TreasuryLab.units(2), .address(TreasuryLab.stranger)]),
            Emit(
                "Manager.FundWithdrawn",
                [
                    .address(TreasuryLab.exchange), .address(fab), TreasuryLab.units(3),
                    .address(TreasuryLab.grantee),
                ]),
        ])
        #expect(lab.value("treasury_balance_tokens", ["dao", "FAB"]) == 7)
        #expect(lab.value("treasury_balance_tokens", ["dao", "ETH"]) == 2)
        #expect(lab.value("treasury_outflow_tokens_total", ["dao", "FAB", "team"]) == 3)
    }
}
