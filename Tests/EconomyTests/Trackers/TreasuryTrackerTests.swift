// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMABI
import EVMPrimitives
import Testing
import WeirTestSupport

@testable import Economy

/// A treasury of two contracts, with a token of 18 decimals, one of 6, wrapped coin, and coin.
enum TreasuryLab {
    static let exchange = Address(words: 1, 0, 0)
    static let grantee = Address(words: 2, 0, 0)
    static let stranger = Address(words: 3, 0, 0)
    static let main = Address(words: 10, 10, 10)
    static let grants = Address(words: 11, 11, 11)
    static let transfer = "event Transfer(address indexed from, address indexed to, uint256 value)"

    static func contracts() throws -> [LabContract] {
        [
            try LabContract("FAB", 1, [Self.transfer]), try LabContract("USDC", 2, [Self.transfer]),
            try LabContract(
                "WETH", 3,
                [
                    "event Transfer(address indexed src, address indexed dst, uint256 wad)",
                    "event Deposit(address indexed dst, uint256 wad)",
                    "event Withdrawal(address indexed src, uint256 wad)",
                ]),
            try LabContract(
                "Main", 10,
                [
                    "event FundsReceived(address indexed sender, uint256 amount)",
                    "event FundsWithdrawn(address indexed to, address indexed token, uint256 amount)",
                ]),
            try LabContract("Other", 20, [Self.transfer]),
        ]
    }

    static func address(_ number: UInt64) -> Address {
        Address(words: number, number, UInt32(truncatingIfNeeded: number))
    }

    static let tokens = """
        tokens:
          FAB: { chain: lab, address: "\(Self.address(1).lowercaseText)", decimals: 18 }
          USDC: { chain: lab, address: "\(Self.address(2).lowercaseText)", decimals: 6 }
          WETH: { chain: lab, address: "\(Self.address(3).lowercaseText)", decimals: 18 }
          ETH: { chain: lab, decimals: 18 }
        """

    static let flows = """
        accounts: { main: "\(Self.main.lowercaseText)", grants: "\(Self.grants.lowercaseText)" }
        tokens: [FAB, USDC, WETH, ETH]
        transfer:
          - { event: FAB.Transfer, from: from, to: to, amount: value }
          - { event: USDC.Transfer, from: from, to: to, amount: value }
          - { event: WETH.Transfer, from: src, to: dst, amount: wad }
        received:
          - { event: Main.FundsReceived, payer: sender }
          - { event: WETH.Deposit, account: dst, amount: wad }
        sent:
          - { event: Main.FundsWithdrawn, to: to, token: token, amount: amount }
          - { event: WETH.Withdrawal, account: src, amount: wad }
        counterparties:
          exchange: ["\(Self.exchange.lowercaseText)"]
          grants: ["\(Self.grantee.lowercaseText)"]
        """

    /// A configuration with one treasury.
    static func yaml(_ more: String = "every: 0", flows: String = Self.flows) -> String {
        let body = (flows + "\n" + more).split(separator: "\n").map { "      " + $0 }
        return Self.tokens + "\ntrackers:\n  treasury:\n    dao:\n"
            + body.joined(separator: "\n") + "\n"
    }

    static func units(_ whole: UInt64, _ decimals: UInt8 = 18) -> ABIValue {
        .uint(U256(scaledText: String(whole), decimals: decimals) ?? .max)
    }

    static func transfer(
        _ token: String, _ from: Address, _ to: Address, _ amount: ABIValue
    ) -> Emit {
        Emit("\(token).Transfer", [.address(from), .address(to), amount])
    }
}

extension TrackerLab {
    /// A block at the head, with what its plan asks for.
    mutating func commit(
        _ events: [Emit], transactions: [ObservedTransaction] = [],
        answer: @escaping (ReadingRequest.Subject) -> Reading.Outcome
    ) throws {
        let economy = self.economy
        try self.commit(events) { block, time in
            BlockExtras(
                block: block, time: time, transactions: transactions,
                readings: economy.plan(after: block.number.previous ?? .zero).readings.map {
                    Reading(key: $0.key, outcome: answer($0.subject))
                })
        }
    }
}

@Suite("TreasuryTracker")
struct TreasuryTrackerTests {
    typealias Setup = TreasuryLab

    static func balance(_ lab: TrackerLab, _ token: String) -> Double? {
        lab.value("treasury_balance_tokens", ["dao", token])
    }

    static func flow(_ lab: TrackerLab, _ way: String, _ token: String, _ party: String) -> Double?
    {
        lab.value("treasury_\(way)flow_tokens_total", ["dao", token, party])
    }

    // MARK: Flows

    @Test func flowsAreToldApartByTokenAndClass() throws {
        var lab = try TrackerLab(Setup.contracts(), Setup.yaml())
        #expect(Self.balance(lab, "FAB") == 0)
        #expect(Self.flow(lab, "out", "USDC", "exchange") == 0)
        try lab.commit([
            Setup.transfer("FAB", Setup.exchange, Setup.main, Setup.units(100)),
            Setup.transfer("FAB", Setup.stranger, Setup.grants, Setup.units(7)),
            Setup.transfer("USDC", Setup.stranger, Setup.main, Setup.units(50, 6)),
        ])
        try lab.commit([
            Setup.transfer("FAB", Setup.main, Setup.grantee, Setup.units(40)),
            // Between its own accounts, between strangers, and of nothing.
            Setup.transfer("FAB", Setup.main, Setup.grants, Setup.units(20)),
            Setup.transfer("FAB", Setup.stranger, Setup.exchange, .uint(.max)),
            Setup.transfer("FAB", Setup.main, Setup.stranger, .uint(0)),
            Setup.transfer("USDC", Setup.main, Setup.stranger, .uint(1)),
        ])
        #expect(Self.balance(lab, "FAB") == 67)
        #expect(Self.balance(lab, "USDC") == 49.999_999)
        #expect(Self.flow(lab, "in", "FAB", "exchange") == 100)
        #expect(Self.flow(lab, "in", "FAB", "other") == 7)
        #expect(Self.flow(lab, "out", "FAB", "grants") == 40)
        #expect(Self.flow(lab, "out", "FAB", "other") == 0)
        #expect(lab.value("treasury_largest_outflow_tokens", ["dao", "FAB"]) == 40)
        #expect(lab.value("treasury_balance_anchored", ["dao", "FAB"]) == 0)
        let facts = lab.facts.map { fact in
            fact.fields.first { $0.name == "direction" }?.value ?? ""
        }
        #expect(facts == ["in", "in", "in", "out", "within", "out"])
        lab.revert(1)
        #expect(Self.balance(lab, "FAB") == 107)
        #expect(
            lab.value("treasury_outflow_tokens_reverted_total", ["dao", "FAB", "grants"]) == 40)
        #expect(lab.value("treasury_largest_outflow_tokens", ["dao", "FAB"]) == 0)
    }

    @Test func coinAndWrappedCoinComeFromEventsOfTheirOwn() throws {
        var lab = try TrackerLab(Setup.contracts(), Setup.yaml())
        try lab.commit([
            Emit("Main.FundsReceived", [.address(Setup.exchange), Setup.units(9)]),
            Emit("Main.FundsReceived", [.address(Setup.grants), Setup.units(5)]),
            Emit("WETH.Deposit", [.address(Setup.main), Setup.units(4)]),
            Emit("WETH.Deposit", [.address(Setup.stranger), Setup.units(1_000)]),
            Setup.transfer("WETH", Setup.main, Setup.stranger, Setup.units(1)),
            Emit("WETH.Withdrawal", [.address(Setup.main), Setup.units(2)]),
            Emit(
                "Main.FundsWithdrawn",
                [.address(Setup.grantee), .address(.zero), Setup.units(3)]),
        ])
        #expect(Self.balance(lab, "ETH") == 6)
        #expect(Self.balance(lab, "WETH") == 1)
        #expect(Self.flow(lab, "in", "ETH", "exchange") == 9)
        #expect(Self.flow(lab, "out", "ETH", "grants") == 3)
        #expect(Self.flow(lab, "out", "WETH", "other") == 3)
    }

    /// The treasury says that it paid a token, and so does the token.
    @Test func paymentThatItsTokenTellsTooCountsOnce() throws {
        var lab = try TrackerLab(Setup.contracts(), Setup.yaml())
        try lab.commit([
            Setup.transfer("FAB", Setup.stranger, Setup.main, Setup.units(10)),
            Setup.transfer("FAB", Setup.main, Setup.grantee, Setup.units(4)),
            Emit(
                "Main.FundsWithdrawn",
                [.address(Setup.grantee), .address(Setup.address(1)), Setup.units(4)]),
            // Of a token that it does not name.
            Emit(
                "Main.FundsWithdrawn",
                [.address(Setup.grantee), .address(Setup.address(20)), Setup.units(4)]),
        ])
        #expect(Self.balance(lab, "FAB") == 6)
        #expect(Self.flow(lab, "out", "FAB", "grants") == 4)
        #expect(lab.skipped("treasury", "dao", .unknownToken) == 1)
    }

    @Test func balanceOfEventsAloneIsNotShownOnceMoreWentOutThanCameIn() throws {
        var lab = try TrackerLab(Setup.contracts(), Setup.yaml())
        try lab.commit([
            Setup.transfer("FAB", Setup.stranger, Setup.main, Setup.units(10)),
            Setup.transfer("FAB", Setup.main, Setup.grantee, Setup.units(11)),
        ])
        #expect(Self.balance(lab, "FAB") == nil)
        #expect(Self.flow(lab, "out", "FAB", "grants") == 11)
        try lab.commit([Setup.transfer("FAB", Setup.stranger, Setup.main, Setup.units(5))])
        #expect(Self.balance(lab, "FAB") == nil)
        try lab.restart()
        #expect(Self.balance(lab, "FAB") == nil)
        lab.revert(2)
        #expect(Self.balance(lab, "FAB") == 0)
    }

    @Test func amountsThatAreTooLargeToBeMeantChangeNothing() throws {
        var lab = try TrackerLab(Setup.contracts(), Setup.yaml())
        let half = U256.max.shiftedRight(by: 1)
        try lab.commit([
            Setup.transfer("FAB", Setup.stranger, Setup.main, .uint(.max)),
            Setup.transfer("FAB", Setup.stranger, Setup.main, .uint(half)),
            Setup.transfer("FAB", Setup.stranger, Setup.main, .uint(1)),
        ])
        #expect(lab.skipped("treasury", "dao", .overflow) == 2)
        #expect(Self.balance(lab, "FAB") == half.scaledDouble(decimals: 18))
        try lab.commit([Setup.transfer("FAB", Setup.main, Setup.stranger, .uint(half))])
        #expect(Self.balance(lab, "FAB") == 0)
    }

    @Test func runwayIsTheBalanceAtTheBurnOfThirtyDays() throws {
        var lab = try TrackerLab(Setup.contracts(), Setup.yaml())
        let runway = { (lab: TrackerLab) in lab.value("treasury_runway_seconds", ["dao", "FAB"]) }
        try lab.commit([Setup.transfer("FAB", Setup.stranger, Setup.main, Setup.units(1_000))])
        #expect(runway(lab) == nil)
        try lab.commit([Setup.transfer("FAB", Setup.main, Setup.grantee, Setup.units(100))])
        // Known since twelve seconds, which count as a day.
        #expect(abs((runway(lab) ?? 0) - 9 * 86_400) < 1e-6)
        lab.wait(10 * 86_400 - 24)
        try lab.commit([])
        #expect(abs((runway(lab) ?? 0) - 9 * 10 * 86_400) < 1)
        lab.wait(15 * 86_400)
        try lab.commit([Setup.transfer("FAB", Setup.main, Setup.grantee, Setup.units(200))])
        #expect(abs((runway(lab) ?? 0) - 700.0 / 300 * 25 * 86_400) < 100)
        #expect(lab.value("treasury_largest_outflow_tokens", ["dao", "FAB"]) == 200)
        // The first payment leaves the window, then the second: nothing is burned any more.
        lab.wait(10 * 86_400)
        try lab.commit([])
        let left = try #require(runway(lab))
        #expect(left > 700.0 / 200 * 29 * 86_400 && left <= 700.0 / 200 * 30 * 86_400)
        lab.wait(31 * 86_400)
        try lab.commit([])
        #expect(runway(lab) == nil)
        #expect(lab.value("treasury_largest_outflow_tokens", ["dao", "FAB"]) == 0)
    }

    @Test func budgetOfACategoryIsTheLastThatWasSet() throws {
        var contracts = try Setup.contracts()
        contracts.append(
            try LabContract(
                "Board", 30,
                [
                    "event Hashed(string indexed category, address token, uint256 amount)",
                    "event Plain(string category, uint256 amount)",
                    "event Word(bytes32 category, uint256 amount)",
                ]))
        let usdc = ABIValue.address(Setup.address(2))
        var lab = try TrackerLab(
            contracts,
            Setup.yaml(
                """
                every: 0
                budget: [{ event: Board.Hashed, token: token }, { event: Board.Plain }, { event: Board.Word }]
                categories: [grants, team]
                """))
        let budget = { (lab: TrackerLab, token: String, category: String) in
            lab.value("treasury_budget_tokens", ["dao", token, category])
        }
        #expect(budget(lab, "USDC", "grants") == nil)
        try lab.commit([
            Emit("Board.Hashed", [.text("grants"), usdc, Setup.units(9, 6)]),
            Emit("Board.Plain", [.text("team"), Setup.units(3)]),
            Emit("Board.Hashed", [.text("parties"), usdc, Setup.units(9, 6)]),
        ])
        try lab.commit([
            Emit("Board.Hashed", [.text("grants"), usdc, .uint(0)]),
            Emit(
                "Board.Word",
                [.bytes(Array("team".utf8) + Array(repeating: 0, count: 28)), Setup.units(4)]),
        ])
        #expect(budget(lab, "USDC", "grants") == 0)
        #expect(budget(lab, "ETH", "team") == 4)
        #expect(lab.skipped("treasury", "dao", .unknownKey) == 1)
        lab.revert(1)
        #expect(budget(lab, "USDC", "grants") == 9)
        #expect(budget(lab, "ETH", "team") == 3)
    }
}
